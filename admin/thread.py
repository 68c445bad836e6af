"""The entries of a thread as the page shows them: each message with all that is known of it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from weftmail.admin.words import Mark, state, vouched
from weftmail.core.address import in_full
from weftmail.core.composing.wordless import instead_of_words
from weftmail.core.routing.findings import findings
from weftmail.core.routing.recipients import INBOX
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.thread import Conversation, Entry
from weftmail.store.delivery import Delivery
from weftmail.store.inbound import InboundRow
from weftmail.store.message import StoredAttachment, ThreadAddressed, ThreadMessage
from weftmail.store.record import Record

_ANSWER = re.compile(r"(?i)^((re|sv|aw|fw|fwd|vs)\s*:\s*)+")
_QUEUED = re.compile(r"queued as (\w+)")
"""How Postfix says under which queue id it took a mail."""
_REMOTE = "data-remote-src="


_FRAMES = ((3, "tiny"), (8, "small"), (24, "middle"))
"""Lines of text, and how high a frame they need."""


WORDS = 20 * 1024
"""Bytes of a message's words that stand on a page; the rest is a download."""
LOOKED_AT = 24 * 1024
"""Characters of them that are asked of the store."""
SHOWN = 50
"""Files of a message, and people of a field, that are listed."""


_SAID = {
    "application/pkcs7-signature": Phrase("file.signature smime"),
    "application/x-pkcs7-signature": Phrase("file.signature smime"),
    "application/pgp-signature": Phrase("file.signature pgp"),
    "application/pgp-keys": Phrase("file.key pgp"),
    "message/rfc822": Phrase("file.email"),
}


@dataclass(frozen=True, slots=True)
class ShownDelivery:
    """How far a message got on its way to one person, since when, and what the mail servers said of it."""

    mark: Mark
    changed_at: int
    queue_id: str = ""
    answer: str = ""
    again_at: int = 0
    """When the mail server tries again, about; 0 where it does not."""
    colleague: Phrase | None = None
    """What the folded line says of a colleague; None for somebody outside."""


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A file of a message; by its number it can be had."""

    number: int
    attachment: StoredAttachment

    @property
    def says(self) -> Phrase | None:
        """What it is, where its name says little."""
        return _SAID.get(self.attachment.content_type)


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """A message of a thread with what the page says of it."""

    entry: Entry
    vouched: Mark | None
    findings: tuple[Phrase, ...]
    """What was checked of who sent it."""
    files: tuple[ShownFile, ...]
    notified: tuple[ShownDelivery, ...]
    subject: str
    unseen_by: str = ""
    """The customer, where the message went past them: a forward, or what somebody else wrote to us alone."""

    @property
    def message(self) -> ThreadMessage:
        """The message itself."""
        return self.entry.message

    @property
    def number(self) -> int:
        """Counts from 1 within the record."""
        return self.entry.message.number

    @property
    def inbound(self) -> InboundRow | None:
        """The mail that it came from."""
        return self.entry.inbound

    @property
    def to(self) -> tuple[ThreadAddressed, ...]:
        """Those in To."""
        return tuple(one for one in self.entry.addressed if one.field == "to")

    @property
    def cc(self) -> tuple[ThreadAddressed, ...]:
        """Those in Cc."""
        return tuple(one for one in self.entry.addressed if one.field == "cc")

    @property
    def bcc(self) -> tuple[ThreadAddressed, ...]:
        """Those in Bcc."""
        return tuple(one for one in self.entry.addressed if one.field == "bcc")

    @property
    def author(self) -> str:
        """Who wrote it, with the address of anybody outside; "" for a mail server that names nobody."""
        message = self.message
        if message.author_user_id is not None:
            return message.author_name
        return in_full(message.author_name, message.author_address)

    @property
    def flag(self) -> Phrase | None:
        """What is remarkable about the message."""
        return Phrase("flag.id reused") if self.message.flag else None

    @property
    def words(self) -> str:
        """The new words; the whole text where nothing new was found in it."""
        return self.message.reply_text.strip() or self.message.text.strip()

    @property
    def trimmed(self) -> str:
        """What follows the new words: quotes, a signature.  "" where nothing does, or the words stand elsewhere."""
        head, _, rest = self._full_text[len(self.words) :].partition("\n")
        return rest.strip("\n") if self._full_text.startswith(self.words) and not head else ""

    @property
    def scattered(self) -> bool:
        """Whether the mail says more than its new words, and not simply after them."""
        return not self.trimmed and len(self._full_text.splitlines()) > len(self.words.splitlines())

    @property
    def _full_text(self) -> str:
        """The text with its lines as the new words have theirs."""
        return "\n".join(line.rstrip() for line in self.message.text.split("\n")).strip()

    @property
    def shown_words(self) -> str:
        """The new words as far as a page shows them."""
        return _cut(self.words)

    @property
    def shown_trimmed(self) -> str:
        """What follows them, as far as a page shows it."""
        return _cut(self.trimmed)

    @property
    def shown_text(self) -> str:
        """The whole text, as far as a page shows it."""
        return _cut(self.message.text)

    @property
    def is_cut(self) -> bool:
        """Whether the message says more than the page shows."""
        longest = max(self.message.text, self.message.reply_text, key=len)
        return len(longest) >= LOOKED_AT or any(
            _cut(text) != text for text in (self.words, self.trimmed, self.message.text if self.scattered else "")
        )

    @property
    def remote_images(self) -> int:
        """How many images lie elsewhere, and are not loaded."""
        return self.message.html.count(_REMOTE)

    @property
    def frame_size(self) -> str:
        """How high the frame of the HTML should be until the page has measured what is in it."""
        lines = self.message.text.count("\n") + len(self.message.text) // 90 + 8 * self.message.html.count("<img")
        return next((name for most, name in _FRAMES if lines <= most), "large")

    @property
    def formatted(self) -> bool:
        """Whether the HTML says more than the text does."""
        shows = self.message.text.strip() or "<img" in self.message.html
        return bool(self.message.html.strip() and shows) and self.message.kind != "event"

    @property
    def instead(self) -> Phrase | None:
        """What is said of it where it has no words, or none that can be read here."""
        if self.message.flag == "unreadable" or self.message.deleted_at is not None:
            return None
        found = instead_of_words(self.words, self.entry.attachments)
        return None if self.formatted and not self.words else found

    @property
    def as_html(self) -> bool:
        """Whether the page opens with the HTML.  Where others are quoted, the new words alone are easier to read."""
        return self.formatted and not (self.words and self._quotes)

    @property
    def _quotes(self) -> bool:
        """Whether somebody else's words stand in it; a signature alone does not count."""
        if self.trimmed.startswith("--"):
            return "\n>" in self.trimmed
        return bool(self.trimmed or self.scattered)

    @property
    def attached(self) -> tuple[ShownFile, ...]:
        """The files to be listed: those that do not stand inside the mail's own HTML."""
        return self._listed[:SHOWN]

    @property
    def more_files(self) -> int:
        """How many more it has; they are in its source."""
        return max(0, len(self._listed) - SHOWN)

    @property
    def _listed(self) -> tuple[ShownFile, ...]:
        return tuple(one for one in self.files if not one.attachment.inline)

    @property
    def outsiders(self) -> tuple[ShownDelivery, ...]:
        """What became of it for those outside."""
        return tuple(one for one in self.notified if one.colleague is None)

    @property
    def colleagues(self) -> tuple[ShownDelivery, ...]:
        """What became of it for colleagues, who stand in one line."""
        return tuple(one for one in self.notified if one.colleague is not None)

    @property
    def loads_images(self) -> bool:
        """Whether its images elsewhere are loaded without asking: nobody can claim to be a sender who may."""
        return self.message.loads_images and self.message.verified

    @property
    def initials(self) -> str:
        """One or two letters that stand for the author."""
        name = self.message.author_name or self.message.author_address
        words = [word for word in name.replace("@", " ").split() if word[0].isalnum()]
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"

    @property
    def colour(self) -> int:
        """One of six colours, the same for one author everywhere."""
        return sum(self.author.encode("utf-8", "replace")) % 6


def shown_entries(found: Conversation, now: int) -> list[ShownEntry]:
    """Return the messages of a conversation as the page shows them at a time, oldest first."""
    return [
        ShownEntry(
            entry=one,
            vouched=vouched(one.message),
            findings=tuple(findings(json.loads(one.message.proof))) if one.message.inbound_id is not None else (),
            files=tuple(ShownFile(number, file) for number, file in enumerate(one.attachments, start=1)),
            notified=tuple(_shown_delivery(each, now) for each in one.deliveries),
            subject=_other_subject(one.message.subject, found.record.title),
            unseen_by=_unseen_by(one, found.record),
        )
        for one in found.entries
    ]


def _unseen_by(entry: Entry, record: Record) -> str:
    """Name the customer of the record where a message went past them, whom others would take to have read it."""
    message = entry.message
    alone = message.forwards_id is not None or (message.kind == "received" and not message.automatic)
    if not (alone and message.public and record.customer_id and record.customer_address):
        return ""
    sees = {message.author_contact_id, *(one.contact_id for one in entry.addressed)}
    known = {message.author_address, *(one.address for one in entry.addressed)}
    if record.customer_id in sees or record.customer_address in known:
        return ""
    return in_full(record.customer or "", record.customer_address)


def _cut(text: str) -> str:
    if len(text) * 4 <= WORDS:
        return text
    data = text.encode("utf-8", "replace")
    return text if len(data) <= WORDS else data[:WORDS].decode("utf-8", "ignore")


def _shown_delivery(one: Delivery, now: int) -> ShownDelivery:
    queued = _QUEUED.search(one.reason) if one.state == "sent" else None
    answer = one.reason if one.state in ("accepted", "relayed", "delayed", "bounced", "failed") else ""
    in_short = _notified(one, now) if one.user_id is not None else None
    return ShownDelivery(state(one, now), one.changed_at, queued[1] if queued else "", answer, one.again_at, in_short)


_BY = {
    "accepted": Phrase("told.email"),
    "relayed": Phrase("told.email"),
    "sent": Phrase("told.email"),
    "queued": Phrase("told.email"),
    "delivered": Phrase("told.email"),
    "unread": Phrase("told.unread"),
    "read": Phrase("told.read"),
}


def _notified(one: Delivery, now: int) -> Phrase:
    """How a colleague was notified, in two words: by email, or whether they have read it."""
    how = _BY.get(one.state) if one.channel in ("email", INBOX) else None
    return Phrase("told", {"name": one.name, "how": how or state(one, now).says.values["state"]})


def _other_subject(subject: str, title: str) -> str:
    """The subject where it says something else than the record's title does."""
    return "" if _ANSWER.sub("", subject).strip() == _ANSWER.sub("", title).strip() else subject
