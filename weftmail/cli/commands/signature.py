"""mail-admin signature: what stands below the messages of a person and of a team."""

from __future__ import annotations

import argparse

from weftmail.cli.arguments import Parser, Verbs
from weftmail.cli.context import Context
from weftmail.cli.output import Fields
from weftmail.cli.refusals import carried_out
from weftmail.flow.setup import find, signature
from weftmail.store.signature import Signature


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    verbs.add("list", "list the signatures of a company", _list, company=True)
    change = verbs.add("set", "set the signature of a colleague or a team", _set, company=True)
    change.add_argument("who", metavar="WHO", help="a colleague, by address, or a team, by name")
    change.add_argument("--text", required=True, metavar="T", help="its lines; an empty text removes it")


def _list(context: Context, arguments: argparse.Namespace) -> None:
    found = context.store.signatures.all(find.company(context.store, arguments.company).id)
    context.answer(arguments.json, list(map(_value, found)), lambda: [line for one in found for line in _lines(one)])


def _value(one: Signature) -> Fields:
    return {"name": one.name, "team": one.team_id != 0, "text": one.text}


def _lines(one: Signature) -> list[str]:
    return [f"{one.name}{' (team)' if one.team_id else ''}:", *(f"  {line}" for line in one.text.splitlines())]


def _set(context: Context, arguments: argparse.Namespace) -> None:
    change = signature.of_person if "@" in arguments.who else signature.of_team
    done = carried_out(change(context.setup, arguments.who, arguments.text, company=arguments.company))
    said = f"The signature of {done.subject} is {'set' if done.now['signature'] else 'removed'}."
    context.answer(arguments.json, {"name": done.subject, "text": done.now["signature"]}, lambda: [said])
