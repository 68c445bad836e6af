"""mail-admin saved-reply: texts with files and acts that are used again, of a colleague, a team or the company."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace

from weftmail.cli import done
from weftmail.cli.arguments import Parser, Verbs, number
from weftmail.cli.commands.post import check_size, read_files
from weftmail.cli.context import Context
from weftmail.cli.listing import Listing, Whole
from weftmail.cli.output import Fields, sheet
from weftmail.cli.refusals import carried_out
from weftmail.core.failure import UsageError
from weftmail.core.limits import SAVED_REPLIES
from weftmail.core.placeholders import PLACEHOLDERS
from weftmail.core.wording.command import Command
from weftmail.flow.setup import find, saved_reply
from weftmail.flow.setup.saved_reply import ReplyValues
from weftmail.store.attachment import NewAttachment
from weftmail.store.saved_reply import SavedReply
from weftmail.store.store import Store

GIVEN = ("name", "text", "of", "word", "type", "language", "after_send", "assign")


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    verbs.list("list all saved replies by name", _list, "ID", company=True)
    show = verbs.add("show", "show one saved reply", _show, company=True)
    show.add_argument("id", type=number, metavar="ID", help="the number of the saved reply")
    placeholders = ", ".join(f"{{{one}}}" for one in PLACEHOLDERS)
    add = verbs.add(
        "add", f"add a saved reply; its text may hold {placeholders} and {{field.NAME}}", _add, company=True
    )
    add.add_argument("name", metavar="NAME", help="what it is called in the menu")
    change = verbs.add("set", "change a saved reply; only what you name changes", _set, company=True)
    change.add_argument("id", type=number, metavar="ID", help="the number of the saved reply")
    change.add_argument("--name", metavar="NAME", help="what it is called in the menu")
    change.add_argument("--no-files", action="store_true", help="without the files that it has")
    for one in (add, change):
        one.add_argument("--text", required=one is add, metavar="T", help="what it says")
        one.add_argument("--of", metavar="WHO", help="a colleague, by address, or a team, by name; else the company")
        one.add_argument("--word", metavar="W", help="what is typed behind a slash to get it")
        one.add_argument("--type", metavar="TYPE", help="for records of this type alone")
        one.add_argument("--language", metavar="CODE", help="for readers of this language, such as sv")
        one.add_argument("--after-send", choices=["keep", "wait", "close"], help="what becomes of the record then")
        one.add_argument("--assign", metavar="WHO", help="who gets the record then: an address, or a team")
        one.add_argument("--tag", action="append", metavar="TAG", help="a tag that the record bears then")
        one.add_argument("--attach", action="append", default=[], metavar="FILE", help="a file that goes along")
    remove = verbs.add("remove", "remove a saved reply", _remove, company=True)
    remove.add_argument("id", type=number, metavar="ID", help="the number of the saved reply")
    restore = verbs.add("restore", "bring a removed saved reply back", _restore, company=True)
    restore.add_argument("id", type=number, metavar="ID", help="the number of the saved reply")


def _add(context: Context, arguments: argparse.Namespace) -> None:
    values = _with(context, arguments, ReplyValues())
    made = carried_out(saved_reply.add(context.setup, values, company=arguments.company))
    said = f"Saved reply {made.now['id']}: {made.subject}."
    step = Command("mail-admin post NUMBER --as ADDR --saved-reply {id}", id=made.now["id"])
    use = f"Next: {context.naming(step, made.company_id)}"
    context.answer(arguments.json, _plain(done.value(made)), lambda: [said, use])


def _set(context: Context, arguments: argparse.Namespace) -> None:
    words = [getattr(arguments, name) for name in GIVEN]
    if all(one is None for one in (*words, arguments.tag)) and not arguments.attach and not arguments.no_files:
        raise UsageError("there is nothing to change; see: mail-admin saved-reply set --help", status=2)
    found = _named(context.store, arguments)
    before = saved_reply.values_of(context.store, found)
    before = replace(before, files=()) if arguments.no_files else before
    values = _with(context, arguments, before)
    made = carried_out(saved_reply.change(context.setup, found.id, values, company=arguments.company))
    context.answer(arguments.json, _plain(done.value(made)), lambda: [done.changes(made)])


def _with(context: Context, arguments: argparse.Namespace, before: ReplyValues) -> ReplyValues:
    """Return the values with what the flags say."""
    given = {name: getattr(arguments, name) for name in GIVEN if getattr(arguments, name) is not None}
    values = replace(before, **given)
    if arguments.tag is not None:
        values = replace(values, tags=[one for one in arguments.tag if one.strip()])
    files = read_files(arguments.attach, context.config.most_files)
    if not files:
        return values
    company_id = find.company(context.store, arguments.company).id
    there = context.store.saved_replies.files(company_id, [arguments.id]) if values.files else []
    check_size(sum(one.size for one in there) + sum(len(one.content) for one in files), context.config.most_files)
    with context.store.transaction():
        blobs = context.store.blobs.put_all(company_id, [one.content for one in files])
    added = [NewAttachment(blob, one.filename, one.content_type) for blob, one in zip(blobs, files, strict=True)]
    return replace(values, files=[*values.files, *added])


def _remove(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(saved_reply.remove(context.setup, arguments.id, company=arguments.company))
    step = Command("mail-admin saved-reply restore {id}", id=arguments.id)
    back = f"Next: {context.naming(step, made.company_id)}"
    context.answer(arguments.json, _plain(done.value(made)), lambda: [f"Removed {made.subject}.", back])


def _restore(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(saved_reply.restore(context.setup, arguments.id, company=arguments.company))
    context.answer(arguments.json, _plain(done.value(made)), lambda: [f"{made.subject} is back."])


def _named(store: Store, arguments: argparse.Namespace) -> SavedReply:
    """Return the reply that the arguments name.  Raises UsageError where there is none."""
    found = store.saved_replies.get(saved_reply.company_of(store, arguments.company, arguments.id).id, arguments.id)
    if found is None or found.removed_at is not None:
        raise UsageError(f"There is no saved reply {arguments.id}; see: mail-admin saved-reply list")
    return found


def _list(context: Context, arguments: argparse.Namespace) -> None:
    context.show(_listing(context.store, arguments.company), arguments)


def _listing(store: Store, company: str | None) -> Listing[SavedReply]:
    of = find.company(store, company).id
    rows: Sequence[SavedReply] = store.saved_replies.offered(of, None, SAVED_REPLIES, everything=True)
    return Listing(
        Whole(rows, lambda one: str(one.id)),
        lambda one: str(one.id),
        lambda one: _plain(saved_reply.fields(store, one)),
        ("ID", "NAME", "WORD", "WHOSE", "TYPE", "LANGUAGE"),
        lambda one: (
            one.id,
            one.name,
            f"/{one.word}" if one.word else "",
            one.author or one.team or "company",
            one.record_type or "all",
            one.language or "all",
        ),
        "There is no saved reply yet. Add one: mail-admin saved-reply add NAME --text T",
    )


def _show(context: Context, arguments: argparse.Namespace) -> None:
    found = _named(context.store, arguments)
    said = _plain(saved_reply.fields(context.store, found))
    lines = {
        "Name": said["name"],
        "Word": f"/{found.word}" if found.word else "",
        "Whose": said["of"] or "company",
        "Type": said["type"] or "all",
        "Language": said["language"] or "all",
        "Once sent": said["after_send"],
        "Assign to": said["assign"],
        "Tags": said["tags"],
        "Files": said["files"],
    }
    context.answer(arguments.json, said, lambda: [*sheet(lines), "", *found.text.splitlines()])


def _plain(said: Fields) -> Fields:
    """Return what is said without what only an undo needs."""
    return {name: value for name, value in said.items() if name != "stored_files"}
