"""mail-admin inbound: the log of what the mail server handed over, and where each mail went."""

from __future__ import annotations

import argparse
import json
import sys
import time

from weftmail.cli import runtime
from weftmail.cli.arguments import Parser, Verbs, number
from weftmail.cli.context import Context
from weftmail.cli.explain import way_here
from weftmail.cli.listing import Listing
from weftmail.cli.output import bar, sheet, shown, table
from weftmail.cli.pages import InboundPages, UnreadPages
from weftmail.cli.refusals import carried_out
from weftmail.core.failure import TempFail
from weftmail.core.parsing import path
from weftmail.core.parsing.passed_on import addressing
from weftmail.core.parsing.path import Path
from weftmail.core.routing.disposition import Asked
from weftmail.core.routing.findings import findings
from weftmail.core.routing.passed_on import passed_on
from weftmail.core.wording.command import Command
from weftmail.core.wording.duration import duration
from weftmail.core.wording.sentences import say
from weftmail.flow import vocabulary
from weftmail.flow.explain import explanation
from weftmail.flow.forecast import becomes
from weftmail.flow.mail_log import differing
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.replay import Settling, replay
from weftmail.flow.setup import find
from weftmail.store.inbound import InboundLine, InboundRow
from weftmail.store.listing import InboundFilter
from weftmail.store.store import Store
from weftmail.store.unread import UnreadLine
from weftmail.transport.settle_lock import FileSettleLock
from weftmail.transport.wake import SocketWaker

STATES = ("accepted", "filed", "duplicate", "held", "unmatched", "error", "discarded")
IN_REVIEW = ("held", "unmatched", "error")


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    listing = verbs.list("list incoming email, newest first", _list, "ID", company=True)
    listing.add_argument("--state", choices=STATES, help="only email in this state")
    listing.add_argument("--from", metavar="ADDR", dest="sender", help="only email from this address")
    listing.add_argument("--to", metavar="ADDR", dest="recipient", help="only email to this address")
    show = verbs.add("show", "show one email: its envelope, where it went and why, and its path", _show)
    show.add_argument("id", type=number, metavar="ID", help="the number of the email in the log")
    show.add_argument("--raw", action="store_true", help="print the email itself, byte for byte")
    verbs.list(
        "list messages whose email could not be read to its end", _unread, "MESSAGE", company=True, verb="unreadable"
    )
    replay = verbs.add("replay", "route an email from the review queue, or a discarded one, again", _replay)
    replay.add_argument("id", type=number, metavar="ID", help="the number of the email in the log")
    replay.add_argument("--dry-run", action="store_true", help="show what would become of it now; change nothing")


def _list(context: Context, arguments: argparse.Namespace) -> None:
    context.show(_listing(context.store, arguments), arguments)


def _listing(store: Store, arguments: argparse.Namespace) -> Listing[InboundLine]:
    only = InboundFilter(
        find.company_id(store, arguments.company),
        arguments.state,
        arguments.sender and find.address("from", arguments.sender),
        arguments.recipient and find.address("to", arguments.recipient),
    )
    return Listing(
        InboundPages(store, only),
        lambda one: str(one.id),
        vocabulary.inbound_line,
        ("ID", "CAME", "BY", "FROM", "TO", "STATE", "RECORD", "SUBJECT"),
        _cells,
        "No email has come in yet." if only == InboundFilter() else "No email matches.",
    )


def _unread(context: Context, arguments: argparse.Namespace) -> None:
    context.show(_unread_listing(context.store, arguments.company), arguments)


def _unread_listing(store: Store, company: str | None) -> Listing[UnreadLine]:
    return Listing(
        UnreadPages(store, find.company_id(store, company)),
        lambda one: str(one.id),
        vocabulary.unread_line,
        ("MESSAGE", "EMAIL", "RECORD", "SINCE", "FROM", "MISSING", "SUBJECT"),
        lambda one: (
            one.id, one.inbound_id, one.record, shown(one.created_at), one.author_address,
            "all" if one.flag == "unreadable" else "a part", one.subject,
        ),
        "All email could be read.",
    )  # fmt: skip


def _cells(m: InboundLine) -> tuple[object, ...]:
    whose = m.from_address or m.sender
    return (m.id, shown(m.accepted_at), m.entrance, whose, m.recipient, m.state, m.record, m.subject)


def _found(context: Context, inbound_id: int) -> InboundRow:
    row = context.store.inbound.get(inbound_id)
    if row is None:
        raise RefusedAct("id", "no_such_inbound", id=inbound_id)
    return row


def _show(context: Context, arguments: argparse.Namespace) -> None:
    row = _found(context, arguments.id)
    if arguments.raw:
        sys.stdout.flush()
        sys.stdout.buffer.write(context.store.blobs.read(row.blob_id))
        sys.stdout.buffer.flush()
        return
    raw = context.store.blobs.open(row.blob_id, row.size)
    way = path.read(raw, row.accepted_at)
    before = passed_on(row.envelope, addressing(raw))
    value = vocabulary.inbound(row, way, before)
    context.answer(arguments.json, value, lambda: [*_lines(row), *way_here(before), *_path_lines(way), *_next(row)])


def _path_lines(way: Path) -> list[str]:
    """Return the path as a table with a bar for each delay, and what to know of it."""
    rows = [(hop.by, hop.from_, shown(hop.at), _delay(hop.delay, way.longest)) for hop in way.hops]
    lines = ["", f"Path: {duration(way.total)} in all" if way.total is not None else "Path"]
    lines += table(("SERVER", "RECEIVED FROM", "AT", "DELAY"), rows, "No server on the way left its name.", most=60)
    lines += [f"{way.unread} older hops are not shown."] if way.unread else []
    lines += ["A delay below zero means that a clock is wrong."] if way.skewed else []
    return lines


def _lines(row: InboundRow) -> list[str]:
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
        }
    )
    checked = findings(json.loads(row.proof))
    lines += ["Who sent it:", *(f"   {say(one)}" for one in checked)] if checked else []
    for place, asked in enumerate(row.rules, start=1):
        lines.append(f"{'->' if asked.matched else '  '} {place:2} {asked.rule}: {say(asked.why)}")
    return lines + [f"   | {line}" for line in row.error.splitlines()]


def _delay(delay: int | None, longest: int) -> str:
    return "-" if delay is None else f"{duration(delay):9} {bar(delay, longest)}".rstrip()


def _next(row: InboundRow) -> list[str]:
    if row.state not in IN_REVIEW:
        return []
    release = Command("mail-admin review release {id}", id=row.id)
    return ["", f"Next: {release}, or: {Command('mail-admin review discard {id}', id=row.id)}"]


def _replay(context: Context, arguments: argparse.Namespace) -> None:
    if arguments.dry_run:
        _would(context, arguments)
        return
    was = _found(context, arguments.id).state
    after = carried_out(replay(context.setup, settling(context), arguments.id))
    context.wake_sender()
    if after.state == "accepted":
        show = Command("mail-admin inbound show {id}", id=after.id)
        raise TempFail(f"number {after.id} waits for the listener, which settles now; see: {show}")
    context.answer(arguments.json, vocabulary.inbound_line(after), lambda: [_replayed(was, after)])


def _would(context: Context, arguments: argparse.Namespace) -> None:
    """Say what would become of a mail now, and which rules say something else than they did."""
    row = _found(context, arguments.id)
    raw = context.store.blobs.open(row.blob_id, row.size)
    found = explanation(context.store, context.installation, row.envelope, raw)
    changes = differing(row.rules, found.decision.trace)
    says = say(becomes(found.decision.disposition))
    value = {
        "id": row.id,
        "state": row.state,
        "says": says,
        "changes": [{"rule": one.rule, "then": _asked(one.then), "now": _asked(one.now)} for one in changes],
    }
    lines = [f"Number {row.id} is {row.state}. {says}"]
    lines += [f"  {one.rule}: {_asked(one.then) or 'not asked'} -> {_asked(one.now) or 'not asked'}" for one in changes]
    lines += [] if changes else ["  Every rule says what it said then."]
    context.answer(arguments.json, value, lambda: [*lines, "Nothing was changed."])


def _asked(one: Asked | None) -> str | None:
    return None if one is None else say(one.why)


def settling(context: Context) -> Settling:
    """Return what settles mails that are read once more, at the shell."""
    return Settling(
        context.installation,
        FileSettleLock(context.config.settle_lock),
        SocketWaker(context.config.folder / "settle.sock"),
        lambda: time.sleep(0.1),
        int(context.patience * 1000),
        runtime.readers(),
    )


def _replayed(was: str, after: InboundRow) -> str:
    where = f" on {after.record}" if after.record else ""
    why = "" if after.why is None else f": {say(after.why)}"
    if was == after.state:
        return f"Number {after.id}: still {was}{where}{why}."
    return f"Number {after.id}: state {was} -> {after.state}{where}{why}."
