"""Aliases as lists show them: searched, filtered, sorted, a page at a time both ways, with what came to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from weftmail.store.alias import Alias
from weftmail.store.connection import Connection
from weftmail.store.listing import COUNTED, NEWEST
from weftmail.store.rows import many, queries

AliasSort = Literal["address", "use", "change"]
"""By address; or what got mail, or was changed, last first."""
NOBODY = 0
"""Stands for the owner of an alias that neither a person nor a team owns."""


@dataclass(frozen=True, slots=True)
class AliasFilter:
    """Which aliases of some companies a list shows; None leaves out none.

    ``words`` stand in the address, in the type of record that it opens, or in the name of its owner or its team.
    A ``record_type`` of "" asks for those that are pinned to a record.
    """

    company_ids: tuple[int, ...]
    words: str | None = None
    domain_id: int | None = None
    record_type: str | None = None
    state: str | None = None
    owner_id: int | None = None
    team_id: int | None = None
    after: str = ""
    """Count those alone that follow this address."""


@dataclass(frozen=True, slots=True)
class Activity:
    """Of an alias: the mails that came since a time, and those that wait in the review queue."""

    mails: int = 0
    in_review: int = 0


NO_ACTIVITY = Activity()


def place_of(alias: Alias, sort: AliasSort) -> str:
    """Return what names the alias's place in a list, from which the next page goes on."""
    if sort == "address":
        return alias.address
    return f"{alias.last_mail_at if sort == 'use' else alias.changed_at}.{alias.id}"


class AliasLists:
    """The lists of aliases of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def page(
        self, only: AliasFilter, sort: AliasSort = "address", *, after: str = "", before: str = "", most: int = 100
    ) -> list[Alias]:
        """Return aliases in the order of ``sort``: the first, those after a place, or those right before one."""
        ask = getattr(queries, f"list_aliases_by_{sort}{'_back' if before else ''}")
        key = _key(sort, before or after)
        found = many(Alias, ask(self._connection, **_values(only), **key, most=most))
        return found[::-1] if before else found

    def count(self, only: AliasFilter) -> int:
        """Return how many aliases there are, ``COUNTED + 1`` for more."""
        count: int = queries.list_aliases_count(self._connection, **_values(only), address=only.after, most=COUNTED + 1)
        return count

    def activity(self, aliases: Sequence[Alias], since: int) -> dict[int, Activity]:
        """Return what came to each of the aliases of one page, by its id."""
        if not aliases:
            return {}
        which = {"company_ids": sorted({one.company_id for one in aliases}), "ids": [one.id for one in aliases]}
        mails = dict(queries.alias_mails_since(self._connection, **which, since=since))
        in_review = dict(queries.alias_mails_in_review(self._connection, **which))
        return {one.id: Activity(mails.get(one.id, 0), in_review.get(one.id, 0)) for one in aliases}


def _key(sort: AliasSort, place: str) -> dict[str, Any]:
    if sort == "address":
        return {"address": place}
    at, _, alias_id = place.partition(".")
    return {"at": _number(at), "id": _number(alias_id)}


def _number(text: str) -> int:
    """Read a number of a place; what is none stands at the beginning, as nothing does."""
    return min(int(text), NEWEST) if text.isascii() and text.isdigit() and len(text) < 20 else NEWEST


def _values(only: AliasFilter) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(only, name) for name in AliasFilter.__slots__}
    return {**values, "company_ids": list(only.company_ids), "words": only.words.lower() if only.words else None}
