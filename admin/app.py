"""The site as an ASGI application: what it is given, its pages, and what it says when something goes wrong.

Nothing here is global: ``create`` is called with a store to open, the installation, randomness, a way to wake the
sender and, in the demo, the catcher.  Whoever serves it calls ``stop_waiting`` before it
ends, so that open pages let go.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from weftmail.admin import catcher as caught
from weftmail.admin import follow, inbox, play, record, records, settings, sign_in, voice, words
from weftmail.admin.client import Network
from weftmail.admin.hashing import WAITING, Hashing
from weftmail.admin.headers import FIELDS, SecurityHeaders
from weftmail.admin.live import Live
from weftmail.admin.password import Passwords
from weftmail.admin.pool import Pool
from weftmail.admin.stage import Stage
from weftmail.admin.visit import Site
from weftmail.core.failure import TempFail, UsageError
from weftmail.core.limits import POST_FILES
from weftmail.core.ports import Catcher, Random, Waker
from weftmail.core.tokens.reply_token import mask
from weftmail.core.wording.duration import duration
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.installation import Installation
from weftmail.store.errors import Conflict, StoreError
from weftmail.store.store import Store

HERE = Path(__file__).parent

_SAYS = {
    401: (Phrase("error.signed out"), Phrase("error.signed out.text")),
    403: (Phrase("error.not allowed"), Phrase("error.not allowed.text")),
    404: (Phrase("error.not found"), Phrase("error.not found.text")),
    405: (Phrase("error.method"), Phrase("error.method.text")),
    503: (Phrase("error.busy"), Phrase("error.busy.text")),
    413: (Phrase("error.too large"), Phrase("error.too large.text")),
}
_OTHER = (Phrase("error.other"), Phrase("error.other.text"))


def create(
    open_store: Callable[[], Store],
    installation: Installation,
    random: Random,
    sender: Waker,
    *,
    catcher: Catcher | None = None,
    demo: bool = False,
    stage: Stage | None = None,
    shell: str = "",
    passwords: Passwords | None = None,
    proxies: Sequence[Network] = (),
    hashes_waiting: int = WAITING,
) -> Starlette:
    """Return the site.

    ``stage`` plays the customer of the demo, and breaks parts of it; without one its pages do not exist.
    ``open_store`` is called once for each thread that works on the store.  ``sender`` is woken when something waits
    to leave.  ``shell`` stands before each command that a page names: in a checkout, programs and settings lie
    elsewhere.  X-Forwarded-For is believed of ``proxies`` alone; so many sign-ins may wait for their hash.
    The address in ``installation.site_url`` decides whether cookies are for TLS alone.
    """
    pool, watcher = Pool(open_store, installation.clock), Pool(open_store, installation.clock, threads=1)
    site = Site(
        pool=pool,
        live=Live(watcher),
        installation=installation,
        random=random,
        passwords=passwords or Passwords(),
        templates=_templates(shell),
        sender=sender,
        hashing=Hashing(hashes_waiting),
        proxies=proxies,
        catcher=catcher,
        demo=demo,
        stage=stage,
    )

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        site.live.start()
        try:
            yield
        finally:
            await site.live.close()
            site.hashing.close()
            watcher.close()
            pool.close()

    app = Starlette(
        routes=_routes(with_catcher=catcher is not None, with_stage=stage is not None),
        middleware=[Middleware(SecurityHeaders, languages=installation.languages)],
        exception_handlers={
            HTTPException: _refused,
            StoreError: _not_now,
            Conflict: _our_fault,
            TempFail: _not_now,
            UsageError: _not_now,
            Exception: _our_fault,
        },
        lifespan=lifespan,
    )
    app.state.site = site
    return app


def stop_waiting(app: Starlette) -> None:
    """Answer all pages that wait for a change, so that the server can end."""
    site: Site = app.state.site
    site.live.stop()


def _routes(*, with_catcher: bool, with_stage: bool) -> list[BaseRoute]:
    found: list[BaseRoute] = [*sign_in.routes, *records.routes, *record.routes, *inbox.routes, *follow.routes]
    found += settings.routes
    if with_catcher:
        found += caught.routes
    if with_stage:
        found += play.routes
    found.append(Mount("/static", StaticFiles(directory=HERE / "static"), name="static"))
    return found


def _templates(shell: str) -> Environment:
    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=words.one_way,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters.update(linked=words.linked, duration=duration, masked=mask)
    voice.teach(templates)
    templates.globals.update(most_bytes=POST_FILES, person=words.person, joined=words.JOINED, shell=shell)
    return templates


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - Starlette calls this handler for nothing else
    site: Site = request.app.state.site
    reader = voice.of_request(request, site.installation.languages)
    title, text = (reader.say(one) for one in _SAYS.get(error.status_code, _OTHER))
    said = reader.gettext(error.detail) if error.detail and error.status_code not in (404, 405, 503) else text
    response = site.render("error.html", reader, {"title": title, "text": said}, error.status_code)
    response.headers.update(error.headers or {})
    return response


async def _not_now(request: Request, error: Exception) -> Response:
    """The store is locked, full or of another version: the page says so, and the mail itself is as safe as it was."""
    said = _plain(request, Phrase("error.store", {"error": str(error)}))
    return PlainTextResponse(said, 503, headers={"retry-after": "5"})


async def _our_fault(request: Request, _error: Exception) -> Response:
    """A fault of our own: said as such, and nothing of it shown.  This answer passes no middleware on its way out."""
    return PlainTextResponse(_plain(request, Phrase("error.ours")), 500, headers=FIELDS)


def _plain(request: Request, says: Phrase) -> str:
    site: Site = request.app.state.site
    return f"{voice.of_request(request, site.installation.languages).say(says)}\n"
