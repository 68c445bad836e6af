"""Days, as people plan by them: a date in ISO 8601, and when it begins for somebody in their time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from weftmail.flow.refusal import RefusedAct
from weftmail.store.store import Store

MORNING = 7
"""The hour at which people are reminded of what a day brings."""
FIRST_YEAR, LAST_YEAR = 1900, 2199


def of_user(store: Store, user_id: int | None) -> tzinfo | None:
    """Return the time zone of a user; None, for that of this machine, where they chose none or nobody is named."""
    user = store.users.get(user_id) if user_id is not None else None
    return zone(user.zone) if user is not None else None


def zone(name: str) -> tzinfo | None:
    """Return the time zone of this name; None, for that of this machine, for "" and for one that it does not have."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


def today(now: int, there: tzinfo | None) -> date:
    """Return which day it is at ``now``, in milliseconds since 1970."""
    return datetime.fromtimestamp(now / 1000, UTC).astimezone(there).date()


def date_of(at: int, there: tzinfo | None) -> date:
    """Return the date of a time, in milliseconds since 1970."""
    return today(at, there)


def morning(day: date, there: tzinfo | None) -> int:
    """Return when the morning of a day comes, in milliseconds since 1970."""
    return at(day, MORNING, there)


def begin(day: date, there: tzinfo | None) -> int:
    """Return when a day begins, in milliseconds since 1970."""
    return at(day, 0, there)


def after(day: date, there: tzinfo | None) -> int:
    """Return when a day is over, in milliseconds since 1970."""
    return at(day + timedelta(days=1), 0, there)


def at(day: date, hour: int, there: tzinfo | None) -> int:
    """Return when an hour of a day comes, in milliseconds since 1970."""
    moment = datetime.combine(day, time(hour))
    return int((moment.replace(tzinfo=there) if there is not None else moment.astimezone()).timestamp() * 1000)


def named(field: str, text: str) -> date:
    """Return the day that somebody named, as 2026-11-30; raises RefusedAct where it is none."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise RefusedAct(field, "day_malformed", day=text) from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise RefusedAct(field, "day_malformed", day=text)
    return day
