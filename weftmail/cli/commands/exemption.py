"""mail-admin exemption: senders whose email is never held as a loop."""

from __future__ import annotations

import argparse

from weftmail.cli import done
from weftmail.cli.arguments import Parser, Verbs
from weftmail.cli.context import Context
from weftmail.cli.listing import Listing, Whole
from weftmail.cli.output import shown
from weftmail.cli.refusals import carried_out
from weftmail.flow.setup import exemption, find
from weftmail.store.exemption import Exemption
from weftmail.store.store import Store


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    add = verbs.add("add", "never hold email of a sender as a loop", _add, company=True)
    verbs.list("list senders whose email is never held as a loop", _list, "ADDR", company=True)
    remove = verbs.add("remove", "hold email of a sender again where it looks like a loop", _remove, company=True)
    for verb in (add, remove):
        verb.add_argument("address", metavar="ADDR", help="the sender's address, or @ and a domain")


def _add(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(exemption.add(context.setup, arguments.address, company=arguments.company))
    said = f"Email from {made.subject} is never held as a loop."
    context.answer(arguments.json, done.value(made), lambda: [said])


def _remove(context: Context, arguments: argparse.Namespace) -> None:
    gone = carried_out(exemption.remove(context.setup, arguments.address, company=arguments.company))
    said = f"Email from {gone.subject} is held again where it looks like a loop."
    context.answer(arguments.json, done.value(gone), lambda: [said])


def _list(context: Context, arguments: argparse.Namespace) -> None:
    context.show(_listing(context.store, arguments.company), arguments)


def _listing(store: Store, company: str | None) -> Listing[Exemption]:
    return Listing(
        Whole(store.exemptions.all(find.company_id(store, company)), _name),
        _name,
        exemption.value,
        ("ADDRESS", "COMPANY", "SINCE"),
        lambda one: (one.address, one.company, shown(one.created_at)),
        "No sender is exempt. Exempt one: mail-admin exemption add ADDR",
    )


def _name(one: Exemption) -> str:
    return one.address
