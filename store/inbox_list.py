"""The inbox as its page shows it: over all companies of a user, by the record, until they are done with it.

What waits (a held mail, a message that did not arrive, an activity that is due) stays until it is settled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from weftmail.core.wording.phrase import Phrase
from weftmail.store.connection import Connection
from weftmail.store.inbox import NEWEST
from weftmail.store.rows import many, queries

MOST_WAITING = 500
"""On so many records what waits for somebody is shown, the newest."""


@dataclass(frozen=True, slots=True, order=True)
class InboxPlace:
    """Where an entry stands among the others: when it came, and a number that tells those of one moment apart."""

    happened_at: int = NEWEST
    place: int = NEWEST


@dataclass(frozen=True, slots=True)
class InboxTop:
    """The newest entry of a record, or a notice that is about none (then ``notice_id`` is its number, else 0)."""

    company_id: int
    record_id: int | None
    notice_id: int
    happened_at: int
    place: int


@dataclass(frozen=True, slots=True)
class InboxWaiting:
    """How much waits on a record until it is settled; without a ``record_id`` what is held without one."""

    company_id: int
    record_id: int | None
    happened_at: int
    place: int
    held: int
    failed: int
    due: int


@dataclass(frozen=True, slots=True)
class InboxMessages:
    """The messages of a record that its reader is not done with: how many, and the newest of them."""

    company_id: int
    record_id: int
    label: str
    title: str
    entries: int
    unread: int
    kind: str
    author_name: str
    author_address: str
    author_user_id: int | None
    text: str
    phrase: str
    happened_at: int
    place: int
    mentioned: bool
    stands_in_for: str
    unverified: bool

    @property
    def says(self) -> Phrase | None:
        """What an event says; None for what people wrote."""
        return Phrase.from_json(self.phrase) if self.phrase else None


@dataclass(frozen=True, slots=True)
class InboxNotices:
    """The notices of a record that its reader is not done with: how many, and the newest of them."""

    id: int
    company_id: int
    record_id: int
    label: str
    title: str
    entries: int
    unread: int
    waits: str
    phrase: str
    happened_at: int
    place: int

    @property
    def says(self) -> Phrase:
        """What the newest says."""
        return Phrase.from_json(self.phrase)


@dataclass(frozen=True, slots=True)
class LoneNotice:
    """A notice that is about no record; ``held``: it is about a mail that can be filed with one press."""

    id: int
    company_id: int
    inbound_id: int | None
    waits: str
    phrase: str
    happened_at: int
    read_at: int | None
    held: bool

    @property
    def says(self) -> Phrase:
        """What it says."""
        return Phrase.from_json(self.phrase)


@dataclass(frozen=True, slots=True)
class Unreached:
    """Somebody outside whom a message did not reach, and the copy that was for them."""

    id: int
    company_id: int
    record_id: int
    outbox_id: int
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose inbox it is, and the companies that they enter."""

    user_id: int
    company_ids: tuple[int, ...]

    @property
    def words(self) -> dict[str, object]:
        """What every question names."""
        return {"user_id": self.user_id, "company_ids": [*self.company_ids]}


class InboxLists:
    """Inboxes, each over all companies of its user."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def tops(self, whose: Whose, before: InboxPlace, most: int) -> list[InboxTop]:
        """Return the newest entries of records, and notices about none, that stand after a place."""
        # An even place is a message's, an odd one a notice's.
        found = queries.inbox_page(
            self._connection, **whose.words, before=before.happened_at, delivery_id=(before.place + 1) // 2,
            id=before.place // 2, most=most,
        )  # fmt: skip
        return many(InboxTop, found)

    def waiting(self, whose: Whose) -> list[InboxWaiting]:
        """Return what waits until it is settled, by the record."""
        return many(InboxWaiting, queries.inbox_waiting(self._connection, **whose.words, most=MOST_WAITING))

    def newest(self, whose: Whose, record_ids: Sequence[int]) -> dict[int, InboxPlace]:
        """Return where the newest entry of each of these records stands that does not wait."""
        found = queries.inbox_newest(self._connection, **whose.words, record_ids=[*record_ids])
        return {record_id: InboxPlace(happened_at, place) for record_id, happened_at, place in found.rows}

    def messages(self, whose: Whose, record_ids: Sequence[int]) -> list[InboxMessages]:
        """Return the messages in the inbox of each of these records."""
        return many(InboxMessages, queries.inbox_messages(self._connection, **whose.words, record_ids=[*record_ids]))

    def notices(self, whose: Whose, record_ids: Sequence[int]) -> list[InboxNotices]:
        """Return the notices of each of these records."""
        found = queries.inbox_record_notices(self._connection, **whose.words, record_ids=[*record_ids])
        return many(InboxNotices, found)

    def alone(self, whose: Whose, ids: Sequence[int]) -> list[LoneNotice]:
        """Return these notices, as far as they are the user's."""
        return many(LoneNotice, queries.inbox_notices(self._connection, **whose.words, ids=[*ids]))

    def unreached(self, whose: Whose, record_ids: Sequence[int]) -> list[Unreached]:
        """Return whom the failures are about that the inbox holds of these records, each once."""
        return many(Unreached, queries.inbox_unreached(self._connection, **whose.words, record_ids=[*record_ids]))

    def unread(self, whose: Whose) -> int:
        """Return how many entries are unread; of messages and of notices a thousand at most are counted."""
        count: int = queries.inbox_unread(self._connection, **whose.words)
        return count

    def done_with_record(self, company_id: int, user_id: int, record_id: int, until: int, now: int) -> int:
        """Be done with what came of a record until then, but for what waits; return how many entries that were."""
        words = {"company_id": company_id, "user_id": user_id, "record_id": record_id, "until_at": until, "now": now}
        count: int = queries.inbox_done_record(self._connection, **words)
        count += queries.inbox_done_record_notices(self._connection, **words)
        return count

    def done_with_notice(self, company_id: int, user_id: int, notice_id: int, now: int) -> int:
        """Be done with a notice that does not wait; return how many that was."""
        count: int = queries.inbox_done_notice(
            self._connection, company_id=company_id, user_id=user_id, id=notice_id, now=now
        )
        return count

    def done_with_all(self, whose: Whose, until: int, now: int) -> int:
        """Be done with all that came until then and does not wait; return how many entries that were."""
        words = {**whose.words, "until_at": until, "now": now}
        count: int = queries.inbox_done_messages(self._connection, **words)
        count += queries.inbox_done_notices(self._connection, **words)
        return count

    def back(self, whose: Whose, done_at: int) -> int:
        """Bring back what the user was done with at that moment; return how many entries that were."""
        words = {**whose.words, "done_at": done_at}
        count: int = queries.inbox_back_messages(self._connection, **words)
        count += queries.inbox_back_notices(self._connection, **words)
        return count

    def read_notice(self, company_id: int, user_id: int, notice_id: int, now: int) -> None:
        """Mark a notice as read."""
        queries.inbox_read_notice(self._connection, company_id=company_id, user_id=user_id, id=notice_id, now=now)

    def read_mail(self, company_id: int, user_id: int, inbound_id: int, now: int) -> None:
        """Mark what tells the user of a mail as read."""
        queries.inbox_read_inbound(
            self._connection, company_id=company_id, user_id=user_id, inbound_id=inbound_id, now=now
        )

    def unread_record(self, company_id: int, user_id: int, record_id: int, *, message: bool, now: int) -> None:
        """Mark the newest entry of a record as unread: of its messages, or else of its notices."""
        words = {"company_id": company_id, "user_id": user_id, "record_id": record_id}
        if message:
            queries.inbox_unread_message(self._connection, **words, now=now)
        else:
            queries.inbox_unread_record_notice(self._connection, **words)

    def unread_notice(self, company_id: int, user_id: int, notice_id: int) -> None:
        """Mark a notice as unread."""
        queries.inbox_unread_notice(self._connection, company_id=company_id, user_id=user_id, id=notice_id)

    def settle(self, before: int, now: int) -> None:
        """Put away what came before a time and was settled since, so that it is not looked at again."""
        queries.inbox_settle_messages(self._connection, before=before, now=now)
        queries.inbox_settle_notices(self._connection, before=before, now=now)
