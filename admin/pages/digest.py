"""A digest is stopped with one press, by the link in it and without signing in (RFC 8058).

Only a POST stops it: programs open the links of a mail before anybody reads it.  The link can do nothing else.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from weftmail.admin.visit import Site
from weftmail.admin.voice import of_browser
from weftmail.core.tokens import unsubscribe
from weftmail.flow.actor import Actor
from weftmail.flow.setup import user
from weftmail.flow.setup.act import Setup
from weftmail.locale.dates import zone_names
from weftmail.store.people import User
from weftmail.store.store import Store


async def stop(request: Request) -> Response:
    """Ask whether the digest is to be stopped, and stop it once somebody or their mail program says so."""
    site: Site = request.app.state.site
    user_id = unsubscribe.verify(site.installation.keyring, request.path_params["token"])

    def found(store: Store) -> User | None:
        whose = store.users.get(user_id) if user_id is not None else None
        if whose is not None and request.method == "POST":
            _stop(site, store, whose)
        return whose

    whose = await site.pool.run(found)
    voice = of_browser(request, site.installation.languages)
    values = {"known": whose is not None, "stopped": request.method == "POST"}
    return site.render("digest_off.html", voice, values, 200 if whose is not None else 404)


def _stop(site: Site, store: Store, whose: User) -> None:
    setup = Setup(
        store,
        Actor(whose.name, whose.id),
        site.installation.clock,
        site.map_file,
        site.where_mailbox,
        tuple(site.installation.languages.names),
        zone_names().__contains__,
    )
    addresses = store.users.addresses(whose.id)
    if addresses:
        user.change(setup, addresses[0], digest="none")


routes = [Route("/digest/off/{token}", stop, methods=["GET", "POST"], name="stop the digest")]
