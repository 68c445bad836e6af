"""A connection to the SQLite store: its settings, its transactions, and which of its errors will pass.

WAL with synchronous=FULL: what is committed survives a power failure, and readers never wait for the writer.
Transactions begin as writers (``begin immediate``), so that two of them queue up rather than fail half-way.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from weftmail.core.failure import TempFail
from weftmail.core.limits import BUSY

__all__ = ["busy", "connect", "savepoint", "snapshot", "temporary", "transaction"]


def connect(path: str | Path, *, readonly: bool = False) -> sqlite3.Connection:
    """Open the store at ``path``; a file that is not there is made, unless ``readonly``.

    Raises TempFail where it cannot be opened now, or may not be written although it should.
    """
    mode = "ro" if readonly else "rwc"
    if not readonly:
        _writable(path)
    try:
        connection = sqlite3.connect(
            f"file:{str(path).replace('?', '%3f').replace('#', '%23')}?mode={mode}",
            uri=True,
            timeout=BUSY,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=512,
        )
        connection.row_factory = sqlite3.Row
        connection.execute("pragma foreign_keys = on")
        if not readonly:
            connection.execute("pragma journal_mode = wal")
            connection.execute("pragma synchronous = full")
            connection.execute("pragma wal_autocheckpoint = 4000")
        connection.execute("pragma cache_size = -16000")
        # The journals of savepoints would otherwise be written to files, and thrown away at each commit.
        connection.execute("pragma temp_store = memory")
    except sqlite3.OperationalError as error:
        raise TempFail(f"the store {path} cannot be opened: {error}") from error
    return connection


def _writable(path: str | Path) -> None:
    """Raise TempFail where a file of the store may only be read.

    SQLite would open it all the same, and such a connection stays unable to write when the fault is long gone.
    """
    if not os.path.exists(path):
        return
    _may_write(str(path))
    mode = os.stat(path).st_mode & 0o777
    for name in (f"{path}-wal", f"{path}-shm"):
        with suppress(FileNotFoundError):
            # Whoever only reads makes these, too, with the mode that the store has just then.
            if not os.access(name, os.W_OK) and os.stat(name).st_uid == os.geteuid():
                os.chmod(name, mode)
            _may_write(name)


def _may_write(name: str) -> None:
    if not os.access(name, os.W_OK) and os.path.exists(name):
        raise TempFail(f"{name} may not be written")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Run the block in one write transaction; all of it is committed, or none of it.

    Inside another transaction the block becomes a savepoint.
    """
    if connection.in_transaction:
        with savepoint(connection):
            yield
        return
    connection.execute("begin immediate")
    try:
        yield
        connection.execute("commit")
    except BaseException:
        # A full disk may already have ended the transaction.
        if connection.in_transaction:
            connection.execute("rollback")
        raise


@contextmanager
def snapshot(connection: sqlite3.Connection) -> Iterator[None]:
    """Run the block in one read transaction; inside a write transaction it sees what that one sees."""
    if connection.in_transaction:
        yield
        return
    connection.execute("begin")
    try:
        yield
    finally:
        connection.execute("rollback")


@contextmanager
def savepoint(connection: sqlite3.Connection) -> Iterator[None]:
    """Run the block so that an exception undoes the block alone and leaves the transaction around it open."""
    connection.execute("savepoint inner_block")
    try:
        yield
    except BaseException:
        if connection.in_transaction:
            connection.execute("rollback to inner_block")
            connection.execute("release inner_block")
        raise
    connection.execute("release inner_block")


def busy(error: BaseException) -> bool:
    """Say whether another writer held the store for longer than we wait."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def temporary(error: BaseException) -> bool:
    """Say whether this is a fault of the store or the machine that may pass, rather than a fault of our code."""
    if isinstance(error, sqlite3.OperationalError):
        # A statement that does not fit the schema is our fault, and would be so again.
        text = str(error)
        return not text.startswith(("no such", "near ", "table ", "ambiguous"))
    return isinstance(error, (OSError, MemoryError, TempFail, sqlite3.DatabaseError)) and not isinstance(
        error, (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.DataError, sqlite3.InterfaceError)
    )
