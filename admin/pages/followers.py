"""Following a record, and leaving it: what a colleague decides for themselves on its page."""

from __future__ import annotations

from starlette.responses import Response

from weftmail.admin.page import page
from weftmail.admin.pages.record import record_of
from weftmail.admin.visit import Visit
from weftmail.core.role import Role
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import follower


def follow(visit: Visit) -> Response:
    """Let the visitor be notified of every message on the record."""
    return _changed(visit, follows=True)


def unfollow(visit: Visit) -> Response:
    """Let the visitor be notified no longer; writing on the record does not bring them back."""
    return _changed(visit, follows=False)


def _changed(visit: Visit, *, follows: bool) -> Response:
    label = record_of(visit).label
    change = follower.add if follows else follower.remove
    address = visit.store.users.addresses(visit.user.id)[0]
    done = change(visit.setup, label, address, company=visit.company.company)
    # Pressed twice, or no member of this company: the page shows how it stands.
    return visit.go(f"/records/{label}", None if isinstance(done, Refusal) else done)


routes = [
    page("/records/{label}/follow", follow, posts=True, role=Role.AGENT),
    page("/records/{label}/unfollow", unfollow, posts=True, role=Role.AGENT),
]
