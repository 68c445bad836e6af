"""mail-admin company: organisations, each with its own aliases, records and contacts."""

from __future__ import annotations

import argparse
import re

from weftmail.cli import lookup
from weftmail.cli.arguments import Parser, Verbs
from weftmail.cli.context import Context, joined
from weftmail.cli.output import Fields, sheet, table
from weftmail.core.failure import UsageError
from weftmail.flow import vocabulary
from weftmail.store.company import Company
from weftmail.store.store import Store

_TYPE = re.compile(r"([a-z][a-z0-9-]{0,30})=([A-Z][A-Z0-9]{0,11})")


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    add = verbs.add("add", "add a company with the usual types of records", _add)
    add.add_argument("name", metavar="NAME")
    verbs.add("list", "list all companies", _list, json=True)
    show = verbs.add("show", "show one company", _show, json=True)
    show.add_argument("name", metavar="NAME")
    change = verbs.add("set", "rename a company, or let it keep one more type of records", _set)
    change.add_argument("name", metavar="NAME")
    change.add_argument("--name", dest="new_name", metavar="NEW")
    change.add_argument("--record-type", action="append", default=[], metavar="TYPE=PREFIX", help="as contract=CON")


def _add(context: Context, arguments: argparse.Namespace) -> None:
    name = lookup.line("name", arguments.name)
    with context.store.transaction():
        _free(context.store, name)
        context.store.companies.add(name, context.clock())
    context.say(f"Added {name}. Next: mail-admin domain add DOMAIN --company '{name}'")


def _list(context: Context, arguments: argparse.Namespace) -> None:
    companies = context.store.companies.all()
    context.answer(
        arguments.json,
        [vocabulary.company(one) for one in companies],
        lambda: table(
            ("COMPANY", "RECORDS", "ADMINS"),
            [(one.name, context.store.records.count(one.id), joined(_admins(context.store, one))) for one in companies],
            "There is no company yet. Add one: mail-admin company add NAME",
        ),
    )


def _show(context: Context, arguments: argparse.Namespace) -> None:
    store = context.store
    found = lookup.company(store, arguments.name)
    domains = [one.name for one in store.domains.all() if one.company_id in (None, found.id)]
    users = store.users.all(found.id)
    types = {one.name: one.prefix for one in store.companies.record_types(found.id)}
    value: Fields = {
        **vocabulary.company(found),
        "domains": domains,
        "users": [one.name for one in users],
        "admins": _admins(store, found),
        "record_types": types,
        "records": store.records.count(found.id),
    }
    context.answer(
        arguments.json,
        value,
        lambda: sheet(
            {
                "Company": found.name,
                "Domains": joined(domains),
                "Users": joined([one.name for one in users]),
                "Admins": joined(_admins(store, found)),
                "Types of records": joined([f"{name} ({prefix}-1)" for name, prefix in types.items()]),
                "Records": value["records"],
            }
        ),
    )


def _set(context: Context, arguments: argparse.Namespace) -> None:
    store = context.store
    if arguments.new_name is None and not arguments.record_type:
        raise UsageError("nothing to change; give --name NEW or --record-type TYPE=PREFIX", status=2)
    with store.transaction():
        found = lookup.company(store, arguments.name)
        for words in arguments.record_type:
            _keep_type(store, found, words)
        name = found.name
        if arguments.new_name is not None:
            name = lookup.line("name", arguments.new_name)
            if name != found.name:
                _free(store, name)
                store.companies.rename(found.id, name)
    context.say(f"Changed {name}.")


def _keep_type(store: Store, company: Company, words: str) -> None:
    match = _TYPE.fullmatch(words)
    if match is None:
        raise UsageError(f"{words!r} is not of the form TYPE=PREFIX, as contract=CON", status=2)
    there = {one.name: one.prefix for one in store.companies.record_types(company.id)}
    if match[1] in there:
        raise UsageError(f"{company.name} keeps records of type {match[1]} already, as {there[match[1]]}-1")
    if match[2] in there.values():
        raise UsageError(f"another type of {company.name} has the prefix {match[2]}; choose another")
    store.companies.add_record_type(company.id, match[1], match[2])


def _free(store: Store, name: str) -> None:
    if store.companies.by_name(name) is not None:
        raise UsageError(f"there is a company {name} already; see: mail-admin company show '{name}'")


def _admins(store: Store, company: Company) -> list[str]:
    return [one.name for one in store.users.admins(company.id)]
