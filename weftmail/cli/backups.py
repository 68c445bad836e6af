"""Backups: what goes into one, the look that says whether it could be restored, which are kept, and the way back."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from weftmail import __version__
from weftmail.cli.config import Config
from weftmail.cli.runtime import keyring_file
from weftmail.core.failure import UsageError
from weftmail.core.tokens import keys
from weftmail.core.wording.command import Command
from weftmail.flow.restored import mark
from weftmail.store.backup import check_copy, copy_store
from weftmail.store.connection import connect
from weftmail.store.errors import Broken
from weftmail.store.store import Store
from weftmail.transport import archive

__all__ = ["Backup", "create", "listed", "look", "restore_into", "settings_of", "sweep"]

_NAME = re.compile(r"weftmail-\d{4}-\d\d-\d\dT\d\d\.\d\d\.\d\dZ\.tar\.gz(\.age)?")


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was looked into: it can be restored."""

    path: Path
    made_at: int
    """Milliseconds since 1970."""
    version: str
    rows: dict[str, int]

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self.path.stat().st_size


def create(config: Config, settings: str, folder: Path, key: str, identity: str = "") -> Backup:
    """Make a backup of a running installation in ``folder``, and restore it to a scratch folder to look at it.

    With ``key`` it is encrypted; then the look is at what was packed, unless ``identity`` can open it.  Raises
    UsageError where it could not be restored; then the file is taken away.
    """
    stamp = time.strftime("%Y-%m-%dT%H.%M.%SZ", time.gmtime())
    target = folder / f"weftmail-{stamp}.tar.gz{archive.AGE if key else ''}"
    with _scratch(folder) as scratch:
        # The waiting files first: one that is filed meanwhile stands in both, and is known again; the other way
        # round it would be in neither.
        members = _waiting(config, scratch)
        copy = scratch / "weftmail.db"
        copy_store(config.store, copy)
        members |= {
            "store/weftmail.db": copy,
            "settings/weftmail.toml": Path(settings),
            "keys/tokens": keyring_file(config),
        }
        members |= {f"keys/dkim/{path.relative_to(config.dkim)}": path for path in _files(config.dkim)}
        members |= {f"keys/servers/{path.name}": path for path in _files(config.servers)}
        made_at = time.time_ns() // 1_000_000
        about: dict[str, Any] = {"version": __version__, "made_at": made_at, "rows": check_copy(copy)}
        archive.pack(target, members, about, key)
        if key and not identity:
            return Backup(target, made_at, __version__, about["rows"])
    try:
        return look(target, identity)
    except UsageError:
        target.unlink()
        raise


def _waiting(config: Config, scratch: Path) -> dict[str, Path]:
    """Copy what waits in the spool, which may be taken away at any moment."""
    found = {}
    for path in _files(config.incoming):
        with suppress(FileNotFoundError):
            found[f"incoming/{path.name}"] = Path(shutil.copy2(path, scratch / f"waits-{path.name}"))
    return found


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix=".weftmail-", dir=folder))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def look(path: Path, identity: str = "") -> Backup:
    """Restore a backup to a scratch folder beside it and look at all of it; raises UsageError for a damaged one."""
    if not path.is_file():
        raise UsageError(f"there is no file {path}")
    with _scratch(path.parent) as scratch:
        about = archive.unpack(path, scratch, identity)
        _whole(path, scratch, about)
        return Backup(path, about["made_at"], about["version"], about["rows"])


def _whole(path: Path, scratch: Path, about: dict[str, Any]) -> None:
    try:
        rows = check_copy(scratch / "store/weftmail.db")
        keys.load((scratch / "keys/tokens").read_text("ascii"))
        store = Store.open(scratch / "store/weftmail.db", readonly=True)
        store.close()
    except (Broken, keys.BadKeyring, OSError) as error:
        raise UsageError(f"{path} cannot be restored: {error}") from None
    if rows != about["rows"]:
        raise UsageError(f"{path} cannot be restored: it has other rows than were packed")


def listed(folder: Path) -> list[Path]:
    """Return the backups in a folder, the newest first."""
    return sorted((path for path in folder.iterdir() if _NAME.fullmatch(path.name)), reverse=True)


def sweep(folder: Path, most: int) -> list[Path]:
    """Take the oldest away so that ``most`` are left; return what went."""
    gone = listed(folder)[most:]
    for path in gone:
        path.unlink()
    return gone


def settings_of(path: Path, identity: str) -> str:
    """Return the settings that are in a backup; raises UsageError for one that is damaged."""
    if not path.is_file():
        raise UsageError(f"there is no file {path}")
    with _scratch(Path(tempfile.gettempdir())) as scratch:
        archive.unpack(path, scratch, identity)
        return (scratch / "settings/weftmail.toml").read_text("utf-8")


def restore_into(config: Config, path: Path, identity: str, now: int) -> dict[str, Any]:
    """Unpack a backup into an empty state folder, with nothing leaving afterwards; return its list.

    The settings file is the caller's.  Raises UsageError where a store is there already, or the backup is damaged.
    """
    if config.store.exists():
        raise UsageError(
            f"{config.folder} holds a store already; move it away first: "
            f"{Command('mv {folder} {aside}', folder=config.folder, aside=f'{config.folder}.old')}"
        )
    with _scratch(config.folder) as scratch:
        about = archive.unpack(path, scratch, identity)
        _whole(path, scratch, about)
        for folder in ("keys", "incoming"):
            (scratch / folder).mkdir(exist_ok=True)
            shutil.copytree(scratch / folder, config.folder / folder, dirs_exist_ok=True)
        for one in (config.keyring.parent, config.dkim, config.incoming):
            one.mkdir(mode=0o700, exist_ok=True)
            one.chmod(0o700)
        _mark(scratch / "store/weftmail.db", about["made_at"], now)
        os.rename(scratch / "store/weftmail.db", config.store)
    return about


def _mark(path: Path, made_at: int, now: int) -> None:
    """Say in the copy, before anybody can open it as the store, that nothing leaves until a person says so."""
    connection = connect(path)
    try:
        mark(Store(connection), made_at, now)
    finally:
        connection.close()
