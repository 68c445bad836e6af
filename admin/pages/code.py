"""The second step of signing in: a code of the app, or a recovery code (RFC 6238)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from weftmail.admin.attempts import of_user
from weftmail.admin.entering import begin, forget_cookie, small_form
from weftmail.admin.page import local
from weftmail.admin.visit import Site
from weftmail.admin.voice import of_browser
from weftmail.core.wording.phrase import marked
from weftmail.flow.second_factor import accepts
from weftmail.store.people import User
from weftmail.store.store import Store

WRONG = marked("This code is not right, or was used already.")
TOO_MANY = marked("Too many attempts. Try again in {seconds} seconds.")

NAMED = 3
"""So many admins are named."""
_TOKEN = 43
"""Characters of the token; behind it stands where the visitor wanted to go."""


async def ask(request: Request) -> Response:
    """Show the form, to whom has shown a password just now."""
    site: Site = request.app.state.site

    def shown(store: Store) -> Response:
        user = _whose(site, store, request)
        return _page(site, request, store, user) if user is not None else RedirectResponse("/sign-in", 303)

    return await site.pool.run(shown)


async def enter(request: Request) -> Response:
    """Begin the session if the code works; every attempt counts until it has proved right."""
    site: Site = request.app.state.site
    code = (await small_form(request, ("code",)))["code"]

    def decided(store: Store) -> Response:
        with store.transaction():
            user = _whose(site, store, request)
            return RedirectResponse("/sign-in", 303) if user is None else _tried(site, store, request, user, code)

    return await site.pool.run(decided)


def _tried(site: Site, store: Store, request: Request, user: User, code: str) -> Response:
    now, counted = site.installation.clock(), of_user(user.id)
    wait = counted.wait(store, now)
    if wait:
        return _page(site, request, store, user, TOO_MANY, 429, -(-wait // 1000))
    failures = counted.count(store, now)
    if not accepts(store, site.installation.keyring, user.id, code, now):
        return _page(site, request, store, user, WRONG, 403)
    store.sessions.take_back(failures)
    store.sessions.use_link(_token(site, request), now, "second factor")
    response = begin(site, store, request, user, local(request.cookies[site.code_cookie][_TOKEN:]))
    forget_cookie(site, response, site.code_cookie)
    return response


def _token(site: Site, request: Request) -> str:
    return request.cookies.get(site.code_cookie, "")[:_TOKEN]


def _whose(site: Site, store: Store, request: Request) -> User | None:
    user_id = store.sessions.link_user(_token(site, request), site.installation.clock(), "second factor")
    user = store.users.get(user_id) if user_id is not None else None
    return user if user is not None and user.active else None


def _helpers(store: Store, user: User) -> str:
    """Return who may remove the second factor, by name, to somebody who has shown the password."""
    found = [one for each in store.users.memberships(user.id) for one in store.users.admins(each.company_id)]
    names = {one.id: one.name for one in found if one.id != user.id}
    if not names:
        names = {one.user_id: one.name for one in store.line.installation() if one.user_id != user.id}
    return ", ".join([*names.values()][:NAMED])


def _page(
    site: Site, request: Request, store: Store, user: User, error: str = "", status: int = 200, seconds: int = 0
) -> Response:
    voice = of_browser(request, site.installation.languages)
    said = voice.gettext(error).format(seconds=seconds) if error else ""
    response = site.render("code.html", voice, {"error": said, "admins": _helpers(store, user)}, status)
    if seconds:
        response.headers["retry-after"] = str(seconds)
    return response


routes = [Route("/sign-in/code", ask, methods=["GET"]), Route("/sign-in/code", enter, methods=["POST"])]
