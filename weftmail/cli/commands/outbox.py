"""mail-admin outbox: copies that wait to be handed to the mail server, and those that failed."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from weftmail.cli import done
from weftmail.cli.arguments import Parser, Verbs, number
from weftmail.cli.context import Context, joined
from weftmail.cli.listing import Listing
from weftmail.cli.output import sheet, shown, table
from weftmail.cli.pages import OutboxPages
from weftmail.cli.refusals import carried_out
from weftmail.cli.this_server import ThisServer
from weftmail.core.failure import UsageError
from weftmail.core.tokens.reply_token import mask_addresses
from weftmail.flow import vocabulary
from weftmail.flow.mail_log import as_composed, queue_id
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import copy, find
from weftmail.store.delivery import Delivery
from weftmail.store.listing import OutboxLine
from weftmail.store.outbox import PENDING
from weftmail.store.store import Store

STATES = ("waiting", "delayed", "sent", "failed", "cancelled")


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    listing = verbs.list("list outgoing email, newest first", _list, "ID", company=True)
    listing.add_argument("--state", choices=STATES, help="only copies in this state")
    show = verbs.add("show", "show one copy: whom it goes to, what the server said, the email itself with --raw", _show)
    show.add_argument("id", type=number, metavar="ID", help="the number of the copy")
    show.add_argument("--raw", action="store_true", help="print the email as it is composed, without signatures")
    retry = verbs.add("retry", "send a copy that waits or failed now", _retry)
    cancel = verbs.add("cancel", "take a copy back that has not left", _cancel)
    redirect = verbs.add("redirect", "send the copy of somebody outside to another address of theirs", _redirect)
    for verb in (retry, cancel, redirect):
        verb.add_argument("id", type=number, metavar="ID", help="the number of the copy")
    redirect.add_argument("address", metavar="ADDR", help="the right address; it replaces the wrong one of the contact")
    verbs.add("pause", "let nothing leave until resume; email waits", _pause)
    verbs.add("resume", "let email leave again", _resume)


def _list(context: Context, arguments: argparse.Namespace) -> None:
    context.show(_listing(context.store, arguments.company, arguments.state), arguments)


def _listing(store: Store, company: str | None, state: str | None) -> Listing[OutboxLine]:
    return Listing(
        OutboxPages(store, find.company_id(store, company), state),
        lambda one: str(one.row.id),
        lambda one: vocabulary.outbox(one.row, one.addresses),
        ("ID", "RECORD", "TO", "STATE", "TRIES", "NEXT", "WHY"),
        _cells,
        "Nothing is in the outbox.",
    )


def _cells(line: OutboxLine) -> tuple[object, ...]:
    one = line.row
    due = shown(one.next_at) if one.state in PENDING else "-"
    return (one.id, one.record, joined(line.addresses), one.state, one.attempts, due, one.error)


def _show(context: Context, arguments: argparse.Namespace) -> None:
    line = context.store.log.copy(arguments.id)
    if line is None:
        raise RefusedAct("id", "no_such_copy", id=arguments.id)
    if arguments.raw:
        raw = as_composed(context.store, context.installation, arguments.id)
        if raw is None:
            raise UsageError(
                f"the email of copy {arguments.id} cannot be composed any more, or holds a link to sign in"
            )
        print(mask_addresses(raw.decode("utf-8", "replace")), end="")
        return
    row = line.row
    people = context.store.log.people(row.company_id, row.id)
    value = {
        **vocabulary.outbox(row, line.addresses),
        "queue_id": queue_id(row.error),
        "people": [
            {"name": one.name, "address": one.address, "channel": one.channel, "state": one.state, "answer": one.reason}
            for one in people
        ],
    }
    context.answer(arguments.json, value, lambda: _copy_lines(line, people))


def _copy_lines(line: OutboxLine, people: Sequence[Delivery]) -> list[str]:
    row = line.row
    lines = sheet(
        {
            "Copy": f"{row.id}, {row.audience} by {row.channel}",
            "Subject": row.subject,
            "Record": row.record,
            "State": f"{row.state}, {row.attempts} attempts",
            "Written": shown(row.created_at),
            "Changed": shown(row.changed_at),
            "Queue id": queue_id(row.error),
            "Said": row.error,
        }
    )
    rows = [(one.name, one.address, one.state, one.reason) for one in people]
    return [*lines, "", *table(("NAME", "ADDRESS", "STATE", "ANSWER"), rows, f"To {joined(line.addresses)}")]


def _retry(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(copy.retry(context.setup, arguments.id))
    context.wake_sender()
    runs = ThisServer(context.config).sender_runs()
    then = "mail-send takes it within a second." if runs else "no mail-send runs; start it: mail-send"
    value = {"id": arguments.id, **made.now, "sender_runs": runs}
    context.answer(arguments.json, value, lambda: [f"{done.changes(made)}; {then}"])


def _cancel(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(copy.cancel(context.setup, arguments.id))
    said = f"{done.changes(made)}. Undo: {done.undo(made)}"
    context.answer(arguments.json, done.value(made), lambda: [said])


def _redirect(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(copy.redirect(context.setup, arguments.id, arguments.address))
    context.wake_sender()
    context.answer(arguments.json, done.value(made), lambda: [done.changes(made)])


def _pause(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(copy.pause(context.setup))
    said = "Sending is paused; email waits. Go on: mail-admin outbox resume"
    context.answer(arguments.json, done.value(made), lambda: [said])


def _resume(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(copy.resume(context.setup))
    context.wake_sender()
    context.answer(arguments.json, done.value(made), lambda: ["Email leaves again."])
