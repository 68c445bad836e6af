"""The list of records, most recent first; and where somebody lands who has just signed in."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from weftmail.admin.navigation import Item
from weftmail.admin.number import whole_number
from weftmail.admin.page import live, page
from weftmail.admin.visit import Visit
from weftmail.core.role import Role
from weftmail.core.wording.phrase import marked
from weftmail.flow import guide
from weftmail.store.record import Record

PER_PAGE = 30


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the list; ``newer`` and ``older`` are the places from which to read on, "" where nothing is."""

    records: tuple[Record, ...]
    newer: str
    older: str


def home(visit: Visit) -> Response:
    """Send the visitor to the records, or straight to the record where there is only one.

    Whoever looks after the installation is led through setting it up while there is no address.
    """
    if visit.owner and guide.begins(visit.store, visit.company_id):
        return visit.go("/welcome")
    if visit.may(Role.ADMIN) and not visit.site.demo:
        return visit.go("/overview")
    newest = visit.store.records.all(visit.company_id, most=2)
    return visit.go(f"/records/{newest[0].label}" if len(newest) == 1 else "/records")


def records(visit: Visit) -> Response:
    """Show one page of the company's records."""
    with visit.store.snapshot():
        return visit.page(
            "records.html",
            command="mail-admin record list",
            live=visit.path(f"/live/records?seen={mark(visit)}"),
            listed=_listed(visit),
            total=visit.store.records.count(visit.company_id),
        )


def _listed(visit: Visit) -> Listed:
    """Return the page that the address asks for: read on from a place in the list, which stays where it was."""
    older, newer = (_place(visit, visit.request.query_params.get(name, "")) for name in ("older", "newer"))
    if newer is not None:
        found = visit.store.records.after(visit.company_id, *newer, most=PER_PAGE + 1)
        # A page that begins at the top is the first one, whole.
        if len(found) > PER_PAGE:
            return Listed(tuple(found[1:]), _name(found[1]), _name(found[-1]))
        older = None
    if older is not None:
        found = visit.store.records.before(visit.company_id, *older, most=PER_PAGE + 1)
        if found:
            return Listed(tuple(found[:PER_PAGE]), _name(found[0]), _more(found))
    found = visit.store.records.all(visit.company_id, most=PER_PAGE + 1)
    return Listed(tuple(found[:PER_PAGE]), "", _more(found))


def _more(found: list[Record]) -> str:
    return _name(found[PER_PAGE - 1]) if len(found) > PER_PAGE else ""


def _name(one: Record) -> str:
    """A place in the list: when the record there had changed, and its number."""
    return f"{one.changed_at}-{one.label}"


def _place(visit: Visit, name: str) -> tuple[int, int] | None:
    """Return the place of this name; None where there is none, or it is no name."""
    written, _, label = name.partition("-")
    moment = whole_number(written)
    found = visit.store.records.by_label(label, visit.company_id) if moment is not None else []
    return (moment, found[0].id) if moment is not None and found else None


def mark(visit: Visit) -> str:
    """Return what changes when the company's records do."""
    newest = visit.store.records.all(visit.company_id, most=1)
    changed = f"{newest[0].id}-{newest[0].changed_at}" if newest else "0"
    return f"{visit.store.records.count(visit.company_id)}-{changed}-{visit.unread}"


item = Item(20, "/records", marked("Records"))
routes = [live("/live/records", mark), page("/", home), page("/records", records)]
