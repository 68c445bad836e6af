"""Changing what stands at the left of a record: title, state, owner, and the fields of its type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.responses import Response

from weftmail.admin.page import page
from weftmail.admin.pages.record import record_of
from weftmail.admin.people import heirs
from weftmail.admin.visit import Visit
from weftmail.admin.words import RECORD_STATES
from weftmail.core.role import Role
from weftmail.core.wording.command import Command
from weftmail.core.wording.phrase import marked
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import record as records
from weftmail.flow.setup import retype
from weftmail.flow.setup.record_change import RecordChanges
from weftmail.store.record import Record

FIELD = "field."
"""Stands before the name of a field in the form."""


@dataclass(frozen=True, slots=True)
class FieldAsked:
    """A field as the form asks for it; ``choices`` are pairs of value and word where something is chosen."""

    name: str
    kind: str
    value: str
    choices: tuple[tuple[str, str], ...] = ()


def change(visit: Visit) -> Response:
    """Ask what is to change."""
    return _page(visit, record_of(visit), {})


def save(visit: Visit) -> Response:
    """Keep it; a value that is none of its kind is shown as such, and nothing changes."""
    found = record_of(visit)
    owner = visit.text("owner")
    done = records.change(
        visit.setup,
        found.label,
        RecordChanges(
            title=visit.text("title"),
            state=visit.text("state"),
            owner=owner if owner != _owner(visit, found) else None,
            team=_given(visit, "team", found.team or ""),
            customer=_given(visit, "customer", found.customer_address or ""),
            priority=visit.text("priority") or None,
            fields={
                name.removeprefix(FIELD): value
                for name, value in visit.form.items()
                if name.startswith(FIELD) and isinstance(value, str)
            },
        ),
        company=visit.company.company,
    )
    if isinstance(done, Refusal):
        # A field is named by its own refusal.
        field = f"{FIELD}{done.values.get('of_field', '')}" if done.field == "fields" else done.field
        return _page(visit, found, {field: visit.voice.say(done.phrase)})
    visit.site.sender.wake()
    return visit.go(f"/records/{found.label}", done)


def _given(visit: Visit, name: str, stands: str) -> str | None:
    """Return what the form says, where it says anything else than what stands there."""
    given = visit.text(name).strip()
    return given if name in visit.form and given != stands else None


def _owner(visit: Visit, found: Record) -> str:
    """Return who owns the record, as acts name them."""
    return found.owner_address or ""


def _page(visit: Visit, found: Record, wrong: Mapping[str, str]) -> Response:
    typed = {name: str(value) for name, value in visit.form.items()}
    owner, owners = _owner(visit, found), [one for one in heirs(visit) if "@" in one[0]]
    if owner not in ("", *(one[0] for one in owners)):
        owners.insert(0, (owner, found.owner or "–"))
    owners.insert(0, ("", visit.voice.gettext(marked("nobody"))))
    types = [
        one.name for one in visit.store.companies.record_types(found.company_id) if one.name not in visit.hidden_types
    ]
    return visit.page(
        "record_change.html",
        command=Command("mail-admin record set {label}", label=found.label),
        status=422 if wrong else 200,
        record=found,
        states=[(one.name, _said(visit, one.name)) for one in visit.store.records.states(found.company_id, found.type)],
        owners=owners,
        teams=[("", "–"), *((one.name, one.name) for one in visit.store.teams.all(found.company_id))],
        types=[(one, one) for one in types],
        seen=_seen(visit, found, types),
        chosen={
            "title": found.title,
            "state": found.state,
            "owner": owner,
            "team": found.team or "",
            "customer": found.customer_address or "",
            "priority": found.priority,
            **typed,
        },
        asked=_asked(visit, found, typed),
        wrong=wrong,
    )


def _seen(visit: Visit, found: Record, types: Sequence[str]) -> list[tuple[str, str]]:
    """Return types beside who sees their records; those that the same people see stand together."""
    together: dict[str, list[str]] = {}
    for name, seen in retype.seen_by(visit.store, found.company_id).items():
        if name in types:
            together.setdefault(visit.voice.say(seen), []).append(name)
    return [(", ".join(names), seen) for seen, names in together.items()]


def _asked(visit: Visit, found: Record, typed: Mapping[str, str]) -> list[FieldAsked]:
    """Return the fields of the type in their order, and after them those that this record holds beyond it."""
    held, known = found.values, visit.store.record_types.fields(found.company_id, found.type)
    people = tuple((one.address or "", one.name) for one in visit.store.members.all(visit.company_id) if one.active)
    asked = []
    for one in known:
        choices = people if one.kind == "person" else tuple((each, each) for each in one.choices)
        value = typed.get(f"{FIELD}{one.name}", held.get(one.name, ""))
        kept = () if not choices or value in ("", *(each[0] for each in choices)) else ((value, value),)
        asked.append(FieldAsked(one.name, one.kind, value, (("", "–"), *kept, *choices) if choices else ()))
    names = {one.name for one in known}
    beyond = [name for name in held if name not in names]
    return asked + [FieldAsked(name, "text", typed.get(f"{FIELD}{name}", held[name])) for name in beyond]


def _said(visit: Visit, state: str) -> str:
    """Return what a state is called; one that a company made is called as it is."""
    return visit.voice.say(RECORD_STATES[state]) if state in RECORD_STATES else state


routes = [
    page("/records/{label}/change", change, role=Role.AGENT),
    page("/records/{label}/change/save", save, posts=True, role=Role.AGENT),
]
