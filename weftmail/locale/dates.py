"""Times, dates and numbers as a reader of a language and a time zone writes them.

Babel is imported at the first call, because it is slow to import and only pages and lists need it.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

DAY = 24 * 3600 * 1000
Unit = Literal["day", "hour", "minute", "second"]

_STEPS: Final[tuple[tuple[Unit, int], ...]] = (("day", DAY), ("hour", 3600_000), ("minute", 60_000))
_SECOND: Final[Unit] = "second"


@dataclass(frozen=True, slots=True)
class Calendar:
    """How one reader writes times and numbers; ``zone`` is None for the zone of this machine."""

    language: str
    zone: tzinfo | None = None

    def moment(self, milliseconds: int) -> datetime:
        """Return a time of the store in the reader's zone."""
        return datetime.fromtimestamp(milliseconds / 1000, UTC).astimezone(self.zone)

    def short(self, milliseconds: int, now: int) -> str:
        """Return a time by as much as tells it from others: the clock today, the weekday within six days, the date."""
        then, today = self.moment(milliseconds), self.moment(now)
        if then.date() == today.date():
            return self._written("HH:mm", then)
        if 0 <= now - milliseconds < 6 * DAY:
            return self._written("EEE HH:mm", then)
        return self._written("d MMM HH:mm" if then.year == today.year else "d MMM y", then)

    def full(self, milliseconds: int) -> str:
        """Return the whole time with its zone, for the pointer."""
        return self._written("EEEE d MMMM y HH:mm:ss z", self.moment(milliseconds))

    def relative(self, milliseconds: int, now: int) -> str:
        """Return how long ago, or in how long: 3 minutes ago, in 2 days; within a minute in seconds."""
        from babel.dates import format_timedelta

        distance = milliseconds - now
        unit = next((name for name, size in _STEPS if abs(distance) >= size), _SECOND)
        passed = timedelta(milliseconds=distance)
        return format_timedelta(passed, granularity=unit, threshold=2, add_direction=True, locale=self.language)

    def number(self, value: int | float) -> str:
        """Return a number with the language's own marks."""
        from babel.numbers import format_decimal

        return format_decimal(value, locale=self.language)

    def size(self, count: int) -> str:
        """Return a number of bytes in the unit that suits it."""
        from babel.units import format_unit

        unit, size = next((one for one in _SIZES if count >= one[1]), _SIZES[-1])
        shown = round(count / size, 1 if unit == "megabyte" else None)
        return format_unit(shown, f"digital-{unit}", length="short", locale=self.language)

    def _written(self, pattern: str, moment: datetime) -> str:
        from babel.dates import format_datetime

        return format_datetime(moment, pattern, tzinfo=moment.tzinfo, locale=self.language)


_SIZES = (("megabyte", 1_000_000), ("kilobyte", 1000), ("byte", 1))


@functools.cache
def calendar(language: str, zone: str = "") -> Calendar:
    """Return the calendar of a language and a zone by its name (``Europe/Stockholm``).

    "" and a name that this machine does not have stand for the machine's own zone.
    """
    try:
        return Calendar(language, ZoneInfo(zone) if zone else None)
    except (ZoneInfoNotFoundError, ValueError):
        return Calendar(language)


def zone_names() -> tuple[str, ...]:
    """Return the names of all time zones that this machine knows, places only, in order."""
    return tuple(sorted(one for one in available_timezones() if "/" in one and not one.startswith("Etc/")))
