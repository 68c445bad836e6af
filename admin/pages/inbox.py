"""The inbox: what a user is notified of, over all their companies, until they are done with it."""

from __future__ import annotations

from dataclasses import replace

from starlette.exceptions import HTTPException
from starlette.responses import Response

from weftmail.admin.navigation import Item
from weftmail.admin.number import whole_number
from weftmail.admin.page import live, page
from weftmail.admin.pages.failed import unreached
from weftmail.admin.visit import SAID_FOR, Visit, nothing_here
from weftmail.core.wording.command import Command
from weftmail.core.wording.phrase import marked
from weftmail.flow import inbox as inboxes
from weftmail.flow.inbox import InboxGroup
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import review
from weftmail.store.inbox_list import InboxPlace
from weftmail.store.unread import UnreadLine

PER_PAGE = 50
"""Records and notices that are shown at once."""

UNREAD = 10
"""Of the messages that could not be read, so many are named."""


def inbox(visit: Visit) -> Response:
    """Show what the visitor is notified of by the record, newest first; opening a record reads it."""
    before = _before(visit.request.query_params.get("before", ""))
    with visit.store.snapshot():
        found = inboxes.page(visit.store.inbox_lists, visit.whose, before, PER_PAGE)
        seen = mark(visit)
    unread_count, unread_messages = _unread(visit)
    following = found.following
    return visit.page(
        "inbox.html",
        command=Command("mail-admin user show {address}", address=visit.store.users.addresses(visit.user.id)[0]),
        everywhere=True,
        live=visit.path(f"/live/inbox?seen={seen}"),
        groups=found.groups,
        companies={one.company_id: one.company for one in visit.visitor.companies},
        link=lambda group: _link(visit, group),
        here_in=lambda group, path: _in_company(visit, group.company_id, path),
        earlier=f"/inbox?before={following.happened_at}.{following.place}" if following is not None else "",
        first=before == InboxPlace(),
        undo=_just_done(visit),
        unreached=unreached(visit, [one.record_id for one in found.groups if one.record_id is not None]),
        unread_count=unread_count,
        unread_messages=unread_messages,
    )


def _unread(visit: Visit) -> tuple[int, list[UnreadLine]]:
    """What could not be read to its end, for admins: how many messages, and the newest of them."""
    if visit.company.role != "admin":
        return 0, []
    newest = visit.store.listings.unread(visit.company_id, most=UNREAD)
    return visit.store.listings.unread_left(visit.company_id) if len(newest) == UNREAD else len(newest), newest


def _in_company(visit: Visit, company_id: int, path: str) -> str:
    """Return a path in the company that an entry is about, whichever the page was asked for in."""
    return path if len(visit.visitor.companies) < 2 else f"{path}?company={company_id}"


def _link(visit: Visit, group: InboxGroup) -> str:
    """Return where it is read and settled; "" where there is nothing more to see."""
    if group.alone is None:
        return _in_company(visit, group.company_id, f"/records/{group.label}")
    if group.alone.waits:
        return _in_company(visit, group.company_id, f"/review/{group.alone.inbound_id}")
    return "/account/second-factor" if group.alone.says.code.startswith("notice.second factor") else ""


def done(visit: Visit) -> Response:
    """Be done with a record or a notice, as far as it was shown and does not wait."""
    until, now = whole_number(visit.text("until")), visit.now
    lists, key = visit.store.inbox_lists, visit.text("entry")
    with visit.store.transaction():
        left = inboxes.done(lists, visit.company_id, visit.user.id, key, now if until is None else until, now)
    return _back(visit, f"/inbox?was={now}" if left else "/inbox")


def _back(visit: Visit, path: str) -> Response:
    """Show the inbox again in the company in which it was shown, whichever the entry is about."""
    whose = next((one for one in visit.visitor.companies if str(one.company_id) == visit.text("back")), visit.company)
    return replace(visit, company=whose).go(path)


def done_all(visit: Visit) -> Response:
    """Be done with all that was there when the page was shown, but for what waits."""
    until = whole_number(visit.text("until"))
    with visit.store.transaction():
        left = visit.store.inbox_lists.done_with_all(visit.whose, visit.now if until is None else until, visit.now)
    return visit.go(f"/inbox?was={visit.now}" if left else "/inbox")


def undo(visit: Visit) -> Response:
    """Bring back what the visitor was done with at a moment."""
    moment = whole_number(visit.text("was"))
    if moment is not None:
        with visit.store.transaction():
            visit.store.inbox_lists.back(visit.whose, moment)
    return visit.go("/inbox")


def read(visit: Visit) -> Response:
    """Mark a record or a notice as read."""
    with visit.store.transaction():
        inboxes.read(visit.store, visit.company_id, visit.user.id, visit.text("entry"), visit.now)
    return _back(visit, "/inbox")


def unread(visit: Visit) -> Response:
    """Mark the newest of a record, or a notice, as unread."""
    with visit.store.transaction():
        inboxes.unread(
            visit.store.inbox_lists, visit.company_id, visit.user.id, visit.text("entry"), visit.now,
            message=bool(visit.text("message")),
        )  # fmt: skip
    return _back(visit, "/inbox")


def _just_done(visit: Visit) -> int | None:
    """Return when the visitor was done with what the page offers to bring back; None where it offers nothing."""
    moment = whole_number(visit.request.query_params.get("was", ""))
    return moment if moment is not None and visit.now - SAID_FOR < moment <= visit.now else None


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


def _before(text: str) -> InboxPlace:
    """Return the place after which the address reads on; the very first where it names none."""
    moment, _, place = text.partition(".")
    found = whole_number(moment), whole_number(place)
    return InboxPlace(found[0], found[1]) if found[0] is not None and found[1] is not None else InboxPlace()


def mark(visit: Visit) -> str:
    """Return what changes when the inbox does."""
    return inboxes.mark(visit.store.inbox_lists, visit.whose, visit.unread)


def counted(visit: Visit) -> str:
    """What an open page waits for that shows nothing live but how much is unread, which every such answer says."""
    return "same"


item = Item(30, "/inbox", marked("Inbox"), count=lambda visit, _: visit.unread)
routes = [
    live("/live/inbox", mark),
    live("/live/unread", counted),
    page("/inbox", inbox),
    page("/inbox/done", done, posts=True),
    page("/inbox/done-all", done_all, posts=True),
    page("/inbox/undo", undo, posts=True),
    page("/inbox/read", read, posts=True),
    page("/inbox/unread", unread, posts=True),
    page("/inbox/{notice:number}/file", file, posts=True),
]
