"""mail-admin company: organisations, each with its own aliases, records and contacts."""

from __future__ import annotations

import argparse

from weftmail.cli import done
from weftmail.cli.arguments import Parser, Verbs, pairs
from weftmail.cli.context import Context, joined
from weftmail.cli.listing import Listing, Whole
from weftmail.cli.output import Fields, sheet
from weftmail.cli.refusals import carried_out
from weftmail.core.wording.command import Command
from weftmail.flow import vocabulary
from weftmail.flow.setup import company, find, record_type
from weftmail.locale import NAMES
from weftmail.store.company import Company
from weftmail.store.store import Store


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    add = verbs.add("add", "add a company with the usual types of records", _add)
    add.add_argument("name", metavar="NAME", help="the name of the company")
    _language(add)
    verbs.list("list all companies", _list, "NAME")
    show = verbs.add("show", "show one company", _show)
    show.add_argument("name", metavar="NAME", help="the name of the company")
    change = verbs.add("set", "rename a company, set its language, or add a type of records", _set)
    change.add_argument("name", metavar="NAME", help="the name of the company")
    change.add_argument("--name", dest="new_name", metavar="NEW", help="its new name")
    _language(change)
    change.add_argument(
        "--record-type",
        action="append",
        default=[],
        metavar="TYPE=PREFIX",
        help="add a type of records, such as contract=CON",
    )
    remove = verbs.add("remove", "remove a company that is empty: it was made by mistake", _remove)
    remove.add_argument("name", metavar="NAME", help="the name of the company")


def _language(parser: Parser) -> None:
    parser.add_argument(
        "--language", choices=tuple(NAMES), help="the language of email to people outside; en by default"
    )


def _add(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(company.add(context.setup, arguments.name, language=arguments.language))
    next_ = f"Next: {Command('mail-admin domain add DOMAIN --company {name}', name=made.subject)}"
    context.answer(arguments.json, done.value(made), lambda: [f"Added {made.subject}. {next_}"])


def _set(context: Context, arguments: argparse.Namespace) -> None:
    types = tuple(pairs(arguments.record_type, "TYPE=PREFIX, as contract=CON").items())
    made = carried_out(
        company.change(
            context.setup, arguments.name, new_name=arguments.new_name, language=arguments.language, record_types=types
        )
    )
    context.answer(arguments.json, done.value(made), lambda: [done.changes(made)])


def _remove(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(company.remove(context.setup, arguments.name))
    said = f"Removed {made.subject}. To bring it back: {done.undo(made)}"
    context.answer(arguments.json, done.value(made), lambda: [said])


def _list(context: Context, arguments: argparse.Namespace) -> None:
    context.show(_listing(context.store), arguments)


def _listing(store: Store) -> Listing[Company]:
    return Listing(
        Whole(store.companies.all(), lambda one: one.name),
        lambda one: one.name,
        vocabulary.company,
        ("COMPANY", "RECORDS", "ADMINS"),
        lambda one: (one.name, store.records.count(one.id), joined(_admins(store, one))),
        "There is no company yet. Add one: mail-admin company add NAME",
    )


def _show(context: Context, arguments: argparse.Namespace) -> None:
    found = find.company(context.store, arguments.name)
    value, types = _details(context.store, found), record_type.prefixes(context.store, found.id)
    context.answer(arguments.json, value, lambda: _lines(value, types))


def _details(store: Store, found: Company) -> Fields:
    fields = company.fields(store, found)
    return {
        **fields,
        "domains": [one.name for one in store.domains.all() if one.company_id in (None, found.id)],
        "users": [one.name for one in store.users.all(found.id)],
        "admins": _admins(store, found),
        "records": store.records.count(found.id),
        "contacts": store.companies.holdings(found.id).contacts,
        "aliases": store.companies.holdings(found.id).aliases,
    }


def _lines(value: Fields, types: dict[str, str]) -> list[str]:
    return sheet(
        {
            "Company": value["name"],
            "Language": value["language"],
            "Domains": value["domains"],
            "Users": value["users"],
            "Admins": value["admins"],
            "Types of records": [f"{name} ({prefix}-1)" for name, prefix in types.items()],
            "Records": value["records"],
        }
    )


def _admins(store: Store, company_: Company) -> list[str]:
    return [one.name for one in store.users.admins(company_.id)]
