"""Snoozing a record: out of what waits for us until a day, or until somebody outside answers, whichever comes first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from weftmail.core.role import Role
from weftmail.core.wording.phrase import Phrase
from weftmail.flow import day
from weftmail.flow.events import SNOOZE, write_event
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import find, many
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.flow.setup.undo import check_unchanged
from weftmail.flow.vocabulary import iso
from weftmail.store.audit import AuditRow
from weftmail.store.record import Record
from weftmail.store.snooze import UNTIL_ANSWER, Snooze
from weftmail.store.store import Store

ANSWER = "answer"
"""In place of a day: until somebody outside answers."""


@act
def snooze(setup: Setup, number: str, until: str, *, company: str | None = None) -> Done:
    """Snooze a record until the morning of a day, such as 2026-11-30, or until an ``answer``; an answer always ends it.

    Raises RefusedAct for a day that is over or is none, and for a record that is closed.
    """
    found = find.record(setup.store, number, company)
    return _put(setup, "record.snooze", found, _wanted(setup, [found], until))


def _wanted(setup: Setup, found: Sequence[Record], until: str) -> Snooze:
    closed = next((one for one in found if one.counts_as == "closed"), None)
    if closed is not None:
        raise RefusedAct("until", "snooze_closed", number=closed.label)
    return Snooze(_until(setup, until), setup.actor.user_id)


@act
def snooze_many(setup: Setup, numbers: Sequence[str], until: str, *, company: str | None = None) -> Done:
    """Snooze several records alike, with one undo for all of them.  Raises RefusedAct as ``snooze``, and for none."""
    if not numbers:
        raise RefusedAct("record", "nothing_ticked")
    found = [find.record(setup.store, one, company, field="record") for one in dict.fromkeys(numbers)]
    wanted = _wanted(setup, found, until)
    return _all(setup, "record.snooze_many", {one.label: (one, wanted) for one in found})


def _all(setup: Setup, name: str, wanted: Mapping[str, tuple[Record, Snooze | None]]) -> Done:
    was: Fields = {}
    now: Fields = {}
    for label, (record, snooze_) in wanted.items():
        done = _put(setup, name, record, snooze_)
        was |= {f"{label} {field}": value for field, value in done.was.items()}
        now |= {f"{label} {field}": value for field, value in done.now.items()}
    company_id = next(record.company_id for record, _ in wanted.values())
    return Done(name, company_id, many.subject(list(wanted)), was, now)


def _until(setup: Setup, text: str) -> int:
    if text == ANSWER:
        return UNTIL_ANSWER
    zone, wanted = day.of_user(setup.store, setup.actor.user_id), day.named("until", text)
    if wanted <= day.today(setup.clock(), zone):
        raise RefusedAct("until", "day_over", day=wanted.isoformat())
    return day.morning(wanted, zone)


@act
def wake(setup: Setup, number: str, *, company: str | None = None) -> Done:
    """End the snooze of a record.  Raises RefusedAct where it is not snoozed."""
    found = find.record(setup.store, number, company)
    if found.snoozed_until_at is None:
        raise RefusedAct("", "not_snoozed", number=found.label)
    return _put(setup, "record.wake", found, None)


def _put(setup: Setup, name: str, record: Record, wanted: Snooze | None) -> Done:
    store, now, was = setup.store, setup.clock(), said(setup.store, record)
    store.snoozes.put(record.company_id, record.id, wanted)
    store.due.remove(SNOOZE, str(record.id))
    if wanted is not None and wanted.until != UNTIL_ANSWER:
        store.due.put(SNOOZE, str(record.id), wanted.until, now, record.company_id)
    write_event(store, record, _event(setup, wanted), now, setup.actor.user_id)
    return Done(name, record.company_id, record.label, was, said(store, record))


def _event(setup: Setup, wanted: Snooze | None) -> Phrase:
    if wanted is None:
        return Phrase("event.woken", {"actor": setup.actor.name})
    if wanted.until == UNTIL_ANSWER:
        return Phrase("event.snoozed.answer", {"actor": setup.actor.name})
    return Phrase("event.snoozed", {"actor": setup.actor.name, "day": str(_day(setup, wanted.until))})


def _day(setup: Setup, until: int) -> date:
    return day.today(until, day.of_user(setup.store, setup.actor.user_id))


def said(store: Store, record: Record) -> Fields:
    """Return what is said of a record's snooze: nothing, a time, or that it waits for an answer."""
    found = store.snoozes.get(record.company_id, record.id)
    if found is None:
        return {"snoozed": None}
    return {"snoozed": ANSWER if found.until == UNTIL_ANSWER else iso(found.until), "snoozed_until_at": found.until}


@act
def _back(setup: Setup, row: AuditRow) -> Done:
    found = find.record(setup.store, row.subject, row.company, field="")
    check_unchanged(row, said(setup.store, found))
    until = row.before.get("snoozed_until_at")
    return _put(setup, row.act, found, Snooze(until, setup.actor.user_id) if until is not None else None)


@act
def _all_back(setup: Setup, row: AuditRow) -> Done:
    """Take each snooze back that is as the act left it; the others stay as somebody made them since."""
    store, labels = setup.store, list(dict.fromkeys(name.partition(" ")[0] for name in row.now))
    wanted: dict[str, tuple[Record, Snooze | None]] = {}
    for label in labels:
        found = find.record(store, label, row.company, field="")
        if said(store, found) != _of(label, row.now):
            continue
        until = _of(label, row.before).get("snoozed_until_at")
        wanted[label] = (found, Snooze(until, setup.actor.user_id) if isinstance(until, int) else None)
    if not wanted:
        raise RefusedAct("", "changed_since", subject=row.subject)
    return _all(setup, row.act, wanted)


def _of(label: str, fields: Fields) -> Fields:
    parts = ((name.partition(" "), value) for name, value in fields.items())
    return {part[2]: value for part, value in parts if part[0] == label}


reverses = {"record.snooze": _back, "record.wake": _back, "record.snooze_many": _all_back}
undone_by = Role.AGENT
