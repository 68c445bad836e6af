"""mail-admin post: write on a record, and see first who gets it."""

from __future__ import annotations

import argparse
import mimetypes
from pathlib import Path

from weftmail.cli.arguments import Parser
from weftmail.cli.context import Context
from weftmail.cli.output import Fields
from weftmail.cli.refusals import carried_out
from weftmail.cli.who_gets import lines_of
from weftmail.core.failure import UsageError
from weftmail.core.limits import POST_FILES
from weftmail.core.routing.recipients import Recipients
from weftmail.flow import vocabulary
from weftmail.flow.post import Draft, DraftFile, plan
from weftmail.flow.setup import find, message
from weftmail.store.record import Record


def build(parser: Parser) -> None:
    """Add the flags."""
    parser.add_argument("number", metavar="NUMBER", help="the number of the record, such as LEAD-17")
    parser.add_argument(
        "--as", dest="author", required=True, metavar="ADDR", help="the address of the colleague who writes"
    )
    body = parser.add_mutually_exclusive_group()
    body.add_argument("--text", metavar="T", help="the text")
    body.add_argument("--html", metavar="FILE", help="a file with the text as HTML; - reads standard input")
    parser.add_argument("--note", action="store_true", help="log an internal note, which only colleagues see")
    parser.add_argument(
        "--to",
        action="append",
        metavar="ADDR",
        help="a recipient outside; without it, those of the last public message",
    )
    parser.add_argument("--cc", action="append", default=[], metavar="ADDR", help="a recipient outside in Cc")
    parser.add_argument(
        "--mention", action="append", default=[], metavar="WHO", help="a colleague who is notified of it, too"
    )
    parser.add_argument("--attach", action="append", default=[], metavar="FILE", help="a file to attach")
    parser.add_argument(
        "--dry-run", action="store_true", help="show who would get it, by which channel and why; send nothing"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--company", metavar="NAME", help="the company, if there are several")
    parser.set_defaults(run=_post)


def _post(context: Context, arguments: argparse.Namespace) -> None:
    files = _files(arguments.attach)
    html = _html(context, arguments.html) if arguments.html is not None else ""
    store = context.store
    record = find.record(store, arguments.number, arguments.company)
    author = find.member(store, arguments.author, record.company_id, field="as")
    to = None if arguments.to is None else [find.line("to", text) for text in arguments.to]
    cc = [find.line("cc", text) for text in arguments.cc]
    draft = Draft(arguments.text or "", html, arguments.note, to, cc, files, mentions=arguments.mention)
    if arguments.dry_run:
        who_gets = plan(store, record, author, draft, context.clock()).recipients
        said = f"Nothing was written. On {record.label} this would get:"
        context.answer(arguments.json, _value(record, None, who_gets), lambda: [said, *lines_of(who_gets)])
        return
    with store.transaction():
        who_gets = plan(store, record, author, draft, context.clock()).recipients
        message_id = carried_out(message.post(context.setup, context.installation, record, author, draft)).message_id
    context.wake_sender()
    what = "Noted" if arguments.note else "Written"
    said = f"{what} on {record.label} as message {message_id}. It goes to:"
    context.answer(arguments.json, _value(record, message_id, who_gets), lambda: [said, *lines_of(who_gets)])


def _value(record: Record, message_id: int | None, who_gets: Recipients) -> Fields:
    return {"record": record.label, "message": message_id, "notify": vocabulary.who_gets(who_gets)}


def _html(context: Context, name: str) -> str:
    if name == "-":
        return context.stdin.read()
    try:
        return _read(name).decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"{name} is not UTF-8 text; write it so") from None


def _files(names: list[str]) -> list[DraftFile]:
    files = []
    for name in names:
        content_type, encoding = mimetypes.guess_type(name)
        kind = "application/octet-stream" if content_type is None or encoding is not None else content_type
        files.append(DraftFile(find.line("attach", Path(name).name), kind, _read(name)))
    size = sum(len(file.content) for file in files)
    if size > POST_FILES:
        raise UsageError(f"the files have {size} bytes together, {POST_FILES} are allowed; send a link instead")
    return files


def _read(name: str) -> bytes:
    path = Path(name)
    try:
        if path.is_file() and path.stat().st_size > POST_FILES:
            raise UsageError(f"{name} is too large: {path.stat().st_size} bytes, {POST_FILES} are allowed")
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}") from None
