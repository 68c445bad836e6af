"""Tags: words that a company puts on its records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from weftmail.store.connection import Connection
from weftmail.store.rows import made, many, one, queries


@dataclass(frozen=True, slots=True)
class Tag:
    """A word that records bear."""

    id: int
    name: str


class Tags:
    """The tags of a store; two of one company never differ by capitals alone."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self, company_id: int) -> list[Tag]:
        """Return the company's tags by name."""
        return many(Tag, queries.tags(self._connection, company_id=company_id))

    def on_and_off(self, company_id: int, record_id: int) -> tuple[list[Tag], list[Tag]]:
        """Return the tags of one record, and the company's others; both by name."""
        rows = [*queries.tags_beside(self._connection, company_id=company_id, record_id=record_id)]
        bears, others = ([Tag(row[0], row[1]) for row in rows if bool(row[2]) is wanted] for wanted in (True, False))
        return bears, others

    def by_name(self, company_id: int, name: str) -> Tag | None:
        """Return the company's tag of this name."""
        return one(Tag, queries.tag_by_name(self._connection, company_id=company_id, folded=name.casefold()))

    def put(self, company_id: int, name: str, now: int) -> Tag:
        """Return the company's tag of this name, a new one where there is none."""
        key = {"company_id": company_id, "folded": name.casefold()}
        queries.tag_put(self._connection, **key, name=name, now=now)
        return made(Tag, queries.tag_by_name(self._connection, **key))

    def of(self, company_id: int, record_ids: Collection[int]) -> dict[int, tuple[Tag, ...]]:
        """Return the tags of some records, by the records' ids."""
        found: defaultdict[int, tuple[Tag, ...]] = defaultdict(tuple)
        if record_ids:
            for record_id, tag_id, name in queries.record_tags(
                self._connection, company_id=company_id, ids=list(record_ids)
            ):
                found[record_id] += (Tag(tag_id, name),)
        return found

    def add(self, company_id: int, record_id: int, tag_id: int, now: int) -> None:
        """Put a tag on a record."""
        queries.record_tag_add(self._connection, company_id=company_id, record_id=record_id, tag_id=tag_id, now=now)

    def remove(self, company_id: int, record_id: int, tag_id: int) -> None:
        """Take a tag off a record."""
        queries.record_tag_remove(self._connection, company_id=company_id, record_id=record_id, tag_id=tag_id)
