"""A forgotten password, and a first one: a link by mail, which works once and for a limited time."""

from __future__ import annotations

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from weftmail.admin.attempts import of_stranger
from weftmail.admin.client import client_of
from weftmail.admin.entering import after_password, small_form
from weftmail.admin.page import in_place
from weftmail.admin.pages.sign_in import TOO_MANY
from weftmail.admin.visit import Site
from weftmail.admin.voice import of_browser
from weftmail.core.address import comparable
from weftmail.core.wording.command import Command
from weftmail.core.wording.phrase import marked
from weftmail.flow.actor import Actor
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import access, user
from weftmail.flow.setup.act import Setup
from weftmail.locale.dates import zone_names
from weftmail.store.people import User
from weftmail.store.session import Purpose
from weftmail.store.store import Store

DIFFER = marked("The two passwords differ.")


async def forgotten(request: Request) -> Response:
    """Ask for the address."""
    return _forgotten_page(request.app.state.site, request)


async def ask(request: Request) -> Response:
    """Send a link to whom the address belongs; the answer is the same, and as quick, where it belongs to nobody."""
    site: Site = request.app.state.site
    address = (await small_form(request, ("address",)))["address"]
    counted = of_stranger(f"reset {comparable(address)}", client_of(request, site.proxies))

    def wait(store: Store) -> int:
        with store.transaction():
            now = site.installation.clock()
            seconds = -(-counted.wait(store, now) // 1000)
            if not seconds:
                counted.count(store, now)
            return seconds

    seconds = await site.pool.run(wait)
    if seconds:
        return _forgotten_page(site, request, address, seconds)

    def send(store: Store) -> None:
        installation = site.installation
        if access.ask_for_reset(_setup(site, store), installation.keyring, site.random(16), address):
            site.sender.wake()

    async def later() -> None:
        await site.pool.run(send)

    response = _forgotten_page(site, request, address, sent=True)
    response.background = BackgroundTask(later)
    return response


async def look(request: Request) -> Response:
    """Show whose password is chosen; looking does not use the link up, since mail programs fetch links ahead."""
    site: Site = request.app.state.site
    token = request.path_params["token"]
    found = await site.pool.run(lambda store: access.whose_link(_setup(site, store), token))
    return _choose_page(site, request, found)


async def choose(request: Request) -> Response:
    """Keep the password, and go on as after every password."""
    site: Site = request.app.state.site
    form = await small_form(request, ("password", "again", "time_zone"))
    token, chosen, again = request.path_params["token"], form["password"], form["again"]
    found = await site.pool.run(lambda store: access.whose_link(_setup(site, store), token))
    if found is None:
        return _choose_page(site, request, None)
    refusal = user.password_refused(chosen)
    if refusal is not None or chosen != again:
        voice = of_browser(request, site.installation.languages)
        wrong = voice.say(refusal.phrase) if refusal is not None else voice.gettext(DIFFER)
        return _choose_page(site, request, found, wrong)
    with in_place(site.hashing.strangers):
        hash_ = await site.hashing.strangers.run(lambda: site.passwords.hash(chosen))

    def keep(store: Store) -> Response:
        person = found[0]
        with store.transaction():
            setup = _setup(site, store, Actor(person.name, person.id))
            if isinstance(access.choose_password(setup, token, hash_), Refusal):
                return _choose_page(site, request, None)
            if found[1] == "invitation" and form["time_zone"] in zone_names():
                user.change(setup, store.users.addresses(person.id)[0], time_zone=form["time_zone"])
            return after_password(site, store, request, person, "/")

    return await site.pool.run(keep)


def _setup(site: Site, store: Store, actor: Actor | None = None) -> Setup:
    languages = tuple(site.installation.languages.names)
    return Setup(store, actor or Actor("weftmail"), site.installation.clock, None, site.where_mailbox, languages, bool)


def _forgotten_page(
    site: Site, request: Request, address: str = "", seconds: int = 0, *, sent: bool = False
) -> Response:
    voice = of_browser(request, site.installation.languages)
    error = voice.gettext(TOO_MANY).format(seconds=seconds) if seconds else ""
    command = Command("mail-admin user sign-in-link {address}", address=address or "ADDR")
    values = {
        "address": address,
        "error": error,
        "sent": sent,
        "minutes": access.RESET_MINUTES,
        "command": str(command),
    }
    response = site.render("forgotten.html", voice, values, 429 if seconds else 200)
    if seconds:
        response.headers["retry-after"] = str(seconds)
    return response


def _choose_page(site: Site, request: Request, found: tuple[User, Purpose] | None, wrong: str = "") -> Response:
    voice = of_browser(request, site.installation.languages)
    values: dict[str, object] = {"person": None, "first": False, "wrong": wrong, "least": user.SHORTEST}
    if found is not None:
        values |= {"person": found[0], "first": found[1] == "invitation", "zones": zone_names()}
    return site.render("password.html", voice, values, 404 if found is None else 422 if wrong else 200)


routes = [
    Route("/forgotten", forgotten, methods=["GET"]),
    Route("/forgotten", ask, methods=["POST"]),
    Route("/password/{token}", look, methods=["GET"]),
    Route("/password/{token}", choose, methods=["POST"]),
]
