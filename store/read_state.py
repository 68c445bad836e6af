"""Read state: which records hold something that a user has not seen, and from which message on."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from weftmail.store.connection import Connection
from weftmail.store.rows import column, queries
from weftmail.store.sets import portions


class ReadState:
    """What each user has not seen of the records that are theirs, their team's, or that they follow."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def came(self, company_id: int, record_id: int, message_id: int, author_id: int | None, now: int) -> None:
        """Let a message be unread for everybody whose record it is, but its author; what was unread before stays so."""
        queries.unread_came(
            self._connection,
            company_id=company_id,
            record_id=record_id,
            message_id=message_id,
            user_id=author_id or 0,
            now=now,
        )

    def read(self, company_id: int, user_id: int, record_ids: Sequence[int]) -> int:
        """Let the user have seen all of these records; return how many of them held anything unread."""
        return sum(
            int(queries.unread_read(self._connection, company_id=company_id, user_id=user_id, ids=portion))
            for portion in portions(record_ids)
        )

    def mark(self, company_id: int, user_id: int, record_ids: Sequence[int], now: int) -> None:
        """Let the newest message of each of these records be unread for the user."""
        for portion in portions(record_ids):
            queries.unread_mark(self._connection, company_id=company_id, user_id=user_id, ids=portion, now=now)

    def since(self, company_id: int, user_id: int, record_id: int) -> int | None:
        """Return the first message of the record that the user has not seen; None where they have seen all."""
        found: int | None = queries.unread_from(
            self._connection, company_id=company_id, user_id=user_id, record_id=record_id
        )
        return found

    def among(self, company_id: int, user_id: int, record_ids: Collection[int]) -> frozenset[int]:
        """Return those of the records that hold something unread."""
        if not record_ids:
            return frozenset()
        found = queries.unread_among(self._connection, company_id=company_id, user_id=user_id, ids=list(record_ids))
        return frozenset(column(found))
