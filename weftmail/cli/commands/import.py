"""mail-admin import: email of before, from an mbox file or a Maildir, or conversations of another program."""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from weftmail.cli.arguments import Parser, Verbs
from weftmail.cli.context import Context
from weftmail.cli.imports import filed, left_out, planned
from weftmail.cli.installer import says_yes
from weftmail.cli.progress import Progress
from weftmail.cli.refusals import carried_out
from weftmail.core.failure import UsageError
from weftmail.flow.mail_import import ImportGoal, ReadMail, import_mails
from weftmail.flow.reading import Reader, Unread
from weftmail.flow.setup import find, mail_import
from weftmail.transport.exports.folder import ExportFolder, Missed
from weftmail.transport.exports.freescout import FreeScout
from weftmail.transport.exports.odoo import Odoo
from weftmail.transport.exports.zammad import Zammad
from weftmail.transport.mail_folder import FolderMail, MaildirFolder, Mbox

AT_ONCE = 100
"""So many mails are filed in one transaction: an import that is interrupted begins again behind the last of these."""


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    kinds: dict[str, tuple[type[Mbox | MaildirFolder], str]] = {
        "mbox": (Mbox, "an mbox file"),
        "maildir": (MaildirFolder, "a Maildir with the folders in it"),
    }
    for name, (kind, what) in kinds.items():
        verb = verbs.add(name, f"read in {what}: silently, on closed records", partial(_import, kind), company=True)
        _goes_to(verb)
        verb.add_argument("--again", action="store_true", help="from the beginning, where an earlier run got further")
    programs: dict[str, tuple[type[Odoo | Zammad | FreeScout], str]] = {
        "odoo": (Odoo, "what Odoo exported, as CSV, XLSX or JSON"),
        "zammad": (Zammad, "what Zammad's REST interface answered, as JSON"),
        "freescout": (FreeScout, "what FreeScout's interface answered, as JSON"),
    }
    for name, (program, what) in programs.items():
        verb = verbs.add(name, f"read in {what}: silently, after a dry run", partial(_bring, program), company=True)
        _goes_to(verb)
        verb.add_argument(
            "--name", metavar="NAME", default=program.name, help="what references call it; name a second one otherwise"
        )
        verb.add_argument("--dry-run", action="store_true", help="say what there is, and what cannot be taken")
        verb.add_argument("--yes", action="store_true", help="do it without asking")


def _goes_to(verb: Parser) -> None:
    verb.add_argument("path", metavar="PATH", type=Path, help="the file or folder")
    verb.add_argument("--type", required=True, metavar="TYPE", help="the type of the records that it opens")
    verb.add_argument("--alias", metavar="ADDR", help="the alias from which the records are answered")


def _bring(program: type[Odoo | Zammad | FreeScout], context: Context, arguments: argparse.Namespace) -> None:
    """Look through an export, say what was found, and file it where somebody says yes."""
    source, missed = find.line("name", arguments.name), Missed()
    into = mail_import.goal(context.store, arguments.type, alias=arguments.alias, company=arguments.company)
    export = program(ExportFolder(arguments.path, missed))
    plan = planned(context, into, source, export, Progress(sys.stderr, export.size))
    lines, value = plan.lines(source, missed), plan.value(missed)
    if arguments.dry_run:
        context.answer(arguments.json, {**value, "filed": 0}, lambda: [*lines, "Nothing was filed."])
        return
    if not arguments.yes:
        if not context.stdin.isatty():
            raise UsageError("say --yes to file them, after the same with --dry-run", status=2)
        context.say(*lines)
        if not says_yes(context, f"File {plan.new} messages? [y/N] "):
            raise UsageError("nothing was filed")
        lines = []
    place = _place(arguments.path, into, source)
    into = _named(context, place, into)
    # What cannot be taken is counted once: this is the same export, read anew.
    missed = Missed()
    export = program(ExportFolder(arguments.path, missed))
    new, there = filed(context, into, source, export, missed, Progress(sys.stderr, export.size))
    _done(context, place, into, arguments.path.name, new)
    value |= {"left_out": dict(missed.counts), "not_read": missed.named, "filed": new, "there": there}
    ended = [f"Filed {new}; {there} were there already.", *left_out(missed)]
    context.answer(arguments.json, value, lambda: [*plan.lines(source, Missed()), *ended] if lines else ended)


def _named(context: Context, place: str, into: ImportGoal) -> ImportGoal:
    """Give the import a name, the same one until it has ended."""
    name = (context.store.settings.get(place) or "").partition(" ")[2] or f"{place.split()[1]}-{context.clock()}"
    with context.store.transaction():
        context.store.settings.put(place, f"0 {name}")
    return replace(into, name=name)


def _done(context: Context, place: str, into: ImportGoal, name: str, filed: int) -> None:
    with context.store.transaction():
        context.store.settings.remove(place)
        carried_out(mail_import.imported(context.setup, into, name, filed))


def _import(kind: type[Mbox | MaildirFolder], context: Context, arguments: argparse.Namespace) -> None:
    folder = kind(arguments.path)
    into = mail_import.goal(context.store, arguments.type, alias=arguments.alias, company=arguments.company)
    size, place = folder.size, _place(arguments.path, into)
    kept, _, name = (context.store.settings.get(place) or "0").partition(" ")
    into = replace(into, name=name or f"{place.split()[1]}-{context.clock()}")
    begin = 0 if arguments.again or not kept.isdecimal() or int(kept) > size else int(kept)
    counts = {"filed": 0, "there": 0, "left_out": 0}
    left_out: list[str] = []
    # Taken once: each installation that is made has readers of its own.
    installation = context.installation
    progress = Progress(sys.stderr, size, begin)
    for mails in _portions(folder.mails(begin)):
        read = [one for one in (_read(installation.reader, mail, left_out) for mail in mails) if one is not None]
        with context.store.transaction():
            new, there = import_mails(context.store, installation, into, read, context.clock())
            context.store.settings.put(place, f"{mails[-1].done} {into.name}")
        counts = {"filed": counts["filed"] + new, "there": counts["there"] + there, "left_out": len(left_out)}
        progress.at(mails[-1].done, sum(counts.values()))
    progress.end()
    _done(context, place, into, arguments.path.name, counts["filed"])
    lines = [f"Filed {counts['filed']}; {counts['there']} were there already.", *left_out]
    if begin:
        lines.insert(0, "Went on where an earlier run was interrupted.")
    context.answer(arguments.json, {**counts, "not_read": left_out, "resumed": begin > 0}, lambda: lines)


def _place(path: Path, into: ImportGoal, source: str = "") -> str:
    """Return the name under which the store keeps how far this import got."""
    words = f"{path.resolve()} {into} {source}"
    return f"import {hashlib.sha256(words.encode()).hexdigest()[:32]}"


def _portions(mails: Iterator[FolderMail]) -> Iterator[list[FolderMail]]:
    portion: list[FolderMail] = []
    for mail in mails:
        portion.append(mail)
        if len(portion) == AT_ONCE:
            yield portion
            portion = []
    if portion:
        yield portion


def _read(reader: Reader, mail: FolderMail, left_out: list[str]) -> ReadMail | None:
    """Have a mail read by a process of its own; one that is too large, or on which our code fails, is named."""
    try:
        if not mail.raw:
            raise Unread("it is empty, or larger than 64 MB")
        return ReadMail(mail.raw, reader(mail.raw), mail.at)
    except Unread as error:
        left_out.append(f"Left out {mail.name}: {error.detail.strip().splitlines()[-1]}")
        return None
