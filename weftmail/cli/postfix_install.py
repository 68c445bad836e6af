"""mail-admin postfix install and remove: what is asked, written, checked and said, step by step."""

from __future__ import annotations

import argparse
import difflib
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from weftmail.cli.context import Context
from weftmail.cli.installer import Installed, asked_by, says_yes
from weftmail.core.failure import TempFail, UsageError
from weftmail.core.wording.command import Command
from weftmail.mta.map import MapDatabase
from weftmail.mta.postfix import changes, restore_point, writing
from weftmail.mta.postfix.changes import Change
from weftmail.mta.postfix.finding import Finding
from weftmail.mta.postfix.host import look
from weftmail.mta.postfix.postconf import DEFAULT_FOLDER, Postfix, has_table
from weftmail.mta.postfix.proofs import Probe, own_answer, prove
from weftmail.mta.postfix.restore_point import FILES, RestorePoint
from weftmail.mta.postfix.settings import Settings
from weftmail.mta.postfix.touched import who_is_touched
from weftmail.mta.postfix.writing import Removal

__all__ = ["Way", "difference", "drifted", "install", "remove"]

_LACKS = ("adduser", "addgroup", "groupadd", "mail-admin init")
"""What a next step calls where the machine, not Postfix, is not ready."""


@dataclass(frozen=True, slots=True)
class Way:
    """Which Postfix, and the answers that flags gave."""

    settings: Settings
    folder: str
    yes: bool
    without: tuple[str, ...] = ()


def install(context: Context, way: Way, arguments: argparse.Namespace) -> int:
    """Write weftmail's part into Postfix and prove it; return the exit status, 0 where all that could be asked holds.

    Raises UsageError, with nothing changed, on a conflict, where the machine is not ready, or where nobody said yes.
    """
    current = changes.read(way.folder)
    _ready(way, current)
    found = [one for one in changes.show(way.settings, current) if one.sign != " "]
    conflicts = [one for one in found if one.sign == "!"]
    if conflicts:
        said = "; ".join(f"{one.name}: {one.reason}" for one in conflicts)
        raise UsageError(f"nothing was changed, {len(conflicts)} thing(s) need a decision: {said}")
    chosen = _chosen(context, way, current, found)
    own = own_answer(current)
    point = restore_point.latest(Path(way.settings.folder), way.folder)
    stale = look(way.settings).stale
    if chosen or stale or point is None:
        point = writing.write(way.settings, current, chosen, time.strftime("%Y-%m-%dT%H.%M.%S", time.gmtime()))
    runs = writing.reload(way.folder)
    proofs = list(_proofs(context, way, own)) if runs else []
    undone = _undo_where_broken(way, point, proofs)
    made = Installed("Postfix", Command("mail-admin postfix install"), point.folder, chosen, proofs, runs, undone)
    context.answer(arguments.json, made.value, lambda: made.lines("postfix check", f"Undo at any time: {_undo(way)}"))
    return 1 if undone or any(one.state == "broken" for one in proofs) else 0


def _ready(way: Way, current: Postfix) -> None:
    """Raise UsageError where writing would stop the mail server: no right, no SQLite in it, no map, no group."""
    if not os.access(way.folder, os.W_OK):
        raise UsageError(f"you may not write in {way.folder}; run this as root: sudo mail-admin postfix install")
    if not has_table(way.folder, "sqlite"):
        raise UsageError(
            "nothing was changed: this Postfix cannot read SQLite maps; install Debian's package postfix-sqlite"
        )
    lacks = [
        one for one in changes.check(way.settings, current) if one.level == "broken" and _of_the_machine(one.next_step)
    ]
    if lacks:
        said = "; ".join(f"{one.finding}. Next: {one.next_step.partition(';')[0]}" for one in lacks)
        raise UsageError(f"nothing was changed, this machine is not ready: {said}")


def _of_the_machine(step: str) -> bool:
    return any(step.startswith(word) for word in _LACKS)


def _chosen(context: Context, way: Way, current: Postfix, found: Sequence[Change]) -> list[Change]:
    """Return the changes to write: all but those that a flag or the person at the terminal leaves out."""
    unknown = [name for name in way.without if name not in {one.name for one in found}]
    if unknown:
        names = ", ".join(one.name for one in found) or "nothing"
        raise UsageError(f"--without {unknown[0]}: that is not among the changes; they are: {names}", status=2)
    left = [one for one in found if one.name not in way.without]
    if way.yes or not left:
        return left
    if not context.stdin.isatty():
        raise UsageError("say --yes to write all of it, after: mail-admin postfix show", status=2)
    context.say(*changes.report(current, found))
    chosen = [one for one in left if _wanted(context, one, who_is_touched(one, current))]
    if not says_yes(context, f"Write {len(chosen)} changes to {way.folder}? [y/N] "):
        raise UsageError("nothing was changed")
    return chosen


def _wanted(context: Context, change: Change, touched: str) -> bool:
    """Ask for a setting that holds for the whole server, with who is touched; others are ours alone."""
    if not touched:
        return True
    context.say(f"{change.name} holds for the whole server. {change.reason}.", f"  Touched: {touched}.")
    return says_yes(context, "  Set it? [Y/n] ", default=True)


def _proofs(context: Context, way: Way, own: str) -> Iterator[Probe]:
    current = changes.read(way.folder)
    try:
        yield from asked_by(
            context,
            way.settings.map,
            lambda domains, takes_all: prove(current, domains, takes_all=takes_all, own_before=own),
        )
    except TempFail as error:
        yield Probe(way.settings.map, str(error), "broken", "mail-admin init")


def _undo_where_broken(way: Way, point: RestorePoint, proofs: Sequence[Probe]) -> bool:
    """Take everything back where the mail server does not answer as it should; return whether that was done."""
    if not any(one.state == "broken" for one in proofs):
        return False
    planned = writing.plan_removal(point, changes.read(way.folder))
    writing.remove(way.settings, point, planned)
    return True


def _undo(way: Way) -> Command:
    found = Command("mail-admin postfix remove")
    return found if way.folder == DEFAULT_FOLDER else found.given(config=way.folder, folder=way.settings.folder)


def remove(context: Context, way: Way, arguments: argparse.Namespace) -> int:
    """Take weftmail's part out of Postfix; return the exit status.

    Raises UsageError where nothing of ours was installed, nobody said yes, or mail still waits for us.
    """
    current = changes.read(way.folder)
    point = restore_point.latest(Path(way.settings.folder), way.folder)
    if point is None:
        raise UsageError(f"weftmail has written nothing into {way.folder} that could be taken back")
    _nothing_waits(way)
    planned = writing.plan_removal(point, current)
    difference = list(_unified(way.folder, planned))
    if arguments.dry_run:
        context.answer(arguments.json, _removal_value(planned, ""), lambda: [*difference, *_left(planned)])
        return 0
    if not way.yes:
        if not context.stdin.isatty():
            raise UsageError("say --yes to take it out, after: mail-admin postfix remove --dry-run", status=2)
        context.say(*difference, *_left(planned))
        if not says_yes(context, f"Take this out of {way.folder}? [y/N] "):
            raise UsageError("nothing was changed")
    kept = writing.remove(way.settings, point, planned)
    context.answer(arguments.json, _removal_value(planned, str(kept)), lambda: _removed(planned, kept))
    return 0


def drifted(settings: Settings, current: Postfix) -> list[Finding]:
    """Return a finding where Postfix's files were changed since the install; none where nothing was installed."""
    try:
        point = restore_point.latest(Path(settings.folder), str(Path(current.folder).absolute()))
    except UsageError as error:
        return [Finding("look", "the restore point cannot be used", str(error), "keep copies of main.cf and master.cf")]
    if point is None or all(point.untouched(name) for name in FILES):
        return []
    gone = writing.drift(point, current)
    ours = f"no longer as written: {', '.join(gone)}" if gone else "ours are whole"
    since = point.folder.name.partition("T")[0]
    names = ", ".join(name for name in FILES if not point.untouched(name))
    step = (
        "mail-admin postfix check --diff, then: mail-admin postfix install"
        if gone
        else "mail-admin postfix check --diff"
    )
    return [Finding("look", f"{names} changed since {since}", ours, step)]


def difference(context: Context, settings: Settings, current: Postfix, arguments: argparse.Namespace) -> int:
    """Print Postfix's files as they are against those from before weftmail; raise UsageError where there are none."""
    folder = str(Path(current.folder).absolute())
    point = restore_point.latest(Path(settings.folder), folder)
    if point is None:
        raise UsageError(f"weftmail has written nothing into {folder}, so there is nothing to compare with")
    texts = {name: point.before(name).decode("utf-8", "replace").splitlines() for name in FILES}
    lines = [line for name in FILES for line in _compared(folder, name, texts[name])]
    context.answer(arguments.json, lines, lambda: lines or ["● both files are as they were before weftmail"])
    return 0


def _compared(folder: str, name: str, before: list[str]) -> Iterator[str]:
    now = Path(folder, name).read_text("utf-8", "replace").splitlines()
    return difflib.unified_diff(before, now, f"{name} before weftmail", name, lineterm="")


def _nothing_waits(way: Way) -> None:
    """Raise UsageError while mail to our addresses waits in the queue: once they are unknown, it would bounce."""
    try:
        map_ = MapDatabase(way.settings.map)
    except TempFail:
        return
    try:
        count = writing.waiting(way.folder, map_.takes)
    finally:
        map_.close()
    if count:
        raise UsageError(
            f"{count} deliveries to weftmail wait in the queue and would bounce: start the listener, then postqueue -f,"
            " and remove weftmail when they are filed"
        )


def _removal_value(planned: Removal, kept: str) -> object:
    return {"exact": sorted(planned.exact), "left": list(planned.left), "restore_point": kept}


def _left(planned: Removal) -> Iterator[str]:
    for name in planned.left:
        yield f"▲ {name} was changed since, and stays as it is"


def _removed(planned: Removal, kept: Path) -> Iterator[str]:
    for name in FILES:
        how = (
            "as before, byte for byte" if name in planned.exact else "changed since by others: only ours was taken out"
        )
        yield f"● {name:10} {how}"
    yield from _left(planned)
    yield f"The copies from before are kept in {kept}"
    yield "Mail to weftmail's addresses is refused from now on."


def _unified(folder: str, planned: Removal) -> Iterator[str]:
    """Yield a unified diff from the files as they are to the files as they would be."""
    for name in FILES:
        now = Path(folder, name).read_text("utf-8", "replace").splitlines()
        then = planned.texts[name].decode("utf-8", "replace").splitlines()
        yield from difflib.unified_diff(now, then, name, f"{name} without weftmail", lineterm="")
