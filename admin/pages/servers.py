"""Outgoing servers: which there are, in what order, for whom; a page each with its limits, secrets and test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from weftmail.admin.navigation import Item
from weftmail.admin.page import page
from weftmail.admin.pages.history import changes_of
from weftmail.admin.visit import Visit, nothing_here
from weftmail.core.outgoing_server import PRESETS, OutgoingServer, ServerSecrets
from weftmail.core.role import Role
from weftmail.core.wording.command import Command
from weftmail.core.wording.phrase import marked
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup import server, server_round
from weftmail.flow.setup.act import Done
from weftmail.flow.setup.server import SECURITIES, SIGN_INS, ServerChanges
from weftmail.flow.setup.server_round import STEPS

WORDS = {
    "starttls": marked("STARTTLS"),
    "tls": marked("TLS from the beginning"),
    "none": marked("without TLS"),
}
WAYS = {
    "none": marked("nothing"),
    "password": marked("name and password"),
    "certificate": marked("a certificate"),
    "oauth": marked("OAuth 2"),
}
_TEXTS = ("host", "login", "token_url", "client_id", "scope", "security", "sign_in")
_NUMBERS = ("per_minute", "per_day", "per_domain")
_SECRETS = ("password", "client_secret", "refresh_token", "certificate", "authority")


def servers(visit: Visit) -> Response:
    """Show all servers in the order in which they are asked."""
    return _list(visit, {})


def add(visit: Visit) -> Response:
    """Add a server, as a preset says where one was chosen; then show it."""
    files, name, chosen = visit.site.secret_files, visit.text("name").strip(), visit.text("preset")
    if files is None:
        raise nothing_here()
    try:
        begin = server.preset(chosen) if chosen else ServerChanges(port=587, security="starttls", sign_in="none")
        changes = _given(visit, begin)
    except RefusedAct as refused:
        return _list(visit, _wrong(visit, refused.refusal))
    done = server.add(visit.setup, name, changes, _secrets(visit, ServerSecrets()), files)
    if isinstance(done, Refusal):
        return _list(visit, _wrong(visit, done))
    return visit.go(f"/servers/{_named(visit, name).id}", done)


def one(visit: Visit) -> Response:
    """Show one server."""
    return _page(visit, _of_path(visit), {})


def save(visit: Visit) -> Response:
    """Keep what the form says; an empty secret leaves the one that is there."""
    found, files = _of_path(visit), visit.site.secret_files
    if files is None:
        raise nothing_here()
    try:
        changes = _given(visit, ServerChanges())
    except RefusedAct as refused:
        return _page(visit, found, _wrong(visit, refused.refusal))
    secrets = None if found.is_local else _secrets(visit, files.load(found.name))
    return _then(visit, found, server.change(visit.setup, found.name, changes, files, secrets))


def remove(visit: Visit) -> Response:
    """Remove a server."""
    found, files = _of_path(visit), visit.site.secret_files
    if files is None:
        raise nothing_here()
    done = server.remove(visit.setup, found.name, files)
    return _page(visit, found, _wrong(visit, done)) if isinstance(done, Refusal) else visit.go("/servers", done)


def test(visit: Visit) -> Response:
    """Try a server out; the page then waits for the mail to come back."""
    found = _of_path(visit)
    if visit.site.ways is None or visit.site.key_files is None:
        raise nothing_here()
    ways = visit.site.ways()
    try:
        done = server_round.try_out(visit.setup, visit.site.installation, ways, visit.site.key_files, found.name)
    finally:
        ways.close()
    return _then(visit, found, done)


def _given(visit: Visit, begin: ServerChanges) -> ServerChanges:
    """Return what the form says; what it leaves empty is as ``begin`` says."""
    words: dict[str, Any] = {name: getattr(begin, name) for name in ServerChanges.__slots__}
    words |= {
        name: text for name in _TEXTS if (text := visit.text(name).strip()) or (not begin.host and name in visit.form)
    }
    for name in ("port", *_NUMBERS):
        if text := visit.text(name).strip():
            if not text.isdecimal() or len(text) > 9:
                raise RefusedAct(name, "server_limit")
            words[name] = int(text)
        elif name in visit.form and name != "port" and begin.host is None:
            words[name] = 0
    if "senders" in visit.form:
        words["senders"] = visit.text("senders").replace(",", " ").split()
    if "switches" in visit.form:
        words |= {"falls_back": bool(visit.text("falls_back")), "on": bool(visit.text("on"))}
    return ServerChanges(**words)


def _secrets(visit: Visit, there: ServerSecrets) -> ServerSecrets:
    given = {name: visit.text(name).replace("\r\n", "\n") or getattr(there, name) for name in _SECRETS}
    return ServerSecrets(**given)


def _of_path(visit: Visit) -> OutgoingServer:
    found = visit.store.servers.get(visit.request.path_params["server"])
    if found is None:
        raise nothing_here()
    return found


def _named(visit: Visit, name: str) -> OutgoingServer:
    found = visit.store.servers.named(name)
    if found is None:
        raise nothing_here()
    return found


def _wrong(visit: Visit, refusal: Refusal) -> Mapping[str, str]:
    return {refusal.field or "name": visit.voice.say(refusal.phrase)}


def _then(visit: Visit, found: OutgoingServer, done: Done | Refusal) -> Response:
    if isinstance(done, Refusal):
        return _page(visit, found, _wrong(visit, done))
    return visit.go(f"/servers/{found.id}", done)


def _list(visit: Visit, wrong: Mapping[str, str]) -> Response:
    return visit.page(
        "servers.html",
        command=Command("mail-admin server list"),
        status=422 if wrong else 200,
        everywhere=True,
        lines=visit.store.servers.all(),
        presets=[
            ("", visit.voice.language.gettext("none: another server")),
            *((n, p.title) for n, p in PRESETS.items()),
        ],
        words=WORDS,
        ways=WAYS,
        typed={name: visit.text(name) for name in ("name", "preset", "senders", "host", "port", "login")}
        if wrong
        else {},
        wrong=wrong,
    )


def _page(visit: Visit, found: OutgoingServer, wrong: Mapping[str, str]) -> Response:
    typed = {name: visit.text(name) for name in (*_TEXTS, *_NUMBERS, "port", "senders")} if wrong else {}
    files = visit.site.secret_files
    secrets = files.load(found.name) if files is not None else ServerSecrets()
    return visit.page(
        "server.html",
        command=Command("mail-admin server test {name}", name=found.name),
        status=422 if wrong else 200,
        everywhere=True,
        server=found,
        has={name: bool(getattr(secrets, name)) for name in _SECRETS},
        securities=[(name, visit.voice.language.gettext(WORDS[name])) for name in SECURITIES],
        sign_ins=[(name, visit.voice.language.gettext(WAYS[name])) for name in SIGN_INS],
        tried=server_round.last(visit.store, found.name),
        steps=STEPS,
        may_test=visit.site.ways is not None,
        typed=typed,
        wrong=wrong,
        history=changes_of(visit, found.name),
    )


item = Item(230, "/servers", marked("Outgoing servers"), Role.OWNER)
routes = [
    page("/servers", servers, role=Role.OWNER),
    page("/servers/add", add, posts=True, role=Role.OWNER),
    page("/servers/{server:number}", one, role=Role.OWNER),
    page("/servers/{server:number}/save", save, posts=True, role=Role.OWNER),
    page("/servers/{server:number}/remove", remove, posts=True, role=Role.OWNER),
    page("/servers/{server:number}/test", test, posts=True, role=Role.OWNER),
]
