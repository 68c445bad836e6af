"""A consistent copy of a store that is in use (SQLite's backup API), and the look that says whether a copy is whole."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from weftmail.store.errors import Broken

__all__ = ["check_copy", "copy_store"]


def copy_store(source: Path, target: Path) -> None:
    """Copy the store at ``source``, as it is at one moment, to the file ``target``; programs go on writing meanwhile.

    Raises sqlite3.Error where the source cannot be read, OSError where the target cannot be made.
    """
    target.touch(mode=0o600, exist_ok=False)
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=60)) as there,
        closing(sqlite3.connect(target)) as copy,
    ):
        # All pages in one step: a reader of WAL sees one moment and keeps nobody from writing.  In several steps the
        # copy would begin anew with each write of another program.
        there.backup(copy, pages=-1)
        # Without its WAL beside it, the file is whole by itself.
        copy.execute("pragma journal_mode = delete")


def check_copy(path: Path) -> dict[str, int]:
    """Return how many rows each table of a copy has; raises Broken where SQLite finds it damaged."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as copy:
            (answer,) = copy.execute("pragma integrity_check(1)").fetchone()
            if answer != "ok":
                raise Broken(f"{path}: {answer}")
            if copy.execute("pragma foreign_key_check").fetchone() is not None:
                raise Broken(f"{path}: a row refers to one that is not there")
            tables = [name for (name,) in copy.execute("select name from sqlite_schema where type = 'table'")]
            own = [name for name in tables if not name.startswith("sqlite_")]
            return {name: int(copy.execute(f'select count(*) from "{name}"').fetchone()[0]) for name in own}  # noqa: S608
    except sqlite3.DatabaseError as error:
        raise Broken(f"{path}: {error}") from error
