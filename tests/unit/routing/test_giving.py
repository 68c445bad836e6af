"""Who gets a new record of a team: the round is fair, and nobody gets one who is not there or may not have it."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weftmail.core.routing.giving import Given, GivingRule, TeamTurn, give

MEMBERS = range(5)
SOME = st.frozensets(st.sampled_from(MEMBERS), max_size=3)
WROTE = st.lists(st.sampled_from([*MEMBERS, 9]), max_size=3)


def members(turns: Counter[int], unable: frozenset[int], away: frozenset[int]) -> list[TeamTurn]:
    return [TeamTurn(one, f"U{one}", turns[one], one not in unable, one in away) for one in MEMBERS]


@given(st.lists(st.tuples(SOME, SOME), min_size=1, max_size=60))
def test_the_round_is_fair_and_passes_by_who_is_not_there(days: list[tuple[frozenset[int], frozenset[int]]]) -> None:
    turns: Counter[int] = Counter()
    had: dict[tuple[int, int], Counter[int]] = {pair: Counter() for pair in combinations(MEMBERS, 2)}
    for number, (unable, away) in enumerate(days, start=1):
        found = give("round", members(turns, unable, away))
        here = set(MEMBERS) - unable - away
        assert (found is None) is (not here)
        if found is not None:
            assert found.user_id in here and not found.knows_customer
            turns[found.user_id] = number
        for pair, counts in had.items():
            # Since either of the two was not there, they have had as many as each other, or one more.
            if not here >= set(pair):
                counts.clear()
            elif found is not None and found.user_id in pair:
                counts[found.user_id] += 1
            assert abs(counts[pair[0]] - counts[pair[1]]) <= 1


@given(st.integers(1, 40))
def test_among_people_who_are_all_there_nobody_is_more_than_one_ahead(records: int) -> None:
    turns: Counter[int] = Counter()
    had: Counter[int] = Counter(dict.fromkeys(MEMBERS, 0))
    for number in range(1, records + 1):
        found = give("round", members(turns, frozenset(), frozenset()))
        assert found is not None
        turns[found.user_id] = number
        had[found.user_id] += 1
    assert max(had.values()) - min(had.values()) <= 1


@given(st.sampled_from(["nobody", "round", "last"]), SOME, SOME, WROTE)
def test_nobody_gets_one_who_cannot_have_it(
    rule: GivingRule, unable: frozenset[int], away: frozenset[int], wrote: list[int]
) -> None:
    found = give(rule, members(Counter(), unable, away), wrote)
    here = set(MEMBERS) - unable - away
    if rule == "nobody" or not here:
        assert found is None
        return
    assert found is not None and found.user_id in here
    knows = [one for one in wrote if one in here]
    assert found.knows_customer is (rule == "last" and bool(knows))
    if found.knows_customer:
        assert found.user_id == knows[0]


@pytest.mark.parametrize(
    ("rule", "wrote", "who"),
    [
        ("nobody", (1,), None),
        ("round", (1,), Given(2, "U2")),
        ("last", (1, 3), Given(1, "U1", True)),
        ("last", (4, 3), Given(3, "U3", True)),
        ("last", (7,), Given(2, "U2")),
        ("last", (), Given(2, "U2")),
    ],
)
def test_each_rule(rule: GivingRule, wrote: tuple[int, ...], who: Given | None) -> None:
    team = [
        TeamTurn(1, "U1", 5, True, False), TeamTurn(2, "U2", 2, True, False), TeamTurn(3, "U3", 4, True, False),
        TeamTurn(4, "U4", 0, True, True), TeamTurn(5, "U5", 0, False, False),
    ]  # fmt: skip
    assert give(rule, team, wrote) == who
    assert give(rule, [], wrote) is None
