"""What is done to the ticked records of a list, and the filters that are saved from it."""

from __future__ import annotations

from urllib.parse import unquote

from starlette.responses import Response

from weftmail.admin.page import page
from weftmail.admin.pages.account import address_of
from weftmail.admin.record_filter import asked
from weftmail.admin.visit import Visit, nothing_here
from weftmail.core.role import Role
from weftmail.core.wording.command import Command
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import many, record, saved_filter, snooze
from weftmail.flow.setup.act import Done
from weftmail.flow.setup.record_change import RecordChanges

PLACES = {"spam": "spam", "trash": "trash", "restore": "lists"}


def change(visit: Visit) -> Response:
    """Change all ticked records, and show the same page of the list again."""
    done = _taken(visit) if visit.text("take") else _changed(visit, visit.text("act"), _ticked(visit))
    visit.site.sender.wake()
    back = unquote(visit.text("back"))
    if isinstance(done, Refusal):
        return visit.page(
            "refused.html",
            command=Command("mail-admin record set NUMBER"),
            status=422,
            wrong=visit.voice.say(done.phrase),
            back=visit.path(f"/records{'?' if back else ''}{back}"),
        )
    return visit.go(f"/records{'?' if back else ''}{back}", done)


def _taken(visit: Visit) -> Done | Refusal:
    """Take one record from its team, whatever is ticked."""
    (label,) = _there(visit, [visit.text("take")]) or [""]
    if not label:
        raise nothing_here()
    changes = RecordChanges(owner=address_of(visit))
    return record.change(visit.setup, label, changes, company=visit.company.company)


def _ticked(visit: Visit) -> list[str]:
    """Return the ticked records that are there for the visitor."""
    return _there(visit, [one for one in visit.form.getlist("record") if isinstance(one, str)])


def _there(visit: Visit, labels: list[str]) -> list[str]:
    found = (one for label in labels for one in visit.store.records.by_label(label, visit.company_id))
    return [one.label for one in found if one.type not in visit.hidden_types]


def _changed(visit: Visit, act: str, labels: list[str]) -> Done | Refusal:
    company = visit.company.company
    if act in ("read", "unread"):
        return many.mark(visit.setup, labels, read=act == "read", company=company)
    if act == "snooze":
        return snooze.snooze_many(visit.setup, labels, visit.text("until") or snooze.ANSWER, company=company)
    changes = {
        "owner": RecordChanges(owner=visit.text("owner")),
        "state": RecordChanges(state=visit.text("state")),
        "tag": RecordChanges(add_tags=[visit.text("tag")]),
        "untag": RecordChanges(remove_tags=[visit.text("tag")]),
    }
    if act in PLACES:
        return many.change(visit.setup, labels, RecordChanges(place=PLACES[act]), company=company)
    if act not in changes:
        raise nothing_here()
    return many.change(visit.setup, labels, changes[act], company=company)


def keep(visit: Visit) -> Response:
    """Save the filter that the list shows, under a name."""
    query = asked(visit, visit.text("query")).query
    done = saved_filter.add(
        visit.setup, visit.text("name"), query, shared=bool(visit.text("shared")), company=visit.company.company
    )
    return _listed(visit, query, done)


def remove(visit: Visit) -> Response:
    """Remove a saved filter."""
    found = visit.store.saved_filters.get(visit.company_id, visit.request.path_params["filter"])
    if found is None or found.user_id != visit.user.id:
        raise nothing_here()
    return _listed(visit, "", saved_filter.remove(visit.setup, found.id, company=visit.company.company))


def _listed(visit: Visit, query: str, done: Done | Refusal) -> Response:
    path = f"/records{'?' if query else ''}{query}"
    if isinstance(done, Refusal):
        wrong = visit.voice.say(done.phrase)
        return visit.page(
            "refused.html", command=Command("mail-admin record list"), status=422, wrong=wrong, back=visit.path(path)
        )
    return visit.go(path, done)


routes = [
    page("/records/many", change, posts=True, role=Role.AGENT),
    page("/records/filters", keep, posts=True),
    page("/records/filters/{filter:number}/remove", remove, posts=True),
]
