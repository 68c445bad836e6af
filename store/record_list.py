"""Records as lists show them: filtered, sorted, a page at a time both ways, and counted.

A list has a dozen filters, and any of them together.  Its statement is put together here of the conditions that are
asked for, and of no other: so each of them finds its rows by an index, which one text with all conditions would not.
Every condition is one of ``CONDITIONS``; what people write comes in as a parameter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from weftmail.store.connection import Connection
from weftmail.store.listing import COUNTED
from weftmail.store.record import Record
from weftmail.store.rows import many

RecordSort = Literal["changed", "oldest", "opened", "first", "waiting", "urgent", "owner"]
"""Last changed first or last; opened last or first; waiting for the longest time first; by priority, the highest
first; by owner, what is nobody's first."""
SORTS: dict[RecordSort, tuple[str, bool]] = {
    "changed": ("changed_at", True),
    "oldest": ("changed_at", False),
    "opened": ("created_at", True),
    "first": ("created_at", False),
    "waiting": ("awaits_since_at", False),
    "urgent": ("urgency", True),
    "owner": ("owner_order", False),
}
"""Each order by its column, and whether the largest value comes first."""

WAITS = "r.awaits_since_at is not null and r.counts_as = 'open' and r.snoozed_until_at is null"
TO_DO = "activity a where a.company_id = :company_id and a.done_at is null and a.removed_at is null"
CONDITIONS = {
    "mine": "r.owner_id = :user_id",
    "unassigned": "r.owner_id is null",
    "teams": "r.owner_team_id in (select team_id from team_member"
    " where company_id = :company_id and user_id = :user_id)",
    "unread": "exists (select 1 from unread_record u"
    " where u.company_id = :company_id and u.user_id = :user_id and u.record_id = r.id)",
    "waiting": WAITS,
    "held": "r.id in (select record_id from inbound where company_id = :company_id and record_id is not null"
    " and state in ('held', 'unmatched', 'error'))",
    "snoozed": "r.snoozed_until_at is not null",
    "drafts": "r.id in (select record_id from draft where company_id = :company_id and user_id = :user_id"
    " and state = 'writing')",
    "active": "r.counts_as <> 'closed'",
    "counts_as": "r.counts_as = :counts_as",
    "state": "r.state = :state",
    "type": "r.type = :type",
    "owner_id": "r.owner_id = :owner_id",
    "team_id": "r.owner_team_id = :team_id",
    "tag_id": "r.id in (select record_id from record_tag where company_id = :company_id and tag_id = :tag_id)",
    "customer_id": "r.customer_id = :customer_id",
    "priority": "r.priority = :priority",
    "due_before": f"r.id in (select a.record_id from {TO_DO} and a.due_on < :due_before)",  # noqa: S608
    "due_on": f"r.id in (select a.record_id from {TO_DO} and a.due_on = :due_on)",  # noqa: S608
    "due_after": f"r.id in (select a.record_id from {TO_DO} and a.due_on > :due_after)",  # noqa: S608
    "since": "r.changed_at >= :since",
    "until": "r.changed_at < :until",
}
"""What each field of a ``RecordFilter`` asks of a record."""
PARTS = {
    **{("priority", value): "r.priority <> 'normal' and " for value in ("low", "high", "urgent")},
    **{("counts_as", value): "r.counts_as <> 'closed' and " for value in ("open", "waiting")},
    ("counts_as", "closed"): "r.counts_as = 'closed' and ",
}
"""What is said beside the conditions of these values, so that the index of that part is used."""
DRIVERS = {
    "held": "(select distinct i.record_id from inbound i where i.company_id = :company_id and i.record_id is not null"
    " and i.state in ('held', 'unmatched', 'error'))",
    "drafts": "(select distinct w.record_id from draft w where w.company_id = :company_id and w.user_id = :user_id"
    " and w.state = 'writing')",
    "unread": "(select u.record_id from unread_record u where u.company_id = :company_id and u.user_id = :user_id)",
    "tag_id": "(select t.record_id from record_tag t where t.company_id = :company_id and t.tag_id = :tag_id)",
    "due_before": f"(select distinct a.record_id from {TO_DO} and a.due_on < :due_before)",  # noqa: S608
    "due_on": f"(select distinct a.record_id from {TO_DO} and a.due_on = :due_on)",  # noqa: S608
    "due_after": f"(select distinct a.record_id from {TO_DO} and a.due_on > :due_after)",  # noqa: S608
    "teams": "(select m.team_id from team_member m where m.company_id = :company_id and m.user_id = :user_id)",
}
"""Where the records of a filter stand by themselves: they are looked up from there, one of these at a time."""
FEW = ("mine", "owner_id", "team_id", "customer_id", "hidden_as", *DRIVERS)
"""What is found by its own index and then sorted, rather than looked for among all in their order."""
STRETCH = 5000
"""Where many are found by their own index, a page is looked for among so many records of the order first."""


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """Which records of a company a list shows to a user; what is None or false leaves out none.

    ``hidden_types`` are those whose records do not exist for the user, ``hidden_as`` is where to look: in the lists, or
    among spam or trash.
    """

    company_id: int
    user_id: int
    hidden_types: tuple[str, ...] = ()
    mine: bool = False
    unassigned: bool = False
    teams: bool = False
    unread: bool = False
    waiting: bool = False
    held: bool = False
    snoozed: bool = False
    drafts: bool = False
    active: bool = False
    counts_as: str | None = None
    state: str | None = None
    type: str | None = None
    owner_id: int | None = None
    team_id: int | None = None
    tag_id: int | None = None
    customer_id: int | None = None
    priority: str | None = None
    due_before: str | None = None
    due_on: str | None = None
    due_after: str | None = None
    since: int | None = None
    until: int | None = None
    hidden_as: str | None = None


@dataclass(frozen=True, slots=True)
class LastMessage:
    """The newest message or note of a record: who wrote it, and how it begins."""

    record_id: int
    author_name: str
    author_address: str
    author_user_id: int | None
    kind: str
    text: str
    created_at: int
    unverified: bool


@dataclass(frozen=True, slots=True)
class ListPlace:
    """Where a record stands in a list: the value that it is sorted by, and its id."""

    at: int
    id: int


@dataclass(frozen=True, slots=True)
class RecordCounts:
    """What stands beside the lists that everybody has, each ``COUNTED + 1`` for more."""

    mine: int
    unassigned: int
    teams: int
    unread: int
    waiting: int
    held: int
    drafts: int


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What stands before and after a record in a list; ``position`` of ``total`` counts from 1, each bounded."""

    before: str | None
    after: str | None
    position: int
    total: int


def place_of(record: Record, sort: RecordSort) -> ListPlace:
    """Return where the record stands in a list of this order."""
    return ListPlace(getattr(record, SORTS[sort][0]) or 0, record.id)


class RecordLists:
    """The lists of records of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def page(
        self,
        only: RecordFilter,
        sort: RecordSort = "changed",
        *,
        after: ListPlace | None = None,
        before: ListPlace | None = None,
        most: int = 50,
        few: bool | None = None,
    ) -> list[Record]:
        """Return records in the order of ``sort``: the first, those after a place, or those right before one.

        ``few``: whether they are fewer than a page would have to be looked for among; None where nobody counted them.
        """
        back, place = before is not None, after or before
        found: list[Record] = []
        if few is False and _by_itself(only):
            # Many of many: a page of them stands in a stretch of the order, as a rule, and sorting them all would cost.
            found = self._page(*page_sql(only, sort, after=place, back=back, stretch=STRETCH), most)
        if len(found) < most:
            found = self._page(*page_sql(only, sort, after=place, back=back, few=bool(few)), most)
        return found[::-1] if back else found

    def _page(self, sql: str, words: dict[str, Any], most: int) -> list[Record]:
        return many(Record, self._connection.run("record_list", sql, {**words, "most": most}))

    def count(self, only: RecordFilter, sort: RecordSort = "changed", before: ListPlace | None = None) -> int:
        """Return how many records there are, ``COUNTED + 1`` for more; those alone that stand ``before`` a place."""
        sql, words = count_sql(only, sort, before)
        return int(self._connection.run("record_list_count", sql, {**words, "most": COUNTED + 1}).rows[0][0])

    def counts(self, company_id: int, user_id: int, hidden_types: tuple[str, ...]) -> RecordCounts:
        """Return what stands beside Mine, Unassigned, My teams, Unread, Waiting for us, Held and Drafts."""
        sql, words = counts_sql(RecordFilter(company_id, user_id, hidden_types))
        row = self._connection.run("record_list_counts", sql, {**words, "most": COUNTED + 1}).rows[0]
        return RecordCounts(*row)

    def neighbours(self, only: RecordFilter, sort: RecordSort, place: ListPlace) -> Neighbours:
        """Return what stands beside a place in a list: the numbers before and after it, and where it is of how many."""
        sql, words = neighbours_sql(only, sort, place)
        before, after, ahead, total = self._connection.run(
            "record_list_neighbours", sql, {**words, "most": COUNTED + 1}
        ).rows[0]
        return Neighbours(before, after, ahead + 1, total)

    def changed(self, only: RecordFilter, labels: list[str], after: int) -> int:
        """Return how many records have changed since: those of the filter, and those with one of the numbers."""
        sql, words = changed_sql(only)
        found = self._connection.run("record_list_changed", sql, {**words, "labels": labels or [""], "after": after})
        return int(found.rows[0][0])

    def last_messages(self, company_id: int, records: list[Record]) -> dict[int, LastMessage]:
        """Return the newest message or note of each of the records, by the record's id."""
        ids = [one.last_message_id for one in records if one.last_message_id is not None]
        if not ids:
            return {}
        words = {"company_id": company_id, "ids": ids}
        found = many(LastMessage, self._connection.run("record_list_last", LAST, words))
        return {one.record_id: one for one in found}


LAST = """
select m.record_id, m.author_name, m.author_address, m.author_user_id, m.kind, substr(m.reply_text, 1, 300) as text,
    m.created_at, m.kind = 'received' and not m.verified as unverified
from message m
where +m.company_id = :company_id and m.id in (:ids)"""


def page_sql(
    only: RecordFilter,
    sort: RecordSort,
    *,
    after: ListPlace | None = None,
    back: bool = False,
    few: bool = False,
    stretch: int = 0,
) -> tuple[str, dict[str, Any]]:
    """Return the statement of a page and its parameters, ``most`` excepted.

    ``stretch``: look for them among so many records of the order alone, 0 for all; a page that is not full says nothing
    then.
    """
    column, down = SORTS[sort]
    order = "desc" if down is not back else "asc"
    where, words = _where(only, driven=not stretch)
    waits = f" and {WAITS}" if sort == "waiting" else ""
    place = ""
    if after is not None:
        place = f" and (r.{column}, r.id) {'<' if order == 'desc' else '>'} (:at, :id)"
        words |= {"at": after.at, "id": after.id}
    # A plus keeps SQLite from reading all records in their order.
    by = f"{'+' if not stretch and (few or _by_itself(only)) else ''}r.{column} {order}, r.id {order}"
    source = _from(only)
    if stretch:
        next_ = f"select r.* from record r where r.company_id = :company_id{waits}{place} order by {by} limit {stretch}"  # noqa: S608
        source = f"({next_}) r"
    chosen = f"select r.id as chosen from {source} where {where}{waits}{place} order by {by} limit :most"  # noqa: S608
    of_company = "l.id = c.chosen and l.company_id = :company_id"
    sorted_ = f"order by l.{column} {order}, l.id {order}"
    return f"select l.* from ({chosen}) c cross join record_row l where {of_company} {sorted_}", words  # noqa: S608


def count_sql(
    only: RecordFilter, sort: RecordSort = "changed", before: ListPlace | None = None
) -> tuple[str, dict[str, Any]]:
    """Return the statement that counts up to ``most``, and its other parameters."""
    column, down = SORTS[sort]
    where, words = _where(only)
    if sort == "waiting":
        where += f" and {WAITS}"
    if before is not None:
        where += f" and (r.{column}, r.id) {'>' if down else '<'} (:at, :id)"
        words |= {"at": before.at, "id": before.id}
    return f"select count(*) from (select 1 from {_from(only)} where {where} limit :most) counted", words  # noqa: S608


def neighbours_sql(only: RecordFilter, sort: RecordSort, place: ListPlace) -> tuple[str, dict[str, Any]]:
    """Return the statement that finds what stands beside a place, and its parameters but ``most``."""
    ahead, words = count_sql(only, sort, place)
    total, _ = count_sql(only, sort)
    before, after = (
        page_sql(only, sort, after=place, back=back)[0]
        .replace("select l.* ", "select l.label ", 1)
        .replace(":most", "1")
        for back in (True, False)
    )
    return f"select ({before}), ({after}), ({ahead}), ({total})", words


def changed_sql(only: RecordFilter) -> tuple[str, dict[str, Any]]:
    """Return the statement that counts what has changed ``after`` a time, and its other parameters."""
    where, words = _where(only, driven=False)
    changed = f"r.company_id = :company_id and r.changed_at > :after and (r.label in (:labels) or ({where}))"
    return f"select count(*) from (select 1 from record r where {changed} limit {COUNTED}) counted", words  # noqa: S608


def counts_sql(of: RecordFilter) -> tuple[str, dict[str, Any]]:
    """Return the statement that counts for all seven lists at once, and its parameters but ``most``."""
    asked = [
        replace(of, mine=True, active=True),
        replace(of, unassigned=True, active=True),
        replace(of, teams=True, active=True),
        replace(of, unread=True),
        replace(of, waiting=True),
        replace(of, held=True),
        replace(of, drafts=True),
    ]
    parts, words = [], dict[str, Any]()
    for one in asked:
        sql, more = count_sql(one)
        parts.append(f"({sql})")
        words |= more
    return f"select {', '.join(parts)}", words


def _by_itself(only: RecordFilter) -> bool:
    """Say whether a filter finds its records by an index of its own, in no order of a list."""
    return any(getattr(only, name) for name in FEW)


def _driver(only: RecordFilter) -> str | None:
    return next((name for name in DRIVERS if getattr(only, name)), None)


def _from(only: RecordFilter) -> str:
    driver = _driver(only)
    if driver is not None:
        return f"{DRIVERS[driver]} d cross join record r"
    return "record r"


def _where(only: RecordFilter, *, driven: bool = True) -> tuple[str, dict[str, Any]]:
    words: dict[str, Any] = {"company_id": only.company_id, "user_id": only.user_id}
    conditions = ["r.company_id = :company_id", *_hidden(only, words)]
    driver = _driver(only)
    for name, condition in CONDITIONS.items():
        value = getattr(only, name)
        if value is None or value is False:
            continue
        condition = f"{PARTS.get((name, value), '')}{condition}"
        conditions.append(_joined(name, driver) or condition if driven else condition)
        if value is not True:
            words[name] = value
    return " and ".join(conditions), words


def _joined(name: str, driver: str | None) -> str:
    """Return the condition by which a record belongs to what it is looked up from."""
    if name != driver:
        return ""
    return "r.owner_team_id = d.team_id" if name == "teams" else "r.id = d.record_id"


def _hidden(only: RecordFilter, words: dict[str, Any]) -> Iterator[str]:
    if only.hidden_as is None:
        yield "r.hidden_as is null"
    else:
        yield "r.hidden_as = :hidden_as"
        words["hidden_as"] = only.hidden_as
    if only.hidden_types:
        yield "r.type not in (:hidden_types)"
        words["hidden_types"] = list(only.hidden_types)
