"""mail-admin user: people who sign in, members of one company or several."""

from __future__ import annotations

import argparse
import secrets
from dataclasses import replace

from weftmail.cli import lookup
from weftmail.cli.arguments import Parser, Verbs
from weftmail.cli.context import Context, joined
from weftmail.cli.output import Fields, sheet, table
from weftmail.core.failure import UsageError
from weftmail.flow import vocabulary
from weftmail.flow.facts import is_ours
from weftmail.locale import NAMES
from weftmail.store.people import User
from weftmail.store.store import Store

ROLES = ("admin", "agent", "reader")
SHORTEST = 12
"""A password has at least so many characters."""
LINK_MINUTES = 10


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    add = verbs.add("add", "add a user, or let one who is there join one more company", _add, company=True)
    add.add_argument("address", metavar="ADDR")
    add.add_argument("--name", metavar="NAME")
    _settings(add)
    verbs.add("list", "list users", _list, json=True, company=True)
    show = verbs.add("show", "show one user, with the inbox", _show, json=True)
    show.add_argument("address", metavar="ADDR")
    change = verbs.add("set", "change a user; what no flag names stays", _set, company=True)
    change.add_argument("address", metavar="ADDR")
    change.add_argument("--name", metavar="NAME")
    _settings(change)
    change.add_argument("--add-address", action="append", default=[], metavar="ADDR")
    change.add_argument("--remove-address", action="append", default=[], metavar="ADDR")
    change.add_argument("--active", action="store_true", help="bring back a user who was removed")
    remove = verbs.add(
        "remove", "end a membership; without --company, sign the user out for good", _remove, company=True
    )
    remove.add_argument("address", metavar="ADDR")
    link = verbs.add("sign-in-link", f"print a link that signs the user in once, within {LINK_MINUTES} minutes", _link)
    link.add_argument("address", metavar="ADDR")
    password = verbs.add("password", "set a password: asked on a terminal, else read from standard input", _password)
    password.add_argument("address", metavar="ADDR")


def _settings(parser: Parser) -> None:
    parser.add_argument("--role", choices=ROLES, help="in the company; agent by default")
    parser.add_argument("--prefers", choices=("email", "inbox"), help="how they are told; email by default")
    parser.add_argument("--language", choices=tuple(NAMES))


def _add(context: Context, arguments: argparse.Namespace) -> None:
    store, wanted = context.store, lookup.address(arguments.address)
    with store.transaction():
        company = lookup.company(store, arguments.company)
        found = store.users.by_address(wanted)
        if found is None:
            name = lookup.line("name", arguments.name or wanted.partition("@")[0].capitalize())
            _free(store, wanted)
            prefers, language = arguments.prefers or "email", arguments.language or "en"
            user_id = store.users.add(name, wanted, context.clock(), prefers=prefers, language=language)
        else:
            name, user_id = found.name, found.id
            if company.id in {one.company_id for one in store.users.memberships(found.id)}:
                raise UsageError(f"{name} is a member of {company.name} already; change: mail-admin user set {wanted}")
        store.users.join(company.id, user_id, arguments.role or "agent")
    context.say(f"Added {name} <{wanted}>, {arguments.role or 'agent'} of {company.name}.")
    if found is None:
        context.say(f"Next: mail-admin user sign-in-link {wanted}, or mail-admin user password {wanted}")


def _free(store: Store, address: str) -> None:
    """An address of ours would send our own notifications back into a record."""
    if is_ours(store, address):
        raise UsageError(f"{address} is an alias or a system address of ours; a user has a mailbox of their own")
    if store.users.by_address(address) is not None:
        raise UsageError(f"somebody who signs in has {address}; see: mail-admin user show {address}")


def _list(context: Context, arguments: argparse.Namespace) -> None:
    store = context.store
    found = store.users.all(lookup.company_id(store, arguments.company))
    context.answer(
        arguments.json,
        [_value(store, one) for one in found],
        lambda: table(
            ("NAME", "ADDRESSES", "MEMBER OF", "PREFERS", "ACTIVE"),
            [
                (one.name, joined(store.users.addresses(one.id)), _roles(store, one), one.prefers, one.active)
                for one in found
            ],
            "There is no user yet. Add one: mail-admin user add ADDR --name NAME",
        ),
    )


def _show(context: Context, arguments: argparse.Namespace) -> None:
    store = context.store
    found = lookup.user(store, arguments.address)
    inbox = [entry for one in store.users.memberships(found.id) for entry in _inbox(store, found, one.company_id)]
    inbox.sort(key=lambda entry: str(entry["created_at"]), reverse=True)

    def lines() -> list[str]:
        lines_ = sheet(
            {
                "User": found.name,
                "Addresses": joined(store.users.addresses(found.id)),
                "Member of": _roles(store, found),
                "Prefers": found.prefers,
                "Language": found.language,
                "Active": found.active,
                "Password": "set" if store.users.password(found.id) else "none",
            }
        )
        rows = [(one["created_at"], one["record"], one["state"], one["text"]) for one in inbox]
        return [*lines_, "", *table(("INBOX", "RECORD", "STATE", "TEXT"), rows, "The inbox is empty.")]

    context.answer(arguments.json, {**_value(store, found), "inbox": inbox}, lines)


def _inbox(store: Store, user: User, company_id: int) -> list[Fields]:
    entries = [vocabulary.inbox_entry(one) for one in store.inbox.entries(company_id, user.id)]
    notices = [vocabulary.notice(one) for one in store.inbox.notices(user.id, company_id)]
    return entries + notices


def _set(context: Context, arguments: argparse.Namespace) -> None:
    store = context.store
    settings = (arguments.name, arguments.role, arguments.prefers, arguments.language)
    if all(one is None for one in settings) and not (
        arguments.add_address or arguments.remove_address or arguments.active
    ):
        raise UsageError("nothing to change; see: mail-admin user set --help", status=2)
    with store.transaction():
        found = lookup.user(store, arguments.address)
        store.users.set(
            replace(
                found,
                name=found.name if arguments.name is None else lookup.line("name", arguments.name),
                prefers=arguments.prefers or found.prefers,
                language=arguments.language or found.language,
                active=found.active or arguments.active,
            )
        )
        if arguments.role is not None:
            company = lookup.company(store, arguments.company)
            _keep_an_admin(store, found, company.id, arguments.role)
            store.users.join(company.id, found.id, arguments.role)
        for text in arguments.add_address:
            more = lookup.address(text)
            _free(store, more)
            store.users.add_address(found.id, more)
        for text in arguments.remove_address:
            _take(store, found, lookup.address(text))
    context.say(f"Changed {arguments.address}.")


def _take(store: Store, user: User, address: str) -> None:
    there = store.users.addresses(user.id)
    if there == [address]:
        raise UsageError(f"{address} is the only address of {user.name}; add another one first: --add-address ADDR")
    if not store.users.remove_address(user.id, address):
        raise UsageError(f"{user.name} does not have {address}, but {joined(there)}")


def _remove(context: Context, arguments: argparse.Namespace) -> None:
    store = context.store
    with store.transaction():
        found = lookup.user(store, arguments.address)
        memberships = store.users.memberships(found.id)
        if arguments.company is not None:
            company = lookup.company(store, arguments.company)
            if company.id not in {one.company_id for one in memberships}:
                raise UsageError(f"{found.name} is no member of {company.name}, but of {_roles(store, found)}")
            memberships = [one for one in memberships if one.company_id == company.id]
        for one in memberships:
            _keep_an_admin(store, found, one.company_id, "")
            store.users.leave(one.company_id, found.id)
        if not store.users.memberships(found.id):
            store.users.set(replace(found, active=False))
            store.sessions.end_all(found.id)
    left = joined([one.company for one in memberships])
    context.say(f"{found.name} is no longer a member of: {left}. What they wrote stays theirs.")


def _keep_an_admin(store: Store, user: User, company_id: int, role: str) -> None:
    if role != "admin" and [one.id for one in store.users.admins(company_id)] == [user.id]:
        raise UsageError(f"{user.name} is the only admin there; make somebody else one first: --role admin")


def sign_in_link(context: Context, user: User) -> str:
    """Return a new link that signs the user in once."""
    token = secrets.token_urlsafe(32)
    with context.store.transaction():
        context.store.sessions.add_link(token, user.id, context.clock() + LINK_MINUTES * 60_000)
    return f"{context.config.url}/enter/{token}"


def _link(context: Context, arguments: argparse.Namespace) -> None:
    found = lookup.user(context.store, arguments.address)
    _active(found, arguments.address)
    context.say(sign_in_link(context, found))


def _active(user: User, address: str) -> None:
    if not user.active:
        raise UsageError(f"{user.name} is no longer active; bring them back: mail-admin user set {address} --active")


def _password(context: Context, arguments: argparse.Namespace) -> None:
    from weftmail.admin.password import Passwords

    found = lookup.user(context.store, arguments.address)
    _active(found, arguments.address)
    password = _asked(context)
    if len(password) < SHORTEST:
        raise UsageError(f"a password has at least {SHORTEST} characters; four words from a dictionary do well")
    hashed = Passwords().hash(password)
    with context.store.transaction():
        context.store.users.set_password(found.id, hashed)
        context.store.sessions.end_all(found.id)
    context.say(f"{found.name} has a new password; browsers that were signed in are signed out.")


def _asked(context: Context) -> str:
    if not context.stdin.isatty():
        return context.stdin.readline().rstrip("\r\n")
    password = context.ask_secret("Password: ")
    if context.ask_secret("Once more: ") != password:
        raise UsageError("the two differ; nothing was changed")
    return password


def _roles(store: Store, user: User) -> str:
    return joined([f"{one.company} ({one.role})" for one in store.users.memberships(user.id)])


def _value(store: Store, user: User) -> Fields:
    return vocabulary.user(user, store.users.addresses(user.id), store.users.memberships(user.id))
