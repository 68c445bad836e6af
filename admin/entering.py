"""What follows once somebody has shown who they are: the second factor, where they have one, and the session."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from weftmail.admin import form as forms
from weftmail.admin.browser import name_of
from weftmail.admin.device import LASTS, with_entry
from weftmail.admin.device import entry as device_entry
from weftmail.admin.device import found as known
from weftmail.admin.number import whole_number
from weftmail.admin.page import NOT_OURS, from_our_pages
from weftmail.admin.visit import Site
from weftmail.core.wording.phrase import marked
from weftmail.flow.running import SESSION, number
from weftmail.flow.second_factor import is_on
from weftmail.store.people import User
from weftmail.store.store import Store

DAY = 24 * 3600 * 1000
MINUTE = 60 * 1000
CODE_MINUTES = 10
"""For so long the second factor can be entered after the password."""
LONGEST_FORM = 16 * 1024


def random_token(site: Site) -> str:
    """Return 256 bits that nobody can guess, as text for a cookie or a link."""
    return base64.urlsafe_b64encode(site.random(32)).rstrip(b"=").decode("ascii")


async def small_form(request: Request, names: Sequence[str]) -> dict[str, str]:
    """Return these fields of a form at the door; raise 403 or 413 for what no page of ours sends."""
    if not from_our_pages(request):
        raise HTTPException(403, NOT_OURS)
    length = whole_number(request.headers.get("content-length", ""))
    if length is None or length > LONGEST_FORM:
        raise HTTPException(413, marked("This form is too large."))
    form = await forms.read(request, LONGEST_FORM, files=0)
    return {name: str(form.get(name) or "") for name in names}


def after_password(site: Site, store: Store, request: Request, user: User, wanted: str) -> Response:
    """Begin a session, or ask for the second factor first where the user has one."""
    if not is_on(store, user.id):
        return begin(site, store, request, user, wanted)
    token = random_token(site)
    until = site.installation.clock() + CODE_MINUTES * MINUTE
    store.sessions.end_links(user.id, "second factor")
    store.sessions.add_link(token, user.id, until, "second factor")
    response = RedirectResponse("/sign-in/code", 303)
    set_cookie(site, response, site.code_cookie, f"{token}{wanted}", CODE_MINUTES * 60)
    return response


def begin(site: Site, store: Store, request: Request, user: User, wanted: str) -> Response:
    """Begin a session under a new token; one that this browser had before ends, and this browser is known."""
    now, token = site.installation.clock(), random_token(site)
    before = request.cookies.get(site.cookie)
    if before:
        store.sessions.end(before)
    # Hexadecimal: it stands in pages, where what could be a reply token is masked.
    lasts = number(store, SESSION) * DAY
    device = name_of(request.headers.get("user-agent", ""))
    store.sessions.add(token, user.id, site.random(32).hex(), now, now + lasts, device)
    response = RedirectResponse(wanted, 303)
    set_cookie(site, response, site.cookie, token, lasts // 1000)
    cookie, password = request.cookies.get(site.device_cookie, ""), store.users.password(user.id) or ""
    keyring = site.installation.keyring
    new = device_entry(keyring, user, password, site.random(16), now)
    known_as = known(keyring, cookie, user, password, now)
    set_cookie(site, response, site.device_cookie, with_entry(cookie, new, known_as), LASTS * 24 * 3600)
    return response


def set_cookie(site: Site, response: Response, name: str, value: str, seconds: int) -> None:
    """Give the browser a cookie that scripts cannot read."""
    response.set_cookie(name, value, max_age=seconds, path="/", secure=site.https, httponly=True, samesite="lax")


def forget_cookie(site: Site, response: Response, name: str) -> None:
    """Let the browser forget a cookie of ours."""
    response.delete_cookie(name, path="/", secure=site.https, httponly=True, samesite="lax")
