"""What a calendar part says, in plain lines: what, when, where, and the description (RFC 5545, 5546).

There are no words of ours in it, so that it reads the same in every language; a status is iCalendar's own word.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from weftmail.core.calendar_card import LONGEST, Card, Moment
from weftmail.core.limits import CALENDAR_EVENTS, CALENDAR_SIZE, CALENDAR_TEXT

if TYPE_CHECKING:
    from icalendar import Component

_SAID = ("COUNTER", "CANCEL", "DECLINECOUNTER", "REFRESH")
"""The methods that are more than an invitation; an answer says its own status."""


def words(text: str) -> str:
    """Return summary, time, place and description of each entry of a calendar; "" for what is none. Never raises."""
    try:
        entries = ["\n".join(filter(None, _entry(one, method))) for one, method in _entries(text)]
    except _FAULTS:
        return ""
    return "\n\n".join(filter(None, entries[:CALENDAR_EVENTS]))[:CALENDAR_TEXT]


def card(text: str) -> Card | None:
    """Return what a calendar says of its first entry, None for what is none. Never raises."""
    try:
        entries = list(_entries(text))
        return _card(*entries[0], len(entries) - 1) if entries else None
    except _FAULTS:
        return None


CALENDARS = ("text/calendar", "application/ics")
"""What calendars are called; a program that knows none of that sends them under a name that ends so:"""
SUFFIX = ".ics"


def is_calendar(content_type: str, filename: str) -> bool:
    """Say whether a file is a calendar, by its type or its name."""
    return content_type.partition(";")[0].strip().lower() in CALENDARS or filename.lower().endswith(SUFFIX)


def file_card(content_type: str, filename: str, content: bytes) -> str:
    """Return what is kept of a calendar for its card, in JSON; "" of any other file, and of one that is too long."""
    if not is_calendar(content_type, filename) or len(content) > CALENDAR_SIZE:
        return ""
    found = card(content.decode("utf-8", "replace"))
    return "" if found is None else found.as_json


_FAULTS = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError)
"""What the library says of what is no calendar."""


def _entries(text: str) -> Iterator[tuple[Component, str]]:
    """Yield the entries of a calendar, each with the method that it came by."""
    if len(text) > CALENDAR_SIZE:
        return
    from icalendar import Calendar

    for calendar in Calendar.from_ical(text, multiple=True):
        method = str(calendar.get("METHOD", "")).upper()
        yield from ((one, method) for one in calendar.walk() if one.name in ("VEVENT", "VTODO", "VJOURNAL"))


def _card(one: Component, method: str, more: int) -> Card:
    start, end = _moments(one)
    asks = one.get("ORGANIZER")
    asks = asks[0] if isinstance(asks, list) else asks
    name = str(getattr(asks, "params", {}).get("CN", ""))
    address = str(asks or "")
    address = address[7:] if address.lower().startswith("mailto:") else ""
    texts = (_text(one, "SUMMARY"), _text(one, "LOCATION"), name, address, _status(one, method), _often(one))
    summary, place, name, address, status, repeats = (" ".join(text.split())[:LONGEST] for text in texts)
    return Card(summary, _kept(start), _kept(end), place, name, address, status, repeats, more)


def _kept(moment: date | None) -> Moment:
    """A time with a zone as milliseconds; a day, or a time of no zone, as it stands."""
    if isinstance(moment, datetime) and moment.tzinfo is not None:
        return int(moment.timestamp() * 1000)
    return None if moment is None else moment.isoformat()[:19]


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
    _, zone = _moment(one, "DTSTART")
    start, end = _moments(one)
    said = " \u2013 ".join(dict.fromkeys(filter(None, (_written(start), _later(start, end)))))
    often = _often(one)
    return " ".join(filter(None, (said, f"({zone})" if zone and said else "", f"\u21bb {often}" if often else "")))


def _moments(one: Component) -> tuple[date | None, date | None]:
    """Return when an entry begins and ends."""
    start, _ = _moment(one, "DTSTART")
    end, _ = _moment(one, "DTEND" if one.name == "VEVENT" else "DUE")
    lasts = _value(one, "DURATION")
    if end is None and start is not None and isinstance(lasts, timedelta):
        end = start + lasts
    if isinstance(end, date) and not isinstance(end, datetime) and one.name == "VEVENT":
        # The last day of an entry of whole days is the one before (RFC 5545, 3.6.1).
        end -= timedelta(days=1)
    return start, end


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


def _often(one: Component) -> str:
    rule = one.get("RRULE")
    often = rule.get("FREQ", []) if hasattr(rule, "get") else []
    return str(often[0]) if often else ""
