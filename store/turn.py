"""Turns: what goes to and fro between somebody and one record or alias, and what of it was held."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from weftmail.core.routing.turns import STAMP, Turn
from weftmail.store.connection import Connection
from weftmail.store.rows import many, queries


class Turns:
    """The turns of a store; one row for each pair, however much goes to and fro."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, company_id: int, names: Sequence[str], places: Sequence[str]) -> list[Turn]:
        """Return what is known of these names at these places."""
        found = queries.turns_of(self._connection, company_id=company_id, names=list(names), places=list(places))
        return many(Turn, found)

    def came(self, company_id: int, turns: Sequence[Turn], now: int) -> None:
        """Write down that a mail came; where a turn brings no times, those that are there stay."""
        queries.turns_came(
            self._connection,
            [
                {
                    "company_id": company_id, "who": one.who, "place": one.place, "waiting": one.waiting,
                    "times": one.times, "mails": one.mails, "since_at": one.since_at,
                    "alarmed_at": one.alarmed_at, "now": now,
                }
                for one in turns
            ],
        )  # fmt: skip

    def went(self, company_id: int, names: Collection[str], places: Sequence[str], now: int) -> None:
        """Write down that something of ours goes to these names from these places.

        For those of whom a mail waited it was a turn.
        """
        queries.turns_went(
            self._connection,
            company_id=company_id, names=list(names), places=list(places), stamp=f"{now:0{STAMP}}", now=now,
        )  # fmt: skip

    def hold(self, company_id: int, names: Collection[str], places: Collection[str], now: int) -> None:
        """Write down that a mail of these names at these places is held."""
        queries.turns_hold(self._connection, company_id=company_id, names=list(names), places=list(places), now=now)

    def expire(self, before: int, alarmed_before: int) -> None:
        """Remove what was quiet since ``before``; of whom admins were told, since ``alarmed_before``."""
        queries.turns_expire(self._connection, before=before, alarmed_before=alarmed_before)
