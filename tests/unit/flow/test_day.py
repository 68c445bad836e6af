"""Days as people mean them: in their zone, of 23 or 25 hours too."""

from __future__ import annotations

from datetime import tzinfo
from zoneinfo import ZoneInfo

import pytest

from weftmail.flow import day
from weftmail.flow.refusal import RefusedAct

HOUR = 3600_000


@pytest.mark.parametrize(
    ("of", "hours"), [("2026-11-30", 24), ("2026-03-29", 23), ("2026-10-25", 25)], ids=["usual", "spring", "autumn"]
)
def test_a_day_is_over_when_the_next_one_begins(of: str, hours: int) -> None:
    there = ZoneInfo("Europe/Stockholm")
    wanted = day.named("until", of)
    assert day.after(wanted, there) - day.at(wanted, 0, there) == hours * HOUR
    assert day.today(day.after(wanted, there) - 1, there) == wanted < day.today(day.after(wanted, there), there)


@pytest.mark.parametrize("text", ["0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31", "2026-13-01", "soon", ""])
def test_a_day_beyond_all_that_is_kept_is_none(text: str) -> None:
    """Neither its hours nor the day after it can be reckoned in every zone."""
    with pytest.raises(RefusedAct, match="day_malformed"):
        day.named("since", text)


@pytest.mark.parametrize("there", [None, ZoneInfo("Asia/Tokyo"), ZoneInfo("America/New_York")])
@pytest.mark.parametrize("text", ["1900-01-01", "2199-12-31"])
def test_the_first_and_the_last_day_have_hours(text: str, there: tzinfo | None) -> None:
    wanted = day.named("since", text)
    assert day.after(wanted, there) - day.begin(wanted, there) in (23 * HOUR, 24 * HOUR, 25 * HOUR)
