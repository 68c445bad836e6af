"""The entries of a thread as the page shows them: each message with all that is known of it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from weftmail.admin.words import Mark, state, vouched
from weftmail.core.wording.phrase import Phrase
from weftmail.core.wording.sentences import say
from weftmail.store.inbound import InboundRow
from weftmail.store.message import StoredAttachment, ThreadAddressed, ThreadMessage
from weftmail.store.record import Record
from weftmail.store.store import Store

_ANSWER = re.compile(r"(?i)^((re|sv|aw|fw|fwd|vs)\s*:\s*)+")
_REMOTE = "data-remote-src="


@dataclass(frozen=True, slots=True)
class ShownDelivery:
    """How far a message got on its way to one person, and since when."""

    mark: Mark
    changed_at: int


@dataclass(frozen=True, slots=True)
class File:
    """A file of a message, and where it can be had."""

    number: int
    attachment: StoredAttachment


@dataclass(frozen=True, slots=True)
class Entry:
    """One message of a thread; ``number`` counts from 1 within the record."""

    number: int
    message: ThreadMessage
    vouched: Mark | None
    to: tuple[ThreadAddressed, ...]
    cc: tuple[ThreadAddressed, ...]
    files: tuple[File, ...]
    notified: tuple[ShownDelivery, ...]
    inbound: InboundRow | None
    subject: str

    @property
    def author(self) -> str:
        """Who wrote it."""
        return self.message.author_name or self.message.author_address or "Mail server"

    @property
    def flag(self) -> Phrase | None:
        """What is remarkable about the message."""
        return Phrase("flag.id reused") if self.message.flag else None

    @property
    def words(self) -> str:
        """The new words; the whole text where nothing new was found in it."""
        if self.message.says is not None:
            return say(self.message.says)
        return self.message.reply_text.strip() or self.message.text.strip()

    @property
    def trimmed(self) -> str:
        """What follows the new words: quotes, a signature.  "" where nothing does, or the words stand elsewhere."""
        head, _, rest = self._whole[len(self.words) :].partition("\n")
        return rest.strip("\n") if self._whole.startswith(self.words) and not head else ""

    @property
    def scattered(self) -> bool:
        """Whether the mail says more than its new words, and not simply after them."""
        return not self.trimmed and len(self._whole.splitlines()) > len(self.words.splitlines())

    @property
    def _whole(self) -> str:
        """The text with its lines as the new words have theirs."""
        return "\n".join(line.rstrip() for line in self.message.text.split("\n")).strip()

    @property
    def remote_images(self) -> int:
        """How many images lie elsewhere, and are not loaded."""
        return self.message.html.count(_REMOTE)

    @property
    def frame_size(self) -> str:
        """How high the frame of the HTML should be: its content cannot be asked."""
        lines = self.message.text.count("\n") + len(self.message.text) // 90 + 6 * self.message.html.count("<img")
        return "small" if lines < 12 else "middle" if lines < 30 else "large"

    @property
    def formatted(self) -> bool:
        """Whether the HTML says more than the text does."""
        return bool(self.message.html.strip()) and self.message.kind != "event"

    @property
    def initials(self) -> str:
        """One or two letters that stand for the author."""
        words = [word for word in self.author.replace("@", " ").split() if word[0].isalnum()]
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"

    @property
    def colour(self) -> int:
        """One of six colours, the same for one author everywhere."""
        return sum(self.author.encode("utf-8", "replace")) % 6


class _OfMessage(Protocol):
    @property
    def message_id(self) -> int: ...


T = TypeVar("T", bound=_OfMessage)


def entries(store: Store, record: Record) -> list[Entry]:
    """Return the record's thread, oldest first."""
    addressed = _by_message(store.messages.thread_addressed(record.id))
    attachments = _by_message(store.messages.thread_attachments(record.id))
    deliveries = _by_message(store.messages.thread_deliveries(record.id))
    found = []
    for number, message in enumerate(store.messages.thread(record.id), start=1):
        people = addressed[message.id]
        found.append(
            Entry(
                number=number,
                message=message,
                vouched=vouched(message),
                to=tuple(one for one in people if one.field == "to"),
                cc=tuple(one for one in people if one.field == "cc"),
                files=tuple(File(at, one) for at, one in enumerate(attachments[message.id], start=1)),
                notified=tuple(ShownDelivery(state(one), one.changed_at) for one in deliveries[message.id]),
                inbound=_inbound(store, record, message),
                subject=_other_subject(message.subject, record.title),
            )
        )
    return found


def _by_message(rows: Iterable[T]) -> dict[int, list[T]]:
    found: dict[int, list[T]] = defaultdict(list)
    for row in rows:
        found[row.message_id].append(row)
    return found


def _inbound(store: Store, record: Record, message: ThreadMessage) -> InboundRow | None:
    row = store.inbound.get(message.inbound_id) if message.inbound_id is not None else None
    return row if row is not None and row.company_id == record.company_id else None


def _other_subject(subject: str, title: str) -> str:
    """The subject where it says something else than the record's title does."""
    return "" if _ANSWER.sub("", subject).strip() == _ANSWER.sub("", title).strip() else subject


def message_of(entries: Sequence[ThreadMessage], number: int) -> ThreadMessage | None:
    """Return the message of this number within its record."""
    return entries[number - 1] if 1 <= number <= len(entries) else None
