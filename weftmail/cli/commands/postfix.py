"""mail-admin postfix: what Postfix needs for weftmail, what is wrong with it; writing it there and taking it out."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields
from pathlib import Path

from weftmail.cli import postfix_install, runtime
from weftmail.cli.arguments import Parser, Verbs
from weftmail.cli.context import Context
from weftmail.cli.hostname import hostname
from weftmail.core.failure import UsageError
from weftmail.core.wording.command import Command
from weftmail.mta.postfix import changes
from weftmail.mta.postfix.postconf import DEFAULT_FOLDER
from weftmail.mta.postfix.settings import MAPS, Settings, render

_DEFAULTS = {field.name: field.default for field in fields(Settings)}


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    show = verbs.add("show", "say what weftmail would change; changes nothing", _show, json=True)
    check = verbs.add("check", "say what is wrong; status 1 where something is broken", _check, json=True)
    install = verbs.add("install", "write it into Postfix, with a restore point, and prove that mail flows", _install)
    remove = verbs.add("remove", "take it out of Postfix again: files as before, where nobody changed them", _remove)
    for verb in (show, check, install, remove):
        verb.add_argument("--config", default=DEFAULT_FOLDER, metavar="DIR", help="Postfix's own folder")
        verb.add_argument(
            "--folder", default=_DEFAULTS["folder"], metavar="DIR", help="where the files for Postfix lie"
        )
        verb.add_argument("--pipe", action="store_true", help="a program for each mail, instead of the listener")
        verb.add_argument("--program", metavar="PATH", help="the pipe program")
    for verb in (install, remove):
        verb.add_argument("--yes", action="store_true", help="do it without asking")
    install.add_argument(
        "--without", action="append", default=[], metavar="NAME", help="leave this setting as it is; may be repeated"
    )
    remove.add_argument("--dry-run", action="store_true", help="show what would change; change nothing")
    check.add_argument("--diff", action="store_true", help="show what was changed in Postfix's files since the install")
    show.add_argument(
        "--files", action="store_true", help="print the files that Postfix reads by name, as a script that makes them"
    )


def _settings(context: Context, arguments: argparse.Namespace) -> Settings:
    return Settings(
        state=context.config.state,
        hostname=hostname(context.config),
        mode="pipe" if arguments.pipe else "lmtp",
        folder=arguments.folder,
        user=runtime.owner_of(context.config.folder) or str(_DEFAULTS["user"]),
        program=os.path.abspath(arguments.program or pipe_program()),
    )


def _shown(arguments: argparse.Namespace) -> Command:
    """The call that shows what Postfix needs, with the flags of this one that are not the default."""
    given = {"config": arguments.config, "folder": arguments.folder, "program": arguments.program}
    default = {"config": DEFAULT_FOLDER, "folder": _DEFAULTS["folder"], "program": None}
    changed = {name: value for name, value in given.items() if value != default[name]}
    return Command("mail-admin postfix show").given(**changed, pipe=arguments.pipe)


def pipe_program() -> Path:
    """The pipe program beside this one: in the environment's bin, or in the clone's."""
    installed = Path(sys.prefix) / "bin" / "mail-ingest"
    clone = Path(sys.prefix).parent / "bin" / "mail-ingest"
    return next((path for path in (installed, clone) if path.exists()), Path(str(_DEFAULTS["program"])))


def _show(context: Context, arguments: argparse.Namespace) -> None:
    settings = _settings(context, arguments)
    if arguments.files:
        files = {f"{settings.folder}/{name}": text for name, text in render(settings).items() if name in MAPS}
        context.answer(arguments.json, files, lambda: _script(settings.folder, files))
        return
    current = changes.read(_folder(arguments.config))
    found = changes.show(settings, current)
    context.answer(arguments.json, [asdict(one) for one in found], lambda: changes.report(current, found))


def _script(folder: str, files: Mapping[str, str]) -> Iterator[str]:
    """Return lines for a shell that make the files; paths are plain, and no text of ours holds the last line."""
    # Postfix reads them as a user of its own, whoever runs this with whatever umask.
    yield from ("umask 022", f"{Command('mkdir -p {folder}', folder=folder)}")
    for path, text in files.items():
        yield from (f"cat >{shlex.quote(path)} <<'END OF FILE'", text.removesuffix("\n"), "END OF FILE")


def _check(context: Context, arguments: argparse.Namespace) -> int:
    settings = _settings(context, arguments)
    current = changes.read(_folder(arguments.config))
    if arguments.diff:
        return postfix_install.difference(context, settings, current, arguments)
    found = [*changes.check(settings, current, shown=_shown(arguments)), *postfix_install.drifted(settings, current)]
    marks = {"broken": "✕", "look": "▲"}
    context.answer(
        arguments.json,
        [asdict(one) for one in found],
        lambda: [f"{marks[one.level]} {one}" for one in found] or ["● Postfix is as it should be."],
    )
    return 1 if any(one.level == "broken" for one in found) else 0


def _install(context: Context, arguments: argparse.Namespace) -> int:
    return postfix_install.install(context, _way(context, arguments, tuple(arguments.without)), arguments)


def _remove(context: Context, arguments: argparse.Namespace) -> int:
    return postfix_install.remove(context, _way(context, arguments), arguments)


def _way(context: Context, arguments: argparse.Namespace, without: tuple[str, ...] = ()) -> postfix_install.Way:
    folder = str(Path(_folder(arguments.config)).absolute())
    return postfix_install.Way(_settings(context, arguments), folder, arguments.yes, without)


def _folder(name: str) -> str:
    if not Path(name).is_dir():
        raise UsageError(f"there is no folder {name}; name Postfix's own: --config DIR")
    return name
