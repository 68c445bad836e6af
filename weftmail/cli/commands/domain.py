"""mail-admin domain: mail domains, dedicated (all their mail comes here) or with mailboxes that live there too."""

from __future__ import annotations

import argparse

from weftmail.cli import done
from weftmail.cli.arguments import Parser, Verbs
from weftmail.cli.context import Context, joined
from weftmail.cli.listing import Listing, Whole
from weftmail.cli.output import Fields, sheet, shown
from weftmail.cli.refusals import carried_out
from weftmail.flow import vocabulary
from weftmail.flow.setup import domain, find
from weftmail.flow.setup.act import Done
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
    change.add_argument(
        "--open",
        action="store_true",
        help="reopen a domain that is being removed; its aliases stay removed",
    )
    remove = verbs.add("remove", "close a domain; answers are still accepted for 30 days", _remove)
    remove.add_argument("name", metavar="DOMAIN", help="the domain, such as acme.example")


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
    step = f"Next, so that what leaves is signed: mail-admin dkim create {made.subject}"
    return [first] if signed else [first, step]


def _set(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(
        domain.change(
            context.setup,
            arguments.name,
            dedicated=arguments.dedicated if arguments.dedicated or arguments.mailboxes else None,
            company=arguments.company,
            shared=arguments.shared,
            reopen=arguments.open,
        )
    )
    context.answer(arguments.json, done.value(made), lambda: _changed(made))


def _changed(made: Done) -> list[str]:
    lines = [done.changes(made)]
    if (made.was["state"], made.now["state"]) == ("closed", "open"):
        lines.append("Its aliases stay removed; add those that you need again: mail-admin alias add ADDR --opens TYPE")
    return lines


def _remove(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(domain.remove(context.setup, arguments.name))
    value = {**made.now, "ended": list(made.ended), "waiting": made.waiting}
    context.answer(arguments.json, value, lambda: _removed(made))


def _removed(made: domain.Closed) -> list[str]:
    if made.removed:
        return [f"Removed {made.subject}. Postfix refuses its mail from now on."]
    ended = f"Closed {made.subject}. Aliases that ended: {joined(made.ended)}. Answers to what went out still come in."
    step = f"After {shown(made.until)}, when none does, end it: mail-admin domain remove {made.subject}"
    return [ended, f"{made.waiting} copies of it wait in the outbox. {step}"]


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
