"""mail-admin domain: mail domains, dedicated (all their mail comes here) or with mailboxes that live there too."""

from __future__ import annotations

import argparse

from weftmail.cli import done, sender
from weftmail.cli.arguments import Parser, Verbs
from weftmail.cli.context import Context, joined
from weftmail.cli.listing import Listing, Whole
from weftmail.cli.output import Fields, iso, sheet, shown
from weftmail.cli.refusals import carried_out
from weftmail.cli.signing import DkimFolder
from weftmail.core.wording.command import Command
from weftmail.core.wording.sentences import say
from weftmail.flow import vocabulary
from weftmail.flow.setup import domain, find, mail_round
from weftmail.flow.setup.act import Done
from weftmail.flow.setup.mail_round import RoundTrip
from weftmail.store.domain import ROLE_ADDRESSES, SYSTEM_ADDRESSES, DkimKey, Domain
from weftmail.store.store import Store


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    add = verbs.add("add", "add a domain; the mail server accepts its email at once", _add)
    add.add_argument("name", metavar="DOMAIN", help="the domain, such as acme.example")
    _kind(add)
    _owner(add)
    listing = verbs.list("list all domains", _list, "DOMAIN")
    listing.add_argument("--company", metavar="NAME", help="only the domains that this company can use")
    show = verbs.add("show", "show one domain with its addresses and signing keys", _show)
    show.add_argument("name", metavar="DOMAIN", help="the domain, such as acme.example")
    change = verbs.add("set", "change which company a domain belongs to, or whether it is dedicated", _set)
    change.add_argument("name", metavar="DOMAIN", help="the domain, such as acme.example")
    _kind(change)
    _owner(change)
    for name, help_ in ENDS:
        end = verbs.add(name, help_, _remove)
        end.add_argument("name", metavar="DOMAIN", help="the domain, such as acme.example")
        end.add_argument(
            "--dry-run", action="store_true", help="show which aliases would end and what still waits; change nothing"
        )
    keeper = verbs.add("postmaster", "say who is notified of email to postmaster and abuse", _postmaster)
    keeper.add_argument("name", metavar="DOMAIN", help="the domain, such as acme.example")
    keeper.add_argument("address", metavar="ADDR", nargs="?", default="", help="a colleague; without one, the admins")
    trip = verbs.add("round", "send an email out through the mail server and back by a reply address", _round)
    trip.add_argument("name", metavar="DOMAIN", help="the domain, such as acme.example")
    restore = verbs.add(
        "restore", "take a removed domain into use again, with the aliases that ended with it", _restore
    )
    restore.add_argument("name", metavar="DOMAIN", help="the domain, such as acme.example")


ENDS = (
    ("close", "close a domain, as the site calls it; answers are still accepted for 30 days"),
    ("remove", "close a domain, or remove one that was closed for 30 days"),
)


def _kind(parser: Parser) -> None:
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--dedicated", action="store_true", help="all email of the domain comes here (the default)")
    kind.add_argument(
        "--mailboxes", action="store_true", help="the domain has mailboxes too; only its aliases come here"
    )


def _owner(parser: Parser) -> None:
    owner = parser.add_mutually_exclusive_group()
    owner.add_argument("--company", metavar="NAME", help="the domain belongs to this company")
    owner.add_argument("--shared", action="store_true", help="all companies can use the domain")


def _add(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(
        domain.add(
            context.setup,
            arguments.name,
            company=arguments.company,
            shared=arguments.shared,
            dedicated=not arguments.mailboxes,
        )
    )
    signed = bool(context.store.domains.dkim_keys(made.subject))
    context.answer(arguments.json, done.value(made), lambda: _added(made, signed=signed))


def _added(made: Done, *, signed: bool) -> list[str]:
    whose = f"for {made.now['company'] or 'all companies'}"
    kind = "dedicated" if made.now["dedicated"] else "with mailboxes"
    first = f"Added {made.subject}, {kind}, {whose}; live from the next mail on."
    step = f"Next, so that what leaves is signed: {Command('mail-admin dkim create {domain}', domain=made.subject)}"
    return [first] if signed else [first, step]


def _set(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(
        domain.change(
            context.setup,
            arguments.name,
            dedicated=arguments.dedicated if arguments.dedicated or arguments.mailboxes else None,
            company=arguments.company,
            shared=arguments.shared,
        )
    )
    context.answer(arguments.json, done.value(made), lambda: [done.changes(made)])


def _remove(context: Context, arguments: argparse.Namespace) -> None:
    if arguments.dry_run:
        plan = domain.removal(context.setup, arguments.name)
        context.answer(arguments.json, {**_removal(plan), "dry_run": True}, lambda: _planned(plan))
        return
    made = carried_out(domain.remove(context.setup, arguments.name))
    context.answer(arguments.json, _removal(made), lambda: _removed(made))


def _removal(made: domain.Closed) -> Fields:
    until = iso(None if made.removed else made.until)
    return {**made.now, "ended": list(made.ended), "waiting": made.waiting, "until": until}


def _planned(plan: domain.Closed) -> list[str]:
    return [
        f"Nothing was changed. {Command('mail-admin domain remove {domain}', domain=plan.subject)} would do this:",
        f"  {done.changes(plan)}",
        *(f"  {address}  refused from the next mail on" for address in plan.ended),
        *(f"  {line}" for line in _afterwards(plan)),
    ]


def _removed(made: domain.Closed) -> list[str]:
    back = Command("mail-admin domain restore {domain}", domain=made.subject)
    return [
        done.changes(made),
        *_afterwards(made),
        f"Undo: {back}",
    ]


def _afterwards(made: domain.Closed) -> list[str]:
    """What becomes of its mail."""
    if made.removed:
        return ["Postfix refuses all its mail. Records and messages stay."]
    waiting = "1 copy of it waits" if made.waiting == 1 else f"{made.waiting} copies of it wait"
    end = Command("mail-admin domain remove {domain}", domain=made.subject)
    return [
        f"Answers to what went out still come in. {waiting} in the outbox.",
        f"From {shown(made.until)} on, when none waits, the same command ends it: {end}",
    ]


def _restore(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(domain.restore(context.setup, arguments.name))
    left_out = [{"address": address, "why": say(why.phrase)} for address, why in made.left_out]
    value = {**done.value(made), "restored": list(made.back), "left_out": left_out}
    context.answer(arguments.json, value, lambda: _restored(made))


def _restored(made: domain.Restored) -> list[str]:
    left_out = [f"  not {address}: {say(why.phrase)}" for address, why in made.left_out]
    return [done.changes(made), *left_out, "Live from the next mail on, no reload."]


def _postmaster(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(domain.postmaster(context.setup, arguments.name, arguments.address))
    context.answer(arguments.json, done.value(made), lambda: [done.changes(made)])


def _round(context: Context, arguments: argparse.Namespace) -> int:
    """Send it, and wait until it is back or late."""
    submitter = sender.way_out(context.config)
    try:
        files = DkimFolder(str(context.config.dkim))
        carried_out(mail_round.send(context.setup, context.installation, submitter, files, arguments.name))
    finally:
        submitter.close()
    found = _returned(context, find.domain(context.store, arguments.name))
    context.answer(arguments.json, _trip(found), lambda: [_trip_line(found)])
    return 0 if found.accepted_at is not None and found.verified else 1


def _returned(context: Context, of: Domain) -> RoundTrip:
    while True:
        found = mail_round.last(context.store, of)
        assert found is not None  # noqa: S101 - it has just been sent
        if found.accepted_at is not None or found.late(context.clock()):
            return found
        context.wait(0.1)


def _trip(found: RoundTrip) -> Fields:
    return {
        "sent_at": iso(found.sent_at),
        "accepted_at": iso(found.accepted_at),
        "inbound": found.inbound_id,
        "signatures": [{"selector": one.selector, "valid": one.valid} for one in found.signatures],
    }


def _trip_line(found: RoundTrip) -> str:
    if found.accepted_at is None:
        return "✕ sent, but not back; see: mail-admin inbound list, and the log of your mail server"
    names = ", ".join(f"{one.selector} {'verified' if one.valid else 'does not verify'}" for one in found.signatures)
    mark = "●" if found.verified else "✕"
    seconds = (found.accepted_at - found.sent_at) / 1000
    return f"{mark} back after {seconds:.1f} s, by its reply address; signatures: {names or 'none'}"


def _list(context: Context, arguments: argparse.Namespace) -> None:
    context.show(_listing(context.store, arguments.company), arguments)


def _listing(store: Store, company: str | None) -> Listing[Domain]:
    of = find.company_id(store, company)
    found = [one for one in store.domains.all() if of is None or one.company_id in (None, of)]
    return Listing(
        Whole(found, lambda one: one.name),
        lambda one: one.name,
        vocabulary.domain,
        ("DOMAIN", "COMPANY", "KIND", "STATE", "ALIASES", "KEYS"),
        lambda one: (
            one.name,
            one.company or "all",
            _kind_of(one.dedicated),
            one.state,
            store.domains.aliases_in_use(one.id),
            joined([key.selector for key in store.domains.dkim_keys(one.name)]),
        ),
        "There is no domain yet. Add one: mail-admin domain add DOMAIN",
    )


def _show(context: Context, arguments: argparse.Namespace) -> None:
    found = find.domain(context.store, arguments.name)
    keys = context.store.domains.dkim_keys(found.name)
    value = _details(context.store, found, keys)
    context.answer(arguments.json, value, lambda: [*_lines(found, value), *map(_key_line, keys)])


def _details(store: Store, found: Domain, keys: list[DkimKey]) -> Fields:
    system = (*SYSTEM_ADDRESSES, *(ROLE_ADDRESSES if found.dedicated else ()))
    return {
        **vocabulary.domain(found),
        "addresses": [f"{name}@{found.name}" for name in system],
        "aliases": store.domains.aliases_in_use(found.id),
        "dkim": [vocabulary.dkim_key(key) for key in keys],
    }


def _lines(found: Domain, value: Fields) -> list[str]:
    return sheet(
        {
            "Domain": found.name,
            "Company": found.company or "all",
            "Kind": _kind_of(found.dedicated),
            "State": found.state if found.closed_at is None else f"closed since {shown(found.closed_at)}",
            "Addresses": value["addresses"],
            "Aliases": value["aliases"],
        }
    )


def _key_line(key: DkimKey) -> str:
    return f"DKIM  {key.selector}._domainkey.{key.domain}  TXT  {key.record}"


def _kind_of(dedicated: bool) -> str:
    return "dedicated" if dedicated else "mailboxes"
