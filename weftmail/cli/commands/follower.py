"""mail-admin follower: colleagues who are told of what happens on a record."""

from __future__ import annotations

import argparse

from weftmail.cli import lookup
from weftmail.cli.arguments import Parser, Verbs
from weftmail.cli.context import Context
from weftmail.cli.output import table
from weftmail.core.failure import UsageError
from weftmail.flow import vocabulary


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    add = verbs.add("add", "let a colleague follow a record", _add, company=True)
    listing = verbs.add("list", "list who follows a record", _list, json=True, company=True)
    remove = verbs.add("remove", "end it", _remove, company=True)
    for verb in (add, listing, remove):
        verb.add_argument("number", metavar="NUMBER")
    for verb in (add, remove):
        verb.add_argument("address", metavar="ADDR")


def _add(context: Context, arguments: argparse.Namespace) -> None:
    store = context.store
    with store.transaction():
        record = lookup.record(store, arguments.number, arguments.company)
        user = lookup.member(store, arguments.address, record.company_id)
        store.records.follow(record.company_id, record.id, user.id, context.clock())
    context.say(f"{user.name} follows {record.label}, told by {'mail' if user.prefers == 'email' else 'inbox'}.")


def _list(context: Context, arguments: argparse.Namespace) -> None:
    record = lookup.record(context.store, arguments.number, arguments.company)
    found = context.store.records.followers(record.id)
    context.answer(
        arguments.json,
        [vocabulary.follower(one) for one in found],
        lambda: table(
            ("NAME", "ADDRESS", "PREFERS"),
            [(one.name, one.address, one.prefers) for one in found],
            f"Nobody follows {record.label}. Add a colleague: mail-admin follower add {record.label} ADDR",
        ),
    )


def _remove(context: Context, arguments: argparse.Namespace) -> None:
    store = context.store
    with store.transaction():
        record = lookup.record(store, arguments.number, arguments.company)
        user = lookup.user(store, arguments.address)
        if not store.records.unfollow(record.id, user.id):
            raise UsageError(
                f"{user.name} does not follow {record.label}; see: mail-admin follower list {record.label}"
            )
    context.say(f"{user.name} follows {record.label} no more.")
