"""Snoozing a record: out of what waits for us until a day, or until somebody outside answers, whichever comes first."""

from __future__ import annotations

from datetime import date

from weftmail.core.role import Role
from weftmail.core.wording.phrase import Phrase
from weftmail.flow import day
from weftmail.flow.events import SNOOZE, write_event
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import find
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
    if found.counts_as == "closed":
        raise RefusedAct("until", "snooze_closed", number=found.label)
    return _put(setup, "record.snooze", found, Snooze(_until(setup, until), setup.actor.user_id))


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


reverses = {"record.snooze": _back, "record.wake": _back}
undone_by = Role.AGENT
