"""The site as an ASGI application: what it is given, its pages, and what it says when something goes wrong.

Nothing here is global: ``create`` is called with a store to open, the installation, randomness, a way to wake the
sender and, in the demo, the catcher.  Whoever serves it calls ``stop_waiting`` before it
ends, so that open pages let go.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import TypedDict, Unpack

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from weftmail.admin import voice, words
from weftmail.admin.client import Network
from weftmail.admin.composer import MEGABYTE
from weftmail.admin.file_settings import SettingsFile
from weftmail.admin.formatted import in_editor
from weftmail.admin.hashing import WAITING, Hashing
from weftmail.admin.headers import FIELDS, SecurityHeaders, too_large
from weftmail.admin.live import Live
from weftmail.admin.navigation import Item
from weftmail.admin.page import PAGES, door
from weftmail.admin.password import Passwords
from weftmail.admin.pool import Pool
from weftmail.admin.prefix import Prefix, prefix_of
from weftmail.admin.stage import Stage
from weftmail.admin.visit import Site
from weftmail.core.calendar_card import card
from weftmail.core.failure import TempFail, UsageError
from weftmail.core.members import members
from weftmail.core.picture import can_be_drawn
from weftmail.core.ports import Catcher, Machine, MapFile, Random, Submitter, Viewer, Waker
from weftmail.core.tokens.reply_token import mask
from weftmail.core.ways import SecretFiles, Ways
from weftmail.core.wording.duration import duration
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.activity import word as activity_word
from weftmail.flow.installation import Installation
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup.dkim_key import KeyFiles
from weftmail.store.errors import Conflict, StoreError
from weftmail.store.snooze import UNTIL_ANSWER
from weftmail.store.store import Store

HERE = Path(__file__).parent
CATCHER, STAGE = "catcher", "play"
"""The pages that the demo alone has."""

_SAYS = {
    401: (Phrase("error.signed out"), Phrase("error.signed out.text")),
    403: (Phrase("error.not allowed"), Phrase("error.not allowed.text")),
    404: (Phrase("error.not found"), Phrase("error.not found.text")),
    405: (Phrase("error.method"), Phrase("error.method.text")),
    503: (Phrase("error.busy"), Phrase("error.busy.text")),
}
_OTHER = (Phrase("error.other"), Phrase("error.other.text"))


class Parts(TypedDict, total=False):
    """What a site may be given beside what it needs: fields of ``Site``, with what they say there."""

    proxies: Sequence[Network]
    demo: bool
    stage: Stage | None
    file: SettingsFile
    machine: Machine | None
    map_file: MapFile | None
    where_mailbox: Callable[[str, str], str]
    key_files: KeyFiles | None
    way_out: Callable[[], Submitter] | None
    ways: Callable[[], Ways] | None
    secret_files: SecretFiles | None
    viewer: Viewer | None
    asks_dns: bool
    host: str


def create(
    open_store: Callable[[], Store],
    installation: Installation,
    random: Random,
    sender: Waker,
    *,
    catcher: Catcher | None = None,
    shell: str = "",
    passwords: Passwords | None = None,
    hashes_waiting: int = WAITING,
    **parts: Unpack[Parts],
) -> Starlette:
    """Return the site.

    ``open_store`` is called once for each thread that works on the store.  ``sender`` is woken when something waits
    to leave.  ``shell`` stands before each command that a page names: in a checkout, programs and settings lie
    elsewhere.  So many sign-ins may wait for their hash.
    The ``stage`` among the ``parts`` plays the customer of the demo, and breaks parts of it; without one its pages do
    not exist.  X-Forwarded-For is believed of its ``proxies`` alone.
    ``map_file``, which any thread may use, is brought up to date by each act on an alias or a domain;
    ``where_mailbox`` says where this machine has a mailbox of a name.
    The address in ``installation.site_url`` decides whether cookies are for TLS alone, and below which path the site
    lies; raises UsageError for a path that is none, or one of the site's own.
    """
    pool, watcher = Pool(open_store, installation.clock), Pool(open_store, installation.clock, threads=1)
    site = Site(
        pool=pool,
        live=Live(watcher),
        installation=installation,
        random=random,
        passwords=passwords or Passwords(),
        templates=_templates(shell, installation.files_size),
        sender=sender,
        hashing=Hashing(hashes_waiting),
        catcher=catcher,
        items=_items(with_catcher=catcher is not None),
        **parts,
    )
    return _application(site, watcher)


def _application(site: Site, watcher: Pool) -> Starlette:
    """Return the application around a site: its routes, what stands before them, and what is said of faults."""
    routes = _routes(with_catcher=site.catcher is not None, with_stage=site.stage is not None)
    paths = (one.path for one in routes if isinstance(one, Mount | Route))
    app = Starlette(
        routes=routes,
        middleware=[
            Middleware(Prefix, prefix=prefix_of(site.installation.site_url, paths)),
            Middleware(SecurityHeaders, languages=site.installation.languages, files_size=site.installation.files_size),
        ],
        exception_handlers={
            HTTPException: _refused,
            ClientDisconnect: _gone,
            RefusedAct: _not_done,
            StoreError: _not_now,
            Conflict: _our_fault,
            TempFail: _not_now,
            UsageError: _not_now,
            Exception: _our_fault,
        },
        lifespan=_lifespan(site, watcher),
    )
    app.state.site = site
    return app


def _lifespan(site: Site, watcher: Pool) -> Callable[[Starlette], contextlib.AbstractAsyncContextManager[None]]:
    """Return what begins and ends with the server: the look at the store, threads and connections."""

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        site.live.start()
        try:
            yield
        finally:
            await site.live.close()
            site.hashing.close()
            site.workshop.close()
            watcher.close()
            site.pool.close()

    return lifespan


def stop_waiting(app: Starlette) -> None:
    """Answer all pages that wait for a change, so that the server can end."""
    site: Site = app.state.site
    site.live.stop()


def _routes(*, with_catcher: bool, with_stage: bool) -> list[BaseRoute]:
    found: list[BaseRoute] = []
    for name, routes in members(PAGES, "routes").items():
        if (name != CATCHER or with_catcher) and (name != STAGE or with_stage):
            found += routes
    found.append(Mount("/static", StaticFiles(directory=HERE / "static"), name="static"))
    return found


def _items(*, with_catcher: bool) -> list[Item]:
    found: dict[str, Item] = {**members(PAGES, "item")}
    if not with_catcher:
        del found[CATCHER]
    return sorted(found.values(), key=lambda one: one.order)


def _templates(shell: str, files_size: int) -> Environment:
    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=words.one_way,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals.update(UNTIL_ANSWER=UNTIL_ANSWER, activity_word=activity_word)
    templates.filters.update(linked=words.linked, duration=duration, masked=mask)
    voice.teach(templates)
    templates.globals.update(can_be_drawn=can_be_drawn, calendar_card=card, in_editor=in_editor)
    templates.globals.update(
        most_bytes=files_size,
        most_megabytes=files_size // MEGABYTE,
        person=words.person,
        joined=words.JOINED,
        shell=shell,
    )
    return templates


async def _gone(request: Request, error: Exception) -> Response:
    """Nobody is there any more who would read an answer: a form that breaks off is no fault of ours."""
    return Response(status_code=400)


WITHIN = 2.0
"""How long, in seconds, whoever is told what is wrong waits until it is known who they are."""
INSIDE = (403, 404, 405)
"""What is said inside the site, with its menu, to whoever is signed in."""


async def _refused(request: Request, error: Exception) -> Response:
    """Say why there is no page, in the language of whoever asks: inside the site to those who are signed in."""
    assert isinstance(error, HTTPException)  # noqa: S101 - Starlette calls this handler for nothing else
    site: Site = request.app.state.site
    response = await _inside(site, request, error)
    if response is None:
        reader = voice.of_request(request, site.installation.languages)
        response = site.render("error.html", reader, _why(site, request, error, reader), error.status_code)
    response.headers.update(error.headers or {})
    return response


async def _inside(site: Site, request: Request, error: HTTPException) -> Response | None:
    """Return the answer to somebody who is signed in; None for anybody else, and where the store does not say in time.

    No page has asked who it is where the address leads to none.
    """
    ours = request.url.path.startswith("/static/")
    if error.status_code not in INSIDE or ours or site.cookie not in request.cookies:
        return None

    def answer(store: Store) -> Response:
        visit = door(site, store, request)
        said = _why(site, request, error, visit.voice)
        return visit.page("error.html", status=error.status_code, title=said["title"], text=said["text"])

    with contextlib.suppress(HTTPException, StoreError, TempFail, UsageError, TimeoutError):
        return await asyncio.wait_for(site.pool.run(answer), WITHIN)
    return None


def _why(site: Site, request: Request, error: HTTPException, reader: voice.Voice) -> dict[str, str]:
    """Return what the page says, in the voice of its reader."""
    says = _SAYS.get(error.status_code, _OTHER)
    if error.status_code == 413:
        says = Phrase("error.too large"), too_large(site.installation.files_size)
    title, text = map(reader.say, says)
    if error.detail and error.status_code not in (404, 405, 503):
        text = reader.gettext(error.detail).format_map(getattr(request.state, "values", {}))
    return {"title": title, "text": text}


async def _not_done(request: Request, error: Exception) -> Response:
    """What cannot be done, for a reason that no field of the page stands for: the page says which."""
    assert isinstance(error, RefusedAct)  # noqa: S101 - Starlette calls this handler for nothing else
    return _failed(request, (Phrase("error.other"), error.refusal.phrase), 422, {})


async def _not_now(request: Request, error: Exception) -> Response:
    """The store is locked, full or of another version: the page says so, and the mail itself is as safe as it was."""
    says = Phrase("error.store"), Phrase("error.store.text", {"error": str(error)})
    return _failed(request, says, 503, {"retry-after": "5"})


async def _our_fault(request: Request, _error: Exception) -> Response:
    """A fault of our own: said as such, and nothing of it shown.  This answer passes no middleware on its way out."""
    return _failed(request, (Phrase("error.ours"), Phrase("error.ours.text")), 500, FIELDS)


def _failed(request: Request, says: tuple[Phrase, Phrase], status: int, headers: Mapping[str, str]) -> Response:
    """Return a page that asks the store nothing, with the way to try again: what was sent is sent by its own page."""
    site: Site = request.app.state.site
    reader = voice.of_request(request, site.installation.languages)
    title, text = map(reader.say, says)
    here = str(request.url.replace(scheme="", netloc="", fragment=""))
    again = here if request.method == "GET" and not here.startswith("//") else ""
    response = site.render("error.html", reader, {"title": title, "text": text, "again": again}, status)
    response.headers.update(headers)
    return response
