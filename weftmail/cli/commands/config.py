"""mail-admin config: the settings, those of the file and those that may be changed while everything runs."""

from __future__ import annotations

import argparse
from pathlib import Path

from weftmail.cli import done
from weftmail.cli.arguments import Parser, Verbs
from weftmail.cli.config import as_toml, keys, path_of_config, problems
from weftmail.cli.context import Context
from weftmail.cli.credentials import credential_problems
from weftmail.cli.output import Fields, table
from weftmail.cli.refusals import carried_out
from weftmail.core.failure import UsageError
from weftmail.core.wording.phrase import Phrase
from weftmail.core.wording.sentences import say
from weftmail.flow.running import RUNNING, number
from weftmail.flow.setup import setting


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    verbs.add("show", "show each setting with its value, where it stands and what it means", _show)
    check = verbs.add("check", "check the file of the settings; say every line that is wrong", _check)
    check.add_argument("file", metavar="FILE", nargs="?", type=Path, help="another file than the one in use")
    put = verbs.add("set", "change a setting that may be changed while everything runs", _set)
    put.add_argument("name", metavar="NAME", help=f"one of {', '.join(RUNNING)}")
    put.add_argument("value", metavar="VALUE", help='its value; "" brings the default back')


def _show(context: Context, arguments: argparse.Namespace) -> None:
    found = [*_of_file(context), *_of_store(context)]
    headings = ("NAME", "VALUE", "STANDS IN", "MEANING")
    rows = [(one["name"], one["value"], one["source"], one["meaning"]) for one in found]
    context.answer(arguments.json, found, lambda: table(headings, rows, ""))


def _check(context: Context, arguments: argparse.Namespace) -> int:
    path = arguments.file or path_of_config(context.environ)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(f"{path} cannot be read: {why}") from None
    found = problems(text, path)
    lines = [f"{path}, line {one.line}: {one.what}" if one.line else f"{path} {one.what}" for one in found]
    # Another file may be for another machine, whose units nobody sees here.
    given = [] if arguments.file else credential_problems(context.environ)
    lines += [f"{one.file}, line {one.line}: {one.what}" if one.line else f"{one.file}: {one.what}" for one in given]
    value: Fields = {
        "file": str(path),
        "problems": [{"line": one.line, "what": one.what} for one in found],
        "credentials": [{"file": str(one.file), "line": one.line, "what": one.what} for one in given],
    }
    context.answer(arguments.json, value, lambda: lines or [f"{path}: all is well."])
    return 1 if lines else 0


def _of_file(context: Context) -> list[Fields]:
    given = keys(context.environ)
    return [
        _value(name, as_toml(getattr(context.config, name)), context.config_path if given[name] else "default")
        for name in given
    ]


def _of_store(context: Context) -> list[Fields]:
    return [
        _value(
            one.name,
            str(number(context.store, one)),
            "default" if context.store.settings.get(one.name) is None else "store",
        )
        for one in RUNNING.values()
    ]


def _value(name: str, value: str, source: str) -> Fields:
    return {"name": name, "value": value, "source": source, "meaning": say(Phrase(f"setting.{name}"))}


def _set(context: Context, arguments: argparse.Namespace) -> None:
    changed = carried_out(setting.change(context.setup, arguments.name, arguments.value))
    context.answer(arguments.json, done.value(changed), lambda: [done.changes(changed)])
