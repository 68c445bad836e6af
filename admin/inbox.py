"""The inbox: what a user is told on the pages rather than by mail."""

from __future__ import annotations

import shlex

from starlette.responses import Response

from weftmail.admin.visit import Visit, page


def inbox(visit: Visit) -> Response:
    """Show messages and notices, newest first; a notice is read once it has been shown, a message on its record."""
    entries = visit.store.inbox.entries(visit.company_id, visit.user.id)
    notices = visit.store.inbox.notices(visit.user.id, visit.company_id)
    response = visit.page(
        "inbox.html",
        command=f"mail-admin user show {shlex.quote(visit.store.users.addresses(visit.user.id)[0])}",
        everywhere=True,
        live=visit.path(f"/live/inbox?seen={mark(visit)}"),
        entries=entries,
        notices=notices,
    )
    if not visit.looked_ahead and any(one.read_at is None for one in notices):
        visit.store.inbox.notices_read(visit.company_id, visit.user.id, visit.now)
    return response


def mark(visit: Visit) -> str:
    """Return what changes when the inbox does."""
    entries = visit.store.inbox.entries(visit.company_id, visit.user.id, 1)
    notices = visit.store.inbox.notices(visit.user.id, visit.company_id, 1)
    unread = sum(1 for one in visit.store.inbox.entries(visit.company_id, visit.user.id) if one.state == "unread")
    return f"{entries[0].id if entries else 0}-{notices[0].id if notices else 0}-{unread}"


routes = [page("/inbox", inbox)]
