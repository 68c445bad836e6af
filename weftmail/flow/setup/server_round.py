"""An outgoing server tried out: at which step it says no, and what it changes of a mail that it passes on.

The mail goes to a reply address of ours and comes back as any other; it bears our loop field, so that routing drops it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from weftmail.core.address import Mailbox, domain_of
from weftmail.core.composing.dkim import sign, verify
from weftmail.core.composing.mail import ForOutsider, Letter, compose
from weftmail.core.dns.key_life import LIVE
from weftmail.core.outgoing_server import OutgoingServer, ServerFailure
from weftmail.core.parsing import header
from weftmail.core.parsing.mime import parse_header
from weftmail.core.ports import Sent
from weftmail.core.tokens import reply_token
from weftmail.core.tokens.reply_token import MAX_MESSAGE, Token
from weftmail.core.ways import Ways
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.installation import Installation
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup import server as servers
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.flow.setup.dkim_key import KeyFiles
from weftmail.store.store import Store

ACT: Final = "server.test"
PATIENCE: Final = 60_000
STEPS: Final = {
    "connection": Phrase("server.step.connection"), "greeting": Phrase("server.step.greeting"),
    "tls": Phrase("server.step.tls"), "certificate": Phrase("server.step.certificate"),
    "token": Phrase("server.step.token"), "sign-in": Phrase("server.step.sign-in"),
    "sender": Phrase("server.step.sender"), "recipient": Phrase("server.step.recipient"),
    "message": Phrase("server.step.message"),
}  # fmt: skip
"""What to do where a step fails."""
COMPARED: Final = {
    "from": (Phrase("server.what.from"), Phrase("server.changed.from")),
    "return_path": (Phrase("server.what.return_path"), Phrase("server.changed.return_path")),
    "message_id": (Phrase("server.what.message_id"), Phrase("server.changed.message_id")),
    "reply_to": (Phrase("server.what.reply_to"), Phrase("server.changed.reply_to")),
}
"""What is compared, what it is called, and what it means that it was changed."""


@dataclass(frozen=True, slots=True)
class PassedOn:
    """One thing of the mail: what it said when it left, and what it said when it came back."""

    what: str
    sent: str
    came: str

    @property
    def name(self) -> Phrase:
        """What it is called."""
        return COMPARED[self.what][0]

    @property
    def means(self) -> Phrase:
        """What it means that it was changed."""
        return COMPARED[self.what][1]

    @property
    def kept(self) -> bool:
        """Whether the server left it alone."""
        return self.sent == self.came


@dataclass(frozen=True, slots=True)
class ServerRound:
    """The newest test of a server: its failure, or what became of its mail.

    ``back_at`` None: it is not back yet.  ``signed`` and ``valid`` count our signatures.
    """

    sent_at: int
    step: str = ""
    said: str = ""
    back_at: int | None = None
    compared: tuple[PassedOn, ...] = ()
    signed: int = 0
    valid: int = 0

    @property
    def changed(self) -> list[PassedOn]:
        """What the server changed."""
        return [one for one in self.compared if not one.kept]

    def late(self, now: int) -> bool:
        """Say whether the mail should be back by now."""
        return not self.step and self.back_at is None and now - self.sent_at > PATIENCE


def try_out(setup: Setup, installation: Installation, ways: Ways, files: KeyFiles, name: str) -> Done | Refusal:
    """Connect, sign in and send a mail round; the step that failed is kept beside the server, like the mail's way."""
    try:
        server = servers.named(setup.store, name)
        sender, home = _sender(setup.store, server)
    except RefusedAct as refused:
        return refused.refusal
    now = setup.clock()
    try:
        ways.probe(server)
        sent = _sent(setup, installation, ways, files, server, (sender, home), now)
    except ServerFailure as failure:
        sent = {"step": failure.step, "said": failure.said}
    return _kept(setup, name, {"sent_at": now, "address": f"{name} {now}", **sent})


@act
def _kept(setup: Setup, name: str, now: Fields) -> Done:
    return Done(ACT, None, name, {}, now)


def _sender(store: Store, server: OutgoingServer) -> tuple[str, str]:
    """Return an address that the server takes in From, and the domain of ours to which the mail comes back."""
    ours = [one.name for one in store.domains.all() if one.state == "open"]
    if not ours:
        raise RefusedAct("", "no_mail_leaves", company="")
    mine = [one for one in server.senders.split() if domain_of(one) in ours or one in ours]
    first = next(iter([*mine, *server.senders.split()]), ours[0])
    home = domain_of(first) if domain_of(first) in ours else first if first in ours else ours[0]
    return (first if "@" in first else f"notifications@{first}"), home


def _sent(
    setup: Setup, installation: Installation, ways: Ways, files: KeyFiles, server: OutgoingServer,
    names: tuple[str, str], now: int,
) -> Fields:  # fmt: skip
    sender, home = names
    # A token of a message that nobody wrote: it grants nothing, and no two rounds have the same.
    back = reply_token.address(installation.keyring, Token("post", MAX_MESSAGE, now // 1000, now % 1000), home)
    said: Fields = {
        "from": sender, "return_path": f"bounce@{home}", "message_id": f"<server.{now}@{home}>", "reply_to": back,
        "recipient": back, "after": setup.store.inbound.last(),
    }  # fmt: skip
    letter = Letter(
        message_id=str(said["message_id"]),
        from_=Mailbox("weftmail", sender),
        subject=f"Test of the outgoing server {server.name}",
        text="This email tries an outgoing server. weftmail sent it to itself, and keeps it in the log.\n",
        date=now,
        loop=installation.name,
        to=(Mailbox("", sender),),
        automatic=True,
    )
    live = {key.selector for key in setup.store.domains.dkim_keys(home) if key.state in LIVE}
    keys = [key for key in files.load(home) if key.selector in live] if live else []
    data = compose(letter, ForOutsider(Mailbox("weftmail", back), ()))
    outcome = ways.to(server).submit(str(said["return_path"]), [back], sign(data, keys, now))[back]
    if not isinstance(outcome, Sent):
        raise ServerFailure("recipient" if " 5.1." in outcome.text else "message", outcome.text)
    return {**said, "answer": outcome.text, "signed": len(keys)}


def last(store: Store, name: str) -> ServerRound | None:
    """Return how the newest test of a server went; None where there was none lately."""
    row = next((one for one in store.audit.of(None, name, most=50) if one.act == ACT), None)
    if row is None:
        return None
    now = row.now
    sent_at = int(str(now["sent_at"]))
    if "step" in now:
        return ServerRound(sent_at, str(now["step"]), str(now["said"]))
    back = store.inbound.to(str(now["recipient"]), int(str(now["after"])))
    if back is None:
        return ServerRound(sent_at)
    data = store.blobs.read(back.blob_id).replace(b"\n", b"\r\n")
    domain = domain_of(str(now["recipient"]))
    records = {f"{key.selector}._domainkey.{key.domain}": key.record for key in store.domains.dkim_keys(domain)}
    valid = sum(one.valid for one in verify(data, records))
    mail = store.inbound.get(back.id)
    came = {**_read(data), "return_path": mail.sender if mail is not None else ""}
    compared = tuple(PassedOn(one, str(now[one]), came[one]) for one in COMPARED)
    return ServerRound(sent_at, "", "", back.accepted_at, compared, int(str(now["signed"])), valid)


def _read(data: bytes) -> dict[str, str]:
    fields = parse_header(data.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")
    found: dict[str, Sequence[str]] = {
        "from": [one.address for one in header.mailboxes(fields.first("from"))],
        "reply_to": [one.address for one in header.mailboxes(fields.first("reply-to"))],
        "message_id": header.identifiers(fields.first("message-id")),
    }
    return {name: next(iter(values), "") for name, values in found.items()}
