"""Who may decide on what waits for review: the view ``decider`` says it, for pages, lists, counts and sentences."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from weftmail.store.connection import Connection
from weftmail.store.inbound import InboundLine
from weftmail.store.rows import column, many, queries


@dataclass(frozen=True, slots=True)
class Decider:
    """Somebody who may decide, and by what: it is ``theirs``, or they are an ``admin`` of the company or of the
    ``installation``."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class HeldLine(InboundLine):
    """A mail that waits, and whether it is somebody's to decide on who looks at it."""

    theirs: bool = False


class Deciders:
    """Who may decide on mails of the review queue."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def decides_on(self, company_id: int, user_id: int, ids: Collection[int]) -> set[int]:
        """Return on which of some mails of a company, or of none, a user may decide."""
        if not ids:
            return set()
        found = queries.decides_on(self._connection, company_id=company_id, user_id=user_id, ids=sorted(ids))
        return set(column(found))

    def of(self, company_id: int, ids: Collection[int]) -> list[Decider]:
        """Return who may decide on any of some mails of a company, by name."""
        if not ids:
            return []
        return many(Decider, queries.deciders(self._connection, company_id=company_id, ids=sorted(ids)))
