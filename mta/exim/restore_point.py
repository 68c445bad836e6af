"""The restore point: Exim's files as they were before weftmail first wrote to them, and what it left there.

It lies beside our file of an ACL, in a folder that root alone may write: whoever can change it decides what root puts
back into a mail server.  ``remove`` uses it up.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from weftmail.core.failure import UsageError
from weftmail.mta.postfix.restore_point import check_owner

__all__ = ["EximRestorePoint", "latest", "make"]

_FOLDER, _RECORD, _USED = "restore", "point.json", ".removed"


@dataclass(frozen=True, slots=True)
class EximRestorePoint:
    """One restore point; ``save`` writes it.  Files are named by their path in Exim's folder."""

    folder: Path
    exim: str
    """The folder of the Exim whose files they are."""
    there: tuple[str, ...] = ()
    """The files that were there."""
    after: Mapping[str, str] = field(default_factory=dict)
    """The digest of each file as we left it; "" for one that somebody else had changed before."""

    def before(self, name: str) -> bytes | None:
        """Return a file as it was before us; None where there was none."""
        return (self.folder / name).read_bytes() if name in self.there else None

    def untouched(self, name: str) -> bool:
        """Say whether nobody has changed the file since we wrote it."""
        return self.after.get(name) == digest(Path(self.exim) / name)

    def written(self, names: Iterable[str], others: Iterable[str] = ()) -> EximRestorePoint:
        """Return the point with these files as they are now; ``others`` somebody else had changed before."""
        mine = {name: digest(Path(self.exim) / name) for name in names}
        return EximRestorePoint(self.folder, self.exim, self.there, {**self.after, **mine, **dict.fromkeys(others, "")})

    def save(self) -> None:
        """Write the record, in one step; raises OSError."""
        text = json.dumps({"exim": self.exim, "there": list(self.there), "after": dict(self.after)}, indent=2)
        fresh = self.folder / f".{_RECORD}"
        fresh.write_text(text + "\n", encoding="utf-8")
        fresh.rename(self.folder / _RECORD)

    def use_up(self) -> Path:
        """Set the restore point aside: it has been gone back to. Return where it is kept."""
        kept = self.folder.with_name(self.folder.name + _USED)
        self.folder.rename(kept)
        return kept


def latest(files: Path, exim: str) -> EximRestorePoint | None:
    """Return the restore point that is in force for the Exim in the folder ``exim``; None where there is none.

    ``files`` is the folder of our own files.  Raises UsageError for a record that others than root may have written,
    or that is damaged.
    """
    found = [one for path in sorted((files / _FOLDER).glob(f"*/{_RECORD}")) if (one := _read(path)).exim == exim]
    return next((one for one in reversed(found) if one.folder.suffix != _USED), None)


def make(files: Path, exim: str, names: Iterable[str], stamp: str) -> EximRestorePoint:
    """Make a restore point of these files as they are now; ``stamp`` names it. Raises OSError, UsageError."""
    folder = files / _FOLDER / stamp
    folder.mkdir(parents=True, mode=0o700)
    check_owner(files)
    there = []
    for name in names:
        source = Path(exim) / name
        if source.exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(source.read_bytes())
            there.append(name)
    return EximRestorePoint(folder, exim, tuple(there))


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal; "-" where there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else "-"


def _read(path: Path) -> EximRestorePoint:
    check_owner(path.parent)
    try:
        read = json.loads(path.read_text("utf-8"))
        return EximRestorePoint(path.parent, read["exim"], tuple(read["there"]), read["after"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"the restore point {path} cannot be read: {error}; take the files beside it by hand"
        ) from None
