"""Threads in stretches: some messages of a record that follow each other, and what belongs to all of them at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from weftmail.store.attachment import RecordFile
from weftmail.store.connection import Connection
from weftmail.store.decider import HeldLine
from weftmail.store.delivery import Delivery
from weftmail.store.inbound import InboundRow
from weftmail.store.inbox import NEWEST
from weftmail.store.message import StoredAttachment, ThreadAddressed, ThreadMessage
from weftmail.store.rows import many, one, queries
from weftmail.store.sets import portions

BUDGET = 4_000_000
"""Characters of words and HTML after which a page of a thread ends."""
ALL = 500_000_000
HELD = 100


@dataclass(frozen=True, slots=True)
class Stretch:
    """Messages of one record that follow each other, from one id to another: what is asked of all of them at once."""

    company_id: int
    record_id: int
    first: int
    last: int
    elsewhere: int = 0
    """A message of the record that does not stand among them; its people, files and deliveries are wanted, too."""


class Threads:
    """The threads of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def before(
        self, company_id: int, record_id: int, before: int = NEWEST, most: int = 50, words: int = ALL
    ) -> list[ThreadMessage]:
        """Return the newest entries older than ``before``, oldest first.

        Fewer than ``most`` where they hold more than 4 MB together; of each so many characters, and of HTML four times.
        """
        found = queries.messages_before(
            self._connection,
            company_id=company_id,
            record_id=record_id,
            before=before,
            most=most,
            words=words,
            budget=BUDGET,
        )
        return many(ThreadMessage, found)[::-1]

    def after(
        self, company_id: int, record_id: int, after: int = 0, most: int = 50, words: int = ALL
    ) -> list[ThreadMessage]:
        """Return the oldest entries newer than ``after``, oldest first, bounded as ``before`` is."""
        found = queries.messages_after(
            self._connection,
            company_id=company_id,
            record_id=record_id,
            after=after,
            most=most,
            words=words,
            budget=BUDGET,
        )
        return many(ThreadMessage, found)

    def numbered(self, company_id: int, record_id: int, number: int) -> ThreadMessage | None:
        """Return the entry of this number in its record."""
        found = queries.message_by_number(self._connection, company_id=company_id, record_id=record_id, number=number)
        return one(ThreadMessage, found)

    def of_company(self, company_id: int, ids: Collection[int]) -> set[int]:
        """Return those of these messages that belong to the company."""
        found: set[int] = set()
        for portion in portions(list(ids)):
            rows = queries.messages_of_company(self._connection, company_id=company_id, ids=portion)
            found.update(row[0] for row in rows)
        return found

    def around(self, company_id: int, record_id: int, first: int, last: int) -> tuple[int, int]:
        """Return how many entries of the record are older than the one of the id ``first``, and newer than ``last``."""
        found = queries.messages_around(
            self._connection, company_id=company_id, record_id=record_id, first=first, last=last
        )
        ((earlier, later),) = found
        return earlier, later

    def some_before(self, company_id: int, record_id: int, before: int, some: int) -> int | None:
        """Return the id of the entry that stands ``some`` before the one of the id ``before``; None where fewer do."""
        found: int | None = queries.message_some_before(
            self._connection, company_id=company_id, record_id=record_id, before=before, some=some - 1
        )
        return found

    def last_number(self, company_id: int, record_id: int) -> int:
        """Return the number of the record's newest entry, 0 where it has none."""
        found: int | None = queries.message_last_number(self._connection, company_id=company_id, record_id=record_id)
        return found or 0

    def addressed(self, stretch: Stretch) -> list[ThreadAddressed]:
        """Return who stands in To and Cc of a stretch, message by message, To first."""
        return many(ThreadAddressed, queries.page_addresses(self._connection, **_named(stretch)))

    def attachments(self, stretch: Stretch) -> list[StoredAttachment]:
        """Return the files of a stretch."""
        return many(StoredAttachment, queries.page_attachments(self._connection, **_named(stretch)))

    def files(self, company_id: int, record_id: int, before: int | None = None, most: int = 50) -> list[RecordFile]:
        """Return the files of all messages of a record, the newest first, but for images that stand inside a mail."""
        found = queries.record_files(
            self._connection, company_id=company_id, record_id=record_id, before=before or NEWEST, most=most
        )
        return many(RecordFile, found)

    def deliveries(self, stretch: Stretch) -> list[Delivery]:
        """Return who was told of the messages of a stretch."""
        return many(Delivery, queries.page_deliveries(self._connection, **_named(stretch)))

    def inbound(self, stretch: Stretch) -> list[InboundRow]:
        """Return the rows of the inbound log from which the messages of a stretch came, whole."""
        return many(InboundRow, queries.page_inbound(self._connection, **_named(stretch)))

    def held(self, company_id: int, record_id: int, user_id: int | None = None) -> list[HeldLine]:
        """Return what waits for a person to decide and concerns this record, oldest first, a hundred at most.

        Each says whether it is ``theirs``, the user's, to decide on.
        """
        found = queries.review_of_record(
            self._connection, company_id=company_id, record_id=record_id, user_id=user_id or 0, most=HELD
        )
        return many(HeldLine, found)


def _named(stretch: Stretch) -> dict[str, int]:
    return {name: getattr(stretch, name) for name in Stretch.__slots__}
