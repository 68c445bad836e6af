"""mail-admin user: people who sign in, members of one company or several."""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Iterator

from weftmail.cli import done
from weftmail.cli.alive import listens
from weftmail.cli.arguments import Parser, Verbs, number
from weftmail.cli.context import Context, joined
from weftmail.cli.listing import Listing, Whole
from weftmail.cli.output import Fields, sheet, shown, shown_iso, table
from weftmail.cli.refusals import carried_out
from weftmail.core.failure import UsageError
from weftmail.core.notification_kind import KINDS
from weftmail.core.tokens.link import RANDOM
from weftmail.core.wording.command import Command
from weftmail.flow import vocabulary
from weftmail.flow.digest import EACH
from weftmail.flow.refusal import Refusal
from weftmail.flow.second_factor import is_on
from weftmail.flow.setup import absence, access, find, membership, user, ways
from weftmail.flow.setup.act import Done, Setup
from weftmail.locale import NAMES
from weftmail.store.people import User
from weftmail.store.store import Store

SHOWN = 100
"""So many entries of an inbox are shown where no ``--limit`` says otherwise."""


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    add = verbs.add("add", "add a user, or add an existing user to another company", _add, company=True)
    add.add_argument("address", metavar="ADDR", help="an email address of the user")
    _settings(add)
    verbs.list("list users", _list, "ADDR", company=True)
    show = verbs.add("show", "show one user and their inbox", _show)
    show.add_argument("address", metavar="ADDR", help="an email address of the user")
    show.add_argument(
        "--limit", type=number, default=SHOWN, metavar="N", help=f"the newest so many; {SHOWN} by default"
    )
    _add_change(verbs.add("set", "change a user; only what you name changes", _set, company=True))
    remove = verbs.add(
        "remove", "remove a user from a company; without --company, from all, and sign them out everywhere", _remove,
        company=True,
    )  # fmt: skip
    remove.add_argument("address", metavar="ADDR", help="an email address of the user")
    remove.add_argument(
        "--hand-over-to", metavar="WHO", help="who takes over their work: a colleague, by address, or a team, by name"
    )
    out = verbs.add("sign-out", "end all sessions of a user, in every browser", _sign_out)
    out.add_argument("address", metavar="ADDR", help="an email address of the user")
    invite = verbs.add(
        "invite", f"add a user, and send them a link for a first password, of {access.INVITED_DAYS} days", _invite,
        company=True,
    )  # fmt: skip
    invite.add_argument("address", metavar="ADDR", help="an email address of the user")
    invite.add_argument("--name", metavar="NAME", help="the name of the person")
    invite.add_argument("--role", choices=membership.ROLES, help="the role in the company; agent by default")
    invite.add_argument(
        "--language", choices=tuple(NAMES), help="the language of pages and emails; by default that of the company"
    )
    invite.add_argument("--again", action="store_true", help="send a new link to somebody who was invited before")
    sessions = verbs.add("sessions", "list the browsers with which a user is signed in", _sessions)
    sessions.add_argument("address", metavar="ADDR", help="an email address of the user")
    link = verbs.add(
        "sign-in-link", f"print a link that signs the user in once, within {user.LINK_MINUTES} minutes", _link
    )
    link.add_argument("address", metavar="ADDR", help="an email address of the user")
    password = verbs.add(
        "password", "set a password; you are asked for it, or it is read from standard input", _password
    )
    password.add_argument("address", metavar="ADDR", help="an email address of the user")


def _add_change(change: Parser) -> None:
    change.add_argument("address", metavar="ADDR", help="an email address of the user")
    _settings(change)
    change.add_argument(
        "--email-for", metavar="KINDS",
        help="of what they are notified beyond the inbox, with commas, or none: " + ", ".join(KINDS),
    )  # fmt: skip
    change.add_argument("--digest", choices=EACH, help="how often an email tells what waits for them")
    change.add_argument("--digest-hour", type=_hour, metavar="HOUR", help="at which hour of their day: 0 to 23")
    change.add_argument(
        "--undo-seconds", type=int, metavar="N", help="for so many seconds, 0 to 60, what they send can be taken back"
    )
    change.add_argument("--add-address", action="append", default=[], metavar="ADDR", help="add an address")
    change.add_argument("--remove-address", action="append", default=[], metavar="ADDR", help="remove an address")
    change.add_argument("--away-until", metavar="DATE", help="out of office until the day on which they are back")
    change.add_argument(
        "--away-from", metavar="DATE", help="with --away-until: from that day on; by default from today"
    )
    change.add_argument("--substitute", metavar="ADDR", help="with --away-until: the colleague who stands in")
    change.add_argument("--back", action="store_true", help="not out of office any more")
    change.add_argument("--active", action="store_true", help="activate a user who was deactivated")
    change.add_argument(
        "--installation-admin", choices=("yes", "no"),
        help="whether they look after the installation as a whole: they are told what no company's people can be told",
    )  # fmt: skip


def _hour(text: str) -> int:
    if text.isascii() and text.isdecimal() and len(text) < 3 and int(text) < user.HOURS:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no hour from 0 to 23")


def _settings(parser: Parser) -> None:
    parser.add_argument("--name", metavar="NAME", help="the name of the person")
    parser.add_argument("--role", choices=membership.ROLES, help="the role in the company; agent by default")
    parser.add_argument(
        "--prefers", metavar="CHANNEL", help="how they are notified: email (the default), inbox or another channel"
    )
    parser.add_argument(
        "--language",
        choices=tuple(NAMES),
        help="the language of pages and notifications; by default that of the company",
    )
    parser.add_argument("--time-zone", metavar="ZONE", help="such as Europe/Stockholm; by default that of this server")


def _add(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(
        user.add(
            context.setup,
            arguments.address,
            company=arguments.company,
            name=arguments.name,
            role=arguments.role,
            prefers=arguments.prefers,
            language=arguments.language,
            time_zone=arguments.time_zone,
        )
    )
    context.answer(arguments.json, done.value(made), lambda: _added(made, arguments.role or "agent"))


def _added(made: user.Joined, role: str) -> list[str]:
    said = f"Added {made.subject} <{made.address}>, {role} of {made.company}."
    link = Command("mail-admin user sign-in-link {address}", address=made.address)
    step = f"Next: {link}, or {Command('mail-admin user password {address}', address=made.address)}"
    return [said] if made.was else [said, step]


OTHERS = (
    "name", "role", "prefers", "email_for", "language", "time_zone", "active", "installation_admin", "add_address",
    "remove_address", "digest", "digest_hour",
)  # fmt: skip
"""What ``user set`` changes beside how somebody likes to work."""


def _set(context: Context, arguments: argparse.Namespace) -> None:
    if (arguments.away_from or arguments.substitute) and not arguments.away_until:
        raise UsageError("--away-from and --substitute go with --away-until DATE")
    with context.store.transaction():
        made = [carried_out(one) for one in _wanted(context.setup, arguments)]
    context.answer(arguments.json, done.value(made[-1]), lambda: list(map(done.changes, made)))


def _wanted(setup: Setup, arguments: argparse.Namespace) -> Iterator[Done | Refusal]:
    """Carry out what the flags ask for, one act after another; without any, the last of them says so."""
    ways_alone = arguments.undo_seconds is not None or arguments.away_until or arguments.back
    if arguments.undo_seconds is not None:
        yield ways.change(setup, arguments.address, undo_seconds=arguments.undo_seconds)
    if arguments.away_until or arguments.back:
        yield _absence(setup, arguments)
    given = [getattr(arguments, name) for name in OTHERS]
    if not ways_alone or any(one is not None and one is not False and one != [] for one in given):
        yield _changed(setup, arguments)


def _absence(setup: Setup, arguments: argparse.Namespace) -> Done | Refusal:
    if arguments.back:
        return absence.back(setup, arguments.address)
    return absence.leave(
        setup,
        arguments.address,
        arguments.away_until,
        from_=arguments.away_from or "",
        substitute=arguments.substitute or "",
    )


def _changed(setup: Setup, arguments: argparse.Namespace) -> Done | Refusal:
    return user.change(
        setup,
        arguments.address,
        company=arguments.company,
        name=arguments.name,
        role=arguments.role,
        prefers=arguments.prefers,
        email_for=_kinds(arguments.email_for),
        language=arguments.language,
        time_zone=arguments.time_zone,
        digest=arguments.digest,
        digest_hour=arguments.digest_hour,
        activate=arguments.active,
        installation_admin=None if arguments.installation_admin is None else arguments.installation_admin == "yes",
        add_addresses=arguments.add_address,
        remove_addresses=arguments.remove_address,
    )


def _kinds(text: str | None) -> list[str] | None:
    """Return the kinds that a text names; "none" names none."""
    if text is None:
        return None
    return [] if text == "none" else [one.strip() for one in text.split(",")]


def _remove(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(_removed(context.setup, arguments.address, arguments.company, arguments.hand_over_to))
    context.answer(arguments.json, done.value(made), lambda: [_left(made)])


def _removed(setup: Setup, address: str, company: str | None, to: str | None) -> membership.Left | Refusal:
    if company is None:
        return user.remove(setup, address, to=to)
    return membership.leave(setup, address, company, to=to)


def _left(made: membership.Left) -> str:
    said = f"{made.subject} is no longer a member of: {joined(made.left)}. What they wrote stays theirs"
    heir = made.now.get("passed_to")
    return f"{said}; what they owned and followed passed to {heir}." if heir else f"{said}."


def _invite(context: Context, arguments: argparse.Namespace) -> None:
    keyring, random = context.installation.keyring, secrets.token_bytes(RANDOM)
    if arguments.again:
        answer = access.invite_again(context.setup, keyring, random, arguments.address, company=arguments.company)
    else:
        answer = access.invite(
            context.setup,
            keyring,
            random,
            arguments.address,
            company=arguments.company,
            name=arguments.name,
            role=arguments.role,
            language=arguments.language,
        )
    made = carried_out(answer)
    if made.mailed:
        context.wake_sender()
    link = f"{context.config.url}/password/{made.token}" if made.token else ""
    value = {**made.now, "mailed": made.mailed, "link": link if not made.mailed else ""}
    context.answer(arguments.json, value, lambda: [_invited(made, link)])


def _invited(made: access.Invited, link: str) -> str:
    if made.mailed:
        return f"Invited {made.address} to {made.company}: an email is on its way."
    if link:
        return f"Added {made.address} to {made.company}. No email can leave; hand this link on: {link}"
    return f"Added {made.address} to {made.company}. No email can leave; tell them."


def _sessions(context: Context, arguments: argparse.Namespace) -> None:
    found = find.user(context.store, arguments.address)
    lines = context.store.sessions.of_user(found.id, context.clock())
    value = [
        {
            "device": one.device,
            "created_at": vocabulary.iso(one.created_at),
            "seen_at": vocabulary.iso(one.seen_at),
            "expires_at": vocabulary.iso(one.expires_at),
        }
        for one in lines
    ]
    rows = [(one.device or "unknown", shown(one.created_at), shown(one.seen_at)) for one in lines]
    nothing = f"{found.name} is signed in nowhere."
    context.answer(arguments.json, value, lambda: table(("BROWSER", "SINCE", "LAST USED"), rows, nothing))


def _sign_out(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(user.sign_out(context.setup, arguments.address))
    said = f"{made.subject} is signed out everywhere ({made.was['sessions']} sessions); sign-in links no longer work."
    context.answer(arguments.json, {"user": made.subject, **made.now}, lambda: [said])


def _link(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(user.sign_in_link(context.setup, arguments.address, secrets.token_hex(32)))
    link, runs = link_to(context, made), listens(context.config.site)
    context.answer(arguments.json, {**made.now, "link": link, "site_runs": runs}, lambda: [link])
    if not (runs or arguments.json):
        print(f"Nothing listens at {context.config.site} yet: the link opens once the site runs.", file=sys.stderr)


def link_to(context: Context, made: user.SignInLink) -> str:
    """Return the address of the page that the link opens."""
    return f"{context.config.url}/enter/{made.token}"


def _password(context: Context, arguments: argparse.Namespace) -> None:
    from weftmail.admin.password import Passwords

    find.active_user(context.store, arguments.address)
    made = carried_out(user.set_password(context.setup, arguments.address, _asked(context), Passwords().hash))
    said = f"{made.subject} has a new password; browsers are signed out, and earlier sign-in links no longer work."
    context.answer(arguments.json, {"user": made.subject, **made.now}, lambda: [said])


def _asked(context: Context) -> str:
    if not context.stdin.isatty():
        return context.stdin.readline().rstrip("\r\n")
    password = context.ask_secret("Password: ")
    if context.ask_secret("Once more: ") != password:
        raise UsageError("the two differ; nothing was changed")
    return password


def _list(context: Context, arguments: argparse.Namespace) -> None:
    context.show(_listing(context.store, arguments.company), arguments)


def _listing(store: Store, company: str | None) -> Listing[User]:
    def name(one: User) -> str:
        return store.users.addresses(one.id)[0]

    return Listing(
        Whole(store.users.all(find.company_id(store, company)), name),
        name,
        lambda one: user.fields(store, one),
        ("NAME", "ADDRESSES", "MEMBER OF", "PREFERS", "ACTIVE"),
        lambda one: (
            one.name, joined(store.users.addresses(one.id)), _roles(store, one), one.prefers, one.active,
        ),
        "There is no user yet. Add one: mail-admin user add ADDR --name NAME",
    )  # fmt: skip


def _show(context: Context, arguments: argparse.Namespace) -> None:
    store = context.store
    found = find.user(store, arguments.address)
    # One more than is shown tells whether there are any.
    inbox = _inbox(store, found, arguments.limit + 1)
    shown, more = inbox[: arguments.limit], len(inbox) > arguments.limit
    value = {**user.fields(store, found), **absence.said(store, found), "inbox": shown, "inbox_has_more": more}
    head = _head(store, found)
    last = [f"There are earlier ones; see them: --limit {arguments.limit * 10}"] if more else []
    context.answer(arguments.json, value, lambda: [*head, "", *_inbox_lines(shown), *last])


def _inbox(store: Store, found: User, most: int) -> list[Fields]:
    """Return messages and notices of all companies, newest first, at most so many."""
    inbox = [
        entry
        for one in store.users.enters(found)
        for entry in (
            *map(vocabulary.inbox_entry, store.inbox.entries(one.company_id, found.id, most)),
            *map(vocabulary.notice, store.inbox.notices(found.id, one.company_id, most)),
        )
    ]
    return sorted(inbox, key=lambda entry: str(entry["created_at"]), reverse=True)[:most]


def _away(store: Store, found: User) -> str | None:
    """From when until when they are out of office, and who stands in."""
    said = absence.said(store, found)
    if said["away_until"] is None:
        return None
    stands_in = f", {said['substitute']} stands in" if said["substitute"] else ""
    return f"from {said['away_from']} until {said['away_until']}{stands_in}"


def _head(store: Store, found: User) -> list[str]:
    return sheet(
        {
            "User": found.name,
            "Addresses": store.users.addresses(found.id),
            "Member of": _roles(store, found),
            "Prefers": found.prefers,
            "Email for": found.email_for.split(),
            "Digest": found.digest if found.digest == "none" else f"each {found.digest} at {found.digest_hour:02}:00",
            "Undo Send for": f"{found.undo_seconds} seconds",
            "Language": found.language,
            "Time zone": found.zone or "that of this machine",
            "Away": _away(store, found),
            "Active": found.active,
            "Installation admin": found.installation_admin,
            "Password": "set" if store.users.password(found.id) else "none",
            "Second factor": "on" if is_on(store, found.id) else "off",
        }
    )


def _inbox_lines(inbox: list[Fields]) -> list[str]:
    rows = [(shown_iso(one["created_at"]), one["record"], one["state"], one["text"]) for one in inbox]
    return table(("INBOX", "RECORD", "STATE", "TEXT"), rows, "The inbox is empty.")


def _roles(store: Store, found: User) -> str:
    return joined([f"{name} ({role})" for name, role in membership.roles(store, found.id).items()])
