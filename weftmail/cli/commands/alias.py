"""mail-admin alias: addresses that open records of a type, or that append to one record."""

from __future__ import annotations

import argparse

from weftmail.cli import done
from weftmail.cli.arguments import Parser, Verbs, pairs
from weftmail.cli.context import Context
from weftmail.cli.listing import Listing, Whole
from weftmail.cli.output import sheet
from weftmail.cli.refusals import carried_out
from weftmail.flow import vocabulary
from weftmail.flow.setup import alias, find
from weftmail.flow.setup.act import Done
from weftmail.store.alias import Alias
from weftmail.store.store import Store


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    add = verbs.add("add", "add an alias; the mail server accepts its email at once", _add)
    add.add_argument("address", metavar="ADDR", help="the address of the alias")
    add.add_argument("--company", metavar="NAME", help="the company of the alias, if the domain is shared")
    add.add_argument("--owner", metavar="ADDR", help="the colleague who owns and follows the records that it opens")
    _settings(add)
    verbs.list("list the aliases in use", _list, "ADDR", company=True)
    show = verbs.add("show", "show one alias", _show)
    show.add_argument("address", metavar="ADDR", help="the address of the alias")
    change = verbs.add("set", "change an alias; only what you name changes", _set)
    change.add_argument("address", metavar="ADDR", help="the address of the alias")
    owner = change.add_mutually_exclusive_group()
    owner.add_argument("--owner", metavar="ADDR", help="the colleague who owns and follows the records that it opens")
    owner.add_argument(
        "--no-owner", action="store_const", const="", dest="owner", help="nobody owns the records that it opens"
    )
    _settings(change)
    remove = verbs.add("remove", "remove an alias; its records and their reply addresses stay", _remove)
    remove.add_argument("address", metavar="ADDR", help="the address of the alias")


def _settings(parser: Parser) -> None:
    goal = parser.add_mutually_exclusive_group()
    goal.add_argument("--opens", metavar="TYPE", help="each email opens a record of this type")
    goal.add_argument("--record", metavar="NUMBER", help="each email is added to this record")
    parser.add_argument("--accepts", choices=alias.ACCEPTS, help="who can write to it; everyone by default")
    parser.add_argument("--answer-as", metavar="ADDR", help="the From address of answers; by default that of the alias")
    parser.add_argument(
        "--default",
        action="append",
        default=[],
        metavar="K=V",
        help="a field that its records start with; K= removes it",
    )


def _add(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(
        alias.add(
            context.setup,
            arguments.address,
            company=arguments.company,
            opens=arguments.opens,
            record=arguments.record,
            owner=arguments.owner,
            accepts=arguments.accepts,
            answer_as=arguments.answer_as,
            defaults=pairs(arguments.default),
        )
    )
    context.answer(arguments.json, done.value(made), lambda: [_added(made)])


def _added(made: Done) -> str:
    goal = f"opens {made.now['opens']}" if made.now["opens"] else f"goes onto {made.now['record']}"
    return f"Added {made.subject}: it {goal}, for {made.now['company']}. Live from the next mail on, no reload."


def _set(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(
        alias.change(
            context.setup,
            arguments.address,
            opens=arguments.opens,
            record=arguments.record,
            owner=arguments.owner,
            accepts=arguments.accepts,
            answer_as=arguments.answer_as,
            defaults=pairs(arguments.default),
        )
    )
    context.answer(arguments.json, done.value(made), lambda: [done.changes(made)])


def _remove(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(alias.remove(context.setup, arguments.address))
    said = f"Removed {made.subject}: refused from the next mail on. Answers on its records still come in."
    context.answer(arguments.json, done.value(made), lambda: [said])


def _list(context: Context, arguments: argparse.Namespace) -> None:
    context.show(_listing(context.store, arguments.company), arguments)


def _listing(store: Store, company: str | None) -> Listing[Alias]:
    return Listing(
        Whole(store.aliases.all(find.company_id(store, company)), lambda one: one.address),
        lambda one: one.address,
        vocabulary.alias,
        ("ALIAS", "COMPANY", "GOES TO", "OWNER", "ACCEPTS", "ANSWERS AS"),
        lambda one: (one.address, one.company, _goal(one), one.owner, one.accepts, one.answer_as),
        "There is no alias yet. Add one: mail-admin alias add ADDR --opens TYPE",
    )


def _show(context: Context, arguments: argparse.Namespace) -> None:
    found = find.alias(context.store, arguments.address)
    context.answer(arguments.json, vocabulary.alias(found), lambda: _lines(found))


def _lines(found: Alias) -> list[str]:
    return sheet(
        {
            "Alias": found.address,
            "Company": found.company,
            "Goes to": _goal(found),
            "Owner": found.owner,
            "Accepts": found.accepts,
            "Answers as": found.answer_as or found.address,
            "Defaults": [f"{name}={value}" for name, value in found.default_fields.items()],
        }
    )


def _goal(found: Alias) -> str:
    return f"opens {found.record_type}" if found.record_type is not None else f"onto {found.record}"
