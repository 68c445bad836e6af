"""The mail server's map: a small SQLite file that says which recipients and which domains are ours.

Postfix asks it at every RCPT through its proxymap (see ``postfix/*.cf``), so an edit counts from the next mail on
with no reload.  It is a copy of what the store says and never a second truth: ``apply`` brings it up to date, as
often as one likes, and the file remembers how far it has followed.

Exim, which knows no SQLite in Debian's default package, reads copies that lie beside it (``map_copy``).

Three rules keep the mail server from stalling.  The file is in WAL mode, because Postfix gives up at once on a file
that a writer holds.  Everybody may write beside it, because in WAL mode a reader, too, writes to the ``-shm`` file:
SQLite gives ``-wal`` and ``-shm`` the mode and group of the file itself, whatever the umask, so the file is 0664
before its first reader comes, in a folder that hands down the group ``weftmap``.  And ``-wal`` and ``-shm`` stay when
the last of us closes the file, so that a proxymap that Postfix starts on a full or read-only disk has nothing to make
(decision 80).  The file is only ever written into, never replaced: Postfix keeps it open.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path

import aiosql
import idna

from weftmail.core.address import fold_ascii
from weftmail.core.failure import TempFail
from weftmail.core.limits import BUSY
from weftmail.core.ports import MapRow
from weftmail.mta import map_copy

__all__ = ["GROUP", "MapDatabase", "create", "path_in"]

GROUP = "weftmap"
"""The group of those who may write beside the map: the programs of ours, and the mail server."""

_RECIPIENTS = Path(__file__).with_name("postfix") / "templates" / "recipients.cf"
_FOLDER_MODE = 0o2770
_FILE_MODE = 0o664

_queries = aiosql.from_path(Path(__file__).with_name("map.sql"), "sqlite3")


def path_in(state: str | Path) -> Path:
    """Return where the map stands below the state folder."""
    return Path(state) / "map" / "map.db"


def create(path: str | Path, group: str = GROUP) -> None:
    """Make the map at ``path``, empty, with its folder; do nothing to what already stands there.

    Where ``group`` does not exist, or may not be given away by this user, folder and file keep the user's own group:
    right for a demo without a mail server, and named by ``mail-admin postfix check`` on any other machine.
    Raises TempFail where the disk or the rights do not allow it.
    """
    file = Path(path)
    try:
        _make_folder(file.parent, group)
        # The mode is set before SQLite, and so any reader, sees the file: -wal and -shm inherit it.
        descriptor = os.open(file, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, _FILE_MODE)
        try:
            if os.fstat(descriptor).st_uid == os.geteuid():
                os.fchmod(descriptor, _FILE_MODE)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise TempFail(f"the mail server's map {file} cannot be made: {error.strerror}") from error
    with _temporary(file):
        connection = _connect(file)
        try:
            connection.execute("pragma journal_mode = wal")
            _queries.create(connection)
            _into_the_file(connection)
            keeper = _keeper(file)
        finally:
            connection.close()
        keeper.close()


def _make_folder(folder: Path, group: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with suppress(LookupError, PermissionError):
        shutil.chown(folder, group=group)
    if folder.stat().st_uid == os.geteuid():
        folder.chmod(_FOLDER_MODE)


class MapDatabase:
    """The map as the programs write it; fulfils ``core.ports.MapFile``.

    May be used from several threads, and by several programs at once.
    """

    def __init__(self, path: str | Path) -> None:
        """Open the map that ``create`` made; raise TempFail where it is missing or cannot be opened."""
        self._path = Path(path)
        self._lock = threading.Lock()
        with _temporary(self._path):
            self._connection = _connect(self._path)
            # A map that a power failure set back a little is still whole, and follows again; nothing waits for it.
            self._connection.execute("pragma synchronous = normal")
            _queries.generation(self._connection)
            self._keeper = _keeper(self._path)

    def generation(self) -> int:
        """Return the generation that the file, and its copies for Exim, have followed to; 0 for a new file."""
        with self._lock, _temporary(self._path):
            followed = int(_queries.generation(self._connection))
        # Copies that could not be written are behind, so that whoever follows comes again.
        folder = self._path.parent
        return min(followed, max(0, map_copy.generation(folder))) if map_copy.kept(folder) else followed

    def copy(self) -> None:
        """Write the copies that Exim reads, and keep them up to date from now on; raises TempFail."""
        with self._writing():
            self._copy()

    def apply(self, rows: Iterable[MapRow], generation: int) -> None:
        """Bring in the rows that changed up to ``generation``, in one transaction.

        A caller that was overtaken changes nothing: where the file has already followed to ``generation`` or
        further, it holds these rows or newer ones.  Raises TempFail when another writer holds the file for long.
        """
        changed = list(rows)
        with self._writing():
            if int(_queries.generation(self._connection)) < generation:
                self._write(changed, generation)
            self._copy_where_kept()

    def rebuild(self, rows: Iterable[MapRow], generation: int) -> None:
        """Put ``rows`` in place of everything, in one transaction, whatever generation the file stood at.

        For a store that was made anew or brought back from a backup, whose counter is behind the file's.
        """
        changed = list(rows)
        with self._writing():
            _queries.drop_domains(self._connection)
            _queries.drop_recipients(self._connection)
            self._write(changed, generation)
            self._copy_where_kept()

    def domains(self) -> dict[str, bool]:
        """Return the domains by name, each with whether all its mail is ours."""
        with self._lock, _temporary(self._path):
            return {name: bool(dedicated) for name, dedicated in _queries.domains(self._connection)}

    def recipients(self) -> set[str]:
        """Return every recipient that the mail server would find, in canonical form."""
        with self._lock, _temporary(self._path):
            return {f"{local}@{domain}" for domain, local, _ in _queries.recipients(self._connection)}

    def takes(self, address: str) -> bool:
        """Say whether Postfix takes mail to the address: by the very question that it puts to this file at RCPT."""
        local, at, domain = address.rpartition("@")
        if not at:
            return False
        with self._lock, _temporary(self._path):
            return self._connection.execute(_rcpt(), {"u": local, "d": domain}).fetchone() is not None

    def close(self) -> None:
        """Give the file back; what SQLite keeps beside it stays."""
        with self._lock:
            self._connection.close()
            self._keeper.close()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        # "immediate": the generation is read under the writer's lock, so nobody can move it in between.
        with self._lock, _temporary(self._path):
            self._connection.execute("begin immediate")
            try:
                yield
                self._connection.execute("commit")
            except BaseException:
                # A stop as well leaves no half of a change behind; it is raised again.
                if self._connection.in_transaction:
                    self._connection.execute("rollback")
                raise
            _into_the_file(self._connection)

    def _copy_where_kept(self) -> None:
        folder = self._path.parent
        if map_copy.kept(folder) and map_copy.generation(folder) != int(_queries.generation(self._connection)):
            self._copy()

    def _copy(self) -> None:
        domains = [name for (name,) in _queries.dedicated_spellings(self._connection)]
        # Of two addresses that are spelled alike the one that is not switched off counts: it comes last.
        recipients = {key: "refused" if refused else "ok" for key, refused in _queries.keys(self._connection)}
        map_copy.write(self._path.parent, domains, recipients, int(_queries.generation(self._connection)))

    def _write(self, rows: list[MapRow], generation: int) -> None:
        for row in rows:
            if row.local:
                self._write_recipient(row)
            else:
                self._write_domain(row)
        _queries.follow(self._connection, generation=generation)

    def _write_domain(self, row: MapRow) -> None:
        _queries.drop_domain(self._connection, name=row.domain)
        if row.active:
            for spelling in _domain_spellings(row.domain):
                _queries.put_domain(
                    self._connection,
                    spelling=spelling,
                    name=row.domain,
                    dedicated=int(row.dedicated),
                    generation=row.generation,
                )

    def _write_recipient(self, row: MapRow) -> None:
        _queries.drop_recipient(self._connection, domain=row.domain, local=row.local)
        if row.active or row.refused:
            for spelling in {fold_ascii(row.local), row.local.lower()}:
                _queries.put_recipient(
                    self._connection,
                    domain=row.domain,
                    spelling=spelling,
                    local=row.local,
                    generation=row.generation,
                    refused=int(row.refused),
                )


@lru_cache(maxsize=1)
def _rcpt() -> str:
    """Return the query of ``recipients.cf`` with named values in place of what Postfix puts in."""
    text = _RECIPIENTS.read_text(encoding="ascii").partition("\nquery = ")[2]
    return text.replace("'%u'", ":u").replace("'%d'", ":d")


def _domain_spellings(domain: str) -> set[str]:
    """Return the forms in which a client may name this A-label domain.

    No case-folded form beyond these: it would make straße.example and strasse.example one domain.
    """
    with suppress(idna.IDNAError, UnicodeError):
        return {domain, idna.decode(domain)}
    return {domain}


def _keeper(path: Path) -> sqlite3.Connection:
    """Return a connection that is closed after the one that writes, and so keeps ``-wal`` and ``-shm`` where they are.

    The last connection to close a file in WAL mode removes both, unless it may not write.
    """
    connection = _connect(path, "ro")
    _queries.generation(connection)
    return connection


def _into_the_file(connection: sqlite3.Connection) -> None:
    """Let the file be whole by itself, as far as its readers allow: ``-wal`` is not emptied when it is closed."""
    # On a full disk all stays in -wal, where every reader finds it.
    with suppress(sqlite3.OperationalError):
        connection.execute("pragma wal_checkpoint(passive)")


def _connect(path: Path, mode: str = "rw") -> sqlite3.Connection:
    # "rw" and not "rwc": a file that SQLite made by itself would have the wrong mode.
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=BUSY,
        isolation_level=None,
        check_same_thread=False,
    )


@contextmanager
def _temporary(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise TempFail(f"the mail server's map {path} cannot be used: {error}") from error
