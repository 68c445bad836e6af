"""Times, dates and numbers as a reader of a language and a time zone writes them.

Babel is imported at the first call, because it is slow to import and only pages and lists need it.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

MINUTE = 60_000
DAY = 24 * 60 * MINUTE
Unit = Literal["day", "hour", "minute", "second"]

_STEPS: Final[tuple[tuple[Unit, int], ...]] = (("day", DAY), ("hour", 3600_000), ("minute", MINUTE))
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
        then, today, names = self.moment(milliseconds), self.moment(now), _names(self.language)
        if then.date() == today.date():
            return f"{then:%H:%M}"
        if 0 <= now - milliseconds < 6 * DAY:
            return f"{names.days[then.weekday()]} {then:%H:%M}"
        date = f"{then.day} {names.months[then.month - 1]}"
        return f"{date} {then:%H:%M}" if then.year == today.year else f"{date} {then.year}"

    def coming(self, milliseconds: int, now: int) -> str:
        """Return a day to come by as much as tells it from others: the weekday within six days, else the date."""
        then, today, names = self.moment(milliseconds), self.moment(now), _names(self.language)
        if 0 <= milliseconds - now < 6 * DAY:
            return names.whole_days[then.weekday()]
        date = f"{then.day} {names.whole_months[then.month - 1]}"
        return date if then.year == today.year else f"{date} {then.year}"

    def dated(self, milliseconds: int) -> str:
        """Return a time to come with its day, as Fri 28 Nov 17:00."""
        then, names = self.moment(milliseconds), _names(self.language)
        return f"{names.days[then.weekday()]} {then.day} {names.months[then.month - 1]} {then:%H:%M}"

    def zone_name(self, milliseconds: int) -> str:
        """Return the name of the reader's zone; of this machine's own, which may have none, what it says at a time."""
        return str(self.zone) if self.zone is not None else self.moment(milliseconds).tzname() or ""

    def full(self, milliseconds: int) -> str:
        """Return the whole time with its zone, for the pointer."""
        then, names = self.moment(milliseconds), _names(self.language)
        return (
            f"{names.whole_days[then.weekday()]} {then.day} {names.whole_months[then.month - 1]} {then.year} "
            f"{then:%H:%M:%S} {then.tzname() or ''}"
        ).rstrip()

    def span(self, start: date, end: date | None) -> str:
        """Return from when until when something is, by the minute or, if it takes whole days, by the day."""
        first, last = self._point(start), "" if end is None else self._point(end)
        if end is not None and start.timetuple()[:3] == end.timetuple()[:3]:
            last = f"{end:%H:%M}" if isinstance(end, datetime) and end != start else ""
        zone = start.tzname() if isinstance(start, datetime) else None
        return f"{first}{f'–{last}' if last else ''}{f' {zone}' if zone else ''}"

    def _point(self, moment: date) -> str:
        names = _names(self.language)
        day = f"{names.whole_days[moment.weekday()]} {moment.day} {names.whole_months[moment.month - 1]} {moment.year}"
        return f"{day} {moment:%H:%M}" if isinstance(moment, datetime) else day

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

    def decimal(self, value: Decimal) -> str:
        """Return a number with all its digits and the language's own marks."""
        from babel.numbers import format_decimal

        return format_decimal(value, "#,##0.######", locale=self.language)

    def amount(self, value: Decimal, currency: str) -> str:
        """Return an amount of a currency (ISO 4217) with all its digits, as the language writes it."""
        from babel.numbers import format_currency

        return format_currency(value, currency, locale=self.language, decimal_quantization=False)

    def in_words(self, day: date) -> str:
        """Return a date in words, as 3 March 2026."""
        return f"{day.day} {_names(self.language).whole_months[day.month - 1]} {day.year}"

    def date(self, day: date) -> str:
        """Return a date as the language writes it."""
        from babel.dates import format_date

        return format_date(day, locale=self.language)

    def size(self, count: int) -> str:
        """Return a number of bytes in the unit that suits it."""
        return _size(self.language, count)


@dataclass(frozen=True, slots=True)
class _DayNames:
    """The names of days, Monday first, and of months; a page has hundreds of times, and Babel is slow at each."""

    days: tuple[str, ...]
    whole_days: tuple[str, ...]
    months: tuple[str, ...]
    whole_months: tuple[str, ...]


@functools.cache
def _names(language: str) -> _DayNames:
    from babel.dates import get_day_names, get_month_names

    days = [get_day_names(width, locale=language) for width in ("abbreviated", "wide")]
    months = [get_month_names(width, locale=language) for width in ("abbreviated", "wide")]
    return _DayNames(
        *(tuple(names[number] for number in range(7)) for names in days),
        *(tuple(names[number] for number in range(1, 13)) for names in months),
    )


_SIZES = (("megabyte", 1_000_000), ("kilobyte", 1000), ("byte", 1))


@functools.lru_cache(4096)
def _size(language: str, count: int) -> str:
    from babel.units import format_unit

    unit, size = next((one for one in _SIZES if count >= one[1]), _SIZES[-1])
    shown = round(count / size, 1 if unit == "megabyte" else None)
    return format_unit(shown, f"digital-{unit}", length="long" if unit == "byte" else "short", locale=language)


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
