"""Overview: is mail flowing, what waits, what is broken; the first page of admins, and /healthz for monitoring."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from weftmail import __version__
from weftmail.admin.navigation import Item
from weftmail.admin.page import page
from weftmail.admin.visit import Site, Visit
from weftmail.core.role import Role
from weftmail.core.wording.command import Command
from weftmail.core.wording.phrase import Phrase, marked
from weftmail.flow.guide import closed, guide
from weftmail.flow.status import Status, status
from weftmail.flow.tally import ACCEPTED, SAID, parts


def overview(visit: Visit) -> Response:
    """Show how the company stands; to an admin of all how everything does, and the machine."""
    machine = visit.site.machine if visit.owner else None
    found = status(visit.store, visit.now, None if visit.owner else visit.company_id, machine)
    wanted = visit.owner and not closed(visit.store)
    steps = guide(visit.store, visit.company_id, with_letter=False) if wanted else None
    return visit.page(
        "overview.html",
        command=Command("mail-admin status"),
        everywhere=visit.owner,
        stands=found,
        parts_in=[(one, _IN[one.name]) for one in parts(found.came)],
        accepted=ACCEPTED,
        waits=[(SAID[name], found.review[state], _waiting(visit, state)) for name, state in _REVIEW],
        headline=Phrase(f"status.{found.tone}"),
        says=[Phrase(f"status.{name}") for name in (*found.broken, *found.to_look_at)],
        there={one.path for one in visit.site.items},
        steps_left=len(steps.left) if steps is not None else 0,
        version=__version__,
    )


_IN = {
    "filed": "filed",
    "reports": "report",
    "duplicates": "duplicate",
    "held": "held",
    "unmatched": "unmatched",
    "errors": "error",
    "discarded": "discarded",
    "unfiled": "accepted",
}
"""By which state the log finds each part of the sum."""
_REVIEW = (("held", "held"), ("unmatched", "unmatched"), ("errors", "error"))


def _waiting(visit: Visit, state: str) -> str:
    """Return where exactly those mails are that wait: the queue is one company's, and the log knows all."""
    everywhere = visit.owner and len(visit.visitor.companies) > 1
    return f"/log?state={state}" if everywhere else f"/review?state={state}"


async def healthz(request: Request) -> Response:
    """Say to monitoring whether mail flows, and to strangers nothing more."""
    site: Site = request.app.state.site
    now = site.installation.clock()
    found: Status = await site.pool.run(lambda store: status(store, now, machine=site.machine))
    return PlainTextResponse("broken\n", 503) if found.broken else PlainTextResponse("ok\n")


item = Item(10, "/overview", marked("Overview"), Role.ADMIN)
routes = [page("/overview", overview, role=Role.ADMIN), Route("/healthz", healthz, methods=["GET"])]
