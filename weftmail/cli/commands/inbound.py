"""mail-admin inbound: the log of what the mail server handed over, and where each mail went."""

from __future__ import annotations

import argparse
import json
import sys
import time

from weftmail.cli import lookup
from weftmail.cli.arguments import Parser, Verbs, number
from weftmail.cli.context import Context
from weftmail.cli.output import bar, first, sheet, shown, table
from weftmail.core.failure import TempFail, UsageError
from weftmail.core.parsing import path
from weftmail.core.parsing.path import Path
from weftmail.core.wording.duration import duration
from weftmail.core.wording.sentences import say
from weftmail.flow import vocabulary
from weftmail.flow.settle import Settler
from weftmail.store.inbound import InboundRow
from weftmail.transport.settle_lock import FileSettleLock
from weftmail.transport.wake import SocketWaker

STATES = ("accepted", "filed", "duplicate", "held", "unmatched", "error", "discarded")
IN_REVIEW = ("held", "unmatched", "error")


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    listing = verbs.add("list", "list mails, newest first", _list, json=True, company=True)
    listing.add_argument("--state", choices=STATES)
    listing.add_argument("--most", type=number, default=100, metavar="N", help="so many; 100 by default")
    listing.add_argument("--from", metavar="ADDR", dest="sender", help="those that this address wrote or handed over")
    listing.add_argument("--to", metavar="ADDR", dest="recipient", help="those that came for this address")
    show = verbs.add("show", "show one mail's way: envelope, verdict, every rule that was asked", _show, json=True)
    show.add_argument("id", type=number, metavar="ID")
    show.add_argument("--raw", action="store_true", help="print the mail itself, byte for byte")
    replay = verbs.add("replay", "route a mail from the review queue, or a discarded one, once more", _replay)
    replay.add_argument("id", type=number, metavar="ID")


def _list(context: Context, arguments: argparse.Namespace) -> None:
    sender, recipient = (
        None if one is None else lookup.address(one) for one in (arguments.sender, arguments.recipient)
    )
    rows = context.store.inbound.all(
        lookup.company_id(context.store, arguments.company),
        arguments.state,
        arguments.most + 1,
        sender=sender,
        recipient=recipient,
    )
    found, more = first(rows, arguments.most)
    narrowed = sender or recipient or arguments.state or arguments.company
    context.answer(
        arguments.json,
        [vocabulary.inbound_line(one) for one in found],
        lambda: table(
            ("ID", "CAME", "BY", "FROM", "TO", "STATE", "RECORD", "SUBJECT"),
            [
                (m.id, shown(m.accepted_at), m.entrance, m.from_address or m.sender, m.recipient, m.state, m.record,
                 m.subject)
                for m in found
            ],
            "No mail is so." if narrowed else "No mail was handed over yet.",
        )
        + more,
    )  # fmt: skip


def _found(context: Context, inbound_id: int) -> InboundRow:
    row = context.store.inbound.get(inbound_id)
    if row is None:
        raise UsageError(f"there is no mail number {inbound_id}; see: mail-admin inbound list")
    return row


def _show(context: Context, arguments: argparse.Namespace) -> None:
    row = _found(context, arguments.id)
    if arguments.raw:
        sys.stdout.flush()
        sys.stdout.buffer.write(context.store.blobs.read(row.blob_id))
        sys.stdout.buffer.flush()
        return
    proof = _proof(context, row)
    way = path.read(context.store.blobs.open(row.blob_id, row.size), row.accepted_at)
    value = vocabulary.inbound(row, proof, way)
    context.answer(arguments.json, value, lambda: _lines(row, proof) + _path_lines(way) + _next(row))


def _path_lines(way: Path) -> list[str]:
    """Return the path as a table with a bar for each delay, and what to know of it."""
    rows = [(hop.by, hop.from_, shown(hop.at), _delay(hop.delay, way.longest)) for hop in way.hops]
    lines = ["", f"Path: {duration(way.total)} in all" if way.total is not None else "Path"]
    lines += table(("SERVER", "RECEIVED FROM", "AT", "DELAY"), rows, "No server on the way left its name.", most=60)
    lines += [f"{way.unread} older hops are not shown."] if way.unread else []
    lines += ["A delay below zero means that a clock is wrong."] if way.skewed else []
    return lines


def _proof(context: Context, row: InboundRow) -> dict[str, str] | None:
    """What the message that came of the mail says of its author's proof; None where none came of it."""
    message = context.store.messages.get(row.message_id) if row.message_id is not None else None
    found: dict[str, str] | None = json.loads(message.proof) if message is not None else None
    return found


def _lines(row: InboundRow, proof: dict[str, str] | None) -> list[str]:
    names = ("dkim", "dmarc", "login")
    lines = sheet(
        {
            "Mail": f"{row.id}, {row.size} bytes",
            "Came": f"{shown(row.accepted_at)} by {row.entrance}, queue id {row.queue_id or '-'}",
            "Client": row.client_address,
            "Envelope": f"<{row.sender}> to <{row.recipient}>",
            "From": row.from_address,
            "Subject": row.subject,
            "Message-ID": row.rfc_message_id,
            "State": row.state,
            "Reason": "" if row.why is None else say(row.why),
            "Record": row.record,
            **({"Proof": ", ".join(f"{name} {proof.get(name) or '-'}" for name in names)} if proof else {}),
        }
    )
    for place, asked in enumerate(row.rules, start=1):
        lines.append(f"{'->' if asked.matched else '  '} {place:2} {asked.rule}: {say(asked.why)}")
    return lines + [f"   | {line}" for line in row.error.splitlines()]


def _delay(delay: int | None, longest: int) -> str:
    return "-" if delay is None else f"{duration(delay):9} {bar(delay, longest)}".rstrip()


def _next(row: InboundRow) -> list[str]:
    if row.state not in IN_REVIEW:
        return []
    return ["", f"Next: mail-admin review release {row.id}, or: mail-admin review discard {row.id}"]


def _replay(context: Context, arguments: argparse.Namespace) -> None:
    row = _found(context, arguments.id)
    with context.store.transaction():
        if not context.store.inbound.again(row.id):
            raise UsageError(
                f"number {row.id} is {row.state}; what is in the review queue, or discarded, can be replayed"
            )
    _settle(context, row.id)
    context.wake_sender()
    after = _found(context, row.id)
    where = f" on {after.record}" if after.record else ""
    why = "" if after.why is None else f": {say(after.why)}"
    if after.state == "accepted":
        raise TempFail(
            f"number {row.id} waits for the listener, which settles now; see: mail-admin inbound show {row.id}"
        )
    context.say(f"Number {row.id} is {after.state}{where}{why}.")


def _settle(context: Context, inbound_id: int) -> None:
    """Settle what waits, if nobody else does; otherwise wait for whoever does to reach this row."""
    lock = FileSettleLock(context.config.settle_lock)
    SocketWaker(context.config.folder / "settle.sock").wake()
    until = time.monotonic() + context.patience
    while context.store.inbound.state(inbound_id) == "accepted" and time.monotonic() < until:
        if not lock.acquire():
            time.sleep(0.1)
            continue
        try:
            settler = Settler(context.store, context.installation, lock)
            while context.store.inbound.state(inbound_id) == "accepted":
                settler.settle()
        finally:
            lock.release()
