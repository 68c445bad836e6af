"""Another type for a record: it gets that type's next number, and the number that it had leads on."""

from __future__ import annotations

from weftmail.core.role import Role
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.events import write_event
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import find
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.flow.setup.undo import check_unchanged
from weftmail.store.audit import AuditRow
from weftmail.store.record import Record
from weftmail.store.store import Store


def seen_by(store: Store, company_id: int) -> dict[str, Phrase]:
    """Return who sees the records of each type of a company, by the names of the types: what another type comes to."""
    company, teams = find.company_by_id(store, company_id).name, store.record_types.teams_of_company(company_id)
    found: dict[str, Phrase] = {}
    for one in store.companies.record_types(company_id):
        if not one.teams_only:
            found[one.name] = Phrase("seen.everybody", {"company": company})
        elif one.name in teams:
            found[one.name] = Phrase("seen.teams", {"names": find.joined(teams[one.name])})
        else:
            found[one.name] = Phrase("seen.admins")
    return found


def plan(setup: Setup, number: str, type_: str, *, company: str | None = None) -> tuple[Record, str, Phrase]:
    """Return the record, the type that it would get, and who would see it then; nothing changes.

    Raises RefusedAct for what ``change`` refuses.
    """
    found = find.record(setup.store, number, company)
    wanted = _wanted(setup.store, found, type_)
    return found, wanted, seen_by(setup.store, found.company_id)[wanted]


@act
def change(setup: Setup, number: str, type_: str, *, company: str | None = None) -> Done:
    """Give a record another type; it begins in the first state of that, and keeps its fields.

    Refused where its owner would not see it any more.
    """
    store, now = setup.store, setup.clock()
    found = find.record(store, number, company)
    stands = store.records.retype(found, _wanted(store, found, type_), now)
    return _done(setup, found, stands, stands.label, now)


def _wanted(store: Store, found: Record, type_: str) -> str:
    """Return the name of the type that is meant, where the record can get it."""
    wanted = find.record_type(store, found.company_id, type_, field="type")
    if wanted == found.type:
        raise RefusedAct("type", "type_already", number=found.label, type=wanted)
    hidden = [] if found.owner_id is None else store.record_types.hidden_from(found.company_id, found.owner_id)
    if wanted in hidden:
        raise RefusedAct("type", "not_in_named_team", name=found.owner or "", number=found.label, type=wanted)
    _check_reference(store, found, wanted, "type")
    return wanted


def _check_reference(store: Store, found: Record, wanted: str, field: str) -> None:
    """Refuse a type of which another record has the same reference of an outside application."""
    reference = found.reference or ""
    there = store.records.by_reference(found.company_id, wanted, reference) if reference else None
    if there is not None:
        raise RefusedAct(field, "reference_taken", number=there.label, reference=reference)


def _done(setup: Setup, was: Record, stands: Record, subject: str, now: int) -> Done:
    says = Phrase("event.type", {"actor": setup.actor.name, "was": was.label, "became": stands.label})
    write_event(setup.store, stands, says, now, setup.actor.user_id)
    return Done("record.retype", was.company_id, subject, _fields(was), _fields(stands))


def _fields(one: Record) -> Fields:
    return {"number": one.label, "type": one.type, "state": one.state}


@act
def _back(setup: Setup, row: AuditRow) -> Done:
    """Give the record the number back that it had; the one that it got leads on."""
    store, now = setup.store, setup.clock()
    found = find.record(store, row.subject, row.company, field="")
    check_unchanged(row, _fields(found))
    find.record_type(store, found.company_id, row.before["type"], field="")
    _check_reference(store, found, row.before["type"], "")
    store.records.retype_back(found, row.before["number"], row.before["type"], row.before["state"], now)
    stands = store.records.get(found.company_id, found.id)
    assert stands is not None  # noqa: S101 - records are never deleted
    # Of two acts on one subject, the newest can be undone.
    return _done(setup, found, stands, row.subject, now)


reverses = {"record.retype": _back}
undone_by = Role.AGENT
