"""Writes weftmail's part of a Postfix, and takes it out again.

What is new goes in through ``postconf -e`` and ``postconf -M``, the restore point first, so that a program that dies in
between leaves something to go back to.  Nothing here asks a person or judges: that is ``changes`` and ``mail-admin``.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from weftmail.core.failure import UsageError
from weftmail.mta.postfix import restore_point
from weftmail.mta.postfix.changes import Change
from weftmail.mta.postfix.files import main_name, put_back, replace_file, service_name
from weftmail.mta.postfix.postconf import Postfix, tokens
from weftmail.mta.postfix.restore_point import FILES, RestorePoint, check_owner, digest
from weftmail.mta.postfix.settings import MAPS, Settings, render

__all__ = ["Removal", "drift", "plan_removal", "reload", "remove", "restore", "running", "waiting", "without", "write"]


def write(settings: Settings, current: Postfix, changes: Sequence[Change], stamp: str) -> RestorePoint:
    """Write the files that Postfix reads by name and every change into its configuration; return the restore point.

    ``stamp`` names a new restore point; one that is in force is kept, so that ``remove`` leads back to the beginning.
    Raises UsageError, with both files as they were, where Postfix refuses what was written.
    """
    files = Path(settings.folder)
    files.mkdir(parents=True, exist_ok=True)
    check_owner(files)
    point = restore_point.latest(files, current.folder) or restore_point.make(files, current.folder, stamp)
    before = {name: Path(current.folder, name).read_bytes() for name in FILES}
    digests = {name: digest(Path(current.folder) / name) for name in FILES}
    # Without digests of "after" it is gone back to value by value, which is right if this is the last that happens.
    replace(restore_point.written(point, changes, digests), after={}).save()
    for name, text in render(settings).items():
        if name in MAPS and _text(files / name) != text:
            replace_file(files / name, text.encode())
    try:
        _write_changes(current.folder, changes)
        _postfix(current.folder, "check")
    except UsageError:
        for name, content in before.items():
            replace_file(Path(current.folder) / name, content)
        point.save()
        raise
    done = restore_point.written(point, changes, digests)
    done.save()
    return done


def _write_changes(folder: str, changes: Sequence[Change]) -> None:
    # The service first: a transport that is named before it exists would defer mail.
    for change in changes:
        if change.file == "master.cf":
            _run(folder, "postconf", "-M", f"{change.name.removesuffix(' entry')}/unix={change.value}")
    words = [f"{change.name} = {change.value}" for change in changes if change.file == "main.cf"]
    if words:
        _run(folder, "postconf", "-e", *words)


def drift(point: RestorePoint, current: Postfix) -> tuple[str, ...]:
    """Return what of ours in main.cf and master.cf is no longer as it was written: names of settings and services."""
    settings = (name for name, value in point.main.items() if not _same(current.main.get(name), value))
    services = (name for name in point.services if current.service(*name.split("/")) is None)
    return (*settings, *services)


@dataclass(frozen=True, slots=True)
class Removal:
    """What ``remove`` would do: each file as it would be, and what of ours stays because somebody changed it since."""

    texts: dict[str, bytes]
    exact: frozenset[str]
    """The files that become what they were before us, byte for byte."""
    left: tuple[str, ...]
    """Settings that others changed since, which stay as they are."""


def plan_removal(point: RestorePoint, current: Postfix) -> Removal:
    """Return what ``remove`` would make of the two files; changes nothing."""
    texts: dict[str, bytes] = {}
    left: list[str] = []
    exact = frozenset(name for name in FILES if point.untouched(name))
    for name in FILES:
        if name in exact:
            texts[name] = point.before(name)
        elif name == "main.cf":
            texts[name], left = _main_without(point, current)
        else:
            now = Path(point.postfix, name).read_text("utf-8", "surrogateescape")
            old = point.before(name).decode("utf-8", "surrogateescape")
            text = put_back(now, old, frozenset(point.services), service_name)
            texts[name] = text.encode("utf-8", "surrogateescape")
    return Removal(texts, exact, tuple(left))


def _main_without(point: RestorePoint, current: Postfix) -> tuple[bytes, list[str]]:
    """Take our values out of a main.cf that was edited since: as it was, else our words alone, else left."""
    now = Path(point.postfix, "main.cf").read_text("utf-8", "surrogateescape")
    old = point.before("main.cf").decode("utf-8", "surrogateescape")
    same = {name for name, value in point.main.items() if _same(current.main.get(name), value)}
    text = put_back(now, old, frozenset(same), main_name)
    left = []
    for name in sorted(set(point.main) - same):
        value, ours = current.main.get(name, ""), point.ours.get(name, "")
        kept = without(value, ours)
        if ours and kept != value:
            text = put_back(text, f"{name} = {kept}\n" if kept else "", frozenset({name}), main_name)
        elif value:
            left.append(name)
    return text.encode("utf-8", "surrogateescape"), left


def _same(value: str | None, ours: str) -> bool:
    """Say whether two values are the same to Postfix, whatever lines they stand on."""
    return value is not None and value.split() == ours.split()


def without(value: str, ours: str) -> str:
    """Return a list without our words, each a whole word of it; commas go with the word before them."""
    words = [ours] if " " in ours and "check_recipient_access" in ours else tokens(ours)
    for word in words:
        value = re.sub(rf"(?<!\S){re.escape(word)}(?=[,\s]|$)[,\s]*", "", value)
    return value.strip(" ,")


def remove(settings: Settings, point: RestorePoint, planned: Removal) -> Path:
    """Carry a removal out, and take away the files that Postfix read by name; return where the restore point is kept.

    Raises UsageError, with both files as they are now, where Postfix refuses what would be left.
    """
    now = {name: Path(point.postfix, name).read_bytes() for name in FILES}
    # main.cf first: a transport that is named and no longer there would defer mail.
    restore(point, planned.texts)
    try:
        _postfix(point.postfix, "check")
    except UsageError:
        restore(point, now)
        raise
    reload(point.postfix)
    for name in MAPS:
        (Path(settings.folder) / name).unlink(missing_ok=True)
    return point.use_up()


def restore(point: RestorePoint, texts: dict[str, bytes]) -> None:
    """Put texts in place of the two files, main.cf first; raises OSError."""
    for name in FILES:
        path = Path(point.postfix) / name
        if path.read_bytes() != texts[name]:
            replace_file(path, texts[name])


def waiting(folder: str, ours: Callable[[str], bool]) -> int:
    """Return how many recipients that are ours wait in the queue of this Postfix; 0 where it is down."""
    return sum(count for count, _ in queued(folder, ours))


def queued(folder: str, ours: Callable[[str], bool]) -> list[tuple[int, int]]:
    """Return the mails in the queue of this Postfix that have recipients of ours: how many, and when each came, in
    seconds since 1970 (postqueue(1)); none where it is down, or says nothing to us."""
    done = subprocess.run(["postqueue", "-c", folder, "-j"], capture_output=True, text=True, check=False, timeout=60)
    mails = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    counts = [(sum(ours(one["address"]) for one in mail.get("recipients", ())), mail["arrival_time"]) for mail in mails]
    return [(count, at) for count, at in counts if count]


def running(folder: str) -> bool:
    """Say whether this Postfix runs."""
    done = subprocess.run(["postfix", "-c", folder, "status"], capture_output=True, check=False, timeout=30)
    return done.returncode == 0


def reload(folder: str) -> bool:
    """Let a running Postfix read its configuration again; return whether one runs. Raises UsageError."""
    if not running(folder):
        return False
    _postfix(folder, "reload")
    return True


def _postfix(folder: str, verb: str) -> None:
    _run(folder, "postfix", verb)


def _run(folder: str, program: str, *words: str) -> None:
    try:
        done = subprocess.run([program, "-c", folder, *words], capture_output=True, text=True, check=False, timeout=60)
    except FileNotFoundError:
        raise UsageError(f"there is no Postfix here: the program {program} is missing") from None
    if done.returncode:
        said = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
        raise UsageError(f"{program} {words[0]} failed: {said[-1].strip() if said else 'it gave no reason'}")


def _text(path: Path) -> str | None:
    try:
        return path.read_text("utf-8")
    except OSError:
        return None
