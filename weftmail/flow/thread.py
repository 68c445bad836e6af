"""The conversation of a record, or a page of it, as one frozen value: the page, the commands and JSON render it.

Whoever shows a conversation asks here, and asks the store nothing more.  The number of queries does not grow with the
messages: what belongs to them (people, files, deliveries, the mails they came from) is asked for a stretch at a time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from weftmail.core.routing.recipients import INBOX
from weftmail.store.alias import Alias
from weftmail.store.decider import HeldLine
from weftmail.store.delivery import Delivery
from weftmail.store.inbound import InboundRow
from weftmail.store.inbox import NEWEST
from weftmail.store.message import StoredAttachment, ThreadAddressed, ThreadMessage
from weftmail.store.record import Participant, Record, RecordFollower
from weftmail.store.store import Store
from weftmail.store.thread import ALL, Stretch

PER_PAGE = 50
"""Messages of one page, where nobody asks for another number."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: a colleague, or the operator, who has no ``user_id`` and may do everything."""

    user_id: int | None = None
    may_write: bool = True


OPERATOR = Reader()


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Which messages: the newest, or those just before or just after the message with this id; never both."""

    limit: int = PER_PAGE
    before: int | None = None
    after: int | None = None
    elsewhere: int | None = None
    """The message of this id is loaded with them, where it stands on another page: it is about to be answered."""
    elsewhere_number: int | None = None
    """Rather that of this number, if people can answer it."""
    words: int = ALL
    """Characters of each message's words; of its HTML four times as many."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One message with all that is known of it.

    ``inbound`` is the mail that it came from: with its envelope, and the trace of every rule that was asked.
    ``unread``: it waits in the reader's inbox.
    """

    message: ThreadMessage
    addressed: tuple[ThreadAddressed, ...] = ()
    attachments: tuple[StoredAttachment, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    inbound: InboundRow | None = None
    unread: bool = False


@dataclass(frozen=True, slots=True)
class Conversation:
    """A record with a page of its messages, oldest first; ``earlier`` and ``later``: how many more there are.

    ``alias`` is the one that it belongs to, ``held`` what waits for review and concerns it, a
    hundred at most.
    ``may_write`` and ``follows`` are said of the reader.
    """

    record: Record
    entries: tuple[Entry, ...]
    earlier: int
    later: int
    followers: tuple[RecordFollower, ...]
    participants: tuple[Participant, ...]
    held: tuple[HeldLine, ...]
    alias: Alias | None
    may_write: bool
    follows: bool
    elsewhere: Entry | None = None
    """A message of another page that is about to be answered."""
    own_address: str = ""
    """The record's own address, for who may write on it: what they send there from their mail program stands on it."""

    @property
    def known(self) -> tuple[Entry, ...]:
        """The messages that are loaded: those of the page, and the one beside it."""
        return self.entries if self.elsewhere is None else (*self.entries, self.elsewhere)

    @property
    def oldest(self) -> ThreadMessage:
        """The message of the page that came first into the record; not always the first one shown."""
        return min((one.message for one in self.entries), key=lambda one: one.id)

    @property
    def newest(self) -> ThreadMessage:
        """The message of the page that came last into the record."""
        return max((one.message for one in self.entries), key=lambda one: one.id)

    @property
    def received_at(self) -> str | None:
        """The address of the alias that it belongs to."""
        return self.alias.address if self.alias is not None else None


def conversation(
    store: Store,
    record: Record,
    reader: Reader = OPERATOR,
    page: Excerpt | None = None,
    *,
    with_held: bool = True,
) -> Conversation:
    """Return a page of the record's conversation as ``reader`` sees it; without ``page``, the newest messages.

    ``with_held`` is False where the caller knows that nothing waits for review.
    To be called inside a snapshot or a transaction, so that its parts belong together.
    """
    page = page or Excerpt()
    entries, elsewhere = _entries(store, record, reader, page)
    earlier, later = store.threads.around(record.company_id, record.id, *_ends(entries, page))
    alias = store.aliases.get(record.company_id, record.alias_id) if record.alias_id is not None else None
    followers = tuple(store.records.followers(record.company_id, record.id))
    return Conversation(
        record=record,
        entries=_by_arrival(entries),
        earlier=earlier,
        later=later,
        followers=followers,
        participants=tuple(store.records.participants(record.company_id, record.id)),
        held=tuple(store.threads.held(record.company_id, record.id, reader.user_id)) if with_held else (),
        alias=alias,
        may_write=reader.may_write,
        follows=any(one.user_id == reader.user_id for one in followers),
        elsewhere=elsewhere,
    )


def whole(store: Store, record: Record, reader: Reader = OPERATOR) -> tuple[Conversation, Iterator[Entry]]:
    """Return the conversation without its messages, and all its messages, a page of them in memory at a time.

    To be read inside one snapshot.
    """
    head = conversation(store, record, reader, Excerpt(limit=0))
    return replace(head, earlier=0, later=0), _all(store, record, reader)


def _all(store: Store, record: Record, reader: Reader) -> Iterator[Entry]:
    page = Excerpt(after=0)
    while entries := _entries(store, record, reader, page)[0]:
        yield from _by_arrival(entries)
        page = Excerpt(after=entries[-1].message.id)


def _by_arrival(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """What took long to read was filed after younger mail, and stands where it arrived all the same.

    Only such mails change places with each other: what was written here, or released from review, stands where it was.
    """
    mails = iter(
        sorted((one for one in entries if _came(one)), key=lambda one: (one.message.created_at, one.message.id))
    )
    return tuple(next(mails) if _came(one) else one for one in entries)


def _came(entry: Entry) -> bool:
    return entry.inbound is not None and entry.inbound.accepted_at == entry.message.created_at


def _entries(store: Store, record: Record, reader: Reader, page: Excerpt) -> tuple[tuple[Entry, ...], Entry | None]:
    """Return the messages of a page with all that is known of them, and the one beside them."""
    messages = _messages(store, record, page)
    if not messages:
        return (), None
    elsewhere = _elsewhere(store, record, page, messages)
    stretch = Stretch(
        record.company_id, record.id, messages[0].id, messages[-1].id, 0 if elsewhere is None else elsewhere.id
    )
    addressed = _by_message(store.threads.addressed(stretch))
    attachments = _by_message(store.threads.attachments(stretch))
    deliveries = _by_message(store.threads.deliveries(stretch))
    mails = any(one.inbound_id is not None for one in messages)
    inbound = {one.id: one for one in store.threads.inbound(stretch)} if mails else {}

    def entry(one: ThreadMessage) -> Entry:
        return Entry(
            message=one,
            addressed=addressed[one.id],
            attachments=attachments[one.id] if one.deleted_at is None else (),
            deliveries=_beyond_inbox(deliveries[one.id]),
            inbound=inbound.get(one.inbound_id or 0),
            unread=_unread(deliveries[one.id], reader),
        )

    return tuple(map(entry, messages)), None if elsewhere is None else entry(elsewhere)


def _elsewhere(store: Store, record: Record, page: Excerpt, messages: Sequence[ThreadMessage]) -> ThreadMessage | None:
    """Return the message that is wanted beside those of the page; None where it is one of them, or there is none."""
    wanted = next((one for one in messages if one.number == page.elsewhere_number), None)
    if wanted is None and page.elsewhere_number is not None:
        wanted = store.threads.numbered(record.company_id, record.id, page.elsewhere_number)
        if wanted is not None and can_be_answered(wanted):
            return wanted
    shown = wanted is not None and can_be_answered(wanted)
    if shown or page.elsewhere is None or any(one.id == page.elsewhere for one in messages):
        return None
    return store.messages.get(record.company_id, page.elsewhere)


def can_be_answered(message: ThreadMessage) -> bool:
    """Say whether people can answer the message: neither what happened to the record, nor what was erased."""
    return message.kind != "event" and message.deleted_at is None


def _ends(entries: Sequence[Entry], page: Excerpt) -> tuple[int, int]:
    """Return the ids of the oldest and the newest message of a page; of an empty one, where it would stand."""
    if entries:
        return entries[0].message.id, entries[-1].message.id
    if page.after is not None:
        return page.after + 1, page.after
    before = NEWEST if page.before is None else page.before
    return before, before - 1


def _messages(store: Store, record: Record, page: Excerpt) -> list[ThreadMessage]:
    if page.after is not None:
        return store.threads.after(record.company_id, record.id, page.after, page.limit, page.words)
    before = NEWEST if page.before is None else page.before
    return store.threads.before(record.company_id, record.id, before, page.limit, page.words)


def _beyond_inbox(deliveries: tuple[Delivery, ...]) -> tuple[Delivery, ...]:
    """Whoever is told by another channel finds the message in the inbox, too: that is not said of them twice."""
    elsewhere = {one.person for one in deliveries if one.channel != INBOX}
    return tuple(one for one in deliveries if one.channel != INBOX or one.person not in elsewhere)


def _unread(deliveries: Iterable[Delivery], reader: Reader) -> bool:
    return any(one.user_id == reader.user_id and one.state == "unread" for one in deliveries)


class _OfMessage(Protocol):
    @property
    def message_id(self) -> int: ...


T = TypeVar("T", bound=_OfMessage)


def _by_message(rows: Iterable[T]) -> defaultdict[int, tuple[T, ...]]:
    found: defaultdict[int, tuple[T, ...]] = defaultdict(tuple)
    for row in rows:
        found[row.message_id] += (row,)
    return found
