"""mail-admin participant: who outside is in the conversation of a record."""

from __future__ import annotations

import argparse

from weftmail.cli import done
from weftmail.cli.arguments import Parser, Verbs
from weftmail.cli.context import Context
from weftmail.cli.listing import Listing, Whole
from weftmail.cli.refusals import carried_out
from weftmail.core.wording.command import Command
from weftmail.core.wording.phrase import Phrase
from weftmail.core.wording.sentences import say
from weftmail.flow import vocabulary
from weftmail.flow.setup import find, participant
from weftmail.store.record import Participant

JOINED = {
    "opened": Phrase("joined.opened"), "addressed": Phrase("joined.addressed"), "copied": Phrase("joined.copied"),
    "added": Phrase("joined.added"),
}  # fmt: skip


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    add = verbs.add("add", "add somebody outside to the conversation of a record", _add, company=True)
    listing = verbs.list("list who outside is in the conversation of a record", _list, "ADDR", company=True)
    change = verbs.add(
        "correct", "give a participant the right address in place of a wrong one", _correct, company=True
    )
    remove = verbs.add(
        "remove", "remove a participant, and revoke the reply addresses they were given", _remove, company=True
    )
    for verb in (add, listing, change, remove):
        verb.add_argument("number", metavar="NUMBER", help="the number of the record, such as LEAD-17")
    add.add_argument("address", metavar="ADDR", help="an address, or 'Karin Ek <karin@customer.example>'")
    for verb in (change, remove):
        verb.add_argument("address", metavar="ADDR", help="an address of the participant")
    change.add_argument("new_address", metavar="NEW", help="the right address")


def _add(context: Context, arguments: argparse.Namespace) -> None:
    text = find.line("address", arguments.address)
    made = carried_out(participant.add(context.setup, arguments.number, text, company=arguments.company))
    context.answer(arguments.json, done.value(made), lambda: [done.changes(made)])


def _remove(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(
        participant.remove(context.setup, arguments.number, arguments.address, company=arguments.company)
    )
    context.answer(arguments.json, done.value(made), lambda: [done.changes(made)])


def _correct(context: Context, arguments: argparse.Namespace) -> None:
    words = (arguments.number, arguments.address, arguments.new_address)
    made = carried_out(participant.correct(context.setup, *words, company=arguments.company))
    context.answer(arguments.json, done.value(made), lambda: [done.changes(made)])


def _list(context: Context, arguments: argparse.Namespace) -> None:
    context.show(_listing(context, arguments.number, arguments.company), arguments)


def _listing(context: Context, number: str, company: str | None) -> Listing[Participant]:
    store = context.store
    record = find.record(store, number, company)
    add = Command("mail-admin participant add {number} ADDR", number=record.label)
    return Listing(
        Whole(store.records.participants(record.company_id, record.id), _name),
        _name,
        vocabulary.participant,
        ("NAME", "ADDRESS", "WHY"),
        lambda one: (one.name, one.address, say(JOINED[one.reason])),
        f"Nobody outside is in {record.label}. Add somebody: {context.naming(add, record.company_id)}",
    )


def _name(one: Participant) -> str:
    return one.address or one.name
