"""mail-admin follower: colleagues who are notified of what happens on a record."""

from __future__ import annotations

import argparse

from weftmail.cli import done
from weftmail.cli.arguments import Parser, Verbs
from weftmail.cli.context import Context
from weftmail.cli.listing import Listing, Whole
from weftmail.cli.refusals import carried_out
from weftmail.core.wording.command import Command
from weftmail.core.wording.sentences import say
from weftmail.flow import vocabulary
from weftmail.flow.setup import find, follower
from weftmail.store.record import RecordFollower

BY = {"email": "by email", "inbox": "in the inbox"}


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    add = verbs.add("add", "let a colleague, or all of a team, follow a record", _add, company=True)
    listing = verbs.list("list who follows a record, and of what they are notified", _list, "ADDR", company=True)
    change = verbs.add("set", "say of what a follower is notified, or mute the record for them", _set, company=True)
    remove = verbs.add("remove", "stop a colleague from following a record", _remove, company=True)
    for verb in (add, listing, change, remove):
        verb.add_argument("number", metavar="NUMBER", help="the number of the record, such as LEAD-17")
    add.add_argument("address", metavar="WHO", help="an address of the colleague, or the name of a team")
    for verb in (change, remove):
        verb.add_argument("address", metavar="ADDR", help="an address of the colleague")
    change.add_argument("--kinds", metavar="KINDS", help="messages, notes and changes, parted by commas; '' for none")
    change.add_argument("--mute", choices=("yes", "no"), help="notify them of nothing, or again")


def _add(context: Context, arguments: argparse.Namespace) -> None:
    words = (context.setup, arguments.number, arguments.address)
    if "@" not in arguments.address:
        team = carried_out(follower.add_team(*words, company=arguments.company))
        context.answer(arguments.json, done.value(team), lambda: [done.changes(team)])
        return
    made = carried_out(follower.add(*words, company=arguments.company))
    said = f"{made.name} is notified {BY.get(made.prefers, f'by {made.prefers}')}."
    context.answer(arguments.json, done.value(made), lambda: [done.changes(made), said])


def _set(context: Context, arguments: argparse.Namespace) -> None:
    kinds = None
    if arguments.kinds is not None:
        kinds = [one.strip() for one in arguments.kinds.split(",") if one.strip()]
    made = carried_out(
        follower.change(
            context.setup, arguments.number, arguments.address, kinds=kinds,
            muted=None if arguments.mute is None else arguments.mute == "yes", company=arguments.company,
        )
    )  # fmt: skip
    context.answer(arguments.json, done.value(made), lambda: [done.changes(made)])


def _remove(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(follower.remove(context.setup, arguments.number, arguments.address, company=arguments.company))
    context.answer(arguments.json, done.value(made), lambda: [done.changes(made)])


def _list(context: Context, arguments: argparse.Namespace) -> None:
    context.show(_listing(context, arguments.number, arguments.company), arguments)


def _listing(context: Context, number: str, company: str | None) -> Listing[RecordFollower]:
    store = context.store
    record = find.record(store, number, company)
    add = Command("mail-admin follower add {number} ADDR", number=record.label)
    return Listing(
        Whole(store.records.followers(record.company_id, record.id), _name),
        _name,
        vocabulary.follower,
        ("NAME", "ADDRESS", "PREFERS", "NOTIFIED OF"),
        lambda one: (one.name, one.address, one.prefers, _of(one)),
        f"Nobody follows {record.label}. Add a colleague: {context.naming(add, record.company_id)}",
    )


def _of(one: RecordFollower) -> str:
    return "nothing, muted" if one.muted_at is not None else say(follower.kinds_of(follower.in_order(one)))


def _name(one: RecordFollower) -> str:
    return one.address or one.name
