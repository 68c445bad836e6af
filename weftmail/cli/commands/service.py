"""mail-admin service: keeps the three programs running by systemd, and says whether they run."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from weftmail.cli import runtime, units
from weftmail.cli.arguments import Parser, Verbs
from weftmail.cli.commands.backup import make_folder
from weftmail.cli.context import Context
from weftmail.core.failure import UsageError
from weftmail.mta.postfix.files import replace_file

_RUNNING = Path("/run/systemd/system")
"""There where systemd is the service manager (sd_booted(3))."""


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    show = verbs.add("show", "print the units; changes nothing", _show)
    install = verbs.add("install", "write the units, and start the programs now and at each boot", _install)
    remove = verbs.add("remove", "stop the programs, and take the units away", _remove)
    for verb in (show, install, remove):
        verb.add_argument("--folder", default=units.FOLDER, metavar="DIR", help="where the units lie")
    install.add_argument("--no-start", action="store_true", help="write the units only")


def _place(context: Context) -> units.UnitPlace:
    config = context.config
    return units.UnitPlace(
        str(Path(sys.prefix).absolute() / "bin"),
        str(config.folder),
        str(Path(context.config_path).absolute()),
        runtime.owner_of(config.folder) or "weftmail",
        config.backups,
    )


def _show(context: Context, arguments: argparse.Namespace) -> None:
    found = units.render(_place(context))
    files = {f"{arguments.folder}/{name}": text for name, text in found.items()}
    context.answer(arguments.json, files, lambda: (line for path in files for line in (f"# {path}", files[path])))


def _install(context: Context, arguments: argparse.Namespace) -> None:
    folder, config = Path(arguments.folder), context.config
    there = {name for name in units.STARTED if (folder / name).exists()}
    written = [name for name, text in units.render(_place(context)).items() if _written(folder / name, text)]
    starts = not arguments.no_start
    if starts:
        make_folder(config, config.backups)
        _booted()
        _systemctl("daemon-reload")
        _systemctl("enable", "--now", *units.STARTED)
        # A program that runs already goes on under the unit that it was started by.
        running = [name for name in written if name in there and name.endswith(".service")]
        if running:
            _systemctl("restart", *running)
    context.answer(
        arguments.json,
        {"folder": str(folder), "written": written, "started": starts},
        lambda: _installed(folder, written, starts=starts),
    )


def _written(path: Path, text: str) -> bool:
    try:
        if path.exists() and path.read_text("utf-8") == text:
            return False
        replace_file(path, text.encode())
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror}; run this as root: sudo mail-admin service install"
        ) from None
    return True


def _installed(folder: Path, written: list[str], *, starts: bool) -> Iterator[str]:
    yield from (f"{folder / name} written" for name in written)
    if not written:
        yield f"The units in {folder} are as they should be."
    if starts:
        yield "The listener, the sender and the site run, now and from each boot on; a backup is made at 03:10."
        yield "See how they are: mail-admin status"
    else:
        yield f"Start them: systemctl daemon-reload && systemctl enable --now {' '.join(units.STARTED)}"


def _remove(context: Context, arguments: argparse.Namespace) -> None:
    folder = Path(arguments.folder)
    there = [name for name in units.UNITS if (folder / name).exists()]
    if there and _RUNNING.exists():
        _systemctl("disable", "--now", *reversed(there))
    for name in there:
        (folder / name).unlink()
    if there and _RUNNING.exists():
        _systemctl("daemon-reload")
    context.answer(
        arguments.json,
        {"folder": str(folder), "removed": there},
        lambda: [f"{folder / name} removed" for name in there] or [f"There are no units of weftmail in {folder}."],
    )


def _booted() -> None:
    if not _RUNNING.exists():
        raise UsageError(
            "the units are written, but systemd does not run here; start the programs by your own service manager: "
            "mail-admin service show has their lines"
        )


def _systemctl(*words: str) -> None:
    done = subprocess.run(["systemctl", *words], capture_output=True, text=True, check=False, timeout=180)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["it gave no reason"])[-1]
        raise UsageError(f"systemctl {words[0]}: {said}; see: journalctl -u 'weftmail-*' -n 20")
