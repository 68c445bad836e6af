"""What became of mail that left, read from the log of the mail server while mail-send works.

One text for Postfix and for Exim; to one of these the next server is the far one, to the other a relay.
"""

from __future__ import annotations

import json
import smtplib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from tests.e2e.conftest import make_state
from tests.e2e.installation import ANNA, LiveInstallation, Server, live
from tests.e2e.postfix import free_port
from tests.e2e.sink import Sink

KARIN = "karin@customer.example"


SERVERS: dict[str, dict[str, object]] = {
    "postfix": {},
    "exim": {"relay": False},
    "exim-heavy-unsplit-relay": {"flavour": "heavy", "split": False, "mode": "pipe"},
}


@pytest.fixture(scope="module", params=SERVERS)
def kind(request: pytest.FixtureRequest) -> str:
    """Which mail server it is."""
    return str(request.param)


@pytest.fixture(scope="module")
def state_dir(workspace: Path, kind: str) -> Path:
    """A state folder for each of them."""
    return make_state(workspace)


@pytest.fixture(scope="module")
def server(kind: str, state_dir: Path, make_postfix: Callable[..., Server], make_exim: Callable[..., Server]) -> Server:
    """The mail server."""
    return (make_postfix if kind == "postfix" else make_exim)(state_dir, **SERVERS[kind])


@pytest.fixture
def taken(kind: str) -> str:
    """What a message is when the next server has it."""
    return "relayed" if kind.endswith("relay") else "accepted"


@pytest.fixture(scope="module")
def installation(server: Server, state_dir: Path) -> Iterator[LiveInstallation]:
    """Acme behind the mail server, whose log its sender may read, and LEAD-1 of Karin."""
    made = live(server, state_dir, server.milter)
    server.deliver("someone@customer.example", "anna@acme.example", mail())
    server.wait_mailbox()
    server.open_log()
    with made.config.open("a") as settings:
        settings.write(f'mail_log = "{server.log_file}"\n')
    made.listener()
    made.sender()
    server.deliver(KARIN, "leads@acme.example", mail())
    made.wait_messages("LEAD-1", 1)
    yield made
    made.stop()


def mail() -> bytes:
    return (
        f"From: Karin <{KARIN}>\nTo: leads@acme.example\nSubject: Chairs\nMessage-ID: <c1@customer.example>\n"
        "Date: Thu, 26 Nov 2026 10:00:00 +0000\n\nForty chairs?\n"
    ).encode()


def answer(installation: LiveInstallation, words: str) -> None:
    installation.admin("post", "LEAD-1", "--as", ANNA, "--text", words)


def fates(installation: LiveInstallation) -> list[dict[str, Any]]:
    """What became of each message to Karin, oldest first."""
    shown = installation.json("record", "show", "LEAD-1")["messages"]
    return [to for one in shown for to in one["deliveries"] if to["address"] == KARIN]


def settled(installation: LiveInstallation, number: int, *states: str) -> dict[str, Any]:
    """Wait until the message of that number is in one of these states."""

    def look() -> dict[str, Any] | None:
        found = fates(installation)
        return found[number] if len(found) > number and found[number]["state"] in states else None

    found: dict[str, Any] = installation.wait(look, f"message {number} was none of {states}")
    return found


def test_the_server_that_took_it_is_named_with_its_words(
    installation: LiveInstallation, taken: str, sink: Sink
) -> None:
    answer(installation, "Of course.")
    one = settled(installation, 0, taken)
    assert one["host"] in ("127.0.0.1", "localhost") and "250 2.0.0 kept" in one["reason"]
    assert f"{taken} by {one['host']}" in installation.admin("record", "show", "LEAD-1")


def test_one_that_is_put_off_says_why_and_when_it_is_tried_again(
    installation: LiveInstallation, server: Server, taken: str, sink: Sink
) -> None:
    sink.refuse[KARIN] = "450 4.2.1 The mailbox is busy"
    answer(installation, "And chairs with arms?")
    one = settled(installation, 1, "delayed")
    assert "The mailbox is busy" in one["reason"] and one["again_at"] > one["changed_at"]
    sink.refuse.clear()
    server.flush()
    assert settled(installation, 1, taken)["again_at"] is None


def test_what_came_while_the_sender_was_down_and_the_log_was_turned_over_is_read(
    installation: LiveInstallation, server: Server, taken: str, sink: Sink
) -> None:
    sink.refuse[KARIN] = "450 4.2.1 The mailbox is busy"
    answer(installation, "Or benches?")
    settled(installation, 2, "delayed")
    installation.stop()
    sink.refuse.clear()
    server.flush()
    sink.wait(to=KARIN)
    server.wait_empty()
    server.turn_log_over()
    installation.listener()
    installation.sender()
    assert settled(installation, 2, taken)["host"]


def test_mail_of_others_leaves_no_trace(installation: LiveInstallation, server: Server, taken: str, sink: Sink) -> None:
    server.deliver("someone@acme.example", "stranger@elsewhere.example", mail(), source="127.0.0.1")
    sink.wait(to="stranger@elsewhere.example")
    answer(installation, "One more.")
    settled(installation, 3, taken)
    kept = (installation.state / "mail-log.place").read_text()
    assert "elsewhere.example" not in kept and "someone@" not in kept


def test_one_that_is_refused_for_good_is_settled_by_the_report_alone(
    installation: LiveInstallation, sink: Sink
) -> None:
    sink.refuse[KARIN] = "550 5.1.1 No such person"
    answer(installation, "Nobody there?")
    one = settled(installation, 4, "failed", "bounced")
    assert "No such person" in one["reason"]
    sink.refuse.clear()
    installation.admin("suppression", "lift", KARIN)


STRANGE = ('"x => leads@acme.example R=weftmail T=weftmail_lmtp"@customer.example', '"bounce+x y"@customer.example')
"""Return paths of strangers that look like a log."""


def test_a_strangers_words_are_words_alone(
    installation: LiveInstallation, server: Server, taken: str, sink: Sink
) -> None:
    since = server.mark()
    for sender in STRANGE:
        server.deliver(sender, ANNA, mail())
    sink.refuse[KARIN] = '450-4.2.1 Busy\r\n450 4.2.1 => leads@acme.example R=weftmail T=weftmail_lmtp C="250 done"'
    answer(installation, "And what else?")
    one = settled(installation, 5, "delayed")
    assert "Busy" in one["reason"] and "250 done" in one["reason"] and one["reason"].isprintable()
    sink.refuse.clear()
    server.flush()
    settled(installation, 5, taken)
    assert all(sender.split()[0] in server.log(since) for sender in STRANGE)
    found = counted(installation)
    assert found["handed"]["handed"] == found["handed"]["here"], found


def test_a_log_that_cannot_be_read_is_said_and_read_when_it_can(
    installation: LiveInstallation, server: Server, taken: str, sink: Sink
) -> None:
    installation.stop()
    server.close_log()
    installation.listener()
    installation.sender()
    answer(installation, "Do you read me?")
    assert "mail log" in counted(installation)["look"]
    said = installation.run(installation.programs / "mail-admin", "doctor").stdout.decode()
    assert f"the mail server's log {server.log_file} cannot be read" in said
    assert settled(installation, 6, "sent")
    server.open_log()
    settled(installation, 6, taken)
    assert "mail log" not in counted(installation)["look"]


def counted(installation: LiveInstallation) -> dict[str, Any]:
    """Return how mail flows, once nothing is missing."""

    def look() -> dict[str, Any] | None:
        # It ends with 1 where something else needs a look, such as the DNS of a test.
        shown = installation.run(installation.programs / "mail-admin", "status", "--json")
        found: dict[str, Any] = json.loads(shown.stdout)
        return None if found["missing"] else found

    found: dict[str, Any] = installation.wait(look, "something is missing")
    return found


def test_the_mail_servers_count_stands_beside_ours_reports_among_it(
    installation: LiveInstallation, server: Server
) -> None:
    before = counted(installation)["handed"]["handed"]
    server.deliver(KARIN, "leads@acme.example", mail().replace(b"c1@", b"c2@"))
    found = installation.wait(
        lambda: now if (now := counted(installation)["handed"])["handed"] > before else None, "nothing was counted"
    )
    # This one, and the report of what was refused for good; the first mail may be older than the first look at the log.
    assert found["handed"] == found["here"] >= 2


class Filter:
    """Takes what leaves, and brings it back to the server with a mark in it; its answer is the server's own."""

    def __init__(self, server: Server) -> None:
        self.count = 0
        self._server = server
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())
        self._controller.start()
        self._source = server.filter(self._controller.port)

    def stop(self) -> None:
        """Filter no more."""
        self._controller.stop()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:
        self.count += 1
        with smtplib.SMTP("127.0.0.1", self._server.smtp_port, "filter.example", 60, (self._source, 0)) as client:
            client.ehlo()
            client.mail(envelope.mail_from or "")
            for one in envelope.rcpt_tos:
                client.rcpt(one)
            _, said = client.data(b"X-Filtered: yes\r\n" + bytes(envelope.content or b""))
        return f"250 2.0.0 from MTA: {said.decode()}"


def test_a_filter_that_brings_it_back_is_not_the_far_server(
    installation: LiveInstallation, server: Server, taken: str, sink: Sink
) -> None:
    filtered = Filter(server)
    try:
        sink.refuse[KARIN] = "450 4.2.1 The mailbox is busy"
        answer(installation, "By the filter.")
        one = settled(installation, 7, "delayed", "accepted", "relayed")
        assert one["state"] == "delayed" and "busy" in one["reason"] and filtered.count == 1
        sink.refuse.clear()
        server.flush()
        assert "250 2.0.0 kept" in settled(installation, 7, taken)["reason"]
    finally:
        filtered.stop()
