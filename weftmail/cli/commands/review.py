"""mail-admin review: mail that policy held, that fits nowhere, or that our code failed on; a person decides."""

from __future__ import annotations

import argparse
import sys
from collections import Counter

from weftmail.cli import done
from weftmail.cli.arguments import Parser, Verbs, number
from weftmail.cli.commands.inbound import settling
from weftmail.cli.context import Context
from weftmail.cli.listing import Listing
from weftmail.cli.output import Fields, shown
from weftmail.cli.pages import ReviewPages
from weftmail.cli.refusals import carried_out
from weftmail.cli.who_gets import lines_of
from weftmail.core.limits import UNDO_SECONDS
from weftmail.core.routing.recipients import Recipients
from weftmail.core.wording.command import Command
from weftmail.core.wording.sentences import say
from weftmail.flow import review, vocabulary
from weftmail.flow.refusal import Refusal
from weftmail.flow.replay import replay_errors, settle_all
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
    spam = verbs.add("spam", "remove an email from the review queue as spam; the log keeps it", _spam)
    block = verbs.add("block", "remove an email from the review queue, and drop all email of its sender", _block)
    for verb in (discard, spam, block):
        verb.add_argument("id", type=number, metavar="ID", help="the number of the email in the log")
    verbs.add("again", "after a repair, read once more all that the program failed on", _again, company=True)


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
        add = Command("mail-admin follower add {number} ADDR", number=released.record)
        lines.append(f"Nobody is notified. Add a follower: {add}")
    if made.now.get("leaves_at"):
        lines.append(f"It leaves in {UNDO_SECONDS} seconds. Undo: {done.undo(made)}")
    return lines


def _discard(context: Context, arguments: argparse.Namespace) -> None:
    _taken_out(context, arguments, decisions.discard(context.setup, context.installation, arguments.id))


def _spam(context: Context, arguments: argparse.Namespace) -> None:
    _taken_out(context, arguments, decisions.spam(context.setup, context.installation, arguments.id))


def _block(context: Context, arguments: argparse.Namespace) -> None:
    _taken_out(context, arguments, decisions.block(context.setup, context.installation, arguments.id))


def _taken_out(context: Context, arguments: argparse.Namespace, answer: Done | Refusal) -> None:
    made = carried_out(answer)
    said = [done.changes(made), f"The log keeps it. Undo: {done.undo(made)}"]
    value = {"id": arguments.id, "state": "discarded", "changes": done.plain(made)}
    context.answer(arguments.json, value, lambda: said)


def _again(context: Context, arguments: argparse.Namespace) -> None:
    ids = _errors(context, arguments.company)
    left = settle_all(context.setup, settling(context), ids, _Progress(len(ids), quiet=arguments.json)) if ids else 0
    context.wake_sender()
    states = Counter(context.store.inbound.state(one) or "" for one in ids)
    value = {"mails": len(ids), "states": dict(sorted(states.items())), "left": left}
    became = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    said = f"Read once more: {len(ids)}; {became}." if ids else "Nothing is under Error."
    context.answer(arguments.json, value, lambda: [said])


def _errors(context: Context, company: str | None) -> list[int]:
    """Let what is under Error be read once more, of one company or of all; return the numbers."""
    of = find.company_id(context.store, company)
    whose = [of] if of is not None else [*(one.id for one in context.store.companies.all()), None]
    made = [carried_out(replay_errors(context.setup, one)) for one in whose]
    return [number for one in made for number in one.mails]


class _Progress:
    """Says on standard error how far it is, whenever that has changed."""

    def __init__(self, total: int, *, quiet: bool) -> None:
        self._total, self._quiet, self._said = total, quiet, -1

    def __call__(self, left: int) -> None:
        if not self._quiet and left != self._said:
            self._said = left
            print(f"{self._total - left} of {self._total} read once more", file=sys.stderr)
