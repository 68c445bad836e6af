"""A connection to the store: what every statement goes through, its transactions, and the SQLite behind it.

WAL with synchronous=FULL: what is committed survives a power failure, and readers never wait for the writer.
Transactions begin as writers (``begin immediate``), so that two of them queue up rather than fail half-way.
"""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from weftmail.core.failure import TempFail
from weftmail.core.limits import BUSY
from weftmail.store.errors import BadQuery, Broken, Busy, Conflict, Full, StoreError
from weftmail.store.sets import Parameters, expanded

__all__ = ["Connection", "Rows", "SqliteConnection", "connect", "savepoint", "snapshot", "transaction"]


@dataclass(frozen=True, slots=True)
class Rows:
    """What a statement gave: the names of its columns, its rows, and how many rows it changed."""

    names: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    changed: int

    def fetchone(self) -> tuple[Any, ...] | None:
        """Return the first row, if there is one."""
        return self.rows[0] if self.rows else None

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return all rows."""
        return self.rows

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self.rows)


class Connection(Protocol):
    """One connection, for one thread at a time; a database is one implementation of this.

    Whatever goes wrong in it is raised as one of ``weftmail.store.errors``.
    """

    dialect: str
    """``sqlite`` or ``postgresql``: a query may have a text of its own for one of them."""
    identity: str
    """How a migration spells the type of a column that numbers its rows."""
    search: str
    """The statements by which a migration makes the table that is searched by words."""
    statements: Counter[str]
    """How often each query has run, and each other statement by its first word; whoever counts may clear it."""

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""

    def execute(self, sql: str, parameters: Parameters = ()) -> Rows:
        """Run one statement and return all that it gives."""

    def run(self, name: str, sql: str, parameters: Parameters = ()) -> Rows:
        """Run the query ``name`` of ``queries``, which is counted; see ``weftmail.store.sets`` for what it may hold."""

    def begin(self, *, write: bool) -> None:
        """Begin a transaction; one that writes waits for the writer before it."""

    def data_version(self) -> int:
        """A number that changes when another connection has committed something."""

    def has_table(self, name: str) -> bool:
        """Say whether there is a table of this name."""

    def one_sync(self) -> AbstractContextManager[None]:
        """Let what the block commits be synced together, at its end.

        What it has committed survives the death of this program at once, and a power failure from its end on.
        """

    def close(self) -> None:
        """Close the connection."""


_FULL = 2
"""How ``pragma synchronous`` says ``full``."""


class SqliteConnection:
    """A connection to a store in a SQLite file."""

    dialect = "sqlite"
    identity = "integer primary key"
    search = """create virtual table search_text using fts5 (
    company_id unindexed, record_id unindexed, words, author, recipients, marks,
    tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
create virtual table search_word using fts5vocab (search_text, row);
-- Who, and about what: the log is searched here, and reads the rows that fit.
create index inbound_company on inbound (company_id, id, message_id, from_address, sender, recipient, subject);"""

    def __init__(self, raw: sqlite3.Connection) -> None:
        self._raw = raw
        self.statements: Counter[str] = Counter()

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self._raw.in_transaction

    @property
    def total_changes(self) -> int:
        """How many rows this connection has changed."""
        return self._raw.total_changes

    def execute(self, sql: str, parameters: Parameters = ()) -> Rows:
        """Run one statement and return all that it gives."""
        self.statements[sql.partition(" ")[0]] += 1
        return self._execute(sql, parameters)

    def _execute(self, sql: str, parameters: Parameters) -> Rows:
        try:
            cursor = self._raw.execute(sql, parameters)
            if cursor.description is None:
                return Rows((), [], cursor.rowcount)
            names = tuple([column[0] for column in cursor.description])
            return Rows(names, cursor.fetchall(), cursor.rowcount)
        except sqlite3.Error as error:
            raise translated(error) from error

    def run(self, name: str, sql: str, parameters: Parameters = ()) -> Rows:
        """Run the query ``name`` of ``queries``, which is counted; see ``weftmail.store.sets`` for what it may hold."""
        self.statements[name] += 1
        return self._execute(*expanded(sql, parameters))

    def begin(self, *, write: bool) -> None:
        """Begin a transaction; one that writes waits for the writer before it."""
        self.execute("begin immediate" if write else "begin")

    def data_version(self) -> int:
        """A number that changes when another connection has committed something."""
        # Not counted: the site looks at it all the time, beside whatever its pages ask.
        return int(self._execute("pragma data_version", ()).rows[0][0])

    def has_table(self, name: str) -> bool:
        """Say whether there is a table of this name."""
        return bool(self.execute("select 1 from sqlite_master where type = 'table' and name = ?", (name,)).rows)

    @contextmanager
    def one_sync(self) -> Iterator[None]:
        """Let what the block commits be synced together, at its end."""
        if self._execute("pragma synchronous", ()).rows[0][0] != _FULL:
            # In another such block, or in a store of a bench that is synced nowhere.
            yield
            return
        before = self.total_changes
        self._execute("pragma synchronous = normal", ())
        try:
            yield
        finally:
            self._execute("pragma synchronous = full", ())
            if self.total_changes != before:
                self._sync()

    def _sync(self) -> None:
        # Without full synchronisation SQLite writes a commit to the log beside the store, and leaves it to the system.
        path = self._execute("pragma database_list", ()).rows[0][2]
        try:
            log = os.open(f"{path}-wal", os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            # All of it was moved into the store, which was synced then.
            return
        try:
            os.fsync(log)
        finally:
            os.close(log)

    def close(self) -> None:
        """Close the connection."""
        self._raw.close()


_KINDS: dict[int, type[StoreError]] = {
    sqlite3.SQLITE_BUSY: Busy,
    sqlite3.SQLITE_LOCKED: Busy,
    sqlite3.SQLITE_CORRUPT: Broken,
    sqlite3.SQLITE_NOTADB: Broken,
    sqlite3.SQLITE_CONSTRAINT: Conflict,
    **dict.fromkeys(
        (
            sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN,
            sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_NOLFS, sqlite3.SQLITE_PROTOCOL,
        ),
        Full,
    ),
}  # fmt: skip


def translated(error: sqlite3.Error) -> StoreError:
    """Return what SQLite's error is to those above the store."""
    # The lower byte tells the kind, the upper ones tell more about it.
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    return _KINDS.get(code, BadQuery)(str(error))


def connect(path: str | Path, *, readonly: bool = False) -> SqliteConnection:
    """Open the store at ``path``; a file that is not there is made, unless ``readonly``.

    Raises TempFail where it cannot be opened now, or may not be written although it should; Broken where the file is
    none of ours.
    """
    if not readonly:
        _writable(path)
    try:
        return SqliteConnection(_opened(path, readonly))
    except sqlite3.OperationalError as error:
        raise TempFail(f"the store {path} cannot be opened: {error}") from translated(error)
    except sqlite3.Error as error:
        raise translated(error) from error


def _opened(path: str | Path, readonly: bool) -> sqlite3.Connection:
    raw = sqlite3.connect(
        f"file:{str(path).replace('?', '%3f').replace('#', '%23')}?mode={'ro' if readonly else 'rwc'}",
        uri=True,
        timeout=BUSY,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=512,
    )
    raw.execute("pragma foreign_keys = on")
    if not readonly:
        raw.execute("pragma journal_mode = wal")
        raw.execute("pragma synchronous = full")
        raw.execute("pragma wal_autocheckpoint = 4000")
    raw.execute("pragma cache_size = -16000")
    # The journals of savepoints would otherwise be written to files, and thrown away at each commit.
    raw.execute("pragma temp_store = memory")
    return raw


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
def transaction(connection: Connection) -> Iterator[None]:
    """Run the block in one write transaction; all of it is committed, or none of it.

    Inside another transaction the block becomes a savepoint.
    """
    if connection.in_transaction:
        with savepoint(connection):
            yield
        return
    connection.begin(write=True)
    try:
        yield
        connection.execute("commit")
    except BaseException:
        # A full disk may already have ended the transaction.
        if connection.in_transaction:
            connection.execute("rollback")
        raise


@contextmanager
def snapshot(connection: Connection) -> Iterator[None]:
    """Run the block in one read transaction; inside a write transaction it sees what that one sees."""
    if connection.in_transaction:
        yield
        return
    connection.begin(write=False)
    try:
        yield
    finally:
        connection.execute("rollback")


@contextmanager
def savepoint(connection: Connection) -> Iterator[None]:
    """Run the block so that an exception undoes the block alone and leaves the transaction around it open."""
    connection.execute("savepoint inner_block")
    try:
        yield
    except BaseException:
        # As above: a stop as well undoes the block, and is raised again.
        if connection.in_transaction:
            connection.execute("rollback to inner_block")
            connection.execute("release inner_block")
        raise
    connection.execute("release inner_block")
