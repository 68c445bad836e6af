"""The records of one domain for whoever keeps its DNS: reached by a link, without signing in, and nothing besides."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from weftmail.admin.pages.domains import ZoneTable, records_of
from weftmail.admin.visit import Site
from weftmail.admin.voice import of_browser
from weftmail.store.store import Store


async def shared(request: Request) -> Response:
    """Show the records, as long as the link works."""
    site: Site = request.app.state.site
    token, now = request.path_params["token"], site.installation.clock()

    def found(store: Store) -> ZoneTable | None:
        name = store.dns.linked(token, now)
        one = None if name is None else store.domains.by_name(name)
        return None if one is None else records_of(site, store, one)

    known = await site.pool.run(found)
    voice = of_browser(request, site.installation.languages)
    return site.render("shared_dns.html", voice, {"records": known, "now": now}, 200 if known is not None else 404)


routes = [Route("/dns/{token}", shared, methods=["GET"], name="shared dns")]
