"""mail-admin exim: what Exim needs for weftmail, what is wrong with it; writing it there and taking it out."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Literal

from weftmail.cli import exim_install, exim_wiring
from weftmail.cli.arguments import Parser, Verbs
from weftmail.cli.context import Context
from weftmail.cli.exim_wiring import settings_of
from weftmail.mta.exim import changes
from weftmail.mta.exim.changes import mode_of
from weftmail.mta.exim.layout import DEFAULT_FOLDER, Exim, read
from weftmail.mta.exim.settings import EximSettings, render
from weftmail.mta.postfix.finding import Finding


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    show = verbs.add("show", "say what weftmail would change; changes nothing", _show, json=True)
    check = verbs.add("check", "say what is wrong; status 1 where something is broken", _check, json=True)
    install = verbs.add("install", "write it into Exim, with a restore point, and prove that mail flows", _install)
    remove = verbs.add("remove", "take it out of Exim again: files as before, where nobody changed them", _remove)
    for verb in (show, check, install, remove):
        verb.add_argument("--folder", default=exim_wiring.FOLDER, metavar="DIR", help="where the files for Exim lie")
        verb.add_argument("--pipe", action="store_true", help="a program for each mail, instead of the listener")
        verb.add_argument("--program", metavar="PATH", help="the pipe program")
    for verb in (install, remove):
        verb.add_argument("--yes", action="store_true", help="do it without asking")
    install.add_argument(
        "--without", action="append", default=[], metavar="NAME", help="this conflict is settled; may be repeated"
    )
    remove.add_argument("--dry-run", action="store_true", help="show what would change; change nothing")
    check.add_argument("--diff", action="store_true", help="show Exim's files against those from before weftmail")
    show.add_argument("--diff", action="store_true", help="show it as a unified diff of Exim's files")
    show.add_argument("--files", action="store_true", help="print our parts, for a configuration written by hand")


def _settings(context: Context, arguments: argparse.Namespace) -> EximSettings:
    mode: Literal["pipe", "lmtp"] = "pipe" if arguments.pipe else "lmtp"
    return settings_of(context.config, mode, arguments.folder, arguments.program)


def _show(context: Context, arguments: argparse.Namespace) -> None:
    settings = _settings(context, arguments)
    if arguments.files:
        files = render(settings)
        context.answer(arguments.json, files, lambda: _printed(files))
        return
    current = read(DEFAULT_FOLDER)
    if arguments.diff:
        lines = exim_install.compared(settings, current)
        context.answer(arguments.json, lines, lambda: lines or ["● nothing would change"])
        return
    found = changes.show(settings, current, exim_install.acl_text(settings))
    context.answer(arguments.json, [asdict(one) for one in found], lambda: _lines(current, found))


def _lines(current: Exim, found: list[changes.Addition]) -> Iterator[str]:
    yield from changes.report(current, found)
    if current.layout == "hand-written":
        yield "The parts for your exim4.conf: mail-admin exim show --files"


def _printed(files: Mapping[str, str]) -> Iterator[str]:
    for name, text in files.items():
        yield from (f"# --- {name}", text.removesuffix("\n"))


def _check(context: Context, arguments: argparse.Namespace) -> int:
    current = read(DEFAULT_FOLDER)
    if arguments.diff:
        lines = exim_install.drifted(_settings(context, arguments), DEFAULT_FOLDER)
        context.answer(arguments.json, lines, lambda: lines or ["● all files are as they were before weftmail"])
        return 0
    # It is asked of what is installed, so nobody has to say again that mail goes to a program.
    arguments.pipe = arguments.pipe or mode_of(current) == "pipe"
    found = exim_wiring.found(context.config, _settings(context, arguments), current)
    context.answer(arguments.json, [asdict(one) for one in found], lambda: _findings(current, found))
    return 1 if any(one.level == "broken" for one in found) else 0


def _findings(current: Exim, found: Sequence[Finding]) -> Iterator[str]:
    marks = {"broken": "✕", "look": "▲"}
    yield from (f"{marks[one.level]} {one}" for one in found)
    if not current.readable:
        yield f"○ {exim_wiring.UNSEEN}: run this as root"
    elif not found:
        yield "● Exim is as it should be."


def _install(context: Context, arguments: argparse.Namespace) -> int:
    return exim_install.install(context, _way(context, arguments, tuple(arguments.without)), arguments)


def _remove(context: Context, arguments: argparse.Namespace) -> int:
    return exim_install.remove(context, _way(context, arguments), arguments)


def _way(context: Context, arguments: argparse.Namespace, without: tuple[str, ...] = ()) -> exim_install.EximWay:
    return exim_install.EximWay(_settings(context, arguments), str(Path(DEFAULT_FOLDER)), arguments.yes, without)
