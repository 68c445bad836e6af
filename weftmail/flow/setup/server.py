"""Outgoing servers: added, changed, removed; secrets go into files and never into the store or the log of changes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from weftmail.core.address import BadAddress, canonical, canonical_domain
from weftmail.core.outgoing_server import PRESETS, OutgoingServer, ServerSecrets
from weftmail.core.ways import SecretFiles
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup import find
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.flow.setup.undo import check_unchanged
from weftmail.store.audit import AuditRow
from weftmail.store.store import Store

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|[0-9A-Fa-f:]{3,39}")
_NEAR = frozenset({"127.0.0.1", "::1", "localhost"})
SECRETS_KEPT = 30 * 24 * 3600_000
"""So long, in milliseconds, the secrets of a server that was removed are kept, so that it can be undone."""
SECURITIES = ("starttls", "tls", "none")
SIGN_INS = ("none", "password", "certificate", "oauth")


@dataclass(frozen=True, slots=True)
class ServerChanges:
    """What is to be changed of a server; None leaves a thing as it is, and 0 takes a limit away."""

    host: str | None = None
    port: int | None = None
    security: str | None = None
    sign_in: str | None = None
    login: str | None = None
    senders: Sequence[str] | None = None
    token_url: str | None = None
    client_id: str | None = None
    scope: str | None = None
    per_minute: int | None = None
    per_day: int | None = None
    per_domain: int | None = None
    falls_back: bool | None = None
    on: bool | None = None
    position: int | None = None


def fields(server: OutgoingServer) -> Fields:
    """Return what is said of a server; its secrets are not among it."""
    return {
        "name": server.name, "host": server.host, "port": server.port, "security": server.security,
        "sign_in": server.sign_in, "login": server.login, "senders": server.senders.split(),
        "token_url": server.token_url, "client_id": server.client_id, "scope": server.scope,
        "per_minute": server.per_minute, "per_day": server.per_day, "per_domain": server.per_domain,
        "falls_back": server.falls_back, "state": server.state, "position": server.position,
    }  # fmt: skip


def named(store: Store, name: str) -> OutgoingServer:
    """Return the server of that name; raises RefusedAct where there is none."""
    found = store.servers.named(name)
    if found is None or found.state == "removed":
        raise RefusedAct("name", "no_such_server", name=name)
    return found


def preset(name: str) -> ServerChanges:
    """Return what a provider's preset fills in; raises RefusedAct for one that is none."""
    found = PRESETS.get(name)
    if found is None:
        raise RefusedAct("preset", "no_such_preset", name=name, names=", ".join(PRESETS))
    return ServerChanges(
        host=found.host, port=found.port, security=found.security, sign_in=found.sign_in, token_url=found.token_url,
        scope=found.scope, per_minute=found.per_minute, per_day=found.per_day,
    )  # fmt: skip


def checked_preset(name: str) -> ServerChanges | Refusal:
    """As ``preset``, with the refusal as a value."""
    try:
        return preset(name)
    except RefusedAct as refused:
        return refused.refusal


@act
def add(setup: Setup, name: str, changes: ServerChanges, secrets: ServerSecrets, files: SecretFiles) -> Done:
    """Add a server; one of that name that was removed is replaced."""
    if not _NAME.fullmatch(name):
        raise RefusedAct("name", "server_name", name=name)
    there = setup.store.servers.named(name)
    if there is not None and there.state != "removed":
        raise RefusedAct("name", "server_there", name=name)
    last = max((one.position for one in setup.store.servers.all() if not one.is_local), default=0)
    empty = OutgoingServer(
        there.id if there is not None else 0, name, "", 587, "starttls", "none", "", "", "", "", "", None, None, None,
        True, "on", last + 10,
    )  # fmt: skip
    wanted = _changed(empty, changes)
    _check(wanted, secrets, added=True)
    made = setup.store.servers.put(wanted)
    files.keep(name, secrets)
    return Done("server.add", None, name, {}, fields(made))


@act
def change(
    setup: Setup, name: str, changes: ServerChanges, files: SecretFiles, secrets: ServerSecrets | None = None
) -> Done:
    """Change a server; ``secrets`` None leaves those that it has."""
    before = named(setup.store, name)
    if before.is_local and (changes.host or changes.senders or changes.on is False):
        raise RefusedAct("name", "server_local")
    after = _changed(before, changes)
    _check(after, secrets or files.load(name), added=not before.is_local)
    setup.store.servers.put(after)
    was, now = fields(before), fields(after)
    if secrets is not None and secrets != files.load(name):
        files.keep(name, secrets)
        was, now = {**was, "secrets": "those of before"}, {**now, "secrets": "new ones"}
    return Done("server.set", None, name, was, now)


@act
def remove(setup: Setup, name: str, files: SecretFiles, *, erase: bool = False) -> Done:
    """Remove a server; what its senders write leaves by the next one.

    Its secrets are kept for 30 days, so that an undo gives back a server that works; with ``erase`` they go at once.
    """
    before = named(setup.store, name)
    if before.is_local:
        raise RefusedAct("name", "server_local")
    setup.store.servers.put(replace(before, state="removed"))
    now: Fields = {"state": "removed"}
    if erase:
        files.remove(name)
        now["secrets"] = _ERASED
    return Done("server.remove", None, name, fields(before), now)


_ERASED = "erased"


def forget_removed(store: Store, files: SecretFiles, now: int) -> None:
    """Erase the secrets of servers that were removed more than 30 days ago, and of those that were never added."""
    # Nobody adds a server meanwhile, whose secrets lie there before it is to be seen.
    with store.transaction():
        for name in files.names():
            found = store.servers.named(name)
            if found is None or (found.state == "removed" and _touched_at(store, name) < now - SECRETS_KEPT):
                files.remove(name)


def _touched_at(store: Store, name: str) -> int:
    """Return when something was last done to a server; 0 where the history does not know."""
    newest = store.audit.later(None, [name], 0, 1)
    return newest[0].created_at if newest else 0


def _changed(server: OutgoingServer, changes: ServerChanges) -> OutgoingServer:
    given: dict[str, Any] = {
        name: value
        for name in ("host", "port", "security", "sign_in", "login", "token_url", "client_id", "scope", "falls_back",
                     "position")
        if (value := getattr(changes, name)) is not None
    }  # fmt: skip
    limits: dict[str, Any] = {
        name: value or None
        for name in ("per_minute", "per_day", "per_domain")
        if (value := getattr(changes, name)) is not None
    }
    state = server.state if changes.on is None else "on" if changes.on else "off"
    senders = server.senders if changes.senders is None else " ".join(dict.fromkeys(map(_sender, changes.senders)))
    return replace(server, **given, **limits, state=state, senders=senders)


def _sender(text: str) -> str:
    try:
        return canonical(text) if "@" in text else canonical_domain(text)
    except BadAddress as error:
        raise RefusedAct("senders", error.code, address=text) from None


def _check(server: OutgoingServer, secrets: ServerSecrets, *, added: bool) -> None:
    """Refuse what could never work, and a password that would leave without TLS.

    One that somebody ``added`` has a host: without it, it would be the mail server of this machine a second time, which
    nobody can remove.
    """
    limits = (server.per_minute, server.per_day, server.per_domain)
    if any(one is not None and not 0 < one < 10**9 for one in limits):
        raise RefusedAct("per_minute", "server_limit")
    if server.is_local and not added:
        return
    if not server.host:
        raise RefusedAct("host", "server_host_wanted")
    if not _HOST.fullmatch(server.host) or not 0 < server.port < 65536:
        raise RefusedAct("host", "server_host", host=server.host)
    if server.security not in SECURITIES:
        raise RefusedAct("security", "server_security", names=", ".join(SECURITIES))
    if server.sign_in not in SIGN_INS:
        raise RefusedAct("sign_in", "server_sign_in", names=", ".join(SIGN_INS))
    if server.sign_in != "none" and server.security == "none":
        raise RefusedAct("security", "server_open")
    if not server.senders:
        raise RefusedAct("senders", "server_for_nobody")
    _check_sign_in(server, secrets)


def _check_sign_in(server: OutgoingServer, secrets: ServerSecrets) -> None:
    find.line("login", server.login) if server.login else None
    url = urlsplit(server.token_url)
    wants = {
        "password": bool(server.login and secrets.password),
        "certificate": bool(secrets.certificate),
        "oauth": bool(server.login and server.client_id and (secrets.client_secret or secrets.refresh_token)),
    }
    if server.sign_in == "password" and not wants["password"]:
        raise RefusedAct("sign_in", "server_password")
    if server.sign_in == "certificate" and not wants["certificate"]:
        raise RefusedAct("sign_in", "server_certificate")
    if server.sign_in == "oauth" and not wants["oauth"]:
        raise RefusedAct("sign_in", "server_oauth")
    if server.sign_in == "oauth" and url.scheme != "https" and url.hostname not in _NEAR:
        raise RefusedAct("token_url", "server_token_url")


@act
def _gone_again(setup: Setup, row: AuditRow) -> Done:
    """Remove a server that was added: what it was given for leaves by the next one, and its name is free again."""
    before = _unchanged(setup, row)
    setup.store.servers.put(replace(before, state="removed"))
    return Done("server.remove", None, row.subject, fields(before), {"state": "removed"})


@act
def _as_it_was(setup: Setup, row: AuditRow) -> Done:
    before = _unchanged(setup, row)
    was = {name: value for name, value in row.before.items() if name in OutgoingServer.__slots__}
    wanted = replace(before, **{**was, "senders": " ".join(was["senders"])})
    if row.act == "server.set":
        return Done("server.set", None, row.subject, fields(before), fields(setup.store.servers.put(wanted)))
    works = wanted.sign_in == "none" or _secrets_kept(setup, row)
    # Without its password it is used again once somebody has entered that and switched it on.
    after = setup.store.servers.put(wanted if works else replace(wanted, state="off"))
    said = "server.restore" if works else "server.restore_off"
    return Done(said, None, row.subject, fields(before), fields(after))


def _secrets_kept(setup: Setup, row: AuditRow) -> bool:
    """Say whether the secrets that a server had when it was removed are there still: neither erased nor another's."""
    since = setup.store.audit.later(None, [row.subject], row.id, 1)
    recent = row.created_at > setup.clock() - SECRETS_KEPT
    return recent and not since and row.now.get("secrets") != _ERASED


def _unchanged(setup: Setup, row: AuditRow) -> OutgoingServer:
    """Return the server as an act left it; raises RefusedAct where it was changed since."""
    found = setup.store.servers.named(row.subject)
    assert found is not None  # noqa: S101 - a server that was removed is a row still
    secrets: Fields = {"secrets": row.now["secrets"]} if "secrets" in row.now else {}
    check_unchanged(row, {**fields(found), **secrets})
    return found


reverses = {"server.add": _gone_again, "server.set": _as_it_was, "server.remove": _as_it_was}
