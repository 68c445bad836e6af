"""One request of somebody who is signed in: who, for which company, with what form; and the doors in front of a page.

Every page is a plain function from a ``Visit`` to an answer and runs in a thread of the pool.  What stands before it,
in this order: the request comes from our own pages, somebody is signed in, the form bears the session's token, the
company is one of theirs.  Whatever belongs to another company answers 404, like what does not exist.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from jinja2 import Environment
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from weftmail.admin import voice as voices
from weftmail.admin.client import Network
from weftmail.admin.hashing import Hashing
from weftmail.admin.live import Live
from weftmail.admin.password import Passwords
from weftmail.admin.pool import Pool
from weftmail.admin.stage import Stage
from weftmail.admin.voice import Voice
from weftmail.core.ports import Catcher, Random, Waker
from weftmail.core.wording.phrase import marked
from weftmail.flow.installation import Installation
from weftmail.store.people import WRITERS, Membership, User
from weftmail.store.session import Session
from weftmail.store.store import Store

MOST_FILES = 20
MOST_FIELDS = 2000
LONGEST_FIELD = 2 * 1024 * 1024
NOT_OURS = marked("The request did not come from a page of this site.")


@dataclass(frozen=True, slots=True)
class Site:
    """What all pages are given."""

    pool: Pool
    live: Live
    installation: Installation
    random: Random
    passwords: Passwords
    templates: Environment
    sender: Waker
    hashing: Hashing
    proxies: Sequence[Network] = ()
    """Whom to believe X-Forwarded-For."""
    catcher: Catcher | None = None
    demo: bool = False
    stage: Stage | None = None

    @property
    def https(self) -> bool:
        """Whether browsers reach the site over TLS, by its proxy."""
        return self.installation.site_url.startswith("https://")

    @property
    def cookie(self) -> str:
        """The name of the session's cookie; the prefix binds it to this very host, where TLS makes that possible."""
        return "__Host-weftmail" if self.https else "weftmail"

    @property
    def device_cookie(self) -> str:
        """The name of the cookie by which a browser is known."""
        return f"{self.cookie}-device"

    def render(self, template: str, voice: Voice, values: Mapping[str, object], status: int = 200) -> Response:
        """Return a page that speaks to its reader in this voice."""
        common = {"voice": voice, "demo": self.demo}
        return HTMLResponse(self.templates.get_template(template).render({**common, **values}), status)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is signed in."""

    user: User
    session: Session
    companies: tuple[Membership, ...]


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a visitor, for one of their companies."""

    site: Site
    store: Store
    request: Request
    visitor: Visitor
    company: Membership
    now: int
    form: FormData
    unread: int
    """Messages and notices that wait in the visitor's inbox, as the request began."""

    @property
    def user(self) -> User:
        """Who is signed in."""
        return self.visitor.user

    @property
    def voice(self) -> Voice:
        """How the page speaks to who is signed in."""
        return voices.of_user(self.user, self.site.installation.languages)

    @property
    def company_id(self) -> int:
        """The company that the page is about."""
        return self.company.company_id

    @property
    def may_write(self) -> bool:
        """Whether the visitor may write in the company's records."""
        return self.company.role in WRITERS

    @property
    def looked_ahead(self) -> bool:
        """Whether a browser fetched the page before anybody asked for it."""
        return "prefetch" in self.request.headers.get("sec-purpose", "")

    def path(self, path: str) -> str:
        """Return the path with the company in it, where the visitor has more than one."""
        if len(self.visitor.companies) < 2:
            return path
        head, mark, fragment = path.partition("#")
        return f"{head}{'&' if '?' in head else '?'}company={self.company_id}{mark}{fragment}"

    def text(self, field: str) -> str:
        """Return a field of the form as text, "" where there is none."""
        value = self.form.get(field)
        return value.replace("\r\n", "\n") if isinstance(value, str) else ""

    def page(
        self,
        template: str,
        *,
        command: str,
        everywhere: bool = False,
        live: str = "",
        at: str = "",
        status: int = 200,
        **values: object,
    ) -> Response:
        """Return a page.

        ``command`` shows the same in the shell, ``everywhere`` for all companies at once.  ``live`` says where the page
        asks for changes, and ``at`` where it is had anew, if not by the address that was asked for.
        """
        one_company = len(self.visitor.companies) < 2 or everywhere
        common: dict[str, object] = {
            "visit": self,
            "path": self.path,
            "now": self.now,
            "csrf": self.visitor.session.csrf,
            "unread": self.unread,
            "command": command if one_company else f'{command} --company "{self.company.company}"',
            "live": live,
            "at": at or str(self.request.url.replace(scheme="", netloc="", fragment="")),
        }
        return self.site.render(template, self.voice, {**common, **values}, status)

    def go(self, path: str) -> Response:
        """Send the browser to a page of ours."""
        return RedirectResponse(self.path(path), 303)


Page = Callable[[Visit], Response]


def nothing_here() -> HTTPException:
    """The answer for what does not exist, and for what belongs to others."""
    return HTTPException(404)


def from_our_pages(request: Request) -> bool:
    """Say whether a request that changes something may come from a page of ours.

    Browsers say so in Sec-Fetch-Site or Origin (W3C Fetch Metadata, RFC 6454); a program that is no browser sends
    neither, and has no cookies that somebody else could ride on.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host", "")


def local(path: str) -> str:
    """Return ``path`` if it stays on this site, else "/": nobody is sent away by a link of ours."""
    parts = urlsplit(path)
    clean = path.isascii() and path.isprintable() and "\\" not in path and " " not in path
    stays = path.startswith("/") and not path.startswith("//") and not parts.scheme and not parts.netloc
    return path if clean and stays else "/"


def visitor_of(site: Site, store: Store, request: Request) -> Visitor | None:
    """Return who is signed in with this browser."""
    token = request.cookies.get(site.cookie)
    session = store.sessions.get(token, site.installation.clock()) if token else None
    user = store.users.get(session.user_id) if session is not None else None
    if session is None or user is None or not user.active:
        return None
    # What goes wrong from here on is said in their language.
    request.state.user = user
    return Visitor(user, session, tuple(store.users.enters(user)))


def door(site: Site, store: Store, request: Request, form: FormData | None = None) -> Visit:
    """Return the visit that a request is, asked for in a thread of the pool; raise 401, 403 or 404 where it is none."""
    visitor = visitor_of(site, store, request)
    if visitor is None:
        raise HTTPException(401, marked("You are signed out. Sign in again."))
    return _visit(site, store, request, visitor, FormData() if form is None else form)


def _visit(site: Site, store: Store, request: Request, visitor: Visitor, form: FormData) -> Visit:
    company = _company(request, visitor)
    unread = store.inbox.unread(company.company_id, visitor.user.id)
    return Visit(site, store, request, visitor, company, site.installation.clock(), form, unread)


def page(path: str, answer: Page, *, posts: bool = False) -> Route:
    """Return the route of a page for people who are signed in; ``posts``: it changes something, and takes a form."""

    async def endpoint(request: Request) -> Response:
        site: Site = request.app.state.site
        return await (_posted if posts else _shown)(site, request, answer)

    return Route(path, endpoint, methods=["POST"] if posts else ["GET"], name=answer.__name__)


async def _shown(site: Site, request: Request, answer: Page) -> Response:
    def answered(store: Store) -> Response:
        visitor = visitor_of(site, store, request)
        if visitor is None:
            return RedirectResponse(_sign_in(request), 303)
        return answer(_visit(site, store, request, visitor, FormData()))

    return await site.pool.run(answered)


async def _posted(site: Site, request: Request, answer: Page) -> Response:
    """Ask who it is before the form is read, and once more when it has come: that may have taken a while."""
    if not from_our_pages(request):
        raise HTTPException(403, NOT_OURS)
    visitor = await site.pool.run(lambda store: visitor_of(site, store, request))
    if visitor is None:
        return RedirectResponse(_sign_in(request), 303)
    form = await request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=LONGEST_FIELD)
    try:
        token = form.get("csrf")
        if not isinstance(token, str) or not hmac.compare_digest(token.encode(), visitor.session.csrf.encode()):
            raise HTTPException(403, marked("This form has expired. Reload the page and try again."))
        return await site.pool.run(lambda store: answer(door(site, store, request, form)))
    finally:
        await form.close()


def _sign_in(request: Request) -> str:
    if request.method != "GET":
        return "/sign-in"
    query = f"?{request.url.query}" if request.url.query else ""
    wanted = request.url.path + query
    return "/sign-in" if wanted == "/" else f"/sign-in?next={quote(wanted, safe='')}"


def _company(request: Request, visitor: Visitor) -> Membership:
    if not visitor.companies:
        raise HTTPException(
            403, marked("You are not a member of any company. Ask an admin to add you: mail-admin user set.")
        )
    wanted = request.query_params.get("company")
    if wanted is None:
        return visitor.companies[0]
    for one in visitor.companies:
        if str(one.company_id) == wanted:
            return one
    raise nothing_here()
