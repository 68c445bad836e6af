"""mail-admin server: mail servers that take what leaves, beside the one of this machine."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

from weftmail.cli import done, runtime, sender
from weftmail.cli.arguments import Parser, Verbs
from weftmail.cli.context import Context
from weftmail.cli.listing import Listing, Whole
from weftmail.cli.output import shown
from weftmail.cli.refusals import carried_out
from weftmail.cli.signing import DkimFolder
from weftmail.core.failure import UsageError
from weftmail.core.outgoing_server import PRESETS, OutgoingServer, ServerSecrets
from weftmail.core.wording.command import Command
from weftmail.core.wording.sentences import say
from weftmail.flow.setup import server, server_round
from weftmail.flow.setup.server import ServerChanges
from weftmail.flow.setup.server_round import STEPS, ServerRound
from weftmail.transport.server_secrets import SecretFolder

AWAITED = 20.0
"""How long, in seconds, the mail of a test is waited for."""
LIMITS = ("per-minute", "per-day", "per-domain")


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    add = verbs.add("add", "add a server; a password or client secret is asked for, or read from standard input", _add)
    add.add_argument("name", metavar="NAME", help="a short name")
    add.add_argument("--preset", choices=sorted(PRESETS), help="a provider whose host, port and limits are filled in")
    change = verbs.add("set", "change a server; only what you name changes", _set)
    change.add_argument("name", metavar="NAME", help="the server; local is that of this machine")
    change.add_argument("--new-secret", action="store_true", help="give another password or client secret")
    for verb in (add, change):
        _settings(verb)
    verbs.list("list the servers, in the order in which they are asked", _list, "NAME")
    remove = verbs.add("remove", "remove a server; its secrets are kept for 30 days, for an undo", _remove)
    remove.add_argument("--erase-secrets", action="store_true", help="erase its password, token and certificate now")
    test = verbs.add("test", "connect, sign in, and send a mail round that says what the server changes", _test)
    for verb in (remove, test):
        verb.add_argument("name", metavar="NAME", help="the server")


def _settings(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--host", metavar="HOST", help="where it is")
    verb.add_argument("--port", type=int, metavar="PORT", help="its port, such as 587")
    verb.add_argument("--security", choices=server.SECURITIES, help="how TLS begins")
    verb.add_argument("--sign-in", choices=server.SIGN_INS, help="how we sign in")
    verb.add_argument("--login", metavar="NAME", help="the name by which we sign in")
    verb.add_argument("--for", dest="senders", action="append", metavar="DOMAIN|ADDR", help="who in From leaves by it")
    verb.add_argument("--certificate", metavar="FILE", help="our certificate and its key, PEM")
    verb.add_argument("--authority", metavar="FILE", help="an authority of your own that is believed, PEM")
    verb.add_argument("--token-url", metavar="URL", help="OAuth 2: the token server")
    verb.add_argument("--client-id", metavar="ID", help="OAuth 2: who we are")
    verb.add_argument("--scope", metavar="TEXT", help="OAuth 2: what for")
    verb.add_argument("--refresh-token", action="store_true", help="OAuth 2: what is asked for is a refresh token")
    for name in LIMITS:
        verb.add_argument(
            f"--{name}", type=int, metavar="N", help=f"so many leave {name.replace('-', ' ')}; 0: no limit"
        )
    verb.add_argument("--no-fallback", action="store_true", help="wait where it is down, instead of the next server")
    verb.add_argument("--fallback", action="store_true", help="the next server is asked where it is down")
    verb.add_argument("--off", action="store_true", help="leave it out")
    verb.add_argument("--on", action="store_true", help="use it again")
    verb.add_argument("--position", type=int, metavar="N", help="its place in the order")


def _changes(arguments: argparse.Namespace, begin: ServerChanges | None = None) -> ServerChanges:
    begin = begin or ServerChanges()
    words = {}
    for name in ServerChanges.__slots__:
        given = getattr(arguments, name, None)
        words[name] = getattr(begin, name) if given is None else given
    words["falls_back"] = True if arguments.fallback else False if arguments.no_fallback else None
    words["on"] = True if arguments.on else False if arguments.off else None
    return ServerChanges(**words)


def _add(context: Context, arguments: argparse.Namespace) -> None:
    begin = carried_out(server.checked_preset(arguments.preset)) if arguments.preset else ServerChanges()
    changes = _changes(arguments, begin)
    secrets = _secrets(context, arguments, ServerSecrets(), changes.sign_in or "none")
    made = carried_out(server.add(context.setup, arguments.name, changes, secrets, _files(context)))
    said = f"Added {made.subject}. Try it: {Command('mail-admin server test {name}', name=made.subject)}"
    context.answer(arguments.json, done.value(made), lambda: [said])


def _set(context: Context, arguments: argparse.Namespace) -> None:
    files = _files(context)
    there = context.store.servers.named(arguments.name)
    wants = arguments.sign_in or (there.sign_in if there is not None else "none")
    ask = wants if arguments.new_secret or arguments.refresh_token else "none"
    secrets = _secrets(context, arguments, files.load(arguments.name), ask)
    made = carried_out(server.change(context.setup, arguments.name, _changes(arguments), files, secrets))
    context.answer(arguments.json, done.value(made), lambda: [done.changes(made)])


def _remove(context: Context, arguments: argparse.Namespace) -> None:
    erase = bool(arguments.erase_secrets)
    gone = carried_out(server.remove(context.setup, arguments.name, _files(context), erase=erase))
    back = Command("mail-admin audit undo {id}", id=gone.trace)
    said = f"Removed {gone.subject}. Its secrets are kept for 30 days; to take it back with them: {back}"
    if erase:
        said = f"Removed {gone.subject} and its secrets. To take it back without them, switched off: {back}"
    context.answer(arguments.json, done.value(gone), lambda: [said])


def _secrets(context: Context, arguments: argparse.Namespace, there: ServerSecrets, sign_in: str) -> ServerSecrets:
    """Return the secrets with what was named or typed put into their places."""
    given = {name: _text(getattr(arguments, name)) for name in ("certificate", "authority") if getattr(arguments, name)}
    if sign_in == "password":
        given["password"] = _asked(context, "Password: ")
    elif sign_in == "oauth":
        name = "refresh_token" if arguments.refresh_token else "client_secret"
        given[name] = _asked(context, f"{name.replace('_', ' ').capitalize()}: ")
    return ServerSecrets(**{name: given.get(name, getattr(there, name)) for name in ServerSecrets.__slots__})


def _asked(context: Context, question: str) -> str:
    if context.stdin.isatty():
        return context.ask_secret(question)
    return context.stdin.readline().rstrip("\r\n")


def _text(path: str) -> str:
    try:
        return Path(path).read_text("ascii")
    except (OSError, UnicodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from None


def _files(context: Context) -> SecretFolder:
    return SecretFolder(context.config.servers)


def _list(context: Context, arguments: argparse.Namespace) -> None:
    found = Listing(
        Whole(context.store.servers.all(), _name),
        _name,
        server.fields,
        ("NAME", "HOST", "TLS", "SIGN-IN", "FOR", "LIMITS", "STATE"),
        lambda one: (
            one.name,
            _place(one),
            one.security,
            one.sign_in,
            one.senders or "all others",
            _limits(one),
            one.state,
        ),
        "",
    )
    context.show(found, arguments)


def _name(one: OutgoingServer) -> str:
    return one.name


def _place(one: OutgoingServer) -> str:
    return "this machine" if one.is_local else f"{one.host}:{one.port}"


def _limits(one: OutgoingServer) -> str:
    said = ((one.per_minute, "a minute"), (one.per_day, "a day"), (one.per_domain, "a minute to a domain"))
    return ", ".join(f"{count} {what}" for count, what in said if count is not None)


def _test(context: Context, arguments: argparse.Namespace) -> int:
    local = sender.way_out(context.config)
    ways = runtime.ways(context.config, local)
    try:
        files = DkimFolder(str(context.config.dkim))
        carried_out(server_round.try_out(context.setup, context.installation, ways, files, arguments.name))
    finally:
        ways.close()
    until = time.monotonic() + AWAITED
    found = server_round.last(context.store, arguments.name)
    while found is not None and not found.step and found.back_at is None and time.monotonic() < until:
        time.sleep(0.25)
        found = server_round.last(context.store, arguments.name)
    assert found is not None  # noqa: S101 - it was made a moment ago
    context.answer(arguments.json, _value(found), lambda: _lines(found))
    return 0 if found.back_at is not None and not found.changed and found.valid >= found.signed else 1


def _value(found: ServerRound) -> dict[str, object]:
    return {
        "step": found.step, "said": found.said, "what_to_do": say(STEPS[found.step]) if found.step else "",
        "back": found.back_at is not None, "signatures": found.signed, "signatures_that_hold": found.valid,
        "changed": [
            {"what": one.what, "sent": one.sent, "came": one.came, "means": say(one.means)} for one in found.changed
        ],
    }  # fmt: skip


def _lines(found: ServerRound) -> Iterator[str]:
    if found.step:
        yield f"It ended at this step: {found.step}. {found.said}"
        yield say(STEPS[found.step])
        return
    if found.back_at is None:
        yield "The server took the email, and it is not back yet. Look again: mail-admin log --words 'outgoing server'"
        return
    yield f"The email came back at {shown(found.back_at)}; {found.valid} of {found.signed} signatures hold."
    for one in found.changed:
        yield f"{say(one.name)}: {one.sent} -> {one.came or 'nothing'}. {say(one.means)}"
    if not found.changed:
        yield "The server left From, return path, Message-ID and Reply-To as they were."
