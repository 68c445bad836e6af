"""mail-admin retention: how long spam, trash and closed records are kept, and what would go now."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from weftmail.cli import done
from weftmail.cli.arguments import Parser, Verbs
from weftmail.cli.context import Context
from weftmail.cli.output import table
from weftmail.cli.refusals import carried_out
from weftmail.core.failure import UsageError
from weftmail.flow.setup import find, retention


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    verbs.add("show", "show for how long everything is kept, and what would go now", _show, company=True)
    change = verbs.add("set", "keep spam, trash or the closed records of a type for so many days", _set, company=True)
    change.add_argument(
        "what", metavar="WHAT", help="spam, trash, or a type of records, of which closed ones are meant"
    )
    change.add_argument("days", metavar="DAYS", help="days since they were hidden, or changed last; 0 for ever")


def _show(context: Context, arguments: argparse.Namespace) -> None:
    of = find.company(context.store, arguments.company)
    found = retention.rules(context.store, of.id, context.clock())
    rows = [(one.name, str(one.days or "for ever"), _count(one.count), ", ".join(one.labels)) for one in found]
    headings = ("WHAT", "DAYS", "WOULD GO NOW", "AMONG THEM")
    context.answer(arguments.json, [asdict(one) for one in found], lambda: table(headings, rows, ""))


def _count(count: int) -> str:
    return str(count) if count <= retention.COUNTED else f"more than {retention.COUNTED}"


def _set(context: Context, arguments: argparse.Namespace) -> None:
    text = arguments.days
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise UsageError(f"days: {text!r} is no number of days; 0 keeps for ever", status=2)
    made = carried_out(retention.change(context.setup, arguments.what, int(text), company=arguments.company))
    next_ = "What is old enough goes from in 15 minutes on, for good. See: mail-admin retention show"
    context.answer(arguments.json, done.value(made), lambda: [done.changes(made), next_])
