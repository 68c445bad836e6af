"""Out of office: who is away from when until when, and who stands in for them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from weftmail.store.connection import Connection
from weftmail.store.follower import Follower
from weftmail.store.rows import many, one, queries


@dataclass(frozen=True, slots=True)
class Absence:
    """When somebody is away, and who stands in; ``until_at`` they are back.  ``away``: it is so now."""

    from_at: int
    until_at: int
    substitute_id: int | None = None
    away: bool = False


@dataclass(frozen=True, slots=True)
class StandIn(Follower):
    """Who stands in for a colleague who is away, as they are told."""

    away_id: int = 0
    stands_in_for: str = ""


@dataclass(frozen=True, slots=True)
class AwayColleague:
    """A colleague who is away in a company, and who stands in for them there: None for nobody."""

    away_id: int
    away_name: str
    until_at: int
    user_id: int | None
    name: str | None


class Absences:
    """Who is away."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, user_id: int) -> Absence | None:
        """Return when somebody is away, now or later; None where nothing of it is known."""
        return one(Absence, queries.absence(self._connection, user_id=user_id))

    def put(self, user_id: int, absence: Absence | None) -> None:
        """Let somebody be away then; None ends it."""
        queries.absence_put(
            self._connection,
            user_id=user_id,
            from_at=absence.from_at if absence is not None else None,
            until_at=absence.until_at if absence is not None else None,
            substitute_id=absence.substitute_id if absence is not None else None,
            away=absence is not None and absence.away,
        )

    def stand_ins(self, company_id: int, ids: Collection[int], record_type: str) -> list[StandIn]:
        """Return who stands in for some of those who are away, where records of that type are there for them."""
        if not ids:
            return []
        found = queries.stand_ins(
            self._connection, company_id=company_id, ids=sorted(set(ids)), record_type=record_type
        )
        return many(StandIn, found)

    def of_company(self, company_id: int) -> list[AwayColleague]:
        """Return who is away in a company, by name."""
        return many(AwayColleague, queries.stand_ins_of_company(self._connection, company_id=company_id))
