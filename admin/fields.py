"""The fields of a record as its reader writes numbers, amounts and dates; those of its type come first."""

from __future__ import annotations

import datetime

from weftmail.admin.visit import Visit
from weftmail.core.field import BadValue, decimal, value
from weftmail.locale.dates import Calendar
from weftmail.store.record import Record
from weftmail.store.store import Store


def shown_fields(visit: Visit, record: Record) -> dict[str, str]:
    """Return what the record's fields say, by their names."""
    held, calendar = record.values, visit.voice.calendar
    if not held:
        return {}
    known = {one.name: one for one in visit.store.record_types.fields(record.company_id, record.type)}
    ordered = dict.fromkeys((*(name for name in known if name in held), *held))
    kinds = {name: known[name].kind if name in known else "text" for name in ordered}
    return {name: _shown(visit.store, calendar, kind, held[name]) for name, kind in kinds.items()}


def _shown(store: Store, calendar: Calendar, kind: str, text: str) -> str:
    """Return a value in words; one that is none of its kind, because the kind was changed since, stays as it is."""
    if kind == "person":
        found = store.users.by_address(text)
        return found.name if found is not None else text
    try:
        kept = value(kind, text, (text,))
    except BadValue:
        return text
    if kind == "number":
        return calendar.decimal(decimal(kept))
    if kind == "amount":
        return calendar.amount(decimal(kept), kept.rpartition(" ")[2])
    return calendar.date(datetime.date.fromisoformat(kept)) if kind == "date" else text
