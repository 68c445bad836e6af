"""Saved filters: lists of records under a name, of one colleague or shared with the company."""

from __future__ import annotations

from dataclasses import dataclass

from weftmail.store.connection import Connection
from weftmail.store.rows import many, one, queries


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """A list under a name; ``query`` is what stands in the address of the page."""

    id: int
    user_id: int
    author: str
    shared: bool
    name: str
    query: str


class SavedFilters:
    """The saved filters of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, company_id: int, user_id: int) -> list[SavedFilter]:
        """Return the colleague's own filters and the shared ones, by name."""
        return many(SavedFilter, queries.saved_filters(self._connection, company_id=company_id, user_id=user_id))

    def get(self, company_id: int, filter_id: int) -> SavedFilter | None:
        """Return one filter of the company."""
        return one(SavedFilter, queries.saved_filter_by_id(self._connection, company_id=company_id, id=filter_id))

    def put(self, company_id: int, user_id: int, name: str, query: str, *, shared: bool, now: int) -> int:
        """Keep a filter under a name, in place of the one that the colleague has under it; return its id."""
        filter_id: int = queries.saved_filter_put(
            self._connection,
            company_id=company_id,
            user_id=user_id,
            name=name,
            query=query,
            shared=shared,
            now=now,
        )
        return filter_id

    def remove(self, company_id: int, filter_id: int) -> None:
        """Remove a filter."""
        queries.saved_filter_remove(self._connection, company_id=company_id, id=filter_id)
