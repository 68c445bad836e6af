"""mail-admin note: internal notes that their author edits or deletes, and what they said before."""

from __future__ import annotations

import argparse

from weftmail.cli import done
from weftmail.cli.arguments import Parser, Verbs, number
from weftmail.cli.context import Context
from weftmail.cli.listing import Listing, Whole
from weftmail.cli.output import one_line, shown
from weftmail.cli.refusals import carried_out
from weftmail.flow import vocabulary
from weftmail.flow.setup import find, note
from weftmail.store.note import NoteVersion
from weftmail.store.people import User
from weftmail.store.store import Store


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    edit = verbs.add("edit", "let a note say something else", _edit, company=True)
    remove = verbs.add("remove", "delete a note; its place in the conversation stays", _remove, company=True)
    listing = verbs.list("list what a note said before", _list, "ID", company=True, verb="versions")
    erase = verbs.add("erase", "forget what a note said before, for good", _erase, company=True)
    for verb in (edit, remove, listing, erase):
        verb.add_argument("number", metavar="NUMBER", help="the number of the record, such as LEAD-17")
        verb.add_argument("note", type=number, metavar="N", help="which note: its number on the record")
    for verb in (edit, remove):
        verb.add_argument("--as", dest="author", required=True, metavar="ADDR", help="an address of its author")
    edit.add_argument("--text", required=True, metavar="T", help="what it says from now on")


def _edit(context: Context, arguments: argparse.Namespace) -> None:
    words = (arguments.number, arguments.note, arguments.text, _author(context.store, arguments))
    made = carried_out(note.edit(context.setup, *words, company=arguments.company))
    context.wake_sender()
    context.answer(arguments.json, done.value(made), lambda: [done.changes(made)])


def _remove(context: Context, arguments: argparse.Namespace) -> None:
    words = (arguments.number, arguments.note, _author(context.store, arguments))
    made = carried_out(note.remove(context.setup, *words, company=arguments.company))
    context.answer(arguments.json, done.value(made), lambda: [done.changes(made)])


def _erase(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(note.erase(context.setup, arguments.number, arguments.note, company=arguments.company))
    context.answer(arguments.json, done.value(made), lambda: [done.changes(made)])


def _author(store: Store, arguments: argparse.Namespace) -> User:
    record = find.record(store, arguments.number, arguments.company)
    return find.member(store, arguments.author, record.company_id, field="as")


def _list(context: Context, arguments: argparse.Namespace) -> None:
    context.show(_listing(context.store, arguments.number, arguments.note, arguments.company), arguments)


def _listing(store: Store, label: str, note_number: int, company: str | None) -> Listing[NoteVersion]:
    record, found = note.named(store, label, note_number, company)
    return Listing(
        Whole(store.notes.versions(record.company_id, found.id), _name),
        _name,
        vocabulary.note_version,
        ("ID", "UNTIL", "TEXT"),
        lambda one: (str(one.id), shown(one.created_at), one_line(one.text)),
        f"Note {note_number} on {record.label} was never changed.",
    )


def _name(one: NoteVersion) -> str:
    return str(one.id)
