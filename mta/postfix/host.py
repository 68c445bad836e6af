"""The machine around the mail server, as far as the map depends on it: groups, files, modes. Read, never written."""

from __future__ import annotations

import grp
import os
import pwd
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from weftmail.core.failure import TempFail
from weftmail.mta.map import GROUP, MapDatabase
from weftmail.mta.postfix.settings import MAPS, Settings, render

__all__ = ["FileRights", "Host", "look", "members"]


@dataclass(frozen=True, slots=True)
class FileRights:
    """Who may do what with a file or folder."""

    group: str
    mode: int

    @property
    def shared(self) -> bool:
        """Say whether those of the map's group may write."""
        return self.group == GROUP and bool(self.mode & stat.S_IWGRP)


@dataclass(frozen=True, slots=True)
class Host:
    """What ``check`` wants to know of the machine."""

    members: frozenset[str] | None
    """Who is in the group ``weftmap``; None where there is no such group."""
    folder: FileRights | None
    """The map's folder; None where it is missing, as in the next three."""
    map: FileRights | None
    wal: bool
    """Whether the map is in WAL mode."""
    journals: Mapping[str, FileRights] = field(default_factory=dict)
    """The ``-wal`` and ``-shm`` files, where they are."""
    stale: frozenset[str] = frozenset()
    """Files that Postfix reads by name and that are missing or differ from the templates."""
    domains: Mapping[str, bool] = field(default_factory=dict)
    """The domains in the map, each with whether it is whole."""
    program: bool = True
    """Whether the pipe program is there and may be run."""


def look(settings: Settings) -> Host:
    """Return the machine as it is now; what may not be looked at counts as missing."""
    path = Path(settings.map)
    # The files beside the map are looked at before it is opened here, which would make them.
    journals = {name: found for name in (f"{path}-wal", f"{path}-shm") if (found := _file(Path(name)))}
    texts = render(settings)
    stale = frozenset(name for name in MAPS if _text(Path(settings.folder) / name) != texts[name])
    return Host(
        members=members(GROUP),
        folder=_file(path.parent),
        map=_file(path),
        wal=_in_wal_mode(path),
        journals=journals,
        stale=stale,
        domains=_domains(path),
        program=os.access(settings.program, os.X_OK),
    )


def members(group: str) -> frozenset[str] | None:
    """Return who is in a group; None where there is none."""
    try:
        entry = grp.getgrnam(group)
    except KeyError:
        return None
    first = {user.pw_name for user in pwd.getpwall() if user.pw_gid == entry.gr_gid}
    return frozenset({*entry.gr_mem, *first})


def _file(path: Path) -> FileRights | None:
    try:
        found = path.stat()
    except OSError:
        return None
    try:
        group = grp.getgrgid(found.st_gid).gr_name
    except KeyError:
        group = str(found.st_gid)
    return FileRights(group, stat.S_IMODE(found.st_mode))


def _text(path: Path) -> str | None:
    try:
        return path.read_text("utf-8")
    except OSError:
        return None


def _domains(path: Path) -> Mapping[str, bool]:
    try:
        file = MapDatabase(path)
    except TempFail:
        return {}
    try:
        return file.domains()
    finally:
        file.close()


def _in_wal_mode(path: Path) -> bool:
    # Bytes 18 and 19 of the file's header; opening it with SQLite would leave files of root's beside it.
    try:
        with path.open("rb") as file:
            return file.read(20)[18:] == b"\x02\x02"
    except OSError:
        return False
