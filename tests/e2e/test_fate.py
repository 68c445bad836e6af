"""What became of mail that left, read from the log of a real Postfix while mail-send works."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.installation import ANNA, LiveInstallation, live
from tests.e2e.postfix import PrivatePostfix
from tests.e2e.sink import Sink

KARIN = "karin@customer.example"


@pytest.fixture(scope="module")
def installation(postfix: PrivatePostfix, state_dir: Path) -> Iterator[LiveInstallation]:
    """Acme behind Postfix, whose log its sender may read, and LEAD-1 of Karin."""
    made = live(postfix, state_dir, postfix.milter)
    postfix.log_file.chmod(0o644)
    with made.config.open("a") as settings:
        settings.write(f'mail_log = "{postfix.log_file}"\n')
    made.listener()
    made.sender()
    postfix.deliver(KARIN, "leads@acme.example", mail())
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


def test_the_server_that_took_it_is_named_with_its_words(installation: LiveInstallation, sink: Sink) -> None:
    answer(installation, "Of course.")
    one = settled(installation, 0, "accepted")
    assert one["host"] == "127.0.0.1" and "250 2.0.0 kept" in one["reason"]
    assert "accepted by 127.0.0.1" in installation.admin("record", "show", "LEAD-1")


def test_one_that_is_put_off_says_why_and_when_it_is_tried_again(
    installation: LiveInstallation, postfix: PrivatePostfix, sink: Sink
) -> None:
    sink.refuse[KARIN] = "450 4.2.1 The mailbox is busy"
    answer(installation, "And chairs with arms?")
    one = settled(installation, 1, "delayed")
    assert "The mailbox is busy" in one["reason"] and one["again_at"] > one["changed_at"]
    sink.refuse.clear()
    postfix.flush()
    assert settled(installation, 1, "accepted")["again_at"] is None


def test_what_came_while_the_sender_was_down_and_the_log_was_turned_over_is_read(
    installation: LiveInstallation, postfix: PrivatePostfix, sink: Sink
) -> None:
    sink.refuse[KARIN] = "450 4.2.1 The mailbox is busy"
    answer(installation, "Or benches?")
    settled(installation, 2, "delayed")
    installation.stop()
    sink.refuse.clear()
    postfix.flush()
    sink.wait(to=KARIN)
    postfix.wait_empty()
    postfix.stop()
    postfix.log_file.rename(postfix.log_file.with_name("mail.log.1"))
    postfix.start()
    postfix.log_file.chmod(0o644)
    installation.listener()
    installation.sender()
    assert settled(installation, 2, "accepted")["host"] == "127.0.0.1"


def test_mail_of_others_leaves_no_trace(installation: LiveInstallation, postfix: PrivatePostfix, sink: Sink) -> None:
    postfix.deliver("someone@acme.example", "stranger@elsewhere.example", mail(), source="127.0.0.1")
    sink.wait(to="stranger@elsewhere.example")
    answer(installation, "One more.")
    settled(installation, 3, "accepted")
    kept = (installation.state / "mail-log.place").read_text()
    assert "elsewhere.example" not in kept and "someone@" not in kept


def test_the_mail_servers_count_stands_beside_ours(installation: LiveInstallation, postfix: PrivatePostfix) -> None:
    postfix.deliver(KARIN, "leads@acme.example", mail().replace(b"c1@", b"c2@"))

    def look() -> dict[str, Any] | None:
        # It ends with 1 where something else needs a look, such as the DNS of a test.
        shown = installation.run(installation.programs / "mail-admin", "status", "--json")
        found: dict[str, Any] = json.loads(shown.stdout)
        return found if found["handed"]["handed"] else None

    found: dict[str, Any] = installation.wait(look, "nothing was counted")
    assert found["handed"]["handed"] == found["handed"]["here"] and found["missing"] == []
