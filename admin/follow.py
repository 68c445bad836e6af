"""Where open pages ask whether what they show has changed."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from weftmail.admin import catcher, inbox, record, records
from weftmail.admin.visit import Site, Visit, door

Mark = Callable[[Visit], str]


def _live(path: str, mark: Mark) -> Route:
    async def endpoint(request: Request) -> Response:
        site: Site = request.app.state.site

        async def found() -> str:
            return await site.pool.run(lambda store: mark(door(site, store, request)))

        return JSONResponse({"seen": await site.live.wait(request.query_params.get("seen", ""), found)})

    return Route(path, endpoint, methods=["GET"], name=f"live {path}")


routes = [
    _live("/live/records", records.mark),
    _live("/live/records/{label}", record.mark),
    _live("/live/inbox", inbox.mark),
    _live("/live/caught", catcher.mark),
]
