"""What is done to a record with one press on its page: taken, closed, tagged, thrown away; and another type for it."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from starlette.responses import Response

from weftmail.admin.page import page
from weftmail.admin.pages.account import address_of
from weftmail.admin.pages.record import record_of
from weftmail.admin.visit import Visit, nothing_here
from weftmail.core.role import Role
from weftmail.core.wording.command import Command
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import many, record, retype
from weftmail.flow.setup.act import Done
from weftmail.flow.setup.record_change import RecordChanges
from weftmail.store.record import Record

LEAVES = ("spam", "trash", "unread")
"""After these the visitor goes back to the list."""


def first_state(visit: Visit, found: Record, counts_as: str) -> str:
    """Return the first state of the record's type that counts as this; the one that it has where there is none."""
    states = visit.store.records.states(found.company_id, found.type)
    return next((one.name for one in states if one.counts_as == counts_as), found.state)


ACTS: dict[str, Callable[[Visit, Record], RecordChanges]] = {
    "take": lambda visit, _: RecordChanges(owner=address_of(visit)),
    "close": lambda visit, found: RecordChanges(state=first_state(visit, found, "closed")),
    "open": lambda visit, found: RecordChanges(state=first_state(visit, found, "open")),
    "wait": lambda visit, found: RecordChanges(state=first_state(visit, found, "waiting")),
    "answered": lambda _visit, _found: RecordChanges(awaits=False),
    "spam": lambda _visit, _found: RecordChanges(place="spam"),
    "trash": lambda _visit, _found: RecordChanges(place="trash"),
    "restore": lambda _visit, _found: RecordChanges(place="lists"),
    "tag": lambda visit, _: RecordChanges(add_tags=[visit.text("tag")]),
    "untag": lambda visit, _: RecordChanges(remove_tags=[visit.text("tag")]),
}


def act(visit: Visit) -> Response:
    """Do what the button says, and show the record again, or the list where it has left that."""
    found, name, company = record_of(visit), visit.text("act"), visit.company.company
    if name == "unread":
        return _shown(visit, found, name, many.mark(visit.setup, [found.label], read=False, company=company))
    if name not in ACTS:
        raise nothing_here()
    done = record.change(visit.setup, found.label, ACTS[name](visit, found), company=company)
    visit.site.sender.wake()
    return _shown(visit, found, name, done)


def _shown(visit: Visit, found: Record, name: str, done: Done | Refusal) -> Response:
    list_ = visit.text("list")
    back = f"/records/{found.label}" + (f"?list={quote(list_, safe='')}" if "list" in visit.form else "")
    if isinstance(done, Refusal):
        wrong = visit.voice.say(done.phrase)
        return visit.page(
            "refused.html",
            command=Command("mail-admin record set {label}", label=found.label),
            status=422,
            wrong=wrong,
            back=visit.path(back),
        )
    return visit.go(f"/records{'?' if list_ else ''}{list_}" if name in LEAVES else back, done)


def new_type(visit: Visit) -> Response:
    """Give the record another type, and go to it under its new number."""
    found = record_of(visit)
    if visit.text("type") in visit.hidden_types:
        raise nothing_here()
    done = retype.change(visit.setup, found.label, visit.text("type"), company=visit.company.company)
    if isinstance(done, Refusal):
        return _shown(visit, found, "type", done)
    return visit.go(f"/records/{done.subject}", done)


routes = [
    page("/records/{label}/act", act, posts=True, role=Role.AGENT),
    page("/records/{label}/type", new_type, posts=True, role=Role.AGENT),
]
