"""mail-admin where: where a mail would go, why, and what the mail server would say; nothing is changed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from weftmail.cli.arguments import Parser
from weftmail.cli.context import Context
from weftmail.cli.explain import reasons, way_here
from weftmail.cli.this_server import ThisServer
from weftmail.core.failure import UsageError
from weftmail.core.tokens.reply_token import mask_addresses
from weftmail.core.wording.sentences import say
from weftmail.flow.explain import described
from weftmail.flow.forecast import ANSWER, CASES, Forecast, Supposed, forecast
from weftmail.flow.setup import find


def build(parser: Parser) -> None:
    """Add the address and the flags."""
    parser.add_argument("to", metavar="ADDRESS", nargs="?", default="", help="whom the mail is for")
    parser.add_argument("--from", metavar="ADDR", dest="sender", default="", help="who writes; a stranger otherwise")
    parser.add_argument("--if", metavar="CASE", dest="case", choices=tuple(CASES), default="stranger",
                        help=f"what the mail is: {', '.join(CASES)}")  # fmt: skip
    parser.add_argument("--record", metavar="NUMBER", default="", help="with --if answer: what it answers")
    parser.add_argument("--eml", metavar="FILE", help="ask about the mail in this file; - reads standard input")
    parser.add_argument("--company", metavar="NAME", help="the company, if there are several")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=_where)


def _where(context: Context, arguments: argparse.Namespace) -> None:
    answers = arguments.case.startswith(ANSWER)
    if not arguments.to and not answers:
        raise UsageError("say whom the mail is for: mail-admin where ADDRESS", status=2)
    if answers and not arguments.record and arguments.eml is None:
        raise UsageError("say what it answers: --record NUMBER", status=2)
    if arguments.case.endswith("forged") and not arguments.sender:
        raise UsageError("say whose name it bears: --from ADDR", status=2)
    company_id = find.company_id(context.store, arguments.company)
    supposed = Supposed(
        arguments.to, arguments.sender, arguments.case, arguments.record, arguments.sender,
        None if arguments.eml is None else _read(arguments.eml), company_id,
    )  # fmt: skip
    found = forecast(context.store, context.installation, supposed, context.map_file, ThisServer(context.config))
    value = {
        "recipient": mask_addresses(found.envelope.recipient),
        "sender": found.envelope.sender,
        "case": arguments.case,
        "taken": found.taken,
        "largest": found.largest,
        "says": say(found.headline),
        "refused": found.refused,
        "sender_reads": mask_addresses(found.reply),
        "decide": list(found.decide),
        **described(context.store, found.explanation),
    }
    context.answer(arguments.json, value, lambda: map(mask_addresses, _lines(found, real=supposed.raw is not None)))


def _read(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}") from None


def _lines(found: Forecast, *, real: bool) -> Iterator[str]:
    yield f"To {found.envelope.recipient}, from {found.envelope.sender}:"
    yield f"  {say(found.headline)}"
    yield from (f"  {say(one)}" for one in found.at_the_door)
    if found.because is not None:
        yield f"  {say(found.because)}"
    if found.refused:
        yield f"The sender would read: {found.reply}"
        yield "Nobody gets it."
        return
    if found.decide:
        yield f"Told that it waits: {', '.join(found.decide)}"
    if real:
        yield from way_here(found.explanation.passed_on)
    yield from reasons(found.explanation)
    yield "Nothing was changed."
