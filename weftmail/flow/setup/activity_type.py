"""Types of activities that a company adds to calls, emails, meetings and to-dos."""

from __future__ import annotations

from weftmail.flow.activity import KINDS
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup import find
from weftmail.flow.setup.act import Done, Setup, act
from weftmail.store.audit import AuditRow


@act
def add(setup: Setup, name: str, *, company: str | None = None) -> Done:
    """Add a type.  Raises RefusedAct where there is one of this name."""
    store, of = setup.store, find.company(setup.store, company)
    wanted = find.line("name", name)
    if wanted.casefold() in {one.casefold() for one in [*KINDS, *store.activities.types(of.id)]}:
        raise RefusedAct("name", "activity_type_there", name=wanted)
    store.activities.put_type(of.id, wanted, setup.clock())
    return Done("activity_type.add", of.id, wanted, {}, {"name": wanted, "company": of.name})


@act
def remove(setup: Setup, name: str, *, company: str | None = None) -> Done:
    """Offer a type no more; what was planned keeps it."""
    store, of = setup.store, find.company(setup.store, company)
    there = store.activities.types(of.id)
    found = next((one for one in there if one.casefold() == name.strip().casefold()), None)
    if found is None:
        raise RefusedAct("name", "no_such_choice", choice=name, choices=find.joined(there) or "-")
    store.activities.remove_type(of.id, found, setup.clock())
    return Done("activity_type.remove", of.id, found, {"name": found, "company": of.name}, {})


def _back_out(setup: Setup, row: AuditRow) -> Done | Refusal:
    return remove(setup, row.subject, company=row.company)


def _back_in(setup: Setup, row: AuditRow) -> Done | Refusal:
    return add(setup, row.subject, company=row.company)


reverses = {"activity_type.add": _back_out, "activity_type.remove": _back_in}
