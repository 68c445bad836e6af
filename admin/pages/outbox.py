"""The outbox: what waits to leave, what left and what failed, each with the server's words; sending is paused here."""

from __future__ import annotations

from starlette.responses import Response

from weftmail.admin.navigation import Item
from weftmail.admin.number import whole_number
from weftmail.admin.page import page
from weftmail.admin.visit import Visit, nothing_here
from weftmail.core.role import Role
from weftmail.core.wording.command import Command
from weftmail.core.wording.phrase import Phrase, marked
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import copy
from weftmail.flow.setup.act import Done
from weftmail.store.listing import NEWEST

PER_PAGE = 50
STATES = {
    "waiting": (Phrase("delivery.queued"), "open"),
    "delayed": (Phrase("delivery.delayed"), "look"),
    "failed": (Phrase("delivery.failed"), "broken"),
    "sent": (Phrase("delivery.sent"), "good"),
    "cancelled": (Phrase("delivery.cancelled"), "open"),
}
"""What each state is called, and its tone."""


def outbox(visit: Visit) -> Response:
    """Show one page of the company's copies, newest first."""
    return _page(visit)


def _page(visit: Visit, *, wrong: str = "", at: int = 0, typed: str = "", status: int = 200) -> Response:
    state = visit.request.query_params.get("state", "")
    state = state if state in STATES else ""
    before = whole_number(visit.request.query_params.get("before", ""))
    start = NEWEST if before is None else before
    found = visit.store.listings.outbox(visit.company_id, state or None, start, PER_PAGE + 1)
    return visit.page(
        "outbox.html",
        command=Command("mail-admin outbox list"),
        status=status,
        state=state,
        states=STATES,
        lines=found[:PER_PAGE],
        older=found[PER_PAGE - 1].row.id if len(found) > PER_PAGE else 0,
        wrong=wrong,
        wrong_at=at,
        typed=typed,
    )


def retry(visit: Visit) -> Response:
    """Send a copy now that waits or failed."""
    return _then(visit, copy.retry(visit.setup, _number(visit), company_id=visit.company_id))


def cancel(visit: Visit) -> Response:
    """Take a copy back that has not left."""
    return _then(visit, copy.cancel(visit.setup, _number(visit), company_id=visit.company_id))


def redirect(visit: Visit) -> Response:
    """Send a copy to another address."""
    address = visit.text("address").strip()
    return _then(visit, copy.redirect(visit.setup, _number(visit), address, company_id=visit.company_id))


def pause(visit: Visit) -> Response:
    """Let nothing leave."""
    return _then(visit, copy.pause(visit.setup))


def resume(visit: Visit) -> Response:
    """Let copies leave again."""
    return _then(visit, copy.resume(visit.setup))


def _number(visit: Visit) -> int:
    number: int = visit.request.path_params["copy"]
    return number


def _then(visit: Visit, done: Done | Refusal) -> Response:
    if isinstance(done, Refusal):
        if done.code == "no_such_copy":
            raise nothing_here()
        said = visit.voice.say(done.phrase)
        return _page(visit, wrong=said, at=_number(visit), typed=visit.text("address"), status=422)
    visit.site.sender.wake()
    return visit.go("/outbox", done)


item = Item(130, "/outbox", marked("Outbox"), Role.ADMIN)
routes = [
    page("/outbox", outbox, role=Role.ADMIN),
    page("/outbox/{copy:number}/retry", retry, posts=True, role=Role.ADMIN),
    page("/outbox/{copy:number}/cancel", cancel, posts=True, role=Role.ADMIN),
    page("/outbox/{copy:number}/redirect", redirect, posts=True, role=Role.ADMIN),
    page("/outbox/pause", pause, posts=True, role=Role.OWNER),
    page("/outbox/resume", resume, posts=True, role=Role.OWNER),
]
