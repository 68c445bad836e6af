"""Signing in with address and password, or by a one-time link, and out again (RFC 6265bis for the cookies).

A password is checked in three steps: counted as a failure in the store, compared in the threads of ``hashing``, and
decided in the store again, so that a page never waits for somebody's hash.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from weftmail.admin.attempts import Counted, of_device, of_stranger
from weftmail.admin.client import client_of
from weftmail.admin.device import found as known
from weftmail.admin.entering import after_password, small_form
from weftmail.admin.page import NOT_OURS, from_our_pages, in_place, local, page
from weftmail.admin.visit import Site, Visit
from weftmail.admin.voice import of_browser
from weftmail.core.address import comparable
from weftmail.core.wording.phrase import marked
from weftmail.store.people import User
from weftmail.store.store import Store

WRONG = marked("Incorrect email address or password.")
TOO_MANY = marked("Too many attempts. Try again in {seconds} seconds, or use a sign-in link.")


async def ask(request: Request) -> Response:
    """Show the form."""
    site: Site = request.app.state.site
    wanted = local(request.query_params.get("next", "/"))
    return _form_page(site, request, wanted)


@dataclass(frozen=True, slots=True)
class _Tried:
    """An attempt that has been counted and is not decided: whose password, against which hash."""

    user: User | None
    kept: str | None
    device: str
    """The number under which this browser is known as this user's; "" for a stranger."""
    counted: Counted
    ids: Sequence[int] = ()
    wait: int = 0
    """Milliseconds for which nothing is tried; nothing was counted then."""


async def sign_in(request: Request) -> Response:
    """Check address and password; every attempt counts until it has proved right."""
    site: Site = request.app.state.site
    form = await small_form(request, ("address", "password", "next"))
    address, password, wanted = form["address"], form["password"], local(form["next"] or "/")
    client, cookie = client_of(request, site.proxies), request.cookies.get(site.device_cookie, "")
    if not cookie:
        # Those who have no place are sent away before they cost the store anything.
        with in_place(site.hashing.strangers):
            pass
    tried = await site.pool.run(lambda store: _attempt(site, store, comparable(address), client, cookie))
    if tried.wait:
        return _slowed(site, request, wanted, address, tried.wait)
    lane = site.hashing.known if tried.device else site.hashing.strangers
    try:
        with in_place(lane):
            right, renewed = await lane.run(lambda: _compared(site, tried.kept, password))
    except HTTPException:
        await site.pool.run(lambda store: store.sessions.take_back(tried.ids))
        raise

    def decided(store: Store) -> Response:
        with store.transaction():
            user = tried.user if right else None
            # It may have changed while it was compared.
            if user is None or not _still(store, user, tried.kept):
                return _form_page(site, request, wanted, address, WRONG, 403)
            store.sessions.take_back(tried.ids)
            store.sessions.forgive(tried.counted.subjects[0][0])
            if renewed is not None:
                store.users.set_password(user.id, renewed)
            return after_password(site, store, request, user, wanted)

    return await site.pool.run(decided)


def _attempt(site: Site, store: Store, address: str, client: str, cookie: str) -> _Tried:
    """Count an attempt, unless the client has to wait."""
    now = site.installation.clock()
    with store.transaction():
        found = store.users.by_address(address)
        user = found if found is not None and found.active else None
        kept = store.users.password(user.id) if user is not None else None
        device = known(site.installation.keyring, cookie, user, kept or "", now) if user is not None else ""
        counted = of_device(device) if device else of_stranger(address, client)
        wait = counted.wait(store, now)
        if wait and device:
            # Somebody guesses with this browser; from now on it is one like any other.
            device, counted = "", of_stranger(address, client)
            wait = counted.wait(store, now)
        return _Tried(user, kept, device, counted, () if wait else counted.count(store, now), wait)


def _compared(site: Site, kept: str | None, password: str) -> tuple[bool, str | None]:
    """Say whether it is the password, and give its hash anew where it was made with parameters of before."""
    if not site.passwords.check(kept, password) or kept is None:
        return False, None
    return True, site.passwords.hash(password) if site.passwords.outdated(kept) else None


def _still(store: Store, user: User, kept: str | None) -> bool:
    now = store.users.get(user.id)
    return now is not None and now.active and store.users.password(user.id) == kept


def _slowed(site: Site, request: Request, wanted: str, address: str, wait: int) -> Response:
    response = _form_page(site, request, wanted, address, TOO_MANY, 429, seconds=-(-wait // 1000))
    response.headers["retry-after"] = str(-(-wait // 1000))
    return response


async def look_at_link(request: Request) -> Response:
    """Show whom a one-time link signs in; only the button uses it up, since mail programs fetch links ahead."""
    site: Site = request.app.state.site
    token = request.path_params["token"]

    def whose(store: Store) -> str | None:
        user_id = store.sessions.link_user(token, site.installation.clock())
        user = store.users.get(user_id) if user_id is not None else None
        return user.name if user is not None and user.active else None

    name = await site.pool.run(whose)
    return _link_page(site, request, name)


async def use_link(request: Request) -> Response:
    """Sign in by a one-time link."""
    site: Site = request.app.state.site
    if not from_our_pages(request):
        raise HTTPException(403, NOT_OURS)
    token = request.path_params["token"]

    def enter(store: Store) -> Response:
        with store.transaction():
            user_id = store.sessions.use_link(token, site.installation.clock())
            user = store.users.get(user_id) if user_id is not None else None
            if user is None or not user.active:
                return _link_page(site, request, None)
            return after_password(site, store, request, user, "/")

    return await site.pool.run(enter)


def sign_out(visit: Visit) -> Response:
    """End the session in the store, and forget the cookie."""
    visit.store.sessions.end(visit.request.cookies[visit.site.cookie])
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(visit.site.cookie, path="/", secure=visit.site.https, httponly=True, samesite="lax")
    return response


def _form_page(
    site: Site, request: Request, wanted: str, address: str = "", error: str = "", status: int = 200, seconds: int = 0
) -> Response:
    voice = of_browser(request, site.installation.languages)
    said = voice.gettext(error).format(seconds=seconds) if error else ""
    return site.render("sign_in.html", voice, {"next": wanted, "address": address, "error": said}, status)


def _link_page(site: Site, request: Request, name: str | None) -> Response:
    voice = of_browser(request, site.installation.languages)
    return site.render("enter.html", voice, {"name": name}, 200 if name is not None else 404)


routes = [
    Route("/sign-in", ask, methods=["GET"]),
    Route("/sign-in", sign_in, methods=["POST"]),
    Route("/enter/{token}", look_at_link, methods=["GET"]),
    Route("/enter/{token}", use_link, methods=["POST"]),
    page("/sign-out", sign_out, posts=True),
]
"""The doors of the site: the only pages for those who are not signed in."""
