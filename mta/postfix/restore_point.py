"""The restore point: Postfix's two files as they were before weftmail first wrote to them, and what it wrote.

It lies beside the files that Postfix reads by name, in a folder that root alone may write: whoever can change it
decides what root puts back into a mail server.  ``remove`` uses it up.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from weftmail.core.failure import UsageError
from weftmail.mta.postfix.changes import Change

__all__ = ["FILES", "RestorePoint", "check_owner", "digest", "latest", "make", "written"]

FILES = ("main.cf", "master.cf")
_FOLDER = "restore"
_RECORD = "point.json"
_USED = ".removed"


@dataclass(frozen=True, slots=True)
class RestorePoint:
    """One restore point; ``save`` writes it."""

    folder: Path
    """Its own folder: copies of the two files, and the record."""
    postfix: str
    """The folder of the Postfix whose files they are."""
    after: Mapping[str, str] = field(default_factory=dict)
    """The digest of each file as we left it; none for one that somebody else changed in between."""
    main: Mapping[str, str] = field(default_factory=dict)
    """What we wrote into main.cf: the whole value of each setting."""
    ours: Mapping[str, str] = field(default_factory=dict)
    """What is ours in each of these values; "" where it is the whole."""
    services: tuple[str, ...] = ()
    """The entries of master.cf that are ours."""

    def before(self, name: str) -> bytes:
        """Return one of the two files as it was before us."""
        return (self.folder / name).read_bytes()

    def untouched(self, name: str) -> bool:
        """Say whether nobody has changed the file since we wrote it."""
        return self.after.get(name) == digest(Path(self.postfix) / name)

    def save(self) -> None:
        """Write the record, in one step; raises OSError."""
        text = json.dumps(
            {
                "postfix": self.postfix,
                "after": dict(self.after),
                "main": dict(self.main),
                "ours": dict(self.ours),
                "services": list(self.services),
            },
            indent=2,
        )
        fresh = self.folder / f".{_RECORD}"
        fresh.write_text(text + "\n", encoding="utf-8")
        fresh.rename(self.folder / _RECORD)

    def use_up(self) -> Path:
        """Set the restore point aside: it has been gone back to. Return where it is kept."""
        kept = self.folder.with_name(self.folder.name + _USED)
        self.folder.rename(kept)
        return kept


def latest(files: Path, postfix: str) -> RestorePoint | None:
    """Return the restore point that is in force for the Postfix in the folder ``postfix``; None where there is none.

    ``files`` is the folder of the files that Postfix reads by name.  Raises UsageError for a record that others than
    root may have written, or that is damaged.
    """
    found = [one for path in sorted((files / _FOLDER).glob(f"*/{_RECORD}")) if (one := _read(path)).postfix == postfix]
    return next((one for one in reversed(found) if one.folder.suffix != _USED), None)


def make(files: Path, postfix: str, stamp: str) -> RestorePoint:
    """Make a restore point of the files as they are now; ``stamp`` names it. Raises OSError, UsageError."""
    folder = files / _FOLDER / stamp
    folder.mkdir(parents=True, mode=0o700)
    check_owner(files)
    for name in FILES:
        shutil.copy2(Path(postfix) / name, folder / name)
    return RestorePoint(folder, postfix)


def written(point: RestorePoint, changes: Sequence[Change], before: Mapping[str, str]) -> RestorePoint:
    """Return the point with what was written now; ``before`` are the digests of the files before that."""
    main = {one.name: one.value for one in changes if one.file == "main.cf"}
    services = [one.name.replace(" entry", "/unix") for one in changes if one.file == "master.cf"]
    after = {
        name: digest(Path(point.postfix) / name)
        for name in FILES
        if before[name] in (point.after.get(name), digest(point.folder / name))
    }
    return RestorePoint(
        point.folder,
        point.postfix,
        after,
        {**point.main, **main},
        {**point.ours, **{one.name: one.ours for one in changes if one.file == "main.cf"}},
        tuple(dict.fromkeys([*point.services, *services])),
    )


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def check_owner(folder: Path) -> None:
    """Raise UsageError where somebody else than root, or than whoever runs this, may write in a folder of ours."""
    for path in (folder, *folder.parents):
        found = path.stat()
        sticky_root = found.st_mode & 0o1000 and found.st_uid == 0
        if found.st_uid not in (0, os.geteuid()) or (found.st_mode & 0o022 and not sticky_root):
            raise UsageError(
                f"others may write in {path}, so what lies below it cannot be trusted; name another folder: --folder"
            )


def _read(path: Path) -> RestorePoint:
    check_owner(path.parent)
    try:
        read = json.loads(path.read_text("utf-8"))
        return RestorePoint(
            path.parent, read["postfix"], read["after"], read["main"], read["ours"], tuple(read["services"])
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"the restore point {path} cannot be read: {error}; take the files beside it by hand"
        ) from None
