"""The probe of the spam filter: what comes back shows which field is our filter's."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from tests.unit.world import HOST, World
from weftmail.core.envelope import Envelope
from weftmail.core.ports import Deferred, Outcome, Sent
from weftmail.core.routing.spam import GTUBE, SpamField
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import spam_probe

RECEIVED = (
    f"Received: from localhost (localhost [127.0.0.1])\r\n\tby {HOST} (Postfix) with ESMTP id 5A7B2\r\n"
    "\tfor <x@acme.example>; Tue, 24 Nov 2026 10:00:02 +0000 (UTC)\r\n"
)
AMAVIS = f"{RECEIVED}X-Spam-Flag: YES\r\n{RECEIVED}"


class Mailserver:
    """Hands what it is given back to us, changed as a filter would."""

    def __init__(self, world: World, changed: Callable[[str], str], outcome: Outcome | None = None) -> None:
        self.world, self.changed, self.outcome = world, changed, outcome or Sent("2.0.0 queued")

    def submit(self, return_path: str, recipients: Sequence[str], data: bytes) -> dict[str, Outcome]:
        assert return_path == "bounce@acme.example" and GTUBE.encode() in data
        if isinstance(self.outcome, Sent):
            raw = self.changed(data.decode()).replace("\r\n", "\n").encode()
            with self.world.store.transaction():
                self.world.store.inbound.accept([Envelope(one, return_path) for one in recipients], raw, 1)
        return dict.fromkeys(recipients, self.outcome)

    def close(self) -> None: ...


def at_the_end(mail: str, *lines: str) -> str:
    head, _, body = mail.partition("\r\n\r\n")
    return "\r\n".join((head, *lines)) + "\r\n\r\n" + body


def without_strangers(mail: str) -> str:
    return "\r\n".join(line for line in mail.split("\r\n") if spam_probe.FORGED not in line)


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        (lambda mail: AMAVIS + mail, SpamField("x-spam-flag", "above")),
        (
            lambda mail: RECEIVED + at_the_end(without_strangers(mail), "X-Spamd-Result: default: True [15.0 / 15.0]"),
            SpamField("x-spamd-result", "below"),
        ),
        (lambda mail: RECEIVED + at_the_end(mail, "X-Spam-Status: Yes, score=1000"), "spam.probe.kept"),
        (lambda mail: RECEIVED + mail, "spam.probe.nothing"),
    ],
)
def test_it_comes_back_and_tells(world: World, changed: Callable[[str], str], found: SpamField | str) -> None:
    mailserver = Mailserver(world, changed)
    recipient, after = spam_probe.send(world.store, world.installation, mailserver, "acme.example")
    answer = spam_probe.answer(world.store, world.installation, recipient, after)
    assert (answer.code if isinstance(answer, Phrase) else answer) == found
    assert spam_probe.answer(world.store, world.installation, recipient, after + 1) is None
    world.settle()
    (line,) = (world.row(after + 1),)
    assert line.state == "discarded"


def test_the_mail_server_does_not_take_it(world: World) -> None:
    mailserver = Mailserver(world, str, Deferred("4.3.0 not now"))
    with pytest.raises(RefusedAct, match="round_refused"):
        spam_probe.send(world.store, world.installation, mailserver, "acme.example")
    with pytest.raises(RefusedAct):
        spam_probe.send(world.store, world.installation, mailserver, "other.example")
