"""The list of records, what changed last first; and where somebody lands who has just signed in."""

from __future__ import annotations

from starlette.responses import Response

from weftmail.admin.visit import Visit, page

PER_PAGE = 30


def home(visit: Visit) -> Response:
    """Send the visitor to the records, or straight to the record where there is only one."""
    newest = visit.store.records.all(visit.company_id, most=2)
    return visit.go(f"/records/{newest[0].label}" if len(newest) == 1 else "/records")


def records(visit: Visit) -> Response:
    """Show one page of the company's records."""
    total = visit.store.records.count(visit.company_id)
    last = max(1, -(-total // PER_PAGE))
    asked = visit.request.query_params.get("page", "1")
    number = min(max(int(asked), 1), last) if asked.isdecimal() and len(asked) < 9 else 1
    return visit.page(
        "records.html",
        command="mail-admin record list",
        live=visit.path(f"/live/records?seen={mark(visit)}"),
        records=visit.store.records.all(visit.company_id, PER_PAGE, (number - 1) * PER_PAGE),
        total=total,
        number=number,
        last=last,
    )


def mark(visit: Visit) -> str:
    """Return what changes when the company's records do."""
    newest = visit.store.records.all(visit.company_id, most=1)
    changed = f"{newest[0].id}-{newest[0].changed_at}" if newest else "0"
    unread = visit.store.inbox.unread(visit.company_id, visit.user.id)
    return f"{visit.store.records.count(visit.company_id)}-{changed}-{unread}"


routes = [page("/", home), page("/records", records)]
