"""Signing in with address and password, or by a one-time link, and out again (RFC 6265bis for the cookie)."""

from __future__ import annotations

import base64

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from weftmail.admin.visit import NOT_OURS, Site, Visit, from_our_pages, local, page
from weftmail.admin.voice import of_browser
from weftmail.core.address import comparable
from weftmail.core.wording.phrase import marked
from weftmail.store.store import Store

SESSION = 14 * 24 * 3600 * 1000
"""Milliseconds that a session lasts."""
WINDOW = 15 * 60 * 1000
"""Failed attempts count for that long."""
MOST_FOR_ADDRESS = 10
MOST_FOR_CLIENT = 40
"""Failed attempts within the window, for one address and from one client."""
LONGEST_FORM = 16 * 1024

WRONG = marked("Incorrect email address or password.")
TOO_MANY = marked("Too many attempts. Try again in 15 minutes, or use a sign-in link.")


def random_token(site: Site) -> str:
    """Return 256 bits that nobody can guess, as text for a cookie or a link."""
    return base64.urlsafe_b64encode(site.random(32)).rstrip(b"=").decode("ascii")


async def ask(request: Request) -> Response:
    """Show the form."""
    site: Site = request.app.state.site
    wanted = local(request.query_params.get("next", "/"))
    return _form_page(site, request, wanted)


async def sign_in(request: Request) -> Response:
    """Check address and password; every attempt counts until it has proved right."""
    site: Site = request.app.state.site
    form = await _small_form(request)
    address, password, wanted = form["address"], form["password"], local(form["next"] or "/")
    owner, client = f"address {comparable(address)[:320]}", f"client {_client(request)}"

    def attempt(store: Store) -> Response:
        now = site.installation.clock()
        # For the address it counts before it is checked, so that many at once are no way around the limit.
        with store.transaction():
            over = (
                store.sessions.failures(owner, now - WINDOW) >= MOST_FOR_ADDRESS
                or store.sessions.failures(client, now - WINDOW) >= MOST_FOR_CLIENT
            )
            if not over:
                store.sessions.failed(owner, now)
        if over:
            return _form_page(site, request, wanted, address, TOO_MANY, 429)
        user = store.users.by_address(comparable(address))
        kept = store.users.password(user.id) if user is not None and user.active else None
        if not site.passwords.check(kept, password) or user is None or kept is None:
            store.sessions.failed(client, now)
            return _form_page(site, request, wanted, address, WRONG, 403)
        with store.transaction():
            store.sessions.forgive(owner, now - WINDOW)
            if site.passwords.outdated(kept):
                store.users.set_password(user.id, site.passwords.hash(password))
            return _begin(site, store, request, user.id, wanted)

    return await site.pool.run(attempt)


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
            return _begin(site, store, request, user.id, "/")

    return await site.pool.run(enter)


def sign_out(visit: Visit) -> Response:
    """End the session in the store, and forget the cookie."""
    visit.store.sessions.end(visit.request.cookies[visit.site.cookie])
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(visit.site.cookie, path="/", secure=visit.site.https, httponly=True, samesite="lax")
    return response


def _begin(site: Site, store: Store, request: Request, user_id: int, wanted: str) -> Response:
    """Begin a session under a new token; one that this browser had before ends."""
    now, token = site.installation.clock(), random_token(site)
    before = request.cookies.get(site.cookie)
    if before:
        store.sessions.end(before)
    store.sessions.add(token, user_id, random_token(site), now, now + SESSION)
    response = RedirectResponse(wanted, 303)
    response.set_cookie(
        site.cookie, token, max_age=SESSION // 1000, path="/", secure=site.https, httponly=True, samesite="lax"
    )
    return response


def _form_page(
    site: Site, request: Request, wanted: str, address: str = "", error: str = "", status: int = 200
) -> Response:
    voice = of_browser(request, site.installation.languages)
    values = {"next": wanted, "address": address, "error": voice.gettext(error) if error else ""}
    return site.render("sign_in.html", voice, values, status)


def _link_page(site: Site, request: Request, name: str | None) -> Response:
    voice = of_browser(request, site.installation.languages)
    return site.render("enter.html", voice, {"name": name}, 200 if name is not None else 404)


async def _small_form(request: Request) -> dict[str, str]:
    if not from_our_pages(request):
        raise HTTPException(403, NOT_OURS)
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > LONGEST_FORM:
        raise HTTPException(413, marked("This form is too large."))
    form = await request.form(max_files=0, max_fields=10, max_part_size=LONGEST_FORM)
    return {name: str(form.get(name) or "") for name in ("address", "password", "next")}


def _client(request: Request) -> str:
    return request.client.host if request.client is not None else "unknown"


routes = [
    Route("/sign-in", ask, methods=["GET"]),
    Route("/sign-in", sign_in, methods=["POST"]),
    Route("/enter/{token}", look_at_link, methods=["GET"]),
    Route("/enter/{token}", use_link, methods=["POST"]),
    page("/sign-out", sign_out, posts=True),
]
"""The doors of the site: the only pages for those who are not signed in."""
