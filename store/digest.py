"""What the digest of a colleague tells of records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from weftmail.store.connection import Connection
from weftmail.store.rows import many, queries


@dataclass(frozen=True, slots=True)
class AwaitingRecord:
    """A record on which somebody outside waits for an answer."""

    label: str
    title: str
    awaits_since_at: int
    customer: str | None
    address: str | None


class Digests:
    """What digests tell of."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def waiting(self, company_id: int, user_id: int, hidden_types: Sequence[str], most: int) -> list[AwaitingRecord]:
        """Return what waits for an answer of the user, or of their team where nobody has it, the longest first."""
        found = queries.digest_waiting(
            self._connection, company_id=company_id, user_id=user_id, types=[*hidden_types] or [""], most=most
        )
        return many(AwaitingRecord, found)
