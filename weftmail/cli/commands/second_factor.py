"""mail-admin second-factor: codes of an app beside the password, and who has to have them."""

from __future__ import annotations

import argparse

from weftmail.cli import done
from weftmail.cli.arguments import Parser, Verbs
from weftmail.cli.context import Context
from weftmail.cli.output import sheet
from weftmail.cli.refusals import carried_out
from weftmail.flow.second_factor import is_on
from weftmail.flow.setup import find, second_factor


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    show = verbs.add("show", "say whether a user has a second factor", _show)
    show.add_argument("address", metavar="ADDR", help="an email address of the user")
    remove = verbs.add("remove", "remove a user's second factor: they have lost their app and their codes", _remove)
    remove.add_argument("address", metavar="ADDR", help="an email address of the user")
    demand = verbs.add(
        "demand", "demand a second factor of all people of a company, or no longer", _demand, company=True
    )
    demand.add_argument("wanted", choices=("yes", "no"), help="whether it is demanded")


def _show(context: Context, arguments: argparse.Namespace) -> None:
    store = context.store
    found = find.user(store, arguments.address)
    value = {
        "user": found.name,
        "second_factor": is_on(store, found.id),
        "recovery_codes": store.second_factors.codes_left(found.id),
    }
    lines = {
        "User": found.name,
        "Second factor": "on" if value["second_factor"] else "off",
        "Recovery codes left": value["recovery_codes"],
    }
    context.answer(arguments.json, value, lambda: sheet(lines))


def _remove(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(second_factor.remove(context.setup, arguments.address))
    said = f"{made.subject} signs in by the password alone from now on."
    context.answer(arguments.json, {"user": made.subject, **made.now}, lambda: [said])


def _demand(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(second_factor.demand(context.setup, arguments.wanted == "yes", arguments.company))
    context.answer(arguments.json, {"company": made.subject, **made.now}, lambda: [done.changes(made)])
