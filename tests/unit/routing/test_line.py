"""Who comes first in line, and for whom somebody stands in."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from weftmail.core.routing.line import first_in_line, to_stand_in_for
from weftmail.core.routing.recipients import Following


@dataclass(frozen=True)
class Place:
    step: int
    user_id: int
    silent: bool = False
    away: bool = False


IDA = Place(5, 9)


@pytest.mark.parametrize(
    ("line", "installation", "first", "inbox"),
    [
        ([Place(2, 1), Place(2, 2), Place(4, 3)], [IDA], {1, 2}, False),
        ([Place(1, 1), Place(1, 1)], [IDA], {1}, False),
        ([Place(1, 1, away=True), Place(1, 2), Place(4, 3)], [IDA], {2}, False),
        ([Place(1, 1, away=True), Place(4, 3)], [IDA], {3}, False),
        ([Place(1, 1, silent=True), Place(4, 3)], [IDA], {3}, False),
        ([Place(1, 1, away=True)], [IDA], {9}, False),
        ([Place(1, 1, away=True), Place(4, 2, away=True)], [Place(5, 9, away=True)], {1}, False),
        ([Place(1, 1, silent=True)], [IDA], {9}, False),
        ([Place(1, 9, silent=True)], [IDA], {9}, True),
        ([Place(1, 1, silent=True), Place(1, 2, away=True)], [], {2}, False),
        ([], [IDA], {9}, False),
        ([], [], set(), True),
    ],
)
def test_who_is_here_and_listens_comes_first(
    line: list[Place], installation: list[Place], first: set[int], *, inbox: bool
) -> None:
    found, inbox_alone = first_in_line(line, installation)
    assert ({one.user_id for one in found}, inbox_alone) == (first, inbox)
    assert len({one.user_id for one in found}) == len(found)


def follows(user_id: int, **how: object) -> Following:
    return Following(user_id, f"U{user_id}", None, "inbox", **how)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("followers", "owner", "whom"),
    [
        ([follows(1, away=True), follows(2)], 1, [1]),
        ([follows(1, away=True), follows(2)], None, []),
        ([follows(1, away=True), follows(2, may_act=False)], None, [1]),
        ([follows(1, away=True), follows(2, muted=True)], None, [1]),
        ([follows(1, away=True, muted=True)], 1, []),
        ([follows(1), follows(2)], 1, []),
        ([follows(1, away=True), follows(2, away=True)], 2, [1, 2]),
    ],
)
def test_for_whom_somebody_has_to_stand_in(followers: list[Following], owner: int | None, whom: list[int]) -> None:
    assert to_stand_in_for(followers, owner, "messages") == whom
