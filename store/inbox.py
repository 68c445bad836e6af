"""The inbox: what users are told on the pages rather than by mail."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from weftmail.core.wording.phrase import Phrase
from weftmail.store.connection import Connection
from weftmail.store.rows import many, queries
from weftmail.store.sets import portions


@dataclass(frozen=True, slots=True)
class InboxEntry:
    """A message that a user is told of in the inbox."""

    id: int
    message_id: int
    record_id: int
    label: str
    title: str
    kind: str
    author_name: str
    author_address: str
    author_user_id: int | None
    subject: str
    text: str
    phrase: str
    state: str
    created_at: int

    @property
    def says(self) -> Phrase | None:
        """What an event says; None for what people wrote, which is in ``text``."""
        return Phrase.from_json(self.phrase) if self.phrase else None


@dataclass(frozen=True, slots=True)
class InboxNotice:
    """Something that a user is told in the inbox and that is no message of a thread."""

    id: int
    inbound_id: int | None
    record_id: int | None
    label: str | None
    phrase: str
    created_at: int
    read_at: int | None

    @property
    def says(self) -> Phrase:
        """What the user is told."""
        return Phrase.from_json(self.phrase)


NEWEST = 2**62
"""An id above all others: what is before it is the newest."""


class Inbox:
    """What users are told on the pages rather than by mail."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def entries(self, company_id: int, user_id: int, most: int = 100, before: int = NEWEST) -> list[InboxEntry]:
        """Return the messages in the user's inbox that are older than the entry ``before``, newest first."""
        found = queries.inbox(self._connection, company_id=company_id, user_id=user_id, most=most, before=before)
        return many(InboxEntry, found)

    def unread(self, company_id: int, user_id: int) -> int:
        """Return how many of them and of the notices are unread; of each, a thousand at most are counted."""
        count: int = queries.inbox_unread(self._connection, company_id=company_id, user_id=user_id)
        return count

    def read(self, company_id: int, record_id: int, user_id: int, now: int) -> None:
        """Mark as read what the user is told of this record."""
        queries.inbox_read(self._connection, company_id=company_id, record_id=record_id, user_id=user_id, now=now)

    def notify(
        self,
        company_id: int,
        user_ids: Collection[int],
        says: Phrase,
        now: int,
        *,
        inbound_id: int | None = None,
        record_id: int | None = None,
    ) -> None:
        """Put a notice into the inbox of these users, once for each mail that it is about."""
        shared = {
            "company_id": company_id, "phrase": says.as_json(), "inbound_id": inbound_id,
            "record_id": record_id, "now": now,
        }  # fmt: skip
        for portion in portions([{**shared, "user_id": one} for one in user_ids]):
            queries.notices_add(self._connection, portion)

    def notices(
        self, user_id: int, company_id: int | None = None, most: int = 100, before: int = NEWEST
    ) -> list[InboxNotice]:
        """Return the user's notices that are older than the notice ``before``, newest first."""
        words = {"user_id": user_id, "most": most, "before": before}
        if company_id is None:
            return many(InboxNotice, queries.notices_of_user(self._connection, **words))
        return many(InboxNotice, queries.notices(self._connection, company_id=company_id, **words))

    def notices_read(self, company_id: int, user_id: int, now: int) -> None:
        """Mark the user's notices as read."""
        queries.notices_read(self._connection, company_id=company_id, user_id=user_id, now=now)
