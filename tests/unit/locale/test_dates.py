"""Times, dates and numbers as a reader of a language and a zone writes them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from weftmail.locale.dates import DAY, Calendar, calendar, zone_names

NOW = int(datetime(2026, 11, 24, 14, 2, 5, tzinfo=UTC).timestamp() * 1000)
SWEDISH, ENGLISH = calendar("sv", "Europe/Stockholm"), calendar("en", "Asia/Kathmandu")


@pytest.mark.parametrize(
    ("before", "swedish", "english"),
    [
        (0, "15:02", "19:47"),
        (DAY, "mån 15:02", "Mon 19:47"),
        (10 * DAY, "14 nov. 15:02", "14 Nov 19:47"),
        (400 * DAY, "20 okt. 2025", "20 Oct 2025"),
        (-30 * DAY, "24 dec. 15:02", "24 Dec 19:47"),
    ],
)
def test_a_time_says_as_much_as_it_must(before: int, swedish: str, english: str) -> None:
    assert SWEDISH.short(NOW - before, NOW) == swedish
    assert ENGLISH.short(NOW - before, NOW) == english


def test_today_is_the_readers_today() -> None:
    late = int(datetime(2026, 11, 24, 23, 30, tzinfo=UTC).timestamp() * 1000)
    assert calendar("sv", "Europe/Stockholm").short(NOW, late) == "tis 15:02"
    assert calendar("sv", "Europe/London").short(NOW, late) == "14:02"


def test_the_whole_time_names_its_zone() -> None:
    assert SWEDISH.full(NOW) == "tisdag 24 november 2026 15:02:05 CET"
    assert ENGLISH.full(NOW).startswith("Tuesday 24 November 2026 19:47:05")


@pytest.mark.parametrize(
    ("distance", "swedish", "english"),
    [
        (-5_000, "för 5 sekunder sedan", "5 seconds ago"),
        (-60_000, "för 1 minut sedan", "1 minute ago"),
        (-3 * 3600_000, "för 3 timmar sedan", "3 hours ago"),
        (2 * DAY, "om 2 dagar", "in 2 days"),
    ],
)
def test_how_long_ago(distance: int, swedish: str, english: str) -> None:
    assert SWEDISH.relative(NOW + distance, NOW) == swedish
    assert ENGLISH.relative(NOW + distance, NOW) == english


def test_numbers_and_sizes() -> None:
    assert (SWEDISH.number(23500.5), ENGLISH.number(23500.5)) == ("23\u00a0500,5", "23,500.5")
    assert [ENGLISH.size(one) for one in (0, 999, 210_400, 2_170_000)] == ["0 bytes", "999 bytes", "210 kB", "2.2 MB"]
    assert [SWEDISH.size(one) for one in (999, 2_170_000)] == ["999 byte", "2,2 MB"]


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", "/etc/passwd"])
def test_a_zone_that_is_none_is_this_machines(zone: str) -> None:
    assert calendar("sv", zone) == Calendar("sv")
    assert calendar("sv", zone).moment(NOW).utcoffset() is not None


def test_the_zones_to_choose_from_are_places() -> None:
    names = zone_names()
    assert "Europe/Stockholm" in names and not any(one.startswith("Etc/") or "/" not in one for one in names)
