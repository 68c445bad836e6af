"""What the mail server's log says it handed over: counted by the hour, and named while it is not here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from weftmail.core.next_hop import HandedOver
from weftmail.store.connection import Connection
from weftmail.store.rows import many, one, queries
from weftmail.store.sets import portions


@dataclass(frozen=True, slots=True)
class HandedCount:
    """How much the mail server handed over since a time, and how much of it is here."""

    handed: int
    here: int


class HandedOvers:
    """What a store knows of the mail server's own count."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def arrived(self, queue_ids: Collection[str], since: int) -> set[tuple[str, str]]:
        """Return queue id and recipient of what came under these queue ids since a time."""
        found: set[tuple[str, str]] = set()
        for portion in portions([{"id": one_id} for one_id in sorted(queue_ids)]):
            ids = [row["id"] for row in portion]
            found |= {*queries.inbound_of_queue_ids(self._connection, queue_ids=ids, since=since).rows}
        return found

    def count(self, hour: int, handed: int, here: int) -> None:
        """Add to what was handed over in an hour, and to what of it is here."""
        queries.handed_hour_add(self._connection, hour=hour, handed=handed, here=here)

    def miss(self, handed: Sequence[HandedOver]) -> None:
        """Keep what is not here."""
        rows = [{"queue_id": each.queue_id, "recipient": each.recipient, "at": each.at} for each in handed]
        for portion in portions(rows):
            queries.handed_missing_add(self._connection, portion)

    def found(self, handed: HandedOver) -> None:
        """Keep something no longer that is here by now."""
        queries.handed_missing_remove(self._connection, queue_id=handed.queue_id, recipient=handed.recipient)

    def missing(self, before: int, most: int) -> list[HandedOver]:
        """Return what was handed over before a time and is not here, the newest first."""
        return many(HandedOver, queries.handed_missing(self._connection, before=before, most=most))

    def since(self, hour: int) -> HandedCount:
        """Return the count from an hour on."""
        return one(HandedCount, queries.handed_since(self._connection, hour=hour)) or HandedCount(0, 0)

    def expire(self, before: int, hour: int) -> None:
        """Forget what is older than a time, and its hour."""
        queries.handed_missing_expire(self._connection, before=before)
        queries.handed_hours_expire(self._connection, hour=hour)
