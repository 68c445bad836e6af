"""Writes the manual pages: one for each program and each command of mail-admin, one for the settings.

    .venv/bin/python docs/make_man.py DIR

They are made of what the programs say of themselves, so that no page can lack a command or a flag: mail-admin(1),
mail-admin-COMMAND(1), mail-ingest(1), mail-send(1) and weftmail.toml(5).  The language is man(7).
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from weftmail import __version__
from weftmail.cli import admin, ingest
from weftmail.cli.arguments import Parser
from weftmail.cli.config import Config

TOP = Path(__file__).parents[1]
SETTINGS = TOP / "docs" / "settings.md"
PROGRAMS = {
    "mail-ingest": "takes one mail from the mail server, or listens for all of them",
    "mail-send": "gives mail that is to leave to the mail server, and does what is due",
}
_CODE = re.compile(r"`([^`]*)`|\*\*([^*]*)\*\*|\*([^*\n]*)\*|\[([^\]]*)\]\([^)]*\)")


def main(words: list[str]) -> int:
    """Write all pages into the folder that the one word names."""
    if len(words) != 1:
        print("usage: docs/make_man.py DIR", file=sys.stderr)
        return 2
    folder = Path(words[0])
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")
    return 0


def pages() -> dict[str, str]:
    """Return each page by the name of its file."""
    found = {f"mail-admin-{noun}.1": _of_command(noun) for noun in admin.NOUNS}
    found["mail-admin.1"] = _overview()
    found |= {f"{name}.1": _of_program(name, what) for name, what in PROGRAMS.items()}
    found["weftmail.toml.5"] = _of_settings()
    return found


def _page(name: str, section: int, what: str, *parts: Iterator[str]) -> str:
    lines = [f'.TH {_quoted(name.upper())} {section} "" "weftmail {__version__}" "weftmail"']
    lines += [".nh", ".ad l", ".SH NAME", f"{_text(name)} \\- {_text(what)}"]
    for part in parts:
        lines += part
    return "\n".join(lines) + "\n"


def _overview() -> str:
    def synopsis() -> Iterator[str]:
        yield ".SH SYNOPSIS"
        yield "\\fBmail\\-admin\\fR \\fICOMMAND\\fR ..."
        yield ".br"
        yield "\\fBmail\\-admin help\\fR \\fICOMMAND\\fR"

    def commands() -> Iterator[str]:
        yield ".SH COMMANDS"
        for noun, what in admin.NOUNS.items():
            yield ".TP"
            yield f"\\fBmail\\-admin\\-{_text(noun)}\\fR(1)"
            yield _text(what)

    what = "sets weftmail up and looks after it"
    return _page("mail-admin", 1, what, synopsis(), commands(), _statuses(), _environment(), _see("mail-ingest(1)"))


def _of_command(noun: str) -> str:
    parser = Parser(prog=f"mail-admin {noun}")
    admin.module_of(noun).build(parser)
    verbs = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]

    def synopsis() -> Iterator[str]:
        yield ".SH SYNOPSIS"
        for number, (name, each) in enumerate(_calls(noun, parser)):
            yield from ([".br"] if number else [])
            usage = " ".join(each.format_usage().removeprefix("usage: ").split())
            yield f"\\fB{_text(name)}\\fR{_text(usage.removeprefix(name))}"

    def flags() -> Iterator[str]:
        yield ".SH COMMANDS" if verbs else ".SH OPTIONS"
        for name, each in _calls(noun, parser):
            if verbs:
                yield f".SS {_quoted(name)}"
                yield _text(each.description or "")
            for action in each._actions:
                if action.dest == "help":
                    continue
                yield from (".TP", _named(action), _text(action.help or ""))

    more = _statuses(), _environment(), _see("mail-admin(1)", "weftmail.toml(5)")
    return _page(f"mail-admin-{noun}", 1, admin.NOUNS[noun], synopsis(), flags(), *more)


def _calls(noun: str, parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Yield each verb of a command with its parser; a command without verbs is its own."""
    verbs = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
    if not verbs:
        yield f"mail-admin {noun}", parser
    for action in verbs:
        for verb, each in action.choices.items():
            yield f"mail-admin {noun} {verb}", each


def _named(action: argparse.Action) -> str:
    """Return a flag with what it takes, or the name of a word."""
    takes = action.metavar or ("|".join(map(str, action.choices)) if action.choices else action.dest.upper())
    takes = takes if isinstance(takes, str) else " ".join(takes)
    if not action.option_strings:
        return f"\\fI{_text(takes)}\\fR"
    flags = ", ".join(f"\\fB{_text(one)}\\fR" for one in action.option_strings)
    return flags if action.nargs == 0 else f"{flags} \\fI{_text(takes)}\\fR"


def _of_program(name: str, what: str) -> str:
    def usage() -> Iterator[str]:
        yield ".SH SYNOPSIS"
        if name == "mail-send":
            yield "\\fBmail\\-send\\fR [\\fB\\-\\-once\\fR]"
            yield ".SH DESCRIPTION"
            yield _text(
                "It runs until it is asked to stop (SIGTERM), hands over what waits, follows the mail server's log and "
                "does what is due: reminders, digests, notices. One runs for each store; a second one ends at once."
            )
            return
        yield from (".nf", *map(_text, ingest.USAGE.splitlines()), ".fi")

    return _page(name, 1, what, usage(), _statuses(name), _environment(), _see("mail-admin(1)", "weftmail.toml(5)"))


def _of_settings() -> str:
    rows = dict(re.findall(r"^\| `(\w+)` \| (?:`[^`]*`) \| (.*) \|$", SETTINGS.read_text("utf-8"), re.M))

    def keys() -> Iterator[str]:
        yield ".SH DESCRIPTION"
        yield _text("The settings are one TOML file. Every key has a default; one that nobody knows is an error.")
        yield ".SH SETTINGS"
        for field in fields(Config):
            yield from (
                ".TP",
                f"\\fB{_text(field.name)}\\fR = {_text(_as_toml(field.default))}",
                _prose(rows[field.name]),
            )

    files = iter((".SH FILES", _text("/etc/weftmail/weftmail.toml, or what WEFTMAIL_CONFIG names")))
    return _page("weftmail.toml", 5, "the settings of weftmail", keys(), files, _see("mail-admin-config(1)"))


def _as_toml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else f'"{value}"'


def _statuses(name: str = "mail-admin") -> Iterator[str]:
    """Yield the exit statuses of a program, as docs/settings.md has them; a blank cell goes on with the one above."""
    yield ".SH EXIT STATUS"
    program = ""
    text = SETTINGS.read_text("utf-8").partition("## Exit statuses")[2]
    for said, status, when in re.findall(r"^\|(.*?)\| (\d+) \| (.*) \|$", text, re.M):
        new = bool(said.strip())
        program = said.strip() or program
        if name in program:
            if new and program != f"`{name}`":
                yield from (".PP", _prose(program) + ":")
            yield from (".TP", f"\\fB{status}\\fR", _prose(when))


def _environment() -> Iterator[str]:
    yield from (".SH ENVIRONMENT", ".TP", "\\fBWEFTMAIL_CONFIG\\fR")
    yield _text("names the file of the settings; without it, /etc/weftmail/weftmail.toml")


def _see(*names: str) -> Iterator[str]:
    named = ", ".join(f"\\fB{_text(one[:-3])}\\fR{one[-3:]}" for one in names)
    yield from (".SH SEE ALSO", named)


def _prose(markdown: str) -> str:
    """Return a line of Markdown as text."""
    return _text(_CODE.sub(lambda found: next(filter(None, found.groups()), ""), markdown))


def _text(plain: str) -> str:
    """Return plain text as man(7) takes it, on one line."""
    line = plain.replace("%%", "%").replace("\\", "\\e").replace("-", "\\-")
    # A list of choices may be broken behind each of them.
    line = re.sub(r"(?<=\S)([|,])(?=\S)", r"\1\\:", line)
    return f"\\&{line}" if line.startswith((".", "'")) else line


def _quoted(plain: str) -> str:
    return '"' + _text(plain).replace('"', "\\(dq") + '"'


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
