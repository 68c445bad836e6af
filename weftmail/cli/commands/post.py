"""mail-admin post: write on a record, and see first who gets it."""

from __future__ import annotations

import argparse
import mimetypes
from dataclasses import replace
from pathlib import Path

from weftmail.cli.arguments import Parser, number
from weftmail.cli.context import Context
from weftmail.cli.output import Fields, iso
from weftmail.cli.refusals import carried_out
from weftmail.cli.schedule import back, dated, schedule_of
from weftmail.cli.who_gets import lines_of
from weftmail.core.failure import UsageError
from weftmail.core.parsing.words import text_of
from weftmail.core.wording.command import Command
from weftmail.flow import vocabulary
from weftmail.flow.forwarding import files_of, forwarded_words
from weftmail.flow.post import Draft, DraftFile, PostPlan, plan
from weftmail.flow.saved_replies import of_word, offered, put_into, put_into_html, ready
from weftmail.flow.scheduling import FromReply, Schedule, schedule
from weftmail.flow.setup import find, message
from weftmail.flow.setup.after_send import AfterSend, after_send, check_assign
from weftmail.flow.setup.leaving import LeavesLater
from weftmail.store.attachment import NewAttachment
from weftmail.store.people import User
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
    parser.add_argument("--bcc", action="append", default=[], metavar="ADDR", help="a recipient outside in Bcc")
    parser.add_argument("--subject", default="", metavar="T", help="the subject, if not that of what it answers")
    about = parser.add_mutually_exclusive_group()
    about.add_argument(
        "--answer", type=number, metavar="N", help="the message that it answers, if not the last public one"
    )
    about.add_argument("--forward", type=number, metavar="N", help="send message N on, with its files; needs --to")
    about.add_argument("--new", action="store_true", help="answer no message: it goes to the record's customer")
    parser.add_argument(
        "--mention", action="append", default=[], metavar="WHO", help="a colleague who is notified of it, too"
    )
    parser.add_argument(
        "--saved-reply", metavar="REPLY", help="a saved reply, by its number or its word; what it does is done then"
    )
    parser.add_argument(
        "--at",
        metavar="WHEN",
        help="let it leave today (17:00), tomorrow (08:00), on monday (08:00), or at a time such as 2026-11-30T08:00, "
        "in the time zone of the colleague",
    )
    parser.add_argument(
        "--unless-answered", action="store_true", help="with --at: not if somebody outside writes first"
    )
    parser.add_argument("--no-quote", action="store_true", help="quote nothing of what it answers")
    parser.add_argument("--attach", action="append", default=[], metavar="FILE", help="a file to attach")
    parser.add_argument(
        "--dry-run", action="store_true", help="show who would get it, by which channel and why; send nothing"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--company", metavar="NAME", help="the company, if there are several")
    parser.set_defaults(run=_post)


def _post(context: Context, arguments: argparse.Namespace) -> None:
    most = context.config.most_files
    files = read_files(arguments.attach, most)
    html = _html(context, arguments.html, most) if arguments.html is not None else ""
    store = context.store
    record = find.record(store, arguments.number, arguments.company)
    author = find.member(store, arguments.author, record.company_id, field="as")
    when = schedule_of(context, author, arguments)
    written = _about(context, record, arguments, _draft(arguments, html, files))
    written, reply = _with_reply(context, record, author, arguments.saved_reply, written)
    then = reply.then
    if arguments.dry_run:
        planned = plan(store, record, author, written, context.clock())
        check_assign(store, record, then.assign)
        said = [f"Nothing was written. On {record.label} this would get:", *_lines(planned), *_then(then)]
        said += [f"  Leaves: {dated(author, when.at)}"] if when is not None else []
        context.answer(arguments.json, _value(planned, None, when), lambda: said)
        return
    later: LeavesLater | None = None
    message_id: int | None = None
    with store.transaction():
        planned = plan(store, record, author, written, context.clock())
        check_assign(store, record, then.assign)
        if when is not None:
            later = carried_out(schedule(context.setup, planned, written, when, reply))
        else:
            done = carried_out(message.post(context.setup, context.installation, record, author, written))
            message_id = done.message_id
            if arguments.saved_reply is not None and not arguments.note:
                after_send(context.setup, record, author, then)
    context.wake_sender()
    what = "Noted" if arguments.note else "Written"
    said = [f"{what} on {record.label} as message {message_id}. It goes to:"]
    if when is not None and later is not None:
        said = [f"It leaves {dated(author, when.at)}, and can be taken back until then: {back(later)}. It goes to:"]
    said += [*_lines(planned), *_then(then)]
    context.answer(arguments.json, _value(planned, message_id, when), lambda: said)


def _draft(arguments: argparse.Namespace, html: str, files: list[DraftFile]) -> Draft:
    return Draft(
        text=arguments.text or "",
        html=html,
        note=arguments.note,
        to=None if arguments.to is None else [find.line("to", text) for text in arguments.to],
        cc=[find.line("cc", text) for text in arguments.cc],
        bcc=[find.line("bcc", text) for text in arguments.bcc],
        files=files,
        mentions=arguments.mention,
        subject=find.line("subject", arguments.subject) if arguments.subject else "",
        new=arguments.new,
        quote=not arguments.no_quote,
    )


def _about(context: Context, record: Record, arguments: argparse.Namespace, draft: Draft) -> Draft:
    """Return the draft with the message that it answers or sends on."""
    wanted = arguments.answer if arguments.answer is not None else arguments.forward
    if wanted is None:
        return draft
    found = context.store.threads.numbered(record.company_id, record.id, wanted)
    if found is None:
        show = Command("mail-admin record show {number}", number=record.label)
        raise UsageError(
            f"there is no message {wanted} on {record.label}; see: {context.naming(show, record.company_id)}"
        )
    if arguments.answer is not None:
        return replace(draft, answers_id=found.id)
    along = context.store.messages.attachments(record.company_id, found.id)
    size = sum(len(one.content) for one in draft.files) + sum(one.size for one in along)
    check_size(size, context.config.most_files)
    words = forwarded_words(context.store, context.installation, found)
    text = "\n\n".join(filter(None, (draft.text or text_of(draft.html), words)))
    return replace(draft, text=text, html="", kept=files_of(context.store, found), forwards_id=found.id)


def _with_reply(
    context: Context, record: Record, author: User, wanted: str | None, draft: Draft
) -> tuple[Draft, FromReply]:
    """Return the draft with what the saved reply says, and what it does once sent."""
    if wanted is None:
        return draft, FromReply()
    store = context.store
    there = offered(store, record, author.id)
    found = next((one for one in there if str(one.id) == wanted), None) or of_word(store, record, there, wanted)
    if found is None:
        raise UsageError(f"there is no saved reply {wanted} for {author.name}; see: mail-admin saved-reply list")
    says = ready(store, context.installation.languages, record, author.id, found)
    on_top = draft.forwards_id is not None
    text = put_into(draft.text or text_of(draft.html), found, says.text, on_top=on_top)
    page = put_into_html(draft.html, found, says.text, on_top=on_top)
    kept = [*draft.kept, *(NewAttachment(one.blob_id, one.filename, one.content_type) for one in says.files)]
    # What is too large together would be left out of the copies that leave.
    size = sum(len(one.content) for one in draft.files) + sum(one.size for one in says.files)
    if draft.forwards_id is not None:
        size += sum(one.size for one in store.messages.attachments(record.company_id, draft.forwards_id))
    check_size(size, context.config.most_files)
    then = AfterSend(says.after_send, says.assign, says.tags)
    return replace(draft, text=text, html=page, kept=kept, from_reply=True), FromReply(found.id, then)


def _then(then: AfterSend) -> list[str]:
    """Return what is done once it is sent, as lines."""
    found = [] if then.state == "keep" else [f"  Then: {then.state}"]
    found += [f"  Then: assign to {then.assign}"] if then.assign else []
    return [*found, *(f"  Then: tag {one}" for one in then.tags)]


def _lines(planned: PostPlan) -> list[str]:
    outside = [f"  Subject: {planned.subject}"] if planned.recipients.outsiders else []
    if planned.identity is not None and planned.identity.instead_of:
        reason = f"no mail server may send in the name of {planned.identity.instead_of}"
        outside.insert(0, f"  From: {planned.identity.sender.address} ({reason})")
    return [*outside, *lines_of(planned.recipients)]


def _value(planned: PostPlan, message_id: int | None, when: Schedule | None) -> Fields:
    notify = vocabulary.who_gets(planned.recipients)
    sender = planned.identity.sender.address if planned.identity is not None else None
    return {
        "record": planned.record.label,
        "message": message_id,
        "from": sender,
        "subject": planned.subject,
        "leaves_at": iso(when.at) if when is not None else None,
        "notify": notify,
    }


def _html(context: Context, name: str, most: int) -> str:
    if name == "-":
        return context.stdin.read()
    try:
        return _read(name, most).decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"{name} is not UTF-8 text; write it so") from None


def read_files(names: list[str], most: int) -> list[DraftFile]:
    """Return the files of these names with their bytes.  Raises UsageError for what cannot be read or is too large."""
    files = []
    for name in names:
        content_type, encoding = mimetypes.guess_type(name)
        kind = "application/octet-stream" if content_type is None or encoding is not None else content_type
        files.append(DraftFile(find.line("attach", Path(name).name), kind, _read(name, most)))
    check_size(sum(len(file.content) for file in files), most)
    return files


def check_size(size: int, most: int) -> None:
    """Raise UsageError where files have more than ``most`` bytes together."""
    if size > most:
        raise UsageError(f"the files have {size} bytes together, {most} are allowed; send a link instead")


def _read(name: str, most: int) -> bytes:
    path = Path(name)
    try:
        if path.is_file() and path.stat().st_size > most:
            raise UsageError(f"{name} is too large: {path.stat().st_size} bytes, {most} are allowed")
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}") from None
