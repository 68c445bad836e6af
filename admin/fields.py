"""The fields of a record as its reader writes numbers, amounts and dates; those of its type come first."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

from weftmail.admin.visit import Visit
from weftmail.core.field import BadValue, FieldKind, decimal, value
from weftmail.locale.dates import Calendar
from weftmail.store.record import Record


def shown_fields(visit: Visit, record: Record) -> dict[str, str]:
    """Return what the record's fields say, by their names."""
    return fields_of(visit, [record])[record.id]


def fields_of(
    visit: Visit, records: Sequence[Record], kinds: Sequence[FieldKind] | None = None
) -> dict[int, dict[str, str]]:
    """Return the same of several records of one type, by their ids, for no more questions than of one.

    The ``kinds`` of their fields are asked for where they are not given.
    """
    filled = [one for one in records if one.values]
    found: dict[int, dict[str, str]] = {one.id: {} for one in records}
    if not filled:
        return found
    values = {value for one in filled for value in one.values.values()}
    if kinds is None:
        kinds, names = visit.store.record_types.fields_and_people(visit.company_id, filled[0].type, values)
    else:
        people = {one.name for one in kinds if one.kind == "person"}
        names = visit.store.users.names({one.values[name] for one in filled for name in people & one.values.keys()})
    known, calendar = {one.name: one.kind for one in kinds}, visit.voice.calendar
    for one in filled:
        ordered = dict.fromkeys((*(name for name in known if name in one.values), *one.values))
        found[one.id] = {name: _shown(names, calendar, known.get(name, "text"), one.values[name]) for name in ordered}
    return found


def _shown(names: Mapping[str, str], calendar: Calendar, kind: str, text: str) -> str:
    """Return a value in words; one that is none of its kind, because the kind was changed since, stays as it is."""
    if kind == "person":
        return names.get(text, text)
    try:
        kept = value(kind, text, (text,))
    except BadValue:
        return text
    if kind == "number":
        return calendar.decimal(decimal(kept))
    if kind == "amount":
        return calendar.amount(decimal(kept), kept.rpartition(" ")[2])
    return calendar.date(datetime.date.fromisoformat(kept)) if kind == "date" else text
