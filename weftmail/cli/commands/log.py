"""mail-admin log: where is my mail: what came and what left, by what people remember of it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

from weftmail.cli.arguments import Parser, number
from weftmail.cli.commands.inbound import STATES
from weftmail.cli.context import Context
from weftmail.cli.output import shown, table
from weftmail.core.failure import UsageError
from weftmail.flow import vocabulary
from weftmail.flow.mail_log import Line, LogPage, Place, by_file, log_page, near
from weftmail.flow.setup import find
from weftmail.store.inbound import InboundLine
from weftmail.store.listing import NEWEST
from weftmail.store.remembered import LEFT_STATES, REPORTS, Remembered


def build(parser: Parser) -> None:
    """Add the flags."""
    parser.add_argument("--who", metavar="TEXT", help="a part of the address of the sender or a recipient")
    parser.add_argument("--day", metavar="DATE", help="only of this day, such as 2026-11-24")
    parser.add_argument("--to", metavar="DATE", help="up to this day; with --day from there on")
    parser.add_argument(
        "--words",
        metavar="TEXT",
        help='words of the subject, or of the text of what is filed, in any order; "as one" in quotation marks',
    )
    parser.add_argument("--way", choices=("came", "left"), help="only what came in, or what went out")
    parser.add_argument("--queue-id", metavar="ID", help="the mail server's queue id")
    parser.add_argument(
        "--state",
        choices=(*STATES, *REPORTS, *LEFT_STATES),
        metavar="STATE",
        help=f"only what is in this state: {', '.join((*STATES, *REPORTS))}; of what left: {', '.join(LEFT_STATES)}",
    )
    parser.add_argument("--eml", metavar="FILE", help="find the email in this file, sent or received")
    parser.add_argument("--company", metavar="NAME", help="only of this company")
    parser.add_argument("--limit", type=number, metavar="N", default=50, help="show at most so many; 50 by default")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=_log)


def _log(context: Context, arguments: argparse.Namespace) -> None:
    company_id = find.company_id(context.store, arguments.company)
    found = _found(context, arguments, company_id)
    value = [_value(line) for line in found.lines]
    meant = _near(context, company_id, arguments.who) if not found.lines else ()
    context.answer(arguments.json, value, lambda: [*_lines(found), *([f"Near: {', '.join(meant)}"] if meant else [])])


def _near(context: Context, company_id: int | None, who: str | None) -> tuple[str, ...]:
    """Return the addresses that may have been meant, of one company or of all."""
    if not who:
        return ()
    whose = [company_id] if company_id is not None else [one.id for one in context.store.companies.all()]
    return tuple(dict.fromkeys(address for one in whose for address in near(context.store, one, who)))


def _found(context: Context, arguments: argparse.Namespace, company_id: int | None) -> LogPage:
    store, most = context.store, min(arguments.limit, 1000)
    if arguments.eml is not None:
        message = context.installation.reader(_read(arguments.eml))
        return by_file(store, context.installation, company_id, message, most)
    since, until = _days(arguments.day, arguments.to)
    of = Remembered(arguments.who, arguments.words, arguments.queue_id, since, until, way=arguments.way)
    of = of if arguments.state is None else of.in_state(arguments.state)
    found = log_page(store, company_id, of, Place(), most)
    # A page may be empty although older rows match: whoever waits at a terminal wants to know for certain.
    while not found.lines and found.older.more:
        found = log_page(store, company_id, of, found.older, most)
    return found


def _read(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}") from None


def _days(first: str | None, last: str | None) -> tuple[int, int]:
    """Return when the days begin and end: the one day alone where no other is named."""
    begins = _day("--day", first) if first is not None else (0, NEWEST)
    ends = _day("--to", last) if last is not None else begins
    return begins[0], ends[1]


def _day(flag: str, text: str) -> tuple[int, int]:
    try:
        day = date.fromisoformat(text)
        bounds = [datetime(one.year, one.month, one.day).astimezone() for one in (day, day + timedelta(days=1))]
    except (ValueError, OverflowError):
        raise UsageError(f"{flag}: {text!r} is no day; write it as 2026-11-24", status=2) from None
    return int(bounds[0].timestamp() * 1000), int(bounds[1].timestamp() * 1000)


def _value(line: Line) -> dict[str, object]:
    if isinstance(line, InboundLine):
        return {"direction": "in", **vocabulary.inbound_line(line)}
    return {"direction": "out", **vocabulary.outbox(line.row, line.addresses)}


def _lines(found: LogPage) -> Iterator[str]:
    rows = [_cells(line) for line in found.lines]
    yield from table(("", "ID", "TIME", "WHO", "STATE", "RECORD", "SUBJECT"), rows, "Nothing found.")
    if found.older.more:
        yield "There is more: ask for more with --limit, or for less with --who, --day or --words."


def _cells(line: Line) -> tuple[object, ...]:
    if isinstance(line, InboundLine):
        whose = line.from_address or line.sender
        return ("in", line.id, shown(line.accepted_at), whose, line.state, line.record, line.subject)
    one = line.row
    return ("out", one.id, shown(one.changed_at), ", ".join(line.addresses), one.state, one.record, one.subject)
