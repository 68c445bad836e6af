"""A consistent copy of a store that is in use (SQLite's backup API), and the look that says whether a copy is whole."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from weftmail.store.errors import Broken

__all__ = ["check_copy", "copy_store"]

_ROWS = """
select
    (select count(*) from company) as company,
    (select count(*) from users) as users,
    (select count(*) from domain) as domain,
    (select count(*) from alias) as alias,
    (select count(*) from contact) as contact,
    (select count(*) from record) as record,
    (select count(*) from message) as message,
    (select count(*) from inbound) as inbound,
    (select count(*) from outbox) as outbox,
    (select count(*) from delivery) as delivery,
    (select count(*) from blob) as blob,
    (select count(*) from blob_piece) as blob_piece,
    (select count(*) from attachment) as attachment,
    (select count(*) from audit) as audit,
    (select count(*) from setting) as setting
"""


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
    """Return how many rows the tables that matter have in a copy; raises Broken where SQLite finds it damaged."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as copy:
            (answer,) = copy.execute("pragma integrity_check(1)").fetchone()
            if answer != "ok":
                raise Broken(f"{path}: {answer}")
            if copy.execute("pragma foreign_key_check").fetchone() is not None:
                raise Broken(f"{path}: a row refers to one that is not there")
            counted = copy.execute(_ROWS)
            return dict(zip((one[0] for one in counted.description), counted.fetchone(), strict=True))
    except sqlite3.DatabaseError as error:
        raise Broken(f"{path}: {error}") from error
