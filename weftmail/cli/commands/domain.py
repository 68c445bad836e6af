"""mail-admin domain: mail domains, dedicated (all their mail comes here) or with mailboxes that live there too."""

from __future__ import annotations

import argparse

from weftmail.cli import lookup
from weftmail.cli.arguments import Parser, Verbs
from weftmail.cli.context import Context, joined
from weftmail.cli.output import sheet, shown, table
from weftmail.core.failure import UsageError
from weftmail.flow import vocabulary
from weftmail.store.domain import ROLE_ADDRESSES, SYSTEM_ADDRESSES, Domain

CLOSED_FOR = 30 * 24 * 3600 * 1000
"""A domain that is being removed goes on taking answers for this long, in milliseconds."""


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    add = verbs.add("add", "add a domain; Postfix takes its mail at once, with no reload", _add)
    add.add_argument("name", metavar="DOMAIN")
    _kind(add)
    _owner(add)
    listing = verbs.add("list", "list all domains", _list, json=True)
    listing.add_argument("--company", metavar="NAME", help="those that this company may use")
    show = verbs.add("show", "show one domain with its addresses and signing keys", _show, json=True)
    show.add_argument("name", metavar="DOMAIN")
    change = verbs.add("set", "change whose a domain is, or whether it is whole", _set)
    change.add_argument("name", metavar="DOMAIN")
    _kind(change)
    _owner(change)
    change.add_argument(
        "--open",
        action="store_true",
        help="take a domain that is being removed into use again; its aliases stay removed",
    )
    remove = verbs.add("remove", "close a domain; answers still come in for 30 days", _remove)
    remove.add_argument("name", metavar="DOMAIN")


def _kind(parser: Parser) -> None:
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--dedicated", action="store_true", help="all its mail comes here (the default)")
    kind.add_argument("--mailboxes", action="store_true", help="mailboxes live there too; only our addresses are ours")


def _owner(parser: Parser) -> None:
    owner = parser.add_mutually_exclusive_group()
    owner.add_argument("--company", metavar="NAME", help="one company's own")
    owner.add_argument("--shared", action="store_true", help="all companies use it")


def _add(context: Context, arguments: argparse.Namespace) -> None:
    name = lookup.domain_name(arguments.name)
    store = context.store
    with store.transaction():
        there = store.domains.by_name(name)
        if there is not None and there.state == "closed":
            raise UsageError(f"{name} is being removed; take it back: mail-admin domain set {name} --open")
        if there is not None:
            raise UsageError(f"{name} is a domain of ours already; see: mail-admin domain show {name}")
        company = None if arguments.shared else lookup.company(store, arguments.company)
        store.domains.add(name, company.id if company else None, not arguments.mailboxes, context.clock())
    context.follow()
    whose = f"for {company.name}" if company else "for all companies"
    kind = "with mailboxes" if arguments.mailboxes else "dedicated"
    context.say(f"Added {name}, {kind}, {whose}; live from the next mail on.")
    if not store.domains.dkim_keys(name):
        context.say(f"Next, so that what leaves is signed: mail-admin dkim create {name}")


def _list(context: Context, arguments: argparse.Namespace) -> None:
    store = context.store
    of = lookup.company_id(store, arguments.company)
    found = [one for one in store.domains.all() if of is None or one.company_id in (None, of)]
    context.answer(
        arguments.json,
        [vocabulary.domain(one) for one in found],
        lambda: table(
            ("DOMAIN", "COMPANY", "KIND", "STATE", "ALIASES", "KEYS"),
            [
                (
                    one.name,
                    one.company or "all",
                    _kind_of(one),
                    one.state,
                    store.domains.aliases_in_use(one.id),
                    joined([key.selector for key in store.domains.dkim_keys(one.name)]),
                )
                for one in found
            ],
            "There is no domain yet. Add one: mail-admin domain add DOMAIN",
        ),
    )


def _show(context: Context, arguments: argparse.Namespace) -> None:
    store = context.store
    found = lookup.domain(store, arguments.name)
    system = [f"{name}@{found.name}" for name in (*SYSTEM_ADDRESSES, *(ROLE_ADDRESSES if found.dedicated else ()))]
    keys = store.domains.dkim_keys(found.name)
    value = {
        **vocabulary.domain(found),
        "addresses": system,
        "aliases": store.domains.aliases_in_use(found.id),
        "dkim": [vocabulary.dkim_key(key) for key in keys],
    }

    def lines() -> list[str]:
        lines_ = sheet(
            {
                "Domain": found.name,
                "Company": found.company or "all",
                "Kind": _kind_of(found),
                "State": found.state if found.closed_at is None else f"closed since {shown(found.closed_at)}",
                "Addresses": joined(system),
                "Aliases": value["aliases"],
            }
        )
        return lines_ + [f"DKIM  {k.selector}._domainkey.{found.name}  TXT  {k.record}" for k in keys]

    context.answer(arguments.json, value, lines)


def _set(context: Context, arguments: argparse.Namespace) -> None:
    store = context.store
    given = (arguments.dedicated, arguments.mailboxes, arguments.company, arguments.shared, arguments.open)
    if not any(given):
        raise UsageError(
            "nothing to change; give --dedicated, --mailboxes, --company NAME, --shared or --open", status=2
        )
    with store.transaction():
        found = lookup.domain(store, arguments.name)
        dedicated = arguments.dedicated or (found.dedicated and not arguments.mailboxes)
        of = found.company_id
        if arguments.shared:
            of = None
        elif arguments.company is not None:
            of = lookup.company(store, arguments.company).id
        _check_owner(context, found, of)
        if not dedicated:
            _check_beside(context, found)
        state, closed_at = ("open", None) if arguments.open else (found.state, found.closed_at)
        store.domains.set(found.id, dedicated=dedicated, state=state, closed_at=closed_at, company_id=of)
    context.follow()
    context.say(f"Changed {found.name}; live from the next mail on.")
    if arguments.open and found.state == "closed":
        context.say("Its aliases stay removed; add those that are wanted again: mail-admin alias add ADDR --opens TYPE")


def _check_owner(context: Context, found: Domain, of: int | None) -> None:
    """A domain with aliases of another company stays shared: their mail would go astray."""
    if of is None:
        return
    others = {one.company for one in context.store.aliases.all() if one.domain_id == found.id and one.company_id != of}
    if others:
        raise UsageError(f"{joined(sorted(others))} has aliases in {found.name}; remove them first, or leave it shared")


def _check_beside(context: Context, found: Domain) -> None:
    for one in context.store.aliases.all():
        if one.domain_id == found.id and (where := context.where_mailbox(one.local_part, found.name)):
            raise UsageError(f"{one.address} is an alias, and {where}; remove it first: mail-admin alias remove")


def _remove(context: Context, arguments: argparse.Namespace) -> None:
    store, now = context.store, context.clock()
    with store.transaction():
        found = lookup.domain(store, arguments.name, to_remove=True)
        ended = [one.address for one in store.aliases.all() if one.domain_id == found.id]
        closed_at = found.closed_at if found.closed_at is not None else now
        waiting = store.domains.waiting(found.id)
        over = found.state == "closed" and now - closed_at >= CLOSED_FOR and not waiting
        store.aliases.remove_in_domain(found.id, now)
        state = "removed" if over else "closed"
        store.domains.set(
            found.id, dedicated=found.dedicated, state=state, closed_at=closed_at, company_id=found.company_id
        )
    context.follow()
    if over:
        context.say(f"Removed {found.name}. Postfix refuses its mail from now on.")
        return
    context.say(
        f"Closed {found.name}. Ended for good: {joined(ended)}. Answers to what went out still come in.",
        f"{waiting} copies of it wait in the outbox. After {shown(closed_at + CLOSED_FOR)}, when none does, end it: "
        f"mail-admin domain remove {found.name}",
    )


def _kind_of(domain: Domain) -> str:
    return "dedicated" if domain.dedicated else "mailboxes"
