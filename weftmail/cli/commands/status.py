"""mail-admin status: is mail flowing; the exit status says it to monitoring: 0 good, 1 look, 2 broken."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import asdict

from weftmail.cli.arguments import Parser
from weftmail.cli.context import Context
from weftmail.cli.output import shown
from weftmail.cli.this_server import ThisServer
from weftmail.core.tokens.reply_token import mask
from weftmail.core.wording.phrase import Phrase
from weftmail.core.wording.sentences import say
from weftmail.flow.setup import find
from weftmail.flow.status import MachineStatus, Status, status
from weftmail.flow.tally import ACCEPTED, SAID, parts

EXIT = {"good": 0, "look": 1, "broken": 2}


def build(parser: Parser) -> None:
    """Add the flags."""
    parser.add_argument("--company", metavar="NAME", help="only of this company")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=_status)


def _status(context: Context, arguments: argparse.Namespace) -> int:
    company_id = find.company_id(context.store, arguments.company)
    found = status(context.store, context.clock(), company_id, ThisServer(context.config))
    value = {"state": found.tone, "broken": found.broken, "look": found.to_look_at, **asdict(found)}
    value["missing"] = [{**asdict(one), "recipient": mask(one.recipient)} for one in found.missing]
    context.answer(arguments.json, value, lambda: _lines(found))
    return EXIT[found.tone]


def _lines(found: Status) -> Iterator[str]:
    sum_ = " + ".join(f"{one.count} {say(one.says)}" for one in parts(found.came))
    yield say(Phrase(f"status.{found.tone}"))
    yield from (f"  {say(Phrase(f'status.{name}'))}" for name in (*found.broken, *found.to_look_at))
    yield f"In, 24 h: {found.came.accepted} {say(ACCEPTED)} = {sum_}"
    if found.handed.handed:
        yield f"Mail server, 24 h: {found.handed.handed} to weftmail by its log, {found.handed.here} of them here"
    yield from (f"  missing: {one.queue_id} to {mask(one.recipient)}, {shown(one.at)}" for one in found.missing)
    left = {**found.left, "bounced": found.came.bounces}
    oldest = "" if found.waiting_since is None else f"; oldest waiting since {shown(found.waiting_since)}"
    yield "Out, 24 h: " + ", ".join(f"{count} {state}" for state, count in left.items()) + oldest
    waiting = ", ".join(f"{count} {_STATES[state]}" for state, count in found.review.items())
    oldest = "" if found.review_since is None else f"; oldest {shown(found.review_since)}"
    yield f"Waiting for a decision: {waiting}{oldest}"
    if found.machine is not None:
        yield from _of_machine(found.machine)
    yield from (f"{one.name}: {one.state}, DNS {one.dns or 'not asked yet'}" for one in found.domains)


_STATES = {"held": say(SAID["held"]), "unmatched": say(SAID["unmatched"]), "error": say(SAID["errors"])}


def _of_machine(found: MachineStatus) -> Iterator[str]:
    yield f"Listener: {_runs(found.listener, found.listener_since)}"
    yield f"Sender: {_runs(found.sender, found.sender_since)}"
    since = "" if found.spool_since is None else f", the oldest since {shown(found.spool_since)}"
    yield f"Spool: {found.spool} waiting{since}"
    if found.mail_log is not None:
        yield f"Mail log: {'followed' if found.mail_log else 'cannot be read'}"
    yield f"Disk: {found.disk // 1_000_000} MB free"


def _runs(runs: bool, since: int | None) -> str:
    word = "runs" if runs else "does not run"
    if since is None:
        return word
    return f"{word}, {'since' if runs else 'last seen'} {shown(since)}"
