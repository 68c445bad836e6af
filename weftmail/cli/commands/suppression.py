"""mail-admin suppression: addresses outside to which nothing is sent."""

from __future__ import annotations

import argparse

from weftmail.cli import done
from weftmail.cli.arguments import Parser, Verbs
from weftmail.cli.context import Context
from weftmail.cli.listing import Listing
from weftmail.cli.output import shown
from weftmail.cli.pages import SuppressionPages
from weftmail.cli.refusals import carried_out
from weftmail.core.wording.sentences import say
from weftmail.flow.setup import find, suppression
from weftmail.flow.suppression import reason
from weftmail.store.suppression import Suppression


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    verbs.list("list addresses to which nothing is sent, and why", _list, "ADDR", company=True)
    lift = verbs.add("lift", "send to an address again", _lift, company=True)
    lift.add_argument("address", metavar="ADDR", help="the address")


def _list(context: Context, arguments: argparse.Namespace) -> None:
    company_id = find.company(context.store, arguments.company).id
    found = Listing(
        SuppressionPages(context.store, company_id),
        _address,
        suppression.value,
        ("ADDRESS", "WHY", "RECORD", "SINCE"),
        lambda one: (one.address, say(reason(one.why)), one.record or "", shown(one.created_at)),
        "No address is suppressed.",
    )
    context.show(found, arguments)


def _lift(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(suppression.lift(context.setup, arguments.address, company=arguments.company))
    said = f"Email is sent to {made.subject} again. Undo: {done.undo(made)}"
    context.answer(arguments.json, done.value(made), lambda: [said])


def _address(one: Suppression) -> str:
    return one.address
