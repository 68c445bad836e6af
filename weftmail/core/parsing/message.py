"""A message, parsed: everything that later rules ask about it, as one frozen value (RFC 5322, 2045).

``steps`` makes it of bytes.  What kind of message it is stands in the value, too, but is judged one room higher, in
``reports``: whoever parses brings that judgement along.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message as Parsed
from typing import Literal

from weftmail.core.address import Mailbox
from weftmail.core.parsing.dkim_tags import UNSIGNED, Signers
from weftmail.core.parsing.dmarc_report import DmarcReport
from weftmail.core.parsing.forward import Forwarded
from weftmail.core.parsing.mime import Fields, Leaf
from weftmail.core.parsing.seal import Seal

__all__ = [
    "Attachment",
    "Classify",
    "DeliveryReport",
    "Evidence",
    "Failure",
    "Forwarded",
    "Judged",
    "Kind",
    "Message",
    "Stamp",
    "Step",
]

Kind = Literal["mail", "machine", "auto-reply", "bounce", "delay", "receipt", "complaint"]
Step = Literal["header", "text", "files", "html"]
"""Reading goes in these steps, in this order; each leaves a whole message, of which the later ones are missing."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What a report says about one recipient."""

    address: str
    status: str
    action: str
    diagnostic: str
    hard: bool
    reason: str


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What a mail server or a mailbox says became of a message of ours."""

    recipients: tuple[Failure, ...]
    original_message_id: str | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a message is judged by: its header fields, its parts, its subject, authors and words.

    ``bounded_tree`` gives the beginning of the message as the stdlib parses it, bounded in every direction.
    """

    fields: Fields
    leaves: tuple[Leaf, ...]
    subject: str
    author: Mailbox
    text: str
    bounded_tree: Callable[[], Parsed]


@dataclass(frozen=True, slots=True)
class Judged:
    """What kind of message it is and, for a report, what it reports."""

    kind: Kind
    report: DeliveryReport | None = None
    titled: bool = False
    """It is an automatic answer by its words alone."""


Classify = Callable[[Evidence], Judged]
"""Says what kind of message this is."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came along; its bytes are never recoded."""

    filename: str
    content_type: str
    content: bytes
    sha256: str
    content_id: str | None
    inline: bool
    """The HTML shows it in its place."""
    card: str = ""
    """What a calendar says, as ``core/calendar_card`` keeps it; "" of any other file."""

    @property
    def size(self) -> int:
        """The number of bytes."""
        return len(self.content)


@dataclass(frozen=True, slots=True)
class Stamp:
    """A field that servers on the way write, and their filters: ``above`` is how many Received fields stand above it.

    ``name`` is in lower case.
    """

    name: str
    above: int
    value: str


@dataclass(frozen=True, slots=True)
class Message:
    """What a message says.  Texts hold no lone surrogate and no NUL; values of header fields are one clean line."""

    message_id: str
    subject: str
    from_: tuple[Mailbox, ...]
    sender: tuple[Mailbox, ...]
    reply_to: tuple[Mailbox, ...]
    to: tuple[Mailbox, ...]
    cc: tuple[Mailbox, ...]
    date: int | None
    """Milliseconds since 1970, UTC."""
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    """At most the last 50."""
    text: str
    """The words: the plain form where there is one, else taken from the HTML."""
    html: str
    """The HTML form as it came, not sanitised; "" where there is none."""
    reply_text: str
    attachments: tuple[Attachment, ...]
    forwarded: Forwarded | None
    defects: tuple[str, ...]
    kind: Kind
    report: DeliveryReport | None
    received: tuple[str, ...]
    """The Received fields, topmost first."""
    stamps: tuple[Stamp, ...]
    """Authentication-Results and the fields of spam filters, topmost first."""
    auto_submitted: str
    loop: tuple[str, ...]
    content_hash: str
    signers: Signers = UNSIGNED
    """What its DKIM-Signature fields name, true or not."""
    seals: tuple[Seal, ...] = ()
    """What its DKIM signatures and ARC sets claim, for our own check."""
    signed_hash: str = ""
    """Of a signed mail, the hash over what its signature has to cover; "" of any other."""
    page: str = ""
    """The HTML form, sanitised; "" where there is none."""
    titled: bool = False
    """It counts as an automatic answer by its words alone."""
    hops: int = 0
    """How many installations of weftmail say that they passed it on."""
    original_from: tuple[Mailbox, ...] = ()
    """X-Original-From: where a list wrote itself into From, its author."""
    passed_on: tuple[Stamp, ...] = ()
    """The fields of mailboxes, lists and servers that passed it on, topmost first."""
    dmarc: DmarcReport | None = None
    """The aggregate report that it brings."""
    missing: tuple[Step, ...] = ()
    """The steps that reading did not come to."""

    @property
    def unreadable(self) -> bool:
        """Nobody knows what it says: its words were not read."""
        return "text" in self.missing
