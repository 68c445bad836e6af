"""The inbox: what a user is told on the pages rather than by mail."""

from __future__ import annotations

import shlex

from starlette.exceptions import HTTPException
from starlette.responses import Response

from weftmail.admin.navigation import Item
from weftmail.admin.number import whole_number
from weftmail.admin.page import live, page
from weftmail.admin.pages.failed import unreached
from weftmail.admin.visit import Visit, nothing_here
from weftmail.core.wording.phrase import marked
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import review
from weftmail.store.inbox import NEWEST
from weftmail.store.unread import UnreadLine

PER_PAGE = 50
"""Messages and notices that are shown at once, of each."""

UNREAD = 10
"""Of the messages that could not be read, so many are named."""


def inbox(visit: Visit) -> Response:
    """Show messages and notices, newest first; a notice is read once it has been shown, a message on its record."""
    entries = visit.store.inbox.entries(visit.company_id, visit.user.id, PER_PAGE + 1, _before(visit, "messages"))
    notices = visit.store.inbox.notices(visit.user.id, visit.company_id, PER_PAGE + 1, _before(visit, "notices"))
    unread_count, unread_messages = _unread(visit)
    response = visit.page(
        "inbox.html",
        command=f"mail-admin user show {shlex.quote(visit.store.users.addresses(visit.user.id)[0])}",
        everywhere=True,
        live=visit.path(f"/live/inbox?seen={mark(visit)}"),
        entries=entries[:PER_PAGE],
        unreached=unreached(visit, entries[:PER_PAGE]),
        notices=notices[:PER_PAGE],
        more_entries=len(entries) > PER_PAGE,
        more_notices=len(notices) > PER_PAGE,
        unread_count=unread_count,
        unread_messages=unread_messages,
    )
    if not visit.looked_ahead and any(one.read_at is None for one in notices):
        visit.store.inbox.notices_read(visit.company_id, visit.user.id, visit.now)
    return response


def _unread(visit: Visit) -> tuple[int, list[UnreadLine]]:
    """What could not be read to its end, for admins: how many messages, and the newest of them."""
    if visit.company.role != "admin":
        return 0, []
    newest = visit.store.listings.unread(visit.company_id, most=UNREAD)
    return visit.store.listings.unread_left(visit.company_id) if len(newest) == UNREAD else len(newest), newest


def file(visit: Visit) -> Response:
    """File a mail that a notice tells of and that is held, as its rules would have; then show where it went."""
    notice = visit.store.inbox.notice(visit.company_id, visit.user.id, visit.request.path_params["notice"])
    if notice is None or notice.inbound_id is None:
        raise nothing_here()
    if not visit.may_write:
        raise HTTPException(403, marked("You have read-only access."))
    if not visit.store.deciders.decides_on(visit.company_id, visit.user.id, [notice.inbound_id]):
        # It was theirs to decide on when they were told, and is not any more.
        return visit.go("/inbox")
    done = review.release(visit.setup, visit.site.installation, notice.inbound_id)
    if isinstance(done, Refusal):
        # Somebody else has decided on it meanwhile.
        return visit.go("/inbox")
    visit.site.sender.wake()
    record = done.released.record if done.released is not None else ""
    return visit.go(f"/records/{record}" if record else "/inbox", done)


def _before(visit: Visit, name: str) -> int:
    """Return from where the address reads on."""
    before = whole_number(visit.request.query_params.get(name, ""))
    return NEWEST if before is None else before


def mark(visit: Visit) -> str:
    """Return what changes when the inbox does."""
    entries = visit.store.inbox.entries(visit.company_id, visit.user.id, 1)
    notices = visit.store.inbox.notices(visit.user.id, visit.company_id, 1)
    return f"{entries[0].id if entries else 0}-{notices[0].id if notices else 0}-{visit.unread}"


item = Item(30, "/inbox", marked("Inbox"), count=lambda visit, _: visit.unread)
routes = [live("/live/inbox", mark), page("/inbox", inbox), page("/inbox/{notice:number}/file", file, posts=True)]
