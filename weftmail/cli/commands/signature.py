"""mail-admin signature: what stands below the messages of a person and of a team."""

from __future__ import annotations

import argparse

from weftmail.cli.arguments import Parser, Verbs
from weftmail.cli.context import Context
from weftmail.cli.refusals import carried_out
from weftmail.flow.setup import find, signature


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    show = verbs.add("show", "show the signature of a colleague or a team", _show, company=True)
    show.add_argument("who", metavar="WHO", help="a colleague, by address, or a team, by name")
    change = verbs.add("set", "set the signature of a colleague or a team", _set, company=True)
    change.add_argument("who", metavar="WHO", help="a colleague, by address, or a team, by name")
    change.add_argument("--text", required=True, metavar="T", help="its lines; an empty text removes it")


def _show(context: Context, arguments: argparse.Namespace) -> None:
    store, who = context.store, arguments.who
    of = find.company(store, arguments.company).id
    if "@" in who:
        user = find.member(store, who, of, field="who")
        name, text = user.name, store.signatures.below(of, user.id, None).person
    else:
        team = find.team(store, of, who, field="who")
        name, text = team.name, store.signatures.below(of, None, team.id).team
    context.answer(arguments.json, {"name": name, "text": text}, lambda: text.splitlines() or [f"{name} has none."])


def _set(context: Context, arguments: argparse.Namespace) -> None:
    change = signature.of_person if "@" in arguments.who else signature.of_team
    done = carried_out(change(context.setup, arguments.who, arguments.text, company=arguments.company))
    said = f"The signature of {done.subject} is {'set' if done.now['signature'] else 'removed'}."
    context.answer(arguments.json, {"name": done.subject, "text": done.now["signature"]}, lambda: [said])
