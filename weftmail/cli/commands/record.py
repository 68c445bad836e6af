"""mail-admin record: leads, orders, invoices and their conversations."""

from __future__ import annotations

import argparse
from dataclasses import replace
from functools import partial

from weftmail.cli import done, record_filter
from weftmail.cli.arguments import Parser, Verbs, number, pairs
from weftmail.cli.context import Context
from weftmail.cli.listing import Listing
from weftmail.cli.output import shown
from weftmail.cli.pages import RecordPages, SortedRecordPages
from weftmail.cli.record_filter import FoundPages
from weftmail.cli.refusals import carried_out
from weftmail.cli.thread import lines, whole_json
from weftmail.core.address import in_full
from weftmail.core.failure import UsageError
from weftmail.core.wording import acts
from weftmail.core.wording.command import Command
from weftmail.core.wording.sentences import say
from weftmail.flow import vocabulary
from weftmail.flow.export import mbox_of_record
from weftmail.flow.identity import address_of
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import file as files
from weftmail.flow.setup import find, forward, retype
from weftmail.flow.setup import move as moves
from weftmail.flow.setup import record as records
from weftmail.flow.setup import snooze as snoozes
from weftmail.flow.setup.act import Done
from weftmail.flow.setup.record_change import RecordChanges
from weftmail.flow.thread import PER_PAGE, Excerpt, conversation, whole
from weftmail.store.record import Record
from weftmail.store.record_list import SORTS
from weftmail.store.store import Store


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    add = verbs.add("add", "open a record", _add, company=True)
    add.add_argument("type", metavar="TYPE", help="the type: lead, order, invoice, ...")
    add.add_argument("--title", required=True, metavar="TEXT", help="what it is about, on one line")
    add.add_argument(
        "--owner", metavar="WHO", help="who owns and follows it: a colleague, by address, or a team, by name"
    )
    add.add_argument("--customer", metavar="ADDR", help="the contact it is about")
    add.add_argument("--alias", metavar="ADDR", help="the alias whose address it writes from")
    add.add_argument("--field", action="append", default=[], metavar="K=V", help="a field, such as value=23500")
    add.add_argument("--reference", metavar="REF", help="its name in another application")
    add.add_argument("--reference-url", metavar="URL", help="the page of the other application that shows it")
    listed = verbs.list("list records, most recent first", _list, "ID", company=True)
    listed.add_argument("--sort", choices=tuple(SORTS), default="changed", help="another order, of one company")
    record_filter.add_flags(listed)
    show = verbs.add("show", "show a record and its conversation", _show, company=True)
    show.add_argument("number", metavar="NUMBER", help="the number of the record, such as LEAD-17")
    show.add_argument("--limit", type=number, metavar="N", help=f"so many messages; {PER_PAGE} by default, as JSON all")
    show.add_argument("--before", type=number, metavar="ID", help="the newest of those before this message")
    show.add_argument("--after", type=number, metavar="ID", help="the oldest of those after this message")
    _build_changes(verbs)
    _build_moves(verbs)


def _build_changes(verbs: Verbs) -> None:
    """Add what changes a record in its place."""
    export = verbs.add("export", "print a record's messages and notes as mbox", _export, company=True, json=False)
    export.add_argument("number", metavar="NUMBER", help="the record's number, as LEAD-7")
    remove = verbs.add("remove-file", "delete a file of a message, for good", _remove_file, company=True)
    remove.add_argument("number", metavar="NUMBER", help="the number of the record, such as LEAD-17")
    remove.add_argument("message", type=number, metavar="N", help="which message: its number on the record")
    remove.add_argument("file", type=number, metavar="FILE", help="which of its files: 1 is the first")
    change = verbs.add("set", "change a record; only what you name changes", _set, company=True)
    change.add_argument("number", metavar="NUMBER", help="the number of the record, such as LEAD-17")
    change.add_argument("--title", metavar="TEXT", help="the new title")
    change.add_argument("--state", metavar="STATE", help="open, waiting, closed, or another state of its type")
    change.add_argument(
        "--owner", metavar="WHO", help="who owns and follows it: a colleague, by address, or a team, by name"
    )
    change.add_argument("--field", action="append", default=[], metavar="K=V", help="set a field; K= removes it")
    change.add_argument(
        "--add-participant", action="append", default=[], metavar="ADDR", help="add a contact to the conversation"
    )
    change.add_argument(
        "--remove-participant",
        action="append",
        default=[],
        metavar="ADDR",
        help="remove a contact, and revoke the reply addresses this person was given",
    )
    change.add_argument(
        "--revoke-reply-addresses", action="store_true", help="revoke all reply addresses of the record"
    )
    change.add_argument("--team", metavar="TEAM", help="the team that it belongs to; '' for none")
    change.add_argument("--customer", metavar="ADDR", help="the contact it is about; '' for none")
    change.add_argument("--priority", metavar="P", help="low, normal, high or urgent")
    change.add_argument("--no-answer-needed", action="store_true", help="nothing waits for us, until the next message")
    snooze = verbs.add("snooze", "take a record out of what waits for us for a while", _snooze, company=True)
    snooze.add_argument("number", metavar="NUMBER", help="the number of the record, such as LEAD-17")
    snooze.add_argument("day", nargs="?", metavar="DAY", help="until then, as 2026-11-30; else until an answer")
    wake = verbs.add("wake", "end the snooze of a record", _wake, company=True)
    wake.add_argument("number", metavar="NUMBER", help="the number of the record, such as LEAD-17")
    tag = verbs.add("tag", "put tags on a record, or take them off", _tag, company=True)
    tag.add_argument("number", metavar="NUMBER", help="the number of the record, such as LEAD-17")
    tag.add_argument("add", nargs="*", metavar="TAG", help="a tag to put on it")
    tag.add_argument("--remove", action="append", default=[], metavar="TAG", help="a tag to take off")


def _build_moves(verbs: Verbs) -> None:
    """Add what gives a record, or messages of it, another number or place."""
    other = verbs.add("retype", "give a record another type, and with it another number", _retype, company=True)
    other.add_argument("number", metavar="NUMBER", help="the number of the record, such as LEAD-17")
    other.add_argument("type", metavar="TYPE", help="the type: lead, order, invoice, ...")
    other.add_argument("--dry-run", action="store_true", help="say who would see it then, and change nothing")
    carry = verbs.add("move", "move messages of a record to another one", _carry, company=True)
    carry.add_argument("number", metavar="NUMBER", help="the number of the record, such as LEAD-17")
    carry.add_argument("messages", nargs="+", type=number, metavar="N", help="a message, by its number in the record")
    carry.add_argument("--to", required=True, metavar="NUMBER", help="the record that they belong to")
    split = verbs.add("split", "move messages of a record into a new one", _split, company=True)
    split.add_argument("number", metavar="NUMBER", help="the number of the record, such as LEAD-17")
    split.add_argument("messages", nargs="+", type=number, metavar="N", help="a message, by its number in the record")
    split.add_argument("--title", required=True, metavar="TEXT", help="what the new record is about, on one line")
    split.add_argument("--type", metavar="TYPE", help="the type of the new record; that of the first by default")
    merge = verbs.add("merge", "let a record be part of another one; its number leads there", _merge, company=True)
    merge.add_argument("number", metavar="NUMBER", help="the number of the record that goes")
    merge.add_argument("into", metavar="NUMBER", help="the number of the record that stays")
    apart = verbs.add("separate", "let a merged record be one of its own again", _separate, company=True)
    apart.add_argument("number", metavar="NUMBER", help="the number that it had before it was merged")
    own = verbs.add("unforward", "let an email that a colleague forwarded be their own", _own, company=True)
    own.add_argument("number", metavar="NUMBER", help="the number of the record, such as LEAD-17")
    own.add_argument("message", type=number, metavar="N", help="which message: its number in the record")
    for name, place, help_ in MOVES:
        move = verbs.add(name, help_, partial(_move, place), company=True)
        move.add_argument("number", metavar="NUMBER", help="the number of the record, such as LEAD-17")


def _add(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(
        records.add(
            context.setup,
            arguments.type,
            title=arguments.title,
            company=arguments.company,
            owner=arguments.owner,
            customer=arguments.customer,
            alias=arguments.alias,
            fields_=pairs(arguments.field),
            reference=arguments.reference,
            reference_url=arguments.reference_url,
        )
    )
    said = f"Opened {made.subject}: {made.now['title']}"
    step = Command("mail-admin post {number} --as ADDR --to ADDR --text T", number=made.subject)
    next_ = f"Next: {context.naming(step, made.company_id)}"
    context.answer(arguments.json, done.value(made), lambda: [said, next_])


def _set(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(
        records.change(
            context.setup,
            arguments.number,
            RecordChanges(
                title=arguments.title,
                state=arguments.state,
                owner=arguments.owner,
                team=arguments.team,
                customer=arguments.customer,
                priority=arguments.priority,
                awaits=False if arguments.no_answer_needed else None,
                fields=pairs(arguments.field),
            ),
            company=arguments.company,
            add_participants=arguments.add_participant,
            remove_participants=arguments.remove_participant,
            revoke_reply_addresses=arguments.revoke_reply_addresses,
        )
    )
    context.answer(arguments.json, done.value(made), lambda: [done.changes(made)])


MOVES = (
    ("spam", "spam", "take a record out of the lists as spam, and block its sender"),
    ("trash", "trash", "take a record out of the lists"),
    ("restore", "lists", "bring a record back from spam or trash"),
)


def _retype(context: Context, arguments: argparse.Namespace) -> None:
    found, wanted, seen = retype.plan(context.setup, arguments.number, arguments.type, company=arguments.company)
    seen_by = say(seen)
    if arguments.dry_run:
        lines = [f"{found.label} would be of the type {wanted}.", f"Seen by: {seen_by}"]
        value = {"number": found.label, "type": wanted, "seen_by": seen_by, "changed": False}
        context.answer(arguments.json, value, lambda: lines)
        return
    made = carried_out(retype.change(context.setup, arguments.number, arguments.type, company=arguments.company))
    context.answer(
        arguments.json, {**done.value(made), "seen_by": seen_by}, lambda: [done.changes(made), f"Seen by: {seen_by}"]
    )


def _snooze(context: Context, arguments: argparse.Namespace) -> None:
    until = arguments.day or snoozes.ANSWER
    made = carried_out(snoozes.snooze(context.setup, arguments.number, until, company=arguments.company))
    context.answer(arguments.json, done.value(made), lambda: [done.changes(made)])


def _wake(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(snoozes.wake(context.setup, arguments.number, company=arguments.company))
    context.answer(arguments.json, done.value(made), lambda: [done.changes(made)])


def _own(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(forward.take_back(context.setup, arguments.number, arguments.message, company=arguments.company))
    context.answer(arguments.json, done.value(made), lambda: [done.changes(made)])


def _carry(context: Context, arguments: argparse.Namespace) -> None:
    _moved(
        context,
        arguments,
        moves.move(context.setup, arguments.number, arguments.messages, arguments.to, company=arguments.company),
    )


def _split(context: Context, arguments: argparse.Namespace) -> None:
    _moved(
        context,
        arguments,
        moves.split(
            context.setup,
            arguments.number,
            arguments.messages,
            title=arguments.title,
            type_=arguments.type,
            company=arguments.company,
        ),
    )


def _merge(context: Context, arguments: argparse.Namespace) -> None:
    _moved(context, arguments, moves.merge(context.setup, arguments.number, arguments.into, company=arguments.company))


def _separate(context: Context, arguments: argparse.Namespace) -> None:
    _moved(context, arguments, moves.separate(context.setup, arguments.number, company=arguments.company))


def _moved(context: Context, arguments: argparse.Namespace, answer: Done | Refusal) -> None:
    made = carried_out(answer)
    undo = f"Take it back, also later: {done.undo(made)}"
    said = f"{say(acts.done(made.act, made.subject))}: now on {made.now['record']}"
    context.answer(arguments.json, done.value(made), lambda: [said, undo])


def _tag(context: Context, arguments: argparse.Namespace) -> None:
    _change(context, arguments, RecordChanges(add_tags=arguments.add, remove_tags=arguments.remove))


def _move(place: str, context: Context, arguments: argparse.Namespace) -> None:
    _change(context, arguments, RecordChanges(place=place))


def _change(context: Context, arguments: argparse.Namespace, changes: RecordChanges) -> None:
    made = carried_out(records.change(context.setup, arguments.number, changes, company=arguments.company))
    context.answer(arguments.json, done.value(made), lambda: [done.changes(made)])


def _list(context: Context, arguments: argparse.Namespace) -> None:
    record_filter.refuse_both(arguments)
    context.show(_listing(context.store, arguments), arguments)


def _pages(store: Store, arguments: argparse.Namespace) -> RecordPages | SortedRecordPages | FoundPages:
    """Return the pages of records: of several companies by their last change, or of one as the flags say."""
    company, sort, narrowed = arguments.company, arguments.sort, record_filter.asked(arguments)
    if arguments.search is not None:
        return FoundPages(store, find.company(store, company).id, arguments.search)
    if sort == "changed" and not narrowed and company is None and len(store.companies.all()) > 1:
        return RecordPages(store, None)
    return SortedRecordPages(store, record_filter.wanted(store, find.company(store, company).id, arguments), sort)


def _listing(store: Store, arguments: argparse.Namespace) -> Listing[Record]:
    narrowed = record_filter.asked(arguments) or arguments.search is not None
    return Listing(
        _pages(store, arguments),
        lambda one: str(one.id),
        vocabulary.record,
        ("NUMBER", "COMPANY", "STATE", "OWNER", "CUSTOMER", "CHANGED", "TITLE"),
        lambda r: (
            r.label,
            r.company,
            r.state,
            r.owner,
            in_full(r.customer or "", r.customer_address or ""),
            shown(r.changed_at),
            r.title,
        ),
        "No record is like that." if narrowed else "There is no record yet; mail to an alias opens one.",
    )


def _remove_file(context: Context, arguments: argparse.Namespace) -> None:
    words = (arguments.number, arguments.message, arguments.file)
    made = carried_out(files.remove(context.setup, *words, company=arguments.company))
    context.answer(arguments.json, done.value(made), lambda: [done.changes(made)])


def _export(context: Context, arguments: argparse.Namespace) -> None:
    with context.store.snapshot():
        record = find.record(context.store, arguments.number, arguments.company)
        context.write_bytes(mbox_of_record(context.store, record))


def _show(context: Context, arguments: argparse.Namespace) -> None:
    store = context.store
    if arguments.before is not None and arguments.after is not None:
        raise UsageError("give --before or --after, not both", status=2)
    asked = arguments.limit is not None or arguments.before is not None or arguments.after is not None
    with store.snapshot():
        record = find.record(store, arguments.number, arguments.company)
        if arguments.json and not asked:
            head, entries = whole(store, record)
            own_address = address_of(store, context.installation, record, head.alias)
            context.write(whole_json(replace(head, own_address=own_address), entries))
            return
        page = Excerpt(arguments.limit or PER_PAGE, arguments.before, arguments.after)
        found = conversation(store, record, page=page)
        own_address = address_of(store, context.installation, record, found.alias)
    found = replace(found, own_address=own_address)
    context.answer(arguments.json, vocabulary.conversation(found), lambda: lines(found, context.naming))
