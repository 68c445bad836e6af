"""doctor --prove through a real Postfix and a real Exim: a robot answers the mail, well or badly, or not at all."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path
from typing import Any

import pytest

from .conftest import make_state
from .installation import LiveInstallation, Server, live
from .postfix import until
from .sink import Sent, Sink

KARIN = "karin@customer.example"
Answer = Callable[[Sent], tuple[str, bytes]]
"""Returns to whom a mail is answered, and by what."""


def answer(sent: Sent, *, to: str = "") -> tuple[str, bytes]:
    """Return an answer as a mail program writes it."""
    mail, got = EmailMessage(), sent.message
    mail["From"], mail["To"] = KARIN, to or str(got["Reply-To"])
    mail["Subject"] = f"Re: {got['Subject']}"
    mail["Message-ID"] = make_msgid(domain="customer.example")
    mail["In-Reply-To"] = mail["References"] = str(got["Message-ID"])
    mail.set_content("Here you are.\n")
    return str(mail["To"]).rpartition("<")[2].strip(">"), mail.as_bytes()


class Robot:
    """Answers the next mail to Karin."""

    def __init__(self, server: Server, sink: Sink, how: Answer) -> None:
        self._thread = threading.Thread(target=self._run, args=(server, sink, how), daemon=True)
        self._thread.start()

    def _run(self, server: Server, sink: Sink, how: Answer) -> None:
        (sent,) = sink.wait(1, to=KARIN, timeout=120)
        recipient, raw = how(sent)
        server.deliver(KARIN, recipient, raw)

    def done(self) -> None:
        """Wait until it has answered."""
        self._thread.join(120)
        assert not self._thread.is_alive()


SERVERS: dict[str, dict[str, object]] = {
    "postfix": {},
    "exim": {"relay": False},
    "exim-heavy-unsplit-pipe": {"flavour": "heavy", "split": False, "mode": "pipe", "relay": False},
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


@pytest.fixture(scope="module")
def works(server: Server, state_dir: Path) -> Iterator[LiveInstallation]:
    """An installation with its programs, which follows the log of its mail server."""
    installation = live(server, state_dir, server.milter)
    # Its log is there once it has written into it.
    server.deliver("someone@customer.example", "anna@acme.example", b"Subject: first\n\nHello.\n")
    server.wait_mailbox()
    server.open_log()
    with installation.config.open("a", encoding="utf-8") as settings:
        settings.write(f'mail_log = "{server.log_file}"\n')
    installation.admin("alias", "add", "tasks@acme.example", "--opens", "task", "--owner", "anna@acme.example")
    installation.listener()
    installation.sender()
    yield installation
    installation.stop()


def prove(installation: LiveInstallation, *words: str) -> tuple[int, str]:
    """Run the proof; return its status and what it said."""
    done = installation.run(installation.programs / "mail-admin", "doctor", "--prove", *words)
    said = done.stdout.decode() + done.stderr.decode()
    print(said)
    return done.returncode, said


def steps(said: str) -> dict[str, str]:
    """Return the mark of each step by its name."""
    return {line[2:16].strip(): line[0] for line in said.splitlines() if line[:1] in "●○✕"}


def test_a_mail_that_is_answered_proves_each_step(works: LiveInstallation, server: Server, sink: Sink) -> None:
    robot = Robot(server, sink, answer)
    status, said = prove(works, KARIN, "--wait", "90")
    robot.done()
    assert steps(said) == dict.fromkeys(("left", "accepted", "answer", "reply address", "filed"), "●")
    assert "queue id " in said and "whole, and its signature is ours" in said
    assert "from 203.0.113.2, queue id " in said and "filed          on TASK-" in said
    assert status == 0 and "It all works." in said
    (sent,) = sink.to(KARIN)
    assert "Please answer this email" in str(sent.message["Subject"]) and sent.message["DKIM-Signature"]


def test_nobody_answers_and_the_wait_goes_on_later(works: LiveInstallation, server: Server, sink: Sink) -> None:
    status, said = prove(works, KARIN, "--wait", "8")
    assert status == 1 and steps(said)["left"] == "●" and steps(said)["answer"] == "○"
    assert "Next: answer the email; if you have, mail-admin dns check acme.example" in said
    label = said.rpartition("--prove ")[2].strip()
    recipient, raw = answer(sink.wait(1, to=KARIN)[0])
    server.deliver(KARIN, recipient, raw)
    status, said = prove(works, label, "--wait", "60")
    assert status == 0 and said.startswith(f"{label}: an email to {KARIN}")
    assert len(sink.to(KARIN)) == 1, "a wait that goes on sends nothing anew"
    shown: Any = json.loads(prove(works, label, "--json")[1])
    assert shown["works"] and [one["name"] for one in shown["steps"]][-1] == "filed"


def test_an_answer_to_the_alias_is_found_by_what_it_answers(
    works: LiveInstallation, server: Server, sink: Sink
) -> None:
    robot = Robot(server, sink, lambda sent: answer(sent, to="tasks@acme.example"))
    status, said = prove(works, KARIN, "--wait", "90")
    robot.done()
    assert status == 0 and steps(said)["answer"] == "●" and steps(said)["reply address"] == "○"
    assert "to tasks@acme.example" in said and "mail-admin inbound show says by which rule it was found" in said


def test_a_server_that_refuses_ends_it_with_what_it_said(works: LiveInstallation, sink: Sink) -> None:
    sink.refuse[KARIN] = "550 5.7.26 unauthenticated email is not accepted"
    status, said = prove(works, KARIN, "--wait", "90")
    assert status == 2 and steps(said)["accepted"] == "✕" and "550 5.7.26" in said
    assert "mail-admin dns check" in said and "It does not work yet" in said


def test_a_server_that_puts_off_is_said(works: LiveInstallation, sink: Sink) -> None:
    sink.refuse[KARIN] = "451 4.7.1 greylisted, come again"
    status, said = prove(works, KARIN, "--wait", "10")
    assert status == 1 and steps(said)["accepted"] == "○" and "greylisted" in said


def test_nothing_leaves_while_no_sender_runs(works: LiveInstallation, sink: Sink) -> None:
    works.end(works.running[-1])
    try:
        status, said = prove(works, KARIN, "--wait", "2")
        assert status == 1 and steps(said)["left"] == "○" and "systemctl status weftmail-sender" in said
    finally:
        works.sender()
    label = said.rpartition("--prove ")[2].strip()
    until(lambda: len(sink.to(KARIN)) == 1, "what waited leaves")
    assert steps(prove(works, label, "--wait", "30")[1])["left"] == "●"


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("karin",), 1, "karin"),
        (("anna@acme.example",), 1, "anna@acme.example"),
        (("no mail@address",), 2, "is not an address"),
    ],
)
def test_what_cannot_be_tried(works: LiveInstallation, words: tuple[str, ...], status: int, said: str) -> None:
    got, answered = prove(works, *words)
    assert got == status and said in answered and answered.count("\n") == 1 and not steps(answered)
