"""mail-admin import: email of before, from an mbox file or a Maildir."""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from weftmail.cli.arguments import Parser, Verbs
from weftmail.cli.context import Context
from weftmail.cli.progress import Progress
from weftmail.cli.refusals import carried_out
from weftmail.flow.mail_import import ImportGoal, ReadMail, import_mails
from weftmail.flow.reading import Reader, Unread
from weftmail.flow.setup import mail_import
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
        verb.add_argument("path", metavar="PATH", type=Path, help="the file or folder")
        verb.add_argument("--type", required=True, metavar="TYPE", help="the type of the records that it opens")
        verb.add_argument("--alias", metavar="ADDR", help="the alias from which the records are answered")
        verb.add_argument("--again", action="store_true", help="from the beginning, where an earlier run got further")


def _import(kind: type[Mbox | MaildirFolder], context: Context, arguments: argparse.Namespace) -> None:
    folder = kind(arguments.path)
    into = mail_import.goal(context.store, arguments.type, alias=arguments.alias, company=arguments.company)
    size, place = folder.size, _place(arguments.path, into)
    kept = context.store.settings.get(place) or "0"
    begin = 0 if arguments.again or not kept.isdecimal() or int(kept) > size else int(kept)
    counts = {"filed": 0, "there": 0, "left_out": 0}
    left_out: list[str] = []
    # Taken once: each installation that is made has readers of its own.
    installation = context.installation
    progress = Progress(sys.stderr, size, begin)
    for mails in _portions(folder.mails(begin)):
        read = [one for one in (_read(installation.reader, mail, left_out) for mail in mails) if one is not None]
        with context.store.transaction():
            filed, there = import_mails(context.store, installation, into, read, context.clock())
            context.store.settings.put(place, str(mails[-1].done))
        counts = {"filed": counts["filed"] + filed, "there": counts["there"] + there, "left_out": len(left_out)}
        progress.at(mails[-1].done, sum(counts.values()))
    progress.end()
    with context.store.transaction():
        context.store.settings.remove(place)
        carried_out(mail_import.imported(context.setup, into, arguments.path.name, counts["filed"]))
    lines = [f"Filed {counts['filed']}; {counts['there']} were there already.", *left_out]
    if begin:
        lines.insert(0, "Went on where an earlier run was interrupted.")
    context.answer(arguments.json, {**counts, "not_read": left_out, "resumed": begin > 0}, lambda: lines)


def _place(path: Path, into: ImportGoal) -> str:
    """Return the name under which the store keeps how far this import got."""
    words = f"{path.resolve()} {into}"
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
