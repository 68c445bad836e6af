"""mail-admin exim install and remove: what is asked, written, checked and said, step by step."""

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
from weftmail.mta.exim import changes, restore_point, writing
from weftmail.mta.exim.changes import Addition
from weftmail.mta.exim.checks import look
from weftmail.mta.exim.layout import Exim, read
from weftmail.mta.exim.proofs import own_answer, prove, wait
from weftmail.mta.exim.settings import DATA_ACL, EximSettings
from weftmail.mta.exim.writing import EximRemoval
from weftmail.mta.map import GROUP, MapDatabase
from weftmail.mta.postfix.proofs import Probe

__all__ = ["EximWay", "acl_text", "compared", "drifted", "install", "remove"]


@dataclass(frozen=True, slots=True)
class EximWay:
    """Which Exim, and the answers that flags gave."""

    settings: EximSettings
    folder: str
    yes: bool
    without: tuple[str, ...] = ()


def acl_text(settings: EximSettings) -> str | None:
    """Return our file of Debian's ACL as it is; None where it is missing."""
    path = Path(settings.folder) / DATA_ACL
    return path.read_text("utf-8") if path.exists() else None


def install(context: Context, way: EximWay, arguments: argparse.Namespace) -> int:
    """Write weftmail's part into Exim and prove it; return the exit status, 0 where all that could be asked holds.

    Raises UsageError, with nothing changed, on a conflict, where the machine is not ready, or where nobody said yes.
    """
    current = read(way.folder)
    found = [one for one in changes.show(way.settings, current, acl_text(way.settings)) if one.sign != " "]
    conflicts = [one for one in found if one.sign == "!" and one.name not in way.without]
    if conflicts:
        said = "; ".join(f"{one.name}: {one.reason}" for one in conflicts)
        raise UsageError(f"nothing was changed, {len(conflicts)} thing(s) need a decision: {said}")
    _ready(way)
    chosen = [one for one in found if one.sign != "!"]
    _confirm(context, way, current, chosen)
    own = own_answer(current)
    _copy_map(way)
    point = restore_point.latest(Path(way.settings.folder), way.folder)
    if chosen or point is None:
        point = writing.write(way.settings, current, time.strftime("%Y-%m-%dT%H.%M.%S", time.gmtime()))
    else:
        writing.check()
        writing.activate()
    runs = writing.reload()
    proofs = list(_proofs(context, way, own)) if runs else []
    undone = any(one.state == "broken" for one in proofs)
    if undone:
        writing.remove(way.settings, point, writing.plan_removal(way.settings, point))
    made = Installed("Exim", Command("mail-admin exim install"), point.folder, chosen, proofs, runs, undone)
    then = f'weftmail.toml     authserv_id = "{way.settings.authserv_id}" and mail_log: mail-admin exim check'
    context.answer(
        arguments.json,
        made.value,
        lambda: made.lines("update-exim4.conf and exim4 -bV", then, "Undo at any time: mail-admin exim remove"),
    )
    return 1 if undone else 0


def _ready(way: EximWay) -> None:
    """Raise UsageError where writing would stop the mail server: no right, no map, no group."""
    if not os.access(way.folder, os.W_OK):
        raise UsageError(f"you may not write in {way.folder}; run this as root: sudo mail-admin exim install")
    here = look(way.settings, "", "")
    if here.members is None or way.settings.exim_user not in here.members:
        joins = Command("adduser {user} {group}", user=way.settings.exim_user, group=GROUP)
        raise UsageError(
            f"nothing was changed: {way.settings.exim_user} is not in the group {GROUP}, so Exim could not read the"
            f" map: {joins}; systemctl restart exim4"
        )
    if here.followed < 0:
        raise UsageError(f"nothing was changed: there is no map {way.settings.map}; make it: mail-admin init")


def _copy_map(way: EximWay) -> None:
    """Make the copies of the map that Exim reads, as the owner of the map; they are kept from then on."""
    path = Path(way.settings.map)
    file = MapDatabase(path)
    try:
        file.copy()
    finally:
        file.close()
    if os.geteuid() == 0:
        owner = path.stat()
        for name in (way.settings.recipients, way.settings.domains):
            os.chown(name, owner.st_uid, owner.st_gid)


def _confirm(context: Context, way: EximWay, current: Exim, found: Sequence[Addition]) -> None:
    """Ask the person at the terminal: for what holds for the whole server by itself, with who is touched, then for all.

    Raises UsageError where nobody said yes.
    """
    if way.yes or not found:
        return
    if not context.stdin.isatty():
        raise UsageError("say --yes to write all of it, after: mail-admin exim show", status=2)
    context.say(*changes.report(current, found))
    for one in found:
        if one.touched and not says_yes(
            context, f"{one.name}: {one.reason}. Touched: {one.touched}. All right? [Y/n] ", default=True
        ):
            raise UsageError(f"nothing was changed: {one.name} is needed to know who wrote a mail")
    if not says_yes(context, f"Write {len(found)} changes to {way.folder}? [y/N] "):
        raise UsageError("nothing was changed")


def _proofs(context: Context, way: EximWay, own: str) -> Iterator[Probe]:
    current = read(way.folder)
    wait(current)
    yield from asked_by(
        context,
        way.settings.map,
        lambda domains, takes_all: prove(current, domains, takes_all=takes_all, own_before=own),
    )


def remove(context: Context, way: EximWay, arguments: argparse.Namespace) -> int:
    """Take weftmail's part out of Exim; return the exit status.

    Raises UsageError where nothing of ours was installed, nobody said yes, or mail still waits for us.
    """
    point = restore_point.latest(Path(way.settings.folder), way.folder)
    if point is None:
        raise UsageError(f"weftmail has written nothing into {way.folder} that could be taken back")
    _nothing_waits(way)
    planned = writing.plan_removal(way.settings, point)
    difference = list(_unified(way.folder, planned))
    if arguments.dry_run:
        context.answer(arguments.json, difference, lambda: difference)
        return 0
    if not way.yes:
        if not context.stdin.isatty():
            raise UsageError("say --yes to take it out, after: mail-admin exim remove --dry-run", status=2)
        context.say(*difference)
        if not says_yes(context, f"Take this out of {way.folder}? [y/N] "):
            raise UsageError("nothing was changed")
    kept = writing.remove(way.settings, point, planned)
    value = {"exact": sorted(planned.exact), "restore_point": str(kept)}
    context.answer(arguments.json, value, lambda: _removed(planned, kept))
    return 0


def _nothing_waits(way: EximWay) -> None:
    """Raise UsageError while mail to our addresses waits in the queue: once they are unknown, it would bounce."""
    try:
        map_ = MapDatabase(way.settings.map)
    except TempFail:
        return
    try:
        count = writing.waiting(map_.takes)
    finally:
        map_.close()
    if count:
        raise UsageError(
            f"{count} deliveries to weftmail wait in the queue and would bounce: start the listener, then exim4 -qff,"
            " and remove weftmail when they are filed"
        )


def _removed(planned: EximRemoval, kept: Path) -> Iterator[str]:
    for name in planned.texts:
        if name in planned.exact:
            how = "gone" if planned.texts[name] is None else "as before, byte for byte"
        else:
            how = "changed since by others: only ours was taken out"
        yield f"● {name:34} {how}"
    yield f"The copies from before are kept in {kept}"
    yield "Mail to weftmail's addresses is refused from now on."


def _unified(folder: str, planned: EximRemoval) -> Iterator[str]:
    """Yield a unified diff from the files as they are to the files as they would be."""
    for name, content in planned.texts.items():
        then = (content or b"").decode("utf-8", "replace").splitlines()
        yield from difflib.unified_diff(_now(folder, name), then, name, f"{name} without weftmail", lineterm="")


def _now(folder: str, name: str) -> list[str]:
    path = Path(folder, name)
    return path.read_text("utf-8", "replace").splitlines() if path.exists() else []


def compared(settings: EximSettings, current: Exim) -> list[str]:
    """Return what ``install`` would write, as a unified diff of Exim's files."""
    lines: list[str] = []
    if current.layout in ("split", "unsplit"):
        for name, text in changes.wanted(settings, current).items():
            before = current.texts.get(name, "").splitlines()
            lines += difflib.unified_diff(before, text.splitlines(), name, f"{name} with weftmail", lineterm="")
    return lines


def drifted(settings: EximSettings, folder: str) -> list[str]:
    """Return the files that were changed since the install; raises UsageError where nothing was installed."""
    point = restore_point.latest(Path(settings.folder), folder)
    if point is None:
        raise UsageError(f"weftmail has written nothing into {folder}, so there is nothing to compare with")
    lines: list[str] = []
    for name in point.after:
        before = (point.before(name) or b"").decode("utf-8", "replace").splitlines()
        lines += difflib.unified_diff(before, _now(folder, name), f"{name} before weftmail", name, lineterm="")
    return lines
