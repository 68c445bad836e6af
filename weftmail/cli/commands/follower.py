"""mail-admin follower: colleagues who are notified of what happens on a record."""

from __future__ import annotations

import argparse

from weftmail.cli import done
from weftmail.cli.arguments import Parser, Verbs
from weftmail.cli.context import Context
from weftmail.cli.listing import Listing, Whole
from weftmail.cli.refusals import carried_out
from weftmail.flow import vocabulary
from weftmail.flow.setup import find, follower
from weftmail.store.record import Follower
from weftmail.store.store import Store

BY = {"email": "by email", "inbox": "in the inbox"}


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    add = verbs.add("add", "let a colleague follow a record", _add, company=True)
    listing = verbs.list("list who follows a record", _list, "ADDR", company=True)
    remove = verbs.add("remove", "stop a colleague from following a record", _remove, company=True)
    for verb in (add, listing, remove):
        verb.add_argument("number", metavar="NUMBER", help="the number of the record, such as LEAD-17")
    for verb in (add, remove):
        verb.add_argument("address", metavar="ADDR", help="an address of the colleague")


def _add(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(follower.add(context.setup, arguments.number, arguments.address, company=arguments.company))
    said = f"{made.name} is notified {BY.get(made.prefers, f'by {made.prefers}')}."
    context.answer(arguments.json, done.value(made), lambda: [done.changes(made), said])


def _remove(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(follower.remove(context.setup, arguments.number, arguments.address, company=arguments.company))
    context.answer(arguments.json, done.value(made), lambda: [done.changes(made)])


def _list(context: Context, arguments: argparse.Namespace) -> None:
    context.show(_listing(context.store, arguments.number, arguments.company), arguments)


def _listing(store: Store, number: str, company: str | None) -> Listing[Follower]:
    record = find.record(store, number, company)
    return Listing(
        Whole(store.records.followers(record.company_id, record.id), _name),
        _name,
        vocabulary.follower,
        ("NAME", "ADDRESS", "PREFERS"),
        lambda one: (one.name, one.address, one.prefers),
        f"Nobody follows {record.label}. Add a colleague: mail-admin follower add {record.label} ADDR",
    )


def _name(one: Follower) -> str:
    return one.address or one.name
