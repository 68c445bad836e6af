"""mail-admin review: mail that policy held, that fits nowhere, or that our code failed on; a person decides."""

from __future__ import annotations

import argparse

from weftmail.cli import lookup
from weftmail.cli.arguments import Parser, Verbs, number
from weftmail.cli.context import Context
from weftmail.cli.output import shown, table
from weftmail.cli.who_gets import lines_of
from weftmail.core.wording.sentences import say
from weftmail.flow import review, vocabulary


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    verbs.add("list", "list what waits, oldest first", _list, json=True, company=True)
    release = verbs.add("release", "file a mail: lets a new participant in, files a colleague's as theirs", _release)
    release.add_argument("id", type=number, metavar="ID")
    goal = release.add_mutually_exclusive_group()
    goal.add_argument("--record", metavar="NUMBER", help="onto this record")
    goal.add_argument("--opens", metavar="TYPE", help="as a new record of this type")
    release.add_argument("--note", action="store_true", help="file it inside")
    release.add_argument("--dry-run", action="store_true", help="say who would get it, and change nothing")
    discard = verbs.add("discard", "take a mail out of the review queue; the log keeps it", _discard)
    discard.add_argument("id", type=number, metavar="ID")


def _list(context: Context, arguments: argparse.Namespace) -> None:
    found = context.store.inbound.review(lookup.company_id(context.store, arguments.company))
    context.answer(
        arguments.json,
        [vocabulary.review_line(one) for one in found],
        lambda: table(
            ("ID", "STATE", "FROM", "TO", "RECORD", "SINCE", "WHY", "SUBJECT"),
            [
                (
                    m.id,
                    m.state,
                    m.from_address,
                    m.recipient,
                    m.record,
                    shown(m.accepted_at),
                    m.why and say(m.why),
                    m.subject,
                )
                for m in found
            ],
            "The review queue is empty.",
        ),
    )


def _release(context: Context, arguments: argparse.Namespace) -> None:
    goal = {"record": arguments.record, "opens": arguments.opens, "note": arguments.note}
    if arguments.dry_run:
        planned = review.plan(context.store, context.installation, arguments.id, **goal)
        context.say(f"Nothing was changed. Number {arguments.id} would go to:", *lines_of(planned.recipients))
        return
    released = review.release(context.store, context.installation, arguments.id, **goal)
    context.wake_sender()
    if not released.record:
        context.say(f"Number {arguments.id} was filed already.")
        return
    context.say(f"Number {arguments.id} is on {released.record}. It goes to:", *lines_of(released.recipients))
    if not released.recipients.notified and not released.recipients.outsiders:
        context.say(f"Nobody is told. Let somebody follow: mail-admin follower add {released.record} ADDR")


def _discard(context: Context, arguments: argparse.Namespace) -> None:
    review.discard(context.store, context.installation, arguments.id)
    context.say(f"Number {arguments.id} is out of the review queue. Undo: mail-admin inbound replay {arguments.id}")
