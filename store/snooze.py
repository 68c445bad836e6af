"""Records that wait for a day or for an answer, out of what waits for us until then."""

from __future__ import annotations

from dataclasses import dataclass

from weftmail.store.connection import Connection
from weftmail.store.rows import one, queries

UNTIL_ANSWER = 253_370_764_800_000
"""The time that stands for no day: the record waits until somebody outside answers."""


@dataclass(frozen=True, slots=True)
class Snooze:
    """Until when a record is snoozed, and by whom; ``user_id`` is None where the shell did it."""

    until: int
    user_id: int | None


class Snoozes:
    """The snoozed records of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, company_id: int, record_id: int) -> Snooze | None:
        """Return the snooze of a record; None where it is not snoozed."""
        return one(Snooze, queries.snooze_of(self._connection, company_id=company_id, id=record_id))

    def put(self, company_id: int, record_id: int, snooze: Snooze | None) -> None:
        """Snooze a record, or with None wake it."""
        queries.snooze_put(
            self._connection,
            company_id=company_id,
            id=record_id,
            until_at=snooze.until if snooze is not None else None,
            user_id=snooze.user_id if snooze is not None else None,
        )
