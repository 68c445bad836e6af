"""mail-admin outbox: copies that wait to be handed to the mail server, and those that failed."""

from __future__ import annotations

import argparse
import fcntl

from weftmail.cli import lookup
from weftmail.cli.arguments import Parser, Verbs, number
from weftmail.cli.context import Context, joined
from weftmail.cli.output import first, shown, table
from weftmail.core.failure import UsageError
from weftmail.flow import vocabulary
from weftmail.store.outbox import PENDING

STATES = ("waiting", "delayed", "sent", "failed", "cancelled")


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    listing = verbs.add("list", "list copies, newest first", _list, json=True, company=True)
    listing.add_argument("--state", choices=STATES)
    listing.add_argument("--most", type=number, default=100, metavar="N", help="so many; 100 by default")
    retry = verbs.add("retry", "let a copy that waits or failed leave now", _retry)
    retry.add_argument("id", type=number, metavar="ID")


def _list(context: Context, arguments: argparse.Namespace) -> None:
    store = context.store
    of = lookup.company_id(store, arguments.company)
    found, more = first(store.outbox.all(of, arguments.state, arguments.most + 1), arguments.most)
    to = {one.id: store.outbox.addresses(one.id) for one in found}
    context.answer(
        arguments.json,
        [vocabulary.outbox(one, to[one.id]) for one in found],
        lambda: (
            table(
                ("ID", "RECORD", "TO", "STATE", "TRIES", "NEXT", "WHY"),
                [
                    (
                        one.id,
                        one.record,
                        joined(to[one.id]),
                        one.state,
                        one.attempts,
                        shown(one.next_at) if one.state in PENDING else "-",
                        one.error,
                    )
                    for one in found
                ],
                "Nothing is in the outbox.",
            )
            + more
        ),
    )


def _retry(context: Context, arguments: argparse.Namespace) -> None:
    store = context.store
    with store.transaction():
        if not store.outbox.retry(arguments.id, context.clock()):
            row = store.outbox.get(arguments.id)
            if row is None:
                raise UsageError(f"there is no copy {arguments.id}; see: mail-admin outbox list")
            raise UsageError(f"copy {arguments.id} has left already or is on its way now; see: mail-admin outbox list")
    context.wake_sender()
    then = "mail-send takes it within a second." if _sender_runs(context) else "no mail-send runs; start it: mail-send"
    context.say(f"Copy {arguments.id} is due now; {then}")


def _sender_runs(context: Context) -> bool:
    """Say whether a mail-send holds its lock."""
    try:
        with (context.config.folder / "send.lock").open("rb") as lock:
            # Shared, and given back with the file: one look does not keep another from looking.
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False
