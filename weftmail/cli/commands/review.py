"""mail-admin review: mail that policy held, that fits nowhere, or that our code failed on; a person decides."""

from __future__ import annotations

import argparse

from weftmail.cli import done
from weftmail.cli.arguments import Parser, Verbs, number
from weftmail.cli.context import Context
from weftmail.cli.listing import Listing
from weftmail.cli.output import Fields, shown
from weftmail.cli.pages import ReviewPages
from weftmail.cli.refusals import carried_out
from weftmail.cli.who_gets import lines_of
from weftmail.core.routing.recipients import Recipients
from weftmail.core.wording.sentences import say
from weftmail.flow import review, vocabulary
from weftmail.flow.setup import find
from weftmail.flow.setup import review as decisions
from weftmail.flow.setup.act import Done
from weftmail.store.inbound import InboundLine
from weftmail.store.store import Store


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    verbs.list("list what is held for review, oldest first", _list, "ID", company=True)
    release = verbs.add("release", "file an email; an outside author is added to the conversation", _release)
    release.add_argument("id", type=number, metavar="ID", help="the number of the email in the log")
    goal = release.add_mutually_exclusive_group()
    goal.add_argument("--record", metavar="NUMBER", help="add it to this record")
    goal.add_argument("--opens", metavar="TYPE", help="open a record of this type for it")
    release.add_argument("--note", action="store_true", help="file it as an internal note")
    release.add_argument("--dry-run", action="store_true", help="show who would get it; change nothing")
    discard = verbs.add("discard", "remove an email from the review queue; the log keeps it", _discard)
    discard.add_argument("id", type=number, metavar="ID", help="the number of the email in the log")


def _list(context: Context, arguments: argparse.Namespace) -> None:
    context.show(_listing(context.store, arguments.company), arguments)


def _listing(store: Store, company: str | None) -> Listing[InboundLine]:
    return Listing(
        ReviewPages(store, find.company_id(store, company)),
        lambda one: str(one.id),
        vocabulary.review_line,
        ("ID", "STATE", "FROM", "TO", "RECORD", "SINCE", "WHY", "SUBJECT"),
        _cells,
        "Nothing waits for review.",
    )


def _cells(m: InboundLine) -> tuple[object, ...]:
    why = None if m.why is None else say(m.why)
    return (m.id, m.state, m.from_address, m.recipient, m.record, shown(m.accepted_at), why, m.subject)


def _release(context: Context, arguments: argparse.Namespace) -> None:
    goal = {"record": arguments.record, "opens": arguments.opens, "note": arguments.note}
    if arguments.dry_run:
        planned = review.plan(context.store, context.installation, arguments.id, **goal)
        context.answer(arguments.json, _value(arguments.id, None, planned.recipients), lambda: _planned(planned))
        return
    made = carried_out(decisions.release(context.setup, context.installation, arguments.id, **goal))
    released = made.released
    assert released is not None  # noqa: S101 - an act of this name has one
    context.wake_sender()
    value = {**_value(arguments.id, released.record or None, released.recipients), "changes": done.plain(made)}
    context.answer(arguments.json, value, lambda: _released(made, released))


def _value(inbound_id: int, record: str | None, recipients: Recipients) -> Fields:
    return {"id": inbound_id, "record": record, "notify": vocabulary.who_gets(recipients)}


def _planned(planned: review.ReleasePlan) -> list[str]:
    return [f"Nothing was changed. Number {planned.row.id} would go to:", *lines_of(planned.recipients)]


def _released(made: Done, released: review.Released) -> list[str]:
    if not released.record:
        return [done.changes(made), "The same email was filed already; nobody is notified twice."]
    lines = [f"{done.changes(made)}. It is on {released.record} and goes to:", *lines_of(released.recipients)]
    if not released.recipients.notified and not released.recipients.outsiders:
        lines.append(f"Nobody is notified. Add a follower: mail-admin follower add {released.record} ADDR")
    return lines


def _discard(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(decisions.discard(context.setup, context.installation, arguments.id))
    said = [done.changes(made), f"The log keeps it. Undo: mail-admin audit undo {made.trace}"]
    value = {"id": arguments.id, "state": "discarded", "changes": done.plain(made)}
    context.answer(arguments.json, value, lambda: said)
