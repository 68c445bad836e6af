"""Types of records: what the company keeps, with numbers, states and fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from starlette.responses import Response

from weftmail.admin.navigation import Item
from weftmail.admin.page import page
from weftmail.admin.pages.history import changes_of
from weftmail.admin.visit import Visit, nothing_here
from weftmail.core.field import KINDS
from weftmail.core.role import Role
from weftmail.core.wording.command import Command
from weftmail.core.wording.phrase import marked
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import find, record_type
from weftmail.flow.setup.alias_switches import SWITCHES
from weftmail.flow.setup.record_type import COUNTS_AS, WHEN_CLOSED, TypeChanges
from weftmail.store.company import RecordType
from weftmail.store.record import RecordState
from weftmail.store.record_type import RecordField

KIND_NAMES = {
    "text": marked("text"),
    "number": marked("number"),
    "amount": marked("amount with currency"),
    "date": marked("date"),
    "choice": marked("choice"),
    "person": marked("person"),
}
CLOSED_WORDS = SWITCHES["when_closed"].words
STATE_NAMES = {"open": marked("open"), "waiting": marked("waiting"), "closed": marked("closed")}


def record_types(visit: Visit) -> Response:
    """Show all types."""
    return _list(visit, {})


def add(visit: Visit) -> Response:
    """Add a type, and go to its page."""
    done = record_type.add(visit.setup, visit.company.company, visit.text("record_type"), visit.text("prefix"))
    if isinstance(done, Refusal):
        return _list(visit, {done.field: visit.voice.say(done.phrase)})
    return visit.go(f"/record-types/{done.subject}", done)


def one(visit: Visit) -> Response:
    """Show one type."""
    return _page(visit, _type_of(visit), {})


def save(visit: Visit) -> Response:
    """Change name, prefix, states and fields as the form has them."""
    found = _type_of(visit)
    changes = TypeChanges(
        visit.text("name").strip() or None,
        visit.text("prefix").strip() or None,
        when_closed=visit.text("when_closed") or None,
    )
    changes = _with_teams(visit, found, _with_fields(visit, found, _with_states(visit, found, changes)))
    done = record_type.change(visit.setup, visit.company.company, found.name, changes)
    if isinstance(done, Refusal):
        return _page(visit, found, {done.field: visit.voice.say(done.phrase)})
    return visit.go(f"/record-types/{done.subject}", done)


def remove(visit: Visit) -> Response:
    """Remove a type that nothing is of."""
    found = _type_of(visit)
    done = record_type.remove(visit.setup, visit.company.company, found.name)
    if isinstance(done, Refusal):
        return _page(visit, found, {"remove": visit.voice.say(done.phrase)})
    return visit.go("/record-types", done)


def _with_states(visit: Visit, found: RecordType, changes: TypeChanges) -> TypeChanges:
    """Read the rows of states: each by its place, one more at the end for a new one."""
    there = visit.store.records.states(visit.company_id, found.name)
    renamed: dict[str, str] = {}
    kept: dict[str, str] = {}
    gone: list[str] = []
    for at, state in enumerate(there):
        name = visit.text(f"state-{at}").strip() or state.name
        if f"state-{at}-gone" in visit.form:
            gone.append(state.name)
            continue
        if name != state.name:
            renamed[state.name] = name
        if visit.text(f"state-{at}-as") not in ("", state.counts_as):
            kept[name] = visit.text(f"state-{at}-as")
    if visit.text("state-new").strip():
        kept[visit.text("state-new")] = visit.text("state-new-as")
    return replace(changes, states=kept, renamed_states=renamed, removed_states=gone)


def _with_fields(visit: Visit, found: RecordType, changes: TypeChanges) -> TypeChanges:
    """Read the rows of fields in the same way."""
    there = visit.store.record_types.fields(visit.company_id, found.name)
    kept: dict[str, str] = {}
    gone: list[str] = []
    for at, field in enumerate(there):
        if f"field-{at}-gone" in visit.form:
            gone.append(field.name)
        elif f"field-{at}-kind" in visit.form:
            kept[field.name] = _kind(visit, f"field-{at}")
    if visit.text("field-new").strip():
        kept[visit.text("field-new")] = _kind(visit, "field-new")
    return replace(changes, fields=kept, removed_fields=gone)


def _with_teams(visit: Visit, found: RecordType, changes: TypeChanges) -> TypeChanges:
    """Read which teams are ticked, and the columns; a form without that part changes nothing of it."""
    if not visit.text("limits"):
        return changes
    wanted = [str(one) for one in visit.form.getlist("team")]
    before = [one.name for one in visit.store.record_types.teams(visit.company_id, found.name)]
    columns = [str(one) for one in visit.form.getlist("column") if str(one) not in changes.removed_fields]
    return replace(
        changes,
        columns=columns,
        teams_only="teams_only" in visit.form,
        add_teams=[one for one in wanted if one not in before],
        remove_teams=[one for one in before if one not in wanted],
    )


def _kind(visit: Visit, name: str) -> str:
    kind, choices = visit.text(f"{name}-kind"), visit.text(f"{name}-choices")
    return f"{kind}: {choices}" if kind == "choice" else kind


def _type_of(visit: Visit) -> RecordType:
    name = visit.request.path_params["type"]
    for found in visit.store.companies.record_types(visit.company_id):
        if found.name == name:
            return found
    raise nothing_here()


def _list(visit: Visit, wrong: Mapping[str, str]) -> Response:
    return visit.page(
        "record_types.html",
        command=Command("mail-admin record-type list"),
        status=422 if wrong else 200,
        lines=visit.store.companies.record_types(visit.company_id),
        typed={name: str(value) for name, value in visit.form.items()},
        wrong=wrong,
    )


def _page(visit: Visit, found: RecordType, wrong: Mapping[str, str]) -> Response:
    states: list[RecordState] = visit.store.records.states(visit.company_id, found.name)
    fields: list[RecordField] = visit.store.record_types.fields(visit.company_id, found.name)
    return visit.page(
        "record_type.html",
        command=Command("mail-admin record-type show {name}", name=found.name),
        status=422 if wrong else 200,
        found=found,
        states=states,
        fields=fields,
        teams=visit.store.teams.all(visit.company_id),
        named=[one.name for one in visit.store.record_types.teams(visit.company_id, found.name)],
        kinds=[(one, KIND_NAMES[one]) for one in KINDS],
        when_closed=[(one, visit.voice.gettext(CLOSED_WORDS[one])) for one in WHEN_CLOSED],
        counts=[(one, STATE_NAMES[one]) for one in COUNTS_AS],
        typed={name: str(value) for name, value in visit.form.items()},
        wrong=wrong,
        stays=record_type.in_the_way(visit.store, find.company_by_id(visit.store, visit.company_id), found.name),
        history=changes_of(visit, found.name),
    )


item = Item(270, "/record-types", marked("Record types"), Role.ADMIN)
routes = [
    page("/record-types", record_types, role=Role.ADMIN),
    page("/record-types/new", add, posts=True, role=Role.ADMIN),
    page("/record-types/{type}", one, role=Role.ADMIN),
    page("/record-types/{type}/save", save, posts=True, role=Role.ADMIN),
    page("/record-types/{type}/remove", remove, posts=True, role=Role.ADMIN),
]
