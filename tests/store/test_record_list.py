"""Lists of records: every filter finds what it says, in both databases, by an index, at any size."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any, get_args

import pytest

from tests.store.conftest import Office
from tests.store.test_growth import LARGE, MOST, SMALL, STEPS, filled
from weftmail.store import postgresql
from weftmail.store.connection import SqliteConnection, connect
from weftmail.store.record import Record
from weftmail.store.record_list import (
    CONDITIONS,
    SORTS,
    ListPlace,
    RecordFilter,
    RecordSort,
    changed_sql,
    count_sql,
    counts_sql,
    page_sql,
    place_of,
)
from weftmail.store.sets import expanded
from weftmail.store.snooze import Snooze

VALUES: dict[str, Any] = {
    "counts_as": "open", "state": "waiting", "type": "lead", "owner_id": 2, "team_id": 1, "tag_id": 1, "customer_id": 7,
    "priority": "high", "since": 10**8, "until": 5, "due_before": "2027-01-01", "due_on": "2027-01-01",
    "due_after": "2027-01-01",
}  # fmt: skip
FLAGS = [name for name in CONDITIONS if name not in VALUES]


def asked(*names: str, user_id: int = 2) -> RecordFilter:
    return replace(RecordFilter(1, user_id), **{name: VALUES.get(name, True) for name in names})


ONE = [asked(name) for name in CONDITIONS]
TWO = [asked(*pair) for pair in itertools.combinations(CONDITIONS, 2)]
FEW = [RecordFilter(1, 2), replace(RecordFilter(1, 2), hidden_types=("order", "task")), asked(*CONDITIONS)]


@pytest.fixture
def four(office: Office) -> tuple[Office, dict[str, Record]]:
    """Four records: Anna's, Björn's in a team, nobody's that waits, and one in the trash."""
    store, now = office.store, 100
    team = store.teams.add(office.acme, "Sales", 1)
    store.teams.join(office.acme, team, office.bjorn)
    karin = office.contact()
    made = {
        "annas": office.record("A", owner_id=office.anna),
        "björns": office.record("B", owner_id=office.bjorn, owner_team_id=team, type="order"),
        "nobodys": office.record("C", customer_id=karin),
        "thrown": office.record("D"),
    }
    store.records.follow(office.acme, made["nobodys"].id, office.bjorn, 1)
    for at, one in enumerate(made.values()):
        message = office.message(one, kind="received", text=f"Words {at}", reply_text=f"Words {at}")
        whose = "outside" if one.title == "C" else "inside"
        store.records.heard(office.acme, one.id, message, whose, now + at)
        store.read_state.came(office.acme, one.id, message, office.anna, now)
    store.records.hide(office.acme, made["thrown"].id, "trash", now)
    store.tags.add(office.acme, made["annas"].id, store.tags.put(office.acme, "VIP", 1).id, 1)
    return office, made


def titles(office: Office, sort: Any = "changed", **changes: Any) -> list[str]:
    only = replace(RecordFilter(office.acme, office.bjorn), **changes)
    found = office.store.record_lists.page(only, sort)
    assert office.store.record_lists.count(only, sort) == len(found)
    return [one.title for one in found]


def test_each_filter_finds_what_it_says(four: tuple[Office, dict[str, Record]]) -> None:
    office, made = four
    assert titles(office) == ["C", "B", "A"] and titles(office, "oldest") == ["A", "B", "C"]
    assert titles(office, mine=True) == ["B"] and titles(office, teams=True) == ["B"]
    assert titles(office, unassigned=True) == ["C"] == titles(office, waiting=True) == titles(office, "waiting")
    assert titles(office, unread=True) == ["C", "B"]
    assert titles(office, tag_id=1) == ["A"] and titles(office, type="order") == ["B"]
    assert titles(office, owner_id=office.anna) == ["A"] and titles(
        office, customer_id=made["nobodys"].customer_id
    ) == ["C"]
    assert titles(office, hidden_as="trash") == ["D"] and titles(office, hidden_types=("order",)) == ["C", "A"]
    assert titles(office, since=102) == ["C"] and titles(office, until=102) == ["B", "A"]
    assert (
        titles(office, mine=True, unread=True, active=True) == ["B"] and titles(office, mine=True, waiting=True) == []
    )
    assert titles(office, held=True) == titles(office, snoozed=True) == titles(office, priority="high") == []
    counts = office.store.record_lists.counts(office.acme, office.bjorn, ())
    assert (counts.mine, counts.unassigned, counts.teams, counts.unread, counts.waiting, counts.held) == (
        1,
        1,
        1,
        2,
        1,
        0,
    )
    less = office.store.record_lists.counts(office.acme, office.bjorn, ("order",))
    assert (less.mine, less.unassigned, less.teams, less.unread) == (0, 1, 0, 1)


def test_what_waits_ends_with_an_answer_a_close_or_a_snooze(four: tuple[Office, dict[str, Record]]) -> None:
    office, made = four
    records, of = office.store.records, (office.acme, made["nobodys"].id)
    office.store.snoozes.put(*of, Snooze(10**9, None))
    assert titles(office, waiting=True) == [] and titles(office, snoozed=True) == ["C"]
    records.heard(*of, 99, "outside", 200)
    assert titles(office, waiting=True) == ["C"] and titles(office, snoozed=True) == []
    records.set_state(*of, "closed", 201)
    assert titles(office, waiting=True) == [] == titles(office, unassigned=True, active=True)
    records.set_state(*of, "open", 202)
    records.heard(*of, 100, "inside", 203)
    assert titles(office, waiting=True) == ["C"]
    records.heard(*of, 101, "ours", 204)
    assert titles(office, waiting=True) == []


def test_lists_are_sorted_by_priority_and_by_owner_with_pages_both_ways(four: tuple[Office, dict[str, Record]]) -> None:
    office, made = four
    office.store.records.set(replace(made["björns"], priority="urgent"), 300)
    office.store.records.set(replace(made["nobodys"], priority="low"), 301)
    assert titles(office, "urgent") == ["B", "A", "C"] and titles(office, "owner") == ["C", "A", "B"]
    lists, only = office.store.record_lists, RecordFilter(office.acme, office.bjorn)
    for sort, order in (("urgent", "BAC"), ("owner", "CAB")):
        (first,) = lists.page(only, sort, most=1)  # type: ignore[arg-type]
        rest = lists.page(only, sort, after=place_of(first, sort))  # type: ignore[arg-type]
        assert "".join(one.title for one in (first, *rest)) == order
        back = lists.page(only, sort, before=place_of(rest[-1], sort))  # type: ignore[arg-type]
        assert "".join(one.title for one in back) == order[:2]
        assert lists.count(only, sort, place_of(rest[-1], sort)) == 2  # type: ignore[arg-type]


def test_pages_go_on_and_back_and_count_what_stands_before(four: tuple[Office, dict[str, Record]]) -> None:
    office, made = four
    lists, only = office.store.record_lists, RecordFilter(office.acme, office.bjorn)
    first = lists.page(only, most=1)
    place = place_of(first[0], "changed")
    assert [one.title for one in lists.page(only, after=place)] == ["B", "A"]
    last = place_of(lists.page(only, "changed", after=place)[-1], "changed")
    assert [one.title for one in lists.page(only, before=last)] == ["C", "B"]
    assert lists.count(only, "changed", last) == 2 and lists.count(only, "oldest", last) == 0
    assert lists.changed(only, [], 100) == 2 and lists.changed(only, [], 102) == 0
    assert lists.changed(replace(only, mine=True), [made["nobodys"].label], 101) == 1
    last_of = lists.last_messages(office.acme, first)
    assert [(one.text, one.author_name) for one in last_of.values()] == [("Words 2", "Anna")]
    assert lists.last_messages(office.acme, []) == {}


@pytest.mark.parametrize("sort", get_args(RecordSort))
def test_pages_both_ways_are_the_whole_list_however_many_stand_at_one_place(office: Office, sort: RecordSort) -> None:
    """Many records share each value that a list is sorted by: no page repeats one, and none leaves one out."""
    dice, lists = random.Random(sort), office.store.record_lists
    with office.store.transaction():
        for number in range(40):
            made = office.record(f"{number}", owner_id=dice.choice((None, office.anna, office.bjorn)))
            office.store.records.set(replace(made, priority=dice.choice(("normal", "high"))), dice.randrange(100, 103))
            whose = dice.choice(("outside", "outside", "inside"))
            message = office.message(made, kind="received")
            office.store.records.heard(office.acme, made.id, message, whose, dice.randrange(100, 103))
    for only in (RecordFilter(office.acme, office.bjorn), replace(RecordFilter(office.acme, office.bjorn), mine=True)):
        every = lists.page(only, sort, most=100)
        assert len(every) == lists.count(only, sort) > 5
        for size in (1, 3, 7):
            there: list[Record] = []
            while found := lists.page(only, sort, after=place_of(there[-1], sort) if there else None, most=size):
                there += found
            assert there == every
            back = [every[-1]]
            while found := lists.page(only, sort, before=place_of(back[0], sort), most=size):
                back = [*found, *back]
            assert back == every
        for at, one in enumerate(every):
            nearby = lists.neighbours(only, sort, place_of(one, sort))
            around = [every[each].label if 0 <= each < len(every) else None for each in (at - 1, at + 1)]
            assert [nearby.before, nearby.after] == around and (nearby.position, nearby.total) == (at + 1, len(every))


def test_what_changes_while_somebody_reads_on_is_read_once_or_at_the_top(office: Office) -> None:
    """A record that changes goes to the top: those after a place stay those that were there, less that one."""
    lists, only = office.store.record_lists, RecordFilter(office.acme, office.bjorn)
    made = [office.record(f"{number}") for number in range(9)]
    first = lists.page(only, most=3)
    place = place_of(first[-1], "changed")
    office.store.records.set(made[2], 500)
    rest = lists.page(only, after=place, most=100)
    assert [one.title for one in (*first, *rest)] == ["8", "7", "6", "5", "4", "3", "1", "0"]
    assert [one.title for one in lists.page(only, before=place, most=100)] == ["2", "8", "7"]


def test_a_team_that_a_type_does_not_name_sees_none_of_it(four: tuple[Office, dict[str, Record]]) -> None:
    office, made = four
    types = office.store.record_types
    types.limit(office.acme, "order", teams_only=True)
    assert (
        types.hidden_from(office.acme, office.bjorn) == ("order",) and types.hidden_from(office.acme, office.anna) == ()
    )
    assert office.store.records.followers(office.acme, made["björns"].id) == []
    types.name_team(office.acme, "order", 1)
    assert types.hidden_from(office.acme, office.bjorn) == ()
    assert office.store.records.hidden_among(office.acme, ["order"], ["ORDER-1", "LEAD-1"]) == {"ORDER-1"}
    office.store.teams.remove(office.acme, office.store.teams.add(office.acme, "Gone", 1))
    types.drop_team(office.acme, "order", 1)
    assert types.teams(office.acme, "order") == []


def test_a_number_that_was_leads_on(office: Office) -> None:
    record = office.record()
    again = office.store.records.retype(record, "order", 5)
    assert (again.label, again.type, again.state) == ("ORDER-1", "order", "open")
    for company in (office.acme, None):
        assert [one.label for one in office.store.records.by_label("lead-1", company)] == ["ORDER-1"]
    assert office.record().label == "LEAD-2"


@pytest.fixture(scope="module")
def prepared(postgresql_server: str) -> Iterator[postgresql.PostgresqlConnection]:
    connection = postgresql.connect(f"host={postgresql_server} user=postgres dbname=prepared")
    yield connection
    connection.close()


@pytest.mark.parametrize("only", [*ONE, *FEW], ids=str)
def test_postgresql_takes_every_list(prepared: postgresql.PostgresqlConnection, only: RecordFilter) -> None:
    statements = [count_sql(only), counts_sql(only), changed_sql(only)]
    for sort, back, stretch in itertools.product(SORTS, (False, True), (0, 5000)):
        statements.append(page_sql(only, sort, after=ListPlace(1, 1), back=back, stretch=stretch))
    for sql, words in statements:
        more = {"most": 5, "labels": ["LEAD-1"], "after": 1}
        names = set(re.findall(r"(?<![:\w]):([a-z]\w*)", sql))
        prepared.execute(*expanded(sql, {name: value for name, value in {**more, **words}.items() if name in names}))


@pytest.fixture(scope="module")
def sizes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[SqliteConnection]]:
    made = []
    for mails in (SMALL, LARGE):
        path = tmp_path_factory.mktemp("store") / "weftmail.db"
        office = filled(Office(partial(connect, path)), mails)
        office.store.close()
        made.append(connect(path))
    yield made
    for one in made:
        one.close()


def steps(connection: SqliteConnection, sql: str, words: dict[str, Any]) -> int:
    raw, counted = connection._raw, [0]

    def count() -> int:
        counted[0] += 1
        return 0

    raw.set_progress_handler(count, STEPS)
    try:
        connection.execute(*expanded(sql, {**words, "most": 50}))
    finally:
        raw.set_progress_handler(None, 0)
    return counted[0]


@pytest.mark.parametrize("sort", ["changed", "opened", "owner"])
@pytest.mark.parametrize(
    "only", [asked(), *(asked(name) for name in ("active", "type", "counts_as", "since"))], ids=str
)
def test_a_long_list_costs_what_its_page_costs(sizes: list[SqliteConnection], only: RecordFilter, sort: Any) -> None:
    """What most records fit is read in its order, and ends with the page."""
    only = replace(only, since=1 if only.since else None)
    small, large = (steps(one, *page_sql(only, sort, after=ListPlace(900, 900))) for one in sizes)
    assert large <= max(small * MOST, small + 3), (small, large)


@pytest.mark.parametrize(
    "name", ["mine", "teams", "held", "owner_id", "team_id", "tag_id", "customer_id", "unassigned"]
)
def test_a_list_of_few_costs_what_they_cost(sizes: list[SqliteConnection], name: str) -> None:
    """What few records fit is found by its own index."""
    only = replace(asked(name, user_id=1), active=name == "unassigned")
    small, large = (steps(one, *page_sql(only, "changed")) for one in sizes)
    assert large <= max(small * MOST, small + 5), (small, large)


@pytest.mark.parametrize("name", ["mine", "unread", "owner_id", "team_id", "customer_id", "tag_id"])
@pytest.mark.parametrize("sort", ["changed", "first", "owner"])
def test_a_stretch_of_a_list_costs_what_a_stretch_costs(sizes: list[SqliteConnection], name: str, sort: Any) -> None:
    """Where many are somebody's, they are looked for along the order, and no further than a stretch of it."""
    small, large = (steps(one, *page_sql(asked(name), sort, stretch=200)) for one in sizes)
    assert large <= small * MOST, (small, large)


@pytest.mark.parametrize("sort", SORTS)
def test_a_page_of_many_is_the_page_of_all(office: Office, sort: RecordSort) -> None:
    """However somebody asks, along the order or by the index of the filter, the same records stand there."""
    for number in range(12):
        owner, state = (office.anna, None)[number % 3 == 0], ("open", "waiting")[number % 2]
        record = replace(office.record(f"No {number}", owner_id=owner), state=state, counts_as=state)
        office.store.records.set(replace(record, priority="high" if number % 4 else "normal"), 100 - number % 5)
    lists = office.store.record_lists
    for name in (None, *CONDITIONS):
        only = replace(asked(*([name] if name else [])), owner_id=None)
        whole = lists.page(only, sort, most=99)
        for most, few in itertools.product((1, 3, 99), (False, True, None)):
            first = lists.page(only, sort, most=most, few=few)
            assert first == whole[:most], (name, few)
            if len(first) < len(whole):
                place = place_of(first[-1], sort)
                assert lists.page(only, sort, after=place, most=most, few=few) == whole[most : 2 * most]
                assert lists.page(only, sort, before=place, most=most, few=few) == whole[: most - 1][-most:]


def test_the_highest_priority_comes_first_a_page_at_a_time(office: Office) -> None:
    for priority in ("normal", "urgent", "low", "high", "urgent"):
        office.store.records.set(replace(office.record(), priority=priority), 5)
    only, lists = RecordFilter(office.acme, office.anna), office.store.record_lists
    first = lists.page(only, "urgent", most=2)
    rest = lists.page(only, "urgent", after=place_of(first[-1], "urgent"), most=9)
    assert [one.priority for one in [*first, *rest]] == ["urgent", "urgent", "high", "normal", "low"]
    back = lists.page(only, "urgent", before=place_of(rest[0], "urgent"), most=9)
    assert [one.label for one in back] == [one.label for one in first]
