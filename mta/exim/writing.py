"""Writes weftmail's part of an Exim, and takes it out again.

Files are written whole, the restore point first, so that a program that dies in between leaves something to go back
to.  Exim reads nothing of it before update-exim4.conf has put it together and Exim has found it right.  Nothing here
asks a person or judges: that is ``changes`` and ``mail-admin``.
"""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from weftmail.core.failure import UsageError
from weftmail.mta.exim import restore_point
from weftmail.mta.exim.changes import wanted, without_block, without_domains
from weftmail.mta.exim.layout import LOCALMACROS, SETTINGS, TEMPLATE, Exim, run
from weftmail.mta.exim.restore_point import EximRestorePoint
from weftmail.mta.exim.settings import DATA_ACL, FRAGMENTS, EximSettings, render
from weftmail.mta.postfix.files import replace_file
from weftmail.mta.postfix.restore_point import check_owner

__all__ = ["EximRemoval", "activate", "check", "lay", "plan_removal", "reload", "remove", "waiting", "write"]

_LOOKS, _PAUSE = 150, 0.1
"""So often, and so many seconds apart, it is looked whether a daemon has started anew."""


def lay(settings: EximSettings, current: Exim) -> None:
    """Write our own file and all of Exim's that weftmail changes; raises OSError."""
    replace_file(Path(settings.folder) / DATA_ACL, render(settings)[DATA_ACL].encode())
    _put(current.folder, {name: _bytes(text) for name, text in wanted(settings, current).items()})


def write(settings: EximSettings, current: Exim, stamp: str) -> EximRestorePoint:
    """Write everything, let Exim check it, and let it count; return the restore point.

    ``stamp`` names a new restore point; one that is in force is kept, so that ``remove`` leads back to the beginning.
    Raises UsageError, with all files as they were, where Exim refuses what was written.
    """
    files = Path(settings.folder)
    files.mkdir(parents=True, exist_ok=True)
    check_owner(files)
    texts = wanted(settings, current)
    point = restore_point.latest(files, current.folder)
    point = point or restore_point.make(files, current.folder, texts, stamp)
    others = [name for name in texts if name in point.after and not point.untouched(name)]
    # Without digests it is gone back to part by part, which is right if this is the last that happens.
    point.save()
    before = {name: _read(Path(current.folder) / name) for name in texts}
    lay(settings, current)
    try:
        check()
    except UsageError:
        _put(current.folder, before)
        raise
    activate()
    done = point.written([name for name in texts if name not in others], others)
    done.save()
    return done


def check() -> None:
    """Let update-exim4.conf put a trial configuration together, and Exim read it; raise UsageError where it is wrong.

    Exim reads expansions only when they are used, so one of ours that is used for each mail is tried as well.
    """
    trial = f"/var/lib/exim4/weftmail-{os.getpid()}.trial"
    try:
        for words in (
            ("update-exim4.conf", "-o", trial),
            ("exim4", "-C", trial, "-bV"),
            ("exim4", "-C", trial, "-bt", "postmaster"),
        ):
            status, said = run(*words)
            # 1 and 2 are answers of -bt: it could be tried, and the address goes nowhere.
            if status and not (words[-2] == "-bt" and status in (1, 2)):
                raise UsageError(f"{words[0]} refuses what was written: {_last(said)}")
    finally:
        with suppress(OSError):
            os.unlink(trial)


def activate() -> None:
    """Let update-exim4.conf put together what Exim reads; raises UsageError."""
    status, said = run("update-exim4.conf")
    if status:
        raise UsageError(f"update-exim4.conf failed: {_last(said)}")


def reload() -> bool:
    """Let a running daemon read its configuration again, and wait until it has; return whether one runs.

    It starts itself anew, and answers nobody meanwhile.
    """
    said = run("exim4", "-bP", "pid_file_path")[1].partition("=")[2].strip()
    path = Path(said or "/run/exim4/exim.pid")
    try:
        before = path.stat().st_mtime_ns
        os.kill(int(path.read_text("ascii")), signal.SIGHUP)
    except (OSError, ValueError):
        return False
    for _ in range(_LOOKS):
        time.sleep(_PAUSE)
        with suppress(OSError):
            if path.stat().st_mtime_ns != before:
                break
    return True


@dataclass(frozen=True, slots=True)
class EximRemoval:
    """What ``remove`` would do: each file as it would be, None for one that would go."""

    texts: dict[str, bytes | None]
    exact: frozenset[str]
    """The files that become what they were before us, byte for byte."""


def plan_removal(settings: EximSettings, point: EximRestorePoint) -> EximRemoval:
    """Return what ``remove`` would make of Exim's files; changes nothing."""
    exact = frozenset(name for name in point.after if point.untouched(name))
    texts = {
        name: point.before(name) if name in exact else _without(name, settings, Path(point.exim) / name)
        for name in point.after
    }
    return EximRemoval(texts, exact)


def _without(name: str, settings: EximSettings, path: Path) -> bytes | None:
    """Return a file that others changed since, without what is ours; None for a file of ours."""
    now = _read(path)
    if now is None or name.removeprefix("conf.d/") in FRAGMENTS:
        return None
    text = now.decode("utf-8", "surrogateescape")
    if name == SETTINGS:
        return _bytes(without_domains(text, settings.domains))
    if name in (LOCALMACROS, TEMPLATE):
        for ours in FRAGMENTS:
            text = without_block(text, ours)
    return _bytes(text)


def remove(settings: EximSettings, point: EximRestorePoint, planned: EximRemoval) -> Path:
    """Carry a removal out; return where the restore point is kept.

    Raises UsageError, with all files as they are now, where Exim refuses what would be left.
    """
    now = {name: _read(Path(point.exim) / name) for name in planned.texts}
    _put(point.exim, planned.texts)
    try:
        check()
    except UsageError:
        _put(point.exim, now)
        raise
    activate()
    reload()
    for path in (Path(settings.folder) / DATA_ACL, Path(settings.recipients), Path(settings.domains)):
        path.unlink(missing_ok=True)
    # What others changed in files of ours is not lost.
    for name, content in now.items():
        if name not in planned.exact and planned.texts[name] is None and content is not None:
            replace_file(point.folder / f"{name.replace('/', '-')}.changed", content)
    return point.use_up()


def waiting(ours: Callable[[str], bool]) -> int:
    """Return how many recipients that are ours wait in Exim's queue."""
    return sum(count for count, _ in queued(ours))


def queued(ours: Callable[[str], bool]) -> list[tuple[int, int]]:
    """Return the mails in Exim's queue that have recipients of ours: how many, and the age of each in seconds; none
    where it says nothing to us."""
    return listed(run("exim4", "-bp")[1], ours)


_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def listed(text: str, ours: Callable[[str], bool]) -> list[tuple[int, int]]:
    """Return the same of what ``exim4 -bp`` printed."""
    found: list[tuple[int, int]] = []
    for part in re.split(r"\n\s*\n", text):
        age = re.match(r"\s*(\d+)([smhdw])\s", part)
        count = sum(ours(word) for word in re.findall(r"(?m)^\s{10}(\S+@\S+)$", part))
        if age and count:
            found.append((count, int(age[1]) * _UNITS[age[2]]))
    return found


def _put(folder: str, texts: Mapping[str, bytes | None]) -> None:
    for name, content in texts.items():
        path = Path(folder) / name
        if content is None:
            path.unlink(missing_ok=True)
        elif _read(path) != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, content)


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _last(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1] if lines else "it gave no reason"
