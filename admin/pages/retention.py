"""How long spam, trash and the closed records of each type are kept, and what would go now."""

from __future__ import annotations

from starlette.responses import Response

from weftmail.admin.number import whole_number
from weftmail.admin.page import page
from weftmail.admin.visit import Visit
from weftmail.core.role import Role
from weftmail.core.wording.command import Command
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import retention


def show(visit: Visit) -> Response:
    """Show each of them with its days."""
    return _page(visit, "")


def change(visit: Visit) -> Response:
    """Keep one of them for so many days."""
    what, days = visit.text("what"), visit.text("days").strip()
    number = 0 if not days else whole_number(days)
    if number is None:
        refusal = Refusal("days", "number_out_of_range", {"least": 0, "most": retention.MOST_DAYS})
        return _page(visit, what, refusal)
    done = retention.change(visit.setup, what, number, company=visit.company.company)
    if isinstance(done, Refusal):
        return _page(visit, what, done)
    return visit.go("/retention", done)


def _page(visit: Visit, what: str, refused: Refusal | None = None) -> Response:
    rules = retention.rules(visit.store, visit.company_id, visit.now)
    return visit.page(
        "retention.html",
        command=Command("mail-admin retention show"),
        status=422 if refused else 200,
        rows=[(one, retention.named(one)) for one in rules],
        counted=retention.COUNTED,
        typed={what: visit.text("days")} if refused else {},
        wrong={what: visit.voice.say(Phrase(refused.code, refused.values))} if refused else {},
    )


routes = [
    page("/retention", show, role=Role.ADMIN),
    page("/retention/change", change, posts=True, role=Role.ADMIN),
]
