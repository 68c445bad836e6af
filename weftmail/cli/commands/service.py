"""mail-admin service: keeps the three programs running by systemd, and says whether they run."""

from __future__ import annotations

import argparse
import os
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
    rendered = units.render(_place(context))
    given = units.packaged(rendered) if arguments.folder == units.FOLDER else frozenset()
    # One of ours that says what the package's says would hide what a later package says.
    written = [name for name in given if _taken_away(folder / name)]
    written += [name for name, text in rendered.items() if name not in given and _written(folder / name, text)]
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
        raise _unwritable(path, error) from None
    return True


def _taken_away(path: Path) -> bool:
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise _unwritable(path, error) from None
    return True


def _unwritable(path: Path, error: OSError) -> UsageError:
    return UsageError(f"{path} cannot be written: {error.strerror}; run this as root: sudo mail-admin service install")


def _installed(folder: Path, written: list[str], *, starts: bool) -> Iterator[str]:
    yield from (f"{folder / name} {'written' if (folder / name).exists() else 'removed'}" for name in written)
    if not written:
        yield "The units are as they should be."
    if starts:
        yield "The listener, the sender and the site run, now and from each boot on; a backup is made at 03:10."
        yield "See how they are: mail-admin status"
    else:
        yield f"Start them: systemctl daemon-reload && systemctl enable --now {' '.join(units.STARTED)}"


def _remove(context: Context, arguments: argparse.Namespace) -> None:
    folder = Path(arguments.folder)
    there = [name for name in units.UNITS if (folder / name).exists()]
    # The units of a package stay with it, stopped.
    given = [name for name in units.STARTED if folder == Path(units.FOLDER) and (Path(units.PACKAGED) / name).exists()]
    if (there or given) and _RUNNING.exists():
        _systemctl("disable", "--now", *reversed(list(dict.fromkeys([*given, *there]))))
    for name in there:
        (folder / name).unlink()
    if there and _RUNNING.exists():
        _systemctl("daemon-reload")
    context.answer(
        arguments.json,
        {"folder": str(folder), "removed": there},
        lambda: _removed(folder, there, given),
    )


def _removed(folder: Path, there: list[str], given: list[str]) -> Iterator[str]:
    yield from (f"{folder / name} removed" for name in there)
    if given:
        yield "The programs are stopped, and are not started at the next boot; the package's units stay."
    elif not there:
        yield f"There are no units of weftmail in {folder}."


class LaterStart:
    """Starts the programs of a package once a command has made what they need.

    It is made while the command is still root, and starts them when ``now`` is called, although the command has become
    somebody else meanwhile. It does nothing without systemd, for anybody but root, and where the package's units would
    not fit the settings.
    """

    def __init__(self, context: Context) -> None:
        self._root: subprocess.Popen[str] | None = None
        if os.geteuid() == 0 and _RUNNING.exists():
            rendered = units.render(_place(context))
            if len(units.packaged(rendered)) == len(rendered):
                # "read" fails where the command ends before it said so.
                script = 'read -r _ && exec systemctl enable --quiet --now "$@"'
                self._root = subprocess.Popen(
                    ["sh", "-c", script, "sh", *units.STARTED],
                    stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                )  # fmt: skip

    def now(self) -> bool:
        """Start them; return whether there was something to start.  Raises UsageError where they do not start."""
        if self._root is None:
            return False
        _, said = self._root.communicate("now\n", timeout=180)
        if self._root.returncode:
            raise _not_started("enable", said)
        return True


def _booted() -> None:
    if not _RUNNING.exists():
        raise UsageError(
            "the units are written, but systemd does not run here; start the programs by your own service manager: "
            "mail-admin service show has their lines"
        )


def _systemctl(*words: str) -> None:
    done = subprocess.run(["systemctl", *words], capture_output=True, text=True, check=False, timeout=180)
    if done.returncode:
        raise _not_started(words[0], done.stderr)


def _not_started(verb: str, stderr: str) -> UsageError:
    said = (stderr.strip().splitlines() or ["it gave no reason"])[-1]
    return UsageError(f"systemctl {verb}: {said}; see: journalctl -u 'weftmail-*' -n 20")
