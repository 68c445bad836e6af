"""A mail round: one of our own mails leaves through the mail server and comes back by a reply address.

It proves what records in the DNS can only promise: that the mail server takes what we send and brings us what comes to
a reply address, whole, and that signatures survive the way.  It bears our loop field, so that routing drops it once it
is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from weftmail.core.address import Mailbox
from weftmail.core.composing.dkim import Signature, sign, verify
from weftmail.core.composing.dkim_key import SigningKey
from weftmail.core.composing.mail import ForOneColleague, Letter, compose
from weftmail.core.dns.key_life import LIVE
from weftmail.core.ports import Sent, Submitter
from weftmail.core.tokens import reply_token
from weftmail.core.tokens.reply_token import MAX_MESSAGE, Token
from weftmail.flow.installation import Installation
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup import find
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.flow.setup.dkim_key import KeyFiles
from weftmail.store.domain import Domain
from weftmail.store.store import Store

ACT = "domain.round"
PATIENCE = 60_000
"""A mail that is not back after so long is said to be late; in milliseconds."""
_TEXT = "This email checks the way out and back of {domain}. weftmail sent it to itself, and keeps it in the log.\n"


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """A round: when it was sent, when it was accepted again, None while it is away, and what its signatures say."""

    sent_at: int
    accepted_at: int | None
    inbound_id: int | None
    signatures: tuple[Signature, ...] = ()

    @property
    def verified(self) -> bool:
        """Whether each signature that the mail bears holds; without one there is nothing to say."""
        return all(one.valid for one in self.signatures)

    def late(self, now: int) -> bool:
        """Say whether it should be back by now."""
        return self.accepted_at is None and now - self.sent_at > PATIENCE


def send(setup: Setup, installation: Installation, submitter: Submitter, files: KeyFiles, name: str) -> Done | Refusal:
    """Send a mail of a domain to itself, signed by all keys that it has, seen in the DNS or not."""
    try:
        found = find.domain(setup.store, name)
        # A token of a message that nobody wrote: it grants nothing, and no two rounds have the same.
        now = setup.clock()
        token = Token("post", MAX_MESSAGE, now // 1000, now % 1000)
        recipient = reply_token.address(installation.keyring, token, found.name)
        after = setup.store.inbound.last()
        answer = _submitted(submitter, found.name, recipient, _mail(setup.store, installation, files, found, now))
    except RefusedAct as refused:
        return refused.refusal
    return _sent(setup, found, {"recipient": recipient, "after": after, "sent_at": now, "answer": answer})


@act
def _sent(setup: Setup, domain: Domain, now: Fields) -> Done:
    return Done(ACT, domain.company_id, domain.name, {}, now)


def _mail(store: Store, installation: Installation, files: KeyFiles, domain: Domain, now: int) -> bytes:
    letter = Letter(
        message_id=f"<round.{now}@{domain.name}>",
        from_=Mailbox("weftmail", f"notifications@{domain.name}"),
        subject=f"Mail round of {domain.name}",
        text=_TEXT.format(domain=domain.name),
        date=now,
        loop=installation.name,
        automatic=True,
    )
    live = {key.selector for key in store.domains.dkim_keys(domain.name) if key.state in LIVE}
    keys: Sequence[SigningKey] = [key for key in files.load(domain.name) if key.selector in live] if live else []
    return sign(compose(letter, ForOneColleague(Mailbox("", f"notifications@{domain.name}"))), keys, now)


def _submitted(submitter: Submitter, domain: str, recipient: str, data: bytes) -> str:
    outcome = submitter.submit(f"bounce@{domain}", [recipient], data)[recipient]
    if not isinstance(outcome, Sent):
        raise RefusedAct("", "round_refused", answer=outcome.text)
    return outcome.text


def last(store: Store, domain: Domain) -> RoundTrip | None:
    """Return how the newest round of a domain went; None where none was sent lately."""
    acts = store.audit.of(domain.company_id, domain.name, most=50)
    row = next((one for one in acts if one.act == ACT), None)
    if row is None:
        return None
    sent_at, recipient = int(str(row.now["sent_at"])), str(row.now["recipient"])
    back = store.inbound.to(recipient, int(str(row.now["after"])))
    if back is None:
        return RoundTrip(sent_at, None, None)
    records = {f"{key.selector}._domainkey.{key.domain}": key.record for key in store.domains.dkim_keys(domain.name)}
    data = store.blobs.read(back.blob_id).replace(b"\n", b"\r\n")
    return RoundTrip(sent_at, back.accepted_at, back.id, tuple(verify(data, records)))
