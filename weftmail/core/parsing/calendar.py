"""What a calendar part says, in plain lines: what, when, where, and the description (RFC 5545, 5546).

There are no words of ours in it, so that it reads the same in every language; a status is iCalendar's own word.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from weftmail.core.limits import CALENDAR_EVENTS, CALENDAR_SIZE, CALENDAR_TEXT

if TYPE_CHECKING:
    from icalendar import Component

_SAID = ("COUNTER", "CANCEL", "DECLINECOUNTER", "REFRESH")
"""The methods that are more than an invitation; an answer says its own status."""


def words(text: str) -> str:
    """Return summary, time, place and description of each entry of a calendar; "" for what is none. Never raises."""
    if len(text) > CALENDAR_SIZE:
        return ""
    from icalendar import Calendar

    try:
        found = Calendar.from_ical(text, multiple=True)
        entries = [one for calendar in found for one in _entries(calendar)]
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError):
        return ""
    return "\n\n".join(filter(None, entries[:CALENDAR_EVENTS]))[:CALENDAR_TEXT]


def _entries(calendar: Component) -> Iterator[str]:
    method = str(calendar.get("METHOD", "")).upper()
    for one in calendar.walk():
        if one.name in ("VEVENT", "VTODO", "VJOURNAL"):
            yield "\n".join(filter(None, _entry(one, method)))


def _entry(one: Component, method: str) -> Iterator[str]:
    status = _status(one, method)
    yield f"{_text(one, 'SUMMARY')} ({status})".strip() if status else _text(one, "SUMMARY")
    yield _time(one)
    yield _text(one, "LOCATION")
    description = _text(one, "DESCRIPTION")
    yield f"\n{description}" if description else ""


def _text(one: Component, name: str) -> str:
    value = one.get(name, "")
    return str(value[0] if isinstance(value, list) else value).strip()


def _status(one: Component, method: str) -> str:
    if method == "REPLY":
        attendee = one.get("ATTENDEE")
        attendee = attendee[0] if isinstance(attendee, list) else attendee
        said = str(getattr(attendee, "params", {}).get("PARTSTAT", ""))
    else:
        said = method if method in _SAID else _text(one, "STATUS")
    return "" if said.upper() == "CONFIRMED" else said.upper()


def _time(one: Component) -> str:
    start, zone = _moment(one, "DTSTART")
    end, _ = _moment(one, "DTEND" if one.name == "VEVENT" else "DUE")
    lasts = _value(one, "DURATION")
    if end is None and start is not None and isinstance(lasts, timedelta):
        end = start + lasts
    if isinstance(end, date) and not isinstance(end, datetime) and one.name == "VEVENT":
        # The last day of an entry of whole days is the one before (RFC 5545, 3.6.1).
        end -= timedelta(days=1)
    said = " \u2013 ".join(dict.fromkeys(filter(None, (_written(start), _later(start, end)))))
    return " ".join(filter(None, (said, f"({zone})" if zone and said else "", _repeated(one))))


def _moment(one: Component, name: str) -> tuple[Any, str]:
    """Return the day or the time that a property names, and the zone that it is in."""
    value = one.get(name)
    moment = _value(one, name)
    if not isinstance(moment, date):
        return None, ""
    zone = moment.tzinfo if isinstance(moment, datetime) else None
    return moment, _zone(zone, str(getattr(value, "params", {}).get("TZID", "")))


def _value(one: Component, name: str) -> Any:
    try:
        return one.get(name).dt
    except (AttributeError, ValueError):
        return None


def _zone(zone: tzinfo | None, name: str) -> str:
    return name or ("UTC" if zone is not None else "")


def _written(moment: date | None) -> str:
    if moment is None:
        return ""
    return moment.strftime("%Y-%m-%d %H:%M") if isinstance(moment, datetime) else moment.isoformat()


def _later(start: date | None, end: date | None) -> str:
    same_day = isinstance(start, datetime) and isinstance(end, datetime) and start.date() == end.date()
    return end.strftime("%H:%M") if same_day and end is not None else _written(end)


def _repeated(one: Component) -> str:
    rule = one.get("RRULE")
    often = rule.get("FREQ", []) if hasattr(rule, "get") else []
    return f"\u21bb {often[0]}" if often else ""
