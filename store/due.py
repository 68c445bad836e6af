"""What is due at a time: one row for each thing, claimed under a lease, gone once its effect is committed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from weftmail.store.connection import Connection
from weftmail.store.rows import many, one, queries
from weftmail.store.sets import portions


@dataclass(frozen=True, slots=True)
class Due:
    """One thing that happens at a time.

    ``kind`` says which module does it, and ``key`` what it is about.  ``company_id`` is None for what belongs to the
    whole installation.  ``attempts`` counts this one; ``error`` is why the last one failed.
    """

    id: int
    company_id: int | None
    kind: str
    key: str
    due_at: int
    attempts: int
    error: str


class Agenda:
    """All that is due in a store, now or later."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, kind: str, key: str, due_at: int, now: int, company_id: int | None = None) -> None:
        """Let it happen at that time; what stood there under this kind and key is moved to it."""
        queries.due_put(self._connection, kind=kind, key=key, due_at=due_at, now=now, company_id=company_id)

    def add(self, kind: str, keys: Sequence[str], now: int) -> None:
        """Let each happen now; one that stands there already keeps its time."""
        rows = [{"kind": kind, "key": key, "now": now} for key in keys]
        for portion in portions(rows):
            queries.due_add(self._connection, portion)

    def ensure(self, kind: str, now: int) -> None:
        """Put what stands in every store, with an empty key, unless it is there already."""
        queries.due_ensure(self._connection, kind=kind, now=now)

    def remove(self, kind: str, key: str) -> bool:
        """Take it off; say whether it was there."""
        removed: int = queries.due_remove(self._connection, kind=kind, key=key)
        return removed == 1

    def next_at(self, now: int) -> int | None:
        """Return when the next thing that nobody has in hand is due, or None where there is none."""
        value: int | None = queries.due_next_at(self._connection, now=now)
        return value

    def claim(self, holder: str, now: int, lease: int) -> Due | None:
        """Take the lease of what has been due for longest; nobody else gets it for ``lease`` milliseconds."""
        return one(Due, queries.due_claim(self._connection, holder=holder, now=now, lease=lease))

    def clock_back(self, kind: str, now: int, farthest: int, failed: int) -> int:
        """Let what of this kind lies beyond ``farthest``, or after a failure beyond ``failed``, be due now; return how
        much that was.
        """
        words = {"kind": kind, "now": now, "farthest": farthest, "failed": max(farthest, failed)}
        found: int = queries.due_clock_back(self._connection, **words)
        return found

    def leases_back(self, longest: int) -> int:
        """Take the leases that last beyond ``longest``; return how many there were."""
        found: int = queries.due_leases_back(self._connection, longest=longest)
        return found

    def hold(self, due: Due, holder: str) -> bool:
        """Say whether the claim still stands; inside a transaction it then stands until that ends."""
        held: int = queries.due_hold(self._connection, id=due.id, holder=holder, attempts=due.attempts)
        return held == 1

    def done(self, due: Due) -> None:
        """It has happened, and does not happen again; to be called in the transaction of its effect."""
        queries.due_done(self._connection, id=due.id)

    def again(self, due: Due, due_at: int) -> None:
        """It has happened, and does again at that time; to be called in the transaction of its effect."""
        queries.due_again(self._connection, id=due.id, due_at=due_at)

    def postpone(self, due: Due, holder: str, due_at: int, error: str) -> None:
        """It failed: let it wait, unless the lease has passed to somebody else."""
        queries.due_postpone(
            self._connection, id=due.id, holder=holder, attempts=due.attempts, due_at=due_at, error=error
        )

    def all(self, most: int = 100) -> list[Due]:
        """Return what is due, the soonest first."""
        return many(Due, queries.due_list(self._connection, most=most))
