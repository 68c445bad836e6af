"""One delivery on its way into the store, and what two hand-overs of it have in common."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from weftmail.core.address import comparable
from weftmail.core.limits import MAIL_HOPS, RECEIVED_FIELDS
from weftmail.core.parsing.message import Message
from weftmail.core.routing.authentication import Proof
from weftmail.core.tokens import locator
from weftmail.flow.installation import Installation
from weftmail.flow.turns import UNCOUNTED, Traffic
from weftmail.store.alias import Alias
from weftmail.store.inbound import Accepted


@dataclass(frozen=True, slots=True)
class Delivered:
    """One delivery on its way into the store: what the mail server gave, what we read, and what proves it."""

    row: Accepted
    message: Message
    proof: Proof
    verified: bool
    """The author is verified, be it by signature, by login, or by the word of a person who let the mail in."""
    arrived_at: int = 0
    """When it was accepted; 0 for what a person releases, which arrives with that."""
    by_alias: str = ""
    """The alias that takes it: a mail to three hundred of its plus addresses is one mail to it."""
    alias: Alias | None = None
    """What the store has of the alias at work, if one is."""
    traffic: Traffic = UNCOUNTED
    """Between whom it goes, as far as that counts."""
    writer: str = ""
    """Whom it names as its author, where a program, a list or an address of ours stands in From."""
    shows_address: int | None = None
    """The record whose own address somebody outside sees by it."""
    by_signature: bool = False
    """It is a colleague's by a signature alone, so that all that is not signed may be anybody's."""
    marks: tuple[str, str | None] = ("", None)
    """How our own spam filter marks it, and the virus that was found in it."""

    wait: int = 0
    """For so many milliseconds what leaves because of it waits: a person decided so, and may undo it."""

    @property
    def proof_words(self) -> str:
        """What proves the author, as it is kept: JSON."""
        return json.dumps(self.proof.stored(), ensure_ascii=False)


def came_back(installation: Installation, message: Message) -> bool:
    """Say whether a mail is one that we sent: it bears our loop field, or its Message-ID is one of ours.

    A mailing list may take our fields out, and keeps the Message-ID (RFC 5321, 3.9).
    """
    return installation.name in message.loop or locator.verify(installation.keyring, message.message_id) is not None


def delivery_key(installation: Installation, delivered: Delivered) -> str:
    """Return what two hand-overs of one delivery have in common, hashed: recipient, Message-ID, content, and whatever
    else decides what becomes of it.

    Without the last a stranger who knows a mail could send a copy of it ahead, unverified or marked as a machine's, and
    the mail itself would count as handed over before.  Of a mail that a signature alone makes a colleague's, only what
    is signed counts: with another Message-ID it would go out once more.
    """
    message, proof = delivered.message, delivered.proof
    decides = (
        proof.verified, proof.colleague_proof, proof.login, not delivered.row.sender, message.kind,
        message.auto_submitted, came_back(installation, message), len(message.received) > RECEIVED_FIELDS,
        message.hops > MAIL_HOPS,
        message.in_reply_to, message.references, delivered.writer, delivered.marks,
    )  # fmt: skip
    recipient = delivered.by_alias or comparable(delivered.row.recipient)
    content = ("", message.signed_hash) if delivered.by_signature else (message.message_id, message.content_hash)
    text = "\n".join((recipient, *content, repr(decides)))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
