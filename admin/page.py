"""The doors in front of a page, and what a page is: a route, for whom it is, and its place in the navigation.

Every page is a plain function from a ``Visit`` to an answer and runs in a thread of the pool.  What stands before it,
in this order: the request comes from our own pages, somebody is signed in, the form bears the session's token, the
company is one of theirs, and their role in it is the one that the page asks for.  Whatever belongs to another company
or another role answers 404, like what does not exist.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import SplitResult, quote, urlsplit

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from weftmail.admin import form as forms
from weftmail.admin.apart import Apart
from weftmail.admin.hashing import RETRY_AFTER, Lane, NoPlace
from weftmail.admin.number import whole_number
from weftmail.admin.presence import Place
from weftmail.admin.presses import is_press, told_apart
from weftmail.admin.visit import Site, Visit, Visitor, nothing_here, whose
from weftmail.admin.voice import SEEN_APART, of_request
from weftmail.core.role import Role
from weftmail.core.wording.phrase import marked
from weftmail.store.people import Membership
from weftmail.store.store import Store

PAGES = "weftmail.admin.pages"
"""Where the pages are: each module there offers ``routes``."""
EXPIRED = marked("This form has expired. Reload the page and try again.")
NOT_OURS = marked("The request did not come from a page of this site.")

SECOND_FACTOR = "/account/second-factor"
"""The page that is all there is for somebody who has to set up a second factor first."""


@dataclass(frozen=True, slots=True)
class Hashed:
    """What a page answers that needs a hash first: the work for the lane of those known here, and the answer after it.

    The store is not held meanwhile; ``then`` asks once more for all that it needs.
    """

    work: Callable[[], object]
    then: Callable[[Visit, Any], Response]


Page = Callable[[Visit], Response]
Act = Callable[[Visit], Response | Hashed | Apart]
Mark = Callable[[Visit], str]
"""What changes when what a page shows does."""


def from_our_pages(request: Request) -> bool:
    """Say whether a request that changes something may come from a page of ours.

    Browsers say so in Sec-Fetch-Site or Origin (W3C Fetch Metadata, RFC 6454); a program that is no browser sends
    neither, and has no cookies that somebody else could ride on.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    return origin is None or parts_of(origin).netloc == request.headers.get("host", "")


def parts_of(address: str) -> SplitResult:
    """Return the parts of an address that a request names; all are empty where it is none, such as ``http://[``."""
    try:
        return urlsplit(address)
    except ValueError:
        return SplitResult("", "", "", "", "")


def local(path: str) -> str:
    """Return ``path`` if it stays on this site, else "/": nobody is sent away by a link of ours."""
    parts = parts_of(path)
    clean = path.isascii() and path.isprintable() and "\\" not in path and " " not in path
    stays = path.startswith("/") and not path.startswith("//") and not parts.scheme and not parts.netloc
    return path if clean and stays else "/"


@contextmanager
def in_place(lane: Lane) -> Iterator[None]:
    """Hold a place in a lane of hashes; raise 503 where there is none."""
    try:
        with lane.place():
            yield
    except NoPlace:
        raise HTTPException(503, headers={"retry-after": str(RETRY_AFTER)}) from None


def visitor_of(site: Site, store: Store, request: Request) -> Visitor | None:
    """Return who is signed in with this browser."""
    token = request.cookies.get(site.cookie)
    found = store.sessions.visitor(token, site.installation.clock()) if token else None
    if found is None or not found[1].active:
        return None
    session, user = found
    # What goes wrong from here on is said in their language.
    request.state.user = user
    if site.installation.clock() - session.seen_at > SEEN_APART:
        store.sessions.seen(session.id, site.installation.clock())
    return Visitor(user, session, tuple(store.users.enters(user)))


def door(site: Site, store: Store, request: Request, form: FormData | None = None, role: Role = Role.READER) -> Visit:
    """Return the visit that a request is, asked for in a thread of the pool; raise 401, 403 or 404 where it is none."""
    visitor = visitor_of(site, store, request)
    if visitor is None:
        raise HTTPException(401, marked("You are signed out. Sign in again."))
    if _held_up(request, visitor):
        raise HTTPException(401, marked("Set up your second factor first."))
    return _visit(site, store, request, visitor, FormData() if form is None else form, role)


def _visit(site: Site, store: Store, request: Request, visitor: Visitor, form: FormData, role: Role) -> Visit:
    if not visitor.companies:
        request.state.values = {"names": ", ".join(one.name for one in store.line.installation())}
        raise HTTPException(403, marked("You are not a member of any company. Ask one of these to add you: {names}"))
    company = _company(request, visitor)
    if company.pending:
        with store.transaction():
            store.users.came(company.company_id, visitor.user.id)
    unread = store.inbox_lists.unread(whose(visitor))
    now = site.installation.clock()
    visit = Visit(site, store, request, visitor, company, now, form, unread)
    if company.hides and not visit.may(Role.ADMIN):
        visit = replace(visit, hidden_types=store.record_types.hidden_from(company.company_id, visitor.user.id))
    if not visit.may(role):
        raise nothing_here()
    return visit


class PageRoute(Route):
    """The route of a page, and for whom it is: at least for somebody in this ``role``."""

    def __init__(
        self,
        path: str,
        endpoint: Callable[[Request], Awaitable[Response]],
        *,
        methods: list[str],
        name: str,
        role: Role,
    ) -> None:
        super().__init__(path, endpoint, methods=methods, name=name)
        self.role = role


def page(path: str, answer: Act, *, posts: bool = False, role: Role = Role.READER) -> Route:
    """Return the route of a page for people who are signed in and have at least this role.

    ``posts``: it changes something, and takes a form.
    """

    async def endpoint(request: Request) -> Response:
        site: Site = request.app.state.site
        return await (_posted if posts else _shown)(site, request, answer, role)

    return PageRoute(path, endpoint, methods=["POST"] if posts else ["GET"], name=answer.__name__, role=role)


def live(path: str, mark: Mark, role: Role = Role.READER) -> Route:
    """Return the route by which an open page asks whether what it shows has changed, and waits for the answer."""

    async def endpoint(request: Request) -> Response:
        site: Site = request.app.state.site

        counts = "unread" in request.query_params

        def looked(store: Store) -> str:
            visit = door(site, store, request, role=role)
            return f"{mark(visit)}|{visit.unread}" if counts else mark(visit)

        async def found() -> str:
            return await site.pool.run(looked)

        def place() -> Place | None:
            return request.state.stay[0] if hasattr(request.state, "stay") else None

        try:
            waiting = site.live.wait(_seen(request), found, place)
            return JSONResponse(_answer(await _unless_gone(request, waiting), counts=counts))
        finally:
            if hasattr(request.state, "stay"):
                site.live.presence.leave(*request.state.stay)

    return PageRoute(path, endpoint, methods=["GET"], name=f"live {path}", role=role)


def _seen(request: Request) -> str:
    """Return what a page has seen: the mark of what it shows, and how much is unread where it says that as well."""
    named = [request.query_params.get(name) for name in ("seen", "unread")]
    return "|".join(one for one in (named[0] or "", named[1]) if one is not None)


def _answer(found: str, *, counts: bool) -> dict[str, str | int]:
    """Return what a page is answered: the mark, and how much is unread where it asked for that; "" for nobody there."""
    if not counts or not found:
        return {"seen": found}
    seen, _, unread = found.rpartition("|")
    return {"seen": seen, "unread": int(unread)}


async def _unless_gone(request: Request, waiting: Coroutine[Any, Any, str]) -> str:
    """Return what is waited for, "" once nobody is there any more to be answered."""

    async def gone() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    answer, left = asyncio.ensure_future(waiting), asyncio.ensure_future(gone())
    # Nobody is there who would be told what went wrong after they left.
    answer.add_done_callback(lambda one: one.cancelled() or one.exception())
    try:
        await asyncio.wait({answer, left}, return_when=asyncio.FIRST_COMPLETED)
        return answer.result() if answer.done() else ""
    finally:
        answer.cancel()
        left.cancel()


def _held_up(request: Request, visitor: Visitor) -> bool:
    """Say whether the visitor has to set up a second factor before anything else."""
    free = (SECOND_FACTOR, "/sign-out")
    return visitor.session.lacks_second_factor and not request.url.path.startswith(free)


async def _shown(site: Site, request: Request, answer: Act, role: Role) -> Response:
    def answered(store: Store) -> Response | Hashed | Apart:
        visitor = visitor_of(site, store, request)
        if visitor is None:
            return RedirectResponse(_sign_in(request), 303)
        if _held_up(request, visitor):
            return RedirectResponse(SECOND_FACTOR, 303)
        return answer(_visit(site, store, request, visitor, FormData(), role))

    found = await site.pool.run(answered)
    if isinstance(found, Apart):
        made, then = await site.workshop.made(site.pool, found), found.then
        found = await site.pool.run(lambda store: then(door(site, store, request, role=role), made))
    assert isinstance(found, Response)  # noqa: S101 - what is only shown hashes nothing
    return found


async def _posted(site: Site, request: Request, answer: Act, role: Role) -> Response:
    """Ask who it is before the form is read, and once more when it has come: that may have taken a while."""
    if not from_our_pages(request):
        raise HTTPException(403, NOT_OURS)
    visitor = await site.pool.run(lambda store: visitor_of(site, store, request))
    if visitor is None:
        return await _signed_out(site, request)
    if _held_up(request, visitor):
        return RedirectResponse(SECOND_FACTOR, 303)
    form = await forms.read(request)
    token = form.get("csrf")
    if not isinstance(token, str) or not hmac.compare_digest(token.encode(), visitor.session.csrf.encode()):
        # The form is of a session before this one: they signed in anew in another tab.
        said = forms.written(form)
        await form.close()
        return _given_back(site, request, said, EXPIRED)
    if not is_press(request):
        return await _carried_out(site, request, form, answer, role)
    sent, browser = told_apart(request, form), request.cookies.get(site.cookie, "")
    found = await site.presses.once(browser, sent, lambda: _carried_out(site, request, form, answer, role))
    await form.close()
    return found


async def _carried_out(site: Site, request: Request, form: FormData, answer: Act, role: Role) -> Response:
    try:
        found = await site.pool.run(lambda store: answer(door(site, store, request, form, role)))
        if isinstance(found, Response):
            return found
        assert isinstance(found, Hashed)  # noqa: S101 - a form draws nothing
        with in_place(site.hashing.known):
            made = await site.hashing.known.run(found.work)
        return await site.pool.run(lambda store: found.then(door(site, store, request, form, role), made))
    finally:
        await form.close()


async def _signed_out(site: Site, request: Request) -> Response:
    """Send somebody to sign in whose session ended while they wrote; what they wrote is given back, to be kept."""
    length = whole_number(request.headers.get("content-length", ""))
    if length is None or length > forms.KEPT:
        return RedirectResponse(_sign_in(request), 303)
    form = await forms.read(request, forms.KEPT)
    try:
        return _given_back(site, request, forms.written(form))
    finally:
        await form.close()


def _given_back(site: Site, request: Request, said: str, expired: str = "") -> Response:
    """Give back what somebody wrote in a form that is not taken, with the way on.

    ``expired`` says why to somebody who is signed in.  Where nothing was written, the answer is the way to the door, or
    HTTPException 403 for them.
    """
    if not said:
        if expired:
            raise HTTPException(403, expired)
        return RedirectResponse(_sign_in(request), 303)
    came = parts_of(request.headers.get("referer", ""))
    path = came.path.removeprefix(site.prefix) if came.path.startswith(f"{site.prefix}/") else came.path
    back = local(f"{path}?{came.query}" if came.query else path)
    way = back if expired else f"/sign-in?next={quote(back, safe='')}"
    values = {"text": said, "way": way, "expired": bool(expired)}
    return site.render(
        "signed_out.html", of_request(request, site.installation.languages), values, 403 if expired else 401
    )


def _sign_in(request: Request) -> str:
    if request.method != "GET":
        return "/sign-in"
    query = f"?{request.url.query}" if request.url.query else ""
    wanted = request.url.path + query
    return "/sign-in" if wanted == "/" else f"/sign-in?next={quote(wanted, safe='')}"


def _company(request: Request, visitor: Visitor) -> Membership:
    wanted = request.query_params.get("company")
    if wanted is None:
        return visitor.companies[0]
    for one in visitor.companies:
        if str(one.company_id) == wanted:
            return one
    raise nothing_here()
