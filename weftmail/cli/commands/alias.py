"""mail-admin alias: addresses that open records of a type, or that append to one record."""

from __future__ import annotations

import argparse
import json

from weftmail.cli import lookup
from weftmail.cli.arguments import Parser, Verbs
from weftmail.cli.context import Context
from weftmail.cli.output import sheet, table
from weftmail.core import address as addresses
from weftmail.core.address import BadAddress
from weftmail.core.failure import UsageError
from weftmail.flow import vocabulary
from weftmail.flow.identity import check_answer_as
from weftmail.store.alias import Alias, AliasSettings
from weftmail.store.company import Company
from weftmail.store.domain import ROLE_ADDRESSES, SYSTEM_ADDRESSES, Domain
from weftmail.store.store import Store

ACCEPTS = ("everyone", "known", "participants", "internal")


UNROUTABLE = "%!/|`*?"
"""What mail servers and shells give a meaning of their own: Postfix refuses strangers' mail to some of them."""


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    add = verbs.add("add", "add an alias; Postfix takes its mail at once, with no reload", _add)
    add.add_argument("address", metavar="ADDR")
    add.add_argument("--company", metavar="NAME", help="in a shared domain: whose alias it is")
    _settings(add)
    verbs.add("list", "list the aliases in use", _list, json=True, company=True)
    show = verbs.add("show", "show one alias", _show, json=True)
    show.add_argument("address", metavar="ADDR")
    change = verbs.add("set", "change an alias; what no flag names stays", _set)
    change.add_argument("address", metavar="ADDR")
    _settings(change)
    change.add_argument("--no-owner", action="store_true", help="nobody owns what it opens")
    remove = verbs.add("remove", "take an alias out of use; its records and their reply addresses stay", _remove)
    remove.add_argument("address", metavar="ADDR")


def _settings(parser: Parser) -> None:
    goal = parser.add_mutually_exclusive_group()
    goal.add_argument("--opens", metavar="TYPE", help="each mail opens a record of this type")
    goal.add_argument("--record", metavar="NUMBER", help="each mail goes onto this record")
    parser.add_argument("--owner", metavar="ADDR", help="the colleague who owns and follows what it opens")
    parser.add_argument("--accepts", choices=ACCEPTS, help="who may write to it; everyone by default")
    parser.add_argument("--answer-as", metavar="ADDR", help="the address that answers go out as; by default its own")
    parser.add_argument(
        "--default", action="append", default=[], metavar="K=V", help="a field of what it opens; K= takes it away"
    )


def _add(context: Context, arguments: argparse.Namespace) -> None:
    wanted = lookup.address(arguments.address)
    local, domain_name = addresses.split(wanted)
    if arguments.opens is None and arguments.record is None:
        raise UsageError("say where its mail goes: --opens TYPE, or --record NUMBER", status=2)
    store = context.store
    with store.transaction():
        domain = lookup.domain(store, domain_name)
        company = _company(store, domain, arguments.company)
        _check_name(context, local, domain)
        there = store.aliases.by_address(wanted)
        if there is not None and there.active:
            raise UsageError(f"{wanted} is an alias already; change it: mail-admin alias set {wanted}")
        if store.users.by_address(wanted) is not None:
            raise UsageError(f"{wanted} is the address of somebody who signs in; their mail would open records")
        nothing = AliasSettings(None, None, None, "everyone", "", "{}")
        settings = _changed(store, company.id, nothing, arguments)
        store.aliases.add(company.id, domain.id, local, settings, context.clock())
    context.follow()
    goal = f"opens {arguments.opens}" if arguments.opens else f"goes onto {arguments.record}"
    context.say(f"Added {wanted}: it {goal}, for {company.name}. Live from the next mail on, no reload.")


def _company(store: Store, domain: Domain, name: str | None) -> Company:
    """Return whose alias it will be: the domain's company, or in a shared domain the one that is named."""
    if domain.company_id is None:
        return lookup.company(store, name)
    owner = store.companies.get(domain.company_id)
    if owner is None or (name is not None and lookup.company(store, name).id != owner.id):
        raise UsageError(
            f"{domain.name} belongs to {domain.company} alone; leave --company out, or take another domain"
        )
    return owner


def _check_name(context: Context, local: str, domain: Domain) -> None:
    """Refuse names that are ours in every domain, and those that have a mailbox in a domain with mailboxes."""
    if domain.state != "open":
        raise UsageError(
            f"{domain.name} is being removed; take it back first: mail-admin domain set {domain.name} --open"
        )
    reserved = (*SYSTEM_ADDRESSES, *ROLE_ADDRESSES)
    if addresses.without_plus(local) in reserved:
        raise UsageError(f"{local}@ is reserved in every domain, as are {', '.join(reserved)}; choose another name")
    if "+" in local:
        raise UsageError(
            f"leave out what follows the plus sign: mail to {addresses.without_plus(local)}+anything comes"
        )
    strange = sorted(set(local) & set(UNROUTABLE))
    if strange:
        raise UsageError(
            f"{local}@ holds {' '.join(strange)}, which mail servers read as a route and refuse; choose another name"
        )
    if not domain.dedicated and (where := context.where_mailbox(local, domain.name)):
        raise UsageError(
            f"{local}@{domain.name} exists already: {where}. Its mail would no longer arrive; choose another"
        )


def _changed(store: Store, company_id: int, old: AliasSettings, arguments: argparse.Namespace) -> AliasSettings:
    """Return the settings with what the flags say; raises UsageError for what does not fit."""
    record_type, record_id = old.record_type, old.record_id
    if arguments.opens is not None:
        record_type, record_id = lookup.record_type(store, company_id, arguments.opens), None
    elif arguments.record is not None:
        found = store.records.by_label(arguments.record, company_id)
        if not found:
            raise UsageError(f"there is no record {arguments.record} in that company; see: mail-admin record list")
        record_type, record_id = None, found[0].id
    owner_id = old.owner_id
    if arguments.owner is not None:
        owner_id = lookup.member(store, arguments.owner, company_id).id
    answer_as = old.answer_as
    if arguments.answer_as is not None:
        answer_as = _answer_as(store, arguments.answer_as) if arguments.answer_as else ""
    defaults = {**json.loads(old.defaults), **lookup.pairs(arguments.default)}
    kept = {name: value for name, value in defaults.items() if value}
    return AliasSettings(
        record_type,
        record_id,
        owner_id,
        arguments.accepts or old.accepts,
        answer_as,
        json.dumps(kept, ensure_ascii=False),
    )


def _answer_as(store: Store, text: str) -> str:
    lookup.line("address to answer as", text)
    try:
        mailbox = check_answer_as(store, text)
    except BadAddress as error:
        raise UsageError(str(error), status=2) from None
    return f"{mailbox.name} <{mailbox.address}>" if mailbox.name else mailbox.address


def _set(context: Context, arguments: argparse.Namespace) -> None:
    store = context.store
    given = (arguments.opens, arguments.record, arguments.owner, arguments.accepts, arguments.answer_as)
    if all(one is None for one in given) and not arguments.default and not arguments.no_owner:
        raise UsageError("nothing to change; see: mail-admin alias set --help", status=2)
    if arguments.no_owner and arguments.owner is not None:
        raise UsageError("give --owner or --no-owner, not both", status=2)
    with store.transaction():
        found = lookup.alias(store, arguments.address)
        owner_id = None if arguments.no_owner else found.owner_id
        old = AliasSettings(
            found.record_type, found.record_id, owner_id, found.accepts, found.answer_as, found.defaults
        )
        store.aliases.set(found.id, _changed(store, found.company_id, old, arguments), context.clock())
    context.follow()
    context.say(f"Changed {found.address}; it counts from the next mail on.")


def _remove(context: Context, arguments: argparse.Namespace) -> None:
    store = context.store
    with store.transaction():
        found = lookup.alias(store, arguments.address, to_remove=True)
        store.aliases.remove(found.id, context.clock())
    context.follow()
    context.say(f"Removed {found.address}: refused from the next mail on. Answers on its records still come in.")


def _list(context: Context, arguments: argparse.Namespace) -> None:
    found = context.store.aliases.all(lookup.company_id(context.store, arguments.company))
    context.answer(
        arguments.json,
        [vocabulary.alias(one) for one in found],
        lambda: table(
            ("ALIAS", "COMPANY", "GOES TO", "OWNER", "ACCEPTS", "ANSWERS AS"),
            [(one.address, one.company, _goal(one), one.owner, one.accepts, one.answer_as) for one in found],
            "There is no alias yet. Add one: mail-admin alias add ADDR --opens TYPE",
        ),
    )


def _show(context: Context, arguments: argparse.Namespace) -> None:
    found = lookup.alias(context.store, arguments.address)
    fields = ", ".join(f"{name}={value}" for name, value in found.default_fields.items())
    context.answer(
        arguments.json,
        vocabulary.alias(found),
        lambda: sheet(
            {
                "Alias": found.address,
                "Company": found.company,
                "Goes to": _goal(found),
                "Owner": found.owner,
                "Accepts": found.accepts,
                "Answers as": found.answer_as or found.address,
                "Defaults": fields,
            }
        ),
    )


def _goal(alias: Alias) -> str:
    return f"opens {alias.record_type}" if alias.record_type is not None else f"onto {alias.record}"
