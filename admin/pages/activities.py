"""Activities: what a colleague or everybody is to do; planned, done with feedback, and a next one on one form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from weftmail.admin.navigation import Item
from weftmail.admin.number import whole_number
from weftmail.admin.page import page
from weftmail.admin.pages.account import address_of
from weftmail.admin.pages.record import record_of
from weftmail.admin.visit import Visit, nothing_here
from weftmail.core.role import Role
from weftmail.core.wording.command import Command
from weftmail.core.wording.phrase import marked
from weftmail.flow import day
from weftmail.flow.activity import KINDS, word
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import activity, activity_type
from weftmail.flow.setup.act import Done
from weftmail.flow.setup.activity import Planned
from weftmail.store.activity import DayPlace, RecordActivity

PER_PAGE = 100
FIELDS = ("type", "due", "assignee", "note", "feedback", "next_type", "next_due", "next_assignee", "next_note")


@dataclass(frozen=True, slots=True)
class ActivityGroup:
    """Activities that stand together: overdue, of today, or planned."""

    name: str
    rows: Sequence[RecordActivity]


def today_of(visit: Visit) -> str:
    """Return which day it is for the visitor."""
    return day.today(visit.now, day.zone(visit.user.zone)).isoformat()


def activities(visit: Visit) -> Response:
    """Show what the visitor is to do, or everybody."""
    return _list(visit, {})


def _list(visit: Visit, wrong: Mapping[str, str]) -> Response:
    everybody = visit.request.query_params.get("who") == "all" or not visit.may_write
    place = DayPlace(visit.request.query_params.get("day", "")[:10], _number(visit, "after"))
    user_id = None if everybody else visit.user.id
    found = visit.store.activities.page(visit.company_id, user_id, visit.hidden_types, place, PER_PAGE + 1)
    shown = found[:PER_PAGE]
    return visit.page(
        "activities.html",
        command=Command("mail-admin activity list"),
        status=422 if wrong else 200,
        groups=_groups(shown, today_of(visit)),
        more=shown[-1] if len(found) > PER_PAGE else None,
        everybody=everybody,
        today=today_of(visit),
        own_types=visit.store.activities.types(visit.company_id),
        typed=visit.text("name"),
        wrong=wrong,
    )


def _number(visit: Visit, name: str) -> int:
    return whole_number(visit.request.query_params.get(name, "")) or 0


def _groups(found: Sequence[RecordActivity], today: str) -> list[ActivityGroup]:
    parts = {
        "overdue": [one for one in found if one.due_on < today],
        "today": [one for one in found if one.due_on == today],
        "planned": [one for one in found if one.due_on > today],
    }
    return [ActivityGroup(name, rows) for name, rows in parts.items() if rows]


def plan(visit: Visit) -> Response:
    """Ask what is to be done on a record."""
    return _plan(visit, {})


def _plan(visit: Visit, wrong: Mapping[str, str]) -> Response:
    found = record_of(visit)
    return visit.page(
        "activity.html",
        command=Command("mail-admin activity add {label} to-do {day}", label=found.label, day=today_of(visit)),
        status=422 if wrong else 200,
        record=found,
        activity=None,
        **_choices(visit, {"due": today_of(visit), "assignee": address_of(visit)}, wrong),
    )


def _choices(visit: Visit, chosen: Mapping[str, str], wrong: Mapping[str, str]) -> dict[str, Any]:
    typed = {name: visit.text(name) for name in FIELDS if name in visit.form}
    own = [(one, one) for one in visit.store.activities.types(visit.company_id)]
    people = [one for one in visit.store.members.all(visit.company_id) if one.active and one.role != "reader"]
    return {
        "types": [*((name, visit.voice.say(word(name))) for name in KINDS), *own],
        "people": [(one.address, one.name) for one in people if one.address],
        "chosen": {**dict.fromkeys(FIELDS, ""), **chosen, **typed},
        "wrong": wrong,
    }


def add(visit: Visit) -> Response:
    """Plan it, and go back to the record."""
    found = record_of(visit)
    done = activity.add(visit.setup, found.label, _planned(visit), company=visit.company.company)
    if isinstance(done, Refusal):
        return _plan(visit, {done.field: visit.voice.say(done.phrase)})
    visit.site.sender.wake()
    return visit.go(f"/records/{found.label}", done)


def _planned(visit: Visit, prefix: str = "") -> Planned:
    words = (visit.text(f"{prefix}{name}") for name in ("type", "due", "assignee", "note"))
    return Planned(*words)


def _activity_of(visit: Visit) -> RecordActivity:
    """Return the activity that the path names, if its record exists for the visitor."""
    found = visit.store.activities.get(visit.company_id, visit.request.path_params["activity"])
    if found is None or found.record_type in visit.hidden_types:
        raise nothing_here()
    return found


def one(visit: Visit) -> Response:
    """Show an activity, with the form by which it is done."""
    return _one(visit, _activity_of(visit), {})


def _one(visit: Visit, found: RecordActivity, wrong: Mapping[str, str]) -> Response:
    record = visit.store.records.get(visit.company_id, found.record_id)
    addresses = visit.store.users.addresses(found.user_id)
    chosen = {"type": found.type, "due": found.due_on, "assignee": "".join(addresses[:1]), "note": found.note}
    return visit.page(
        "activity.html",
        command=Command("mail-admin activity done {id}", id=found.id),
        status=422 if wrong else 200,
        record=record,
        activity=found,
        today=today_of(visit),
        **_choices(visit, {**chosen, "next_assignee": address_of(visit)}, wrong),
    )


def finish(visit: Visit) -> Response:
    """It is done, with feedback, and the next one where a day for it is given."""
    found = _activity_of(visit)
    following = _planned(visit, "next_") if visit.text("next_due").strip() else None
    done = activity.done(visit.setup, found.id, visit.text("feedback"), following, company=visit.company.company)
    return _answer(visit, found, done)


def save(visit: Visit) -> Response:
    """Keep another day, assignee, type or note."""
    found = _activity_of(visit)
    return _answer(visit, found, activity.change(visit.setup, found.id, _planned(visit), company=visit.company.company))


def remove(visit: Visit) -> Response:
    """It is not to be done any more."""
    found = _activity_of(visit)
    return _answer(visit, found, activity.remove(visit.setup, found.id, company=visit.company.company))


def _answer(visit: Visit, found: RecordActivity, done: Done | Refusal) -> Response:
    if isinstance(done, Refusal):
        return _one(visit, found, {done.field or "feedback": visit.voice.say(done.phrase)})
    visit.site.sender.wake()
    return visit.go(f"/records/{found.record}", done)


def add_type(visit: Visit) -> Response:
    """Add a type of the company's own."""
    return _typed(visit, activity_type.add(visit.setup, visit.text("name"), company=visit.company.company))


def remove_type(visit: Visit) -> Response:
    """Offer a type no more."""
    return _typed(visit, activity_type.remove(visit.setup, visit.text("name"), company=visit.company.company))


def _typed(visit: Visit, done: Done | Refusal) -> Response:
    if isinstance(done, Refusal):
        return _list(visit, {"name": visit.voice.say(done.phrase)})
    return visit.go("/activities", done)


item = Item(35, "/activities", marked("Activities"), count=lambda _, waiting: waiting.due)
routes = [
    page("/activities", activities),
    page("/activities/types", add_type, posts=True, role=Role.ADMIN),
    page("/activities/types/remove", remove_type, posts=True, role=Role.ADMIN),
    page("/activities/{activity:number}", one, role=Role.AGENT),
    page("/activities/{activity:number}/done", finish, posts=True, role=Role.AGENT),
    page("/activities/{activity:number}/save", save, posts=True, role=Role.AGENT),
    page("/activities/{activity:number}/remove", remove, posts=True, role=Role.AGENT),
    page("/records/{label}/activities", plan, role=Role.AGENT),
    page("/records/{label}/activities/add", add, posts=True, role=Role.AGENT),
]
