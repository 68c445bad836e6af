"""Numbered migrations that only go forward: each runs in a transaction together with its own record.

Only ``mail-admin init`` and ``mail-admin migrate`` call this; every other program compares the schema number at its
start, and says what to run where it differs.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from weftmail.core.failure import UsageError
from weftmail.store.connection import Connection, transaction

FOLDER = Path(__file__).parent / "migrations"


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema: its number, its name, the text of its statements."""

    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text, kept beside the number, so that an edited migration is noticed."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def migrations(folder: Path = FOLDER) -> list[Migration]:
    """Return the migrations of this version in order."""
    found = []
    for path in sorted(folder.glob("*.sql")):
        match = re.fullmatch(r"(\d{4})_(\w+)\.sql", path.name)
        if match:
            found.append(Migration(int(match[1]), match[2], path.read_text(encoding="utf-8")))
    return found


def latest() -> int:
    """Return the schema number that this version of weftmail works with."""
    return max(int(path.name[:4]) for path in FOLDER.glob("*.sql"))


def schema_number(connection: Connection) -> int:
    """Return the number of the newest migration that has run on this store; 0 for an empty one."""
    if not connection.has_table("migration"):
        return 0
    return int(connection.execute("select coalesce(max(number), 0) from migration").rows[0][0])


def migrate(connection: Connection, now: int, folder: Path = FOLDER) -> list[str]:
    """Run what has not run yet, oldest first; return the names of the migrations that ran.

    The write transaction is the lock: two that run at once queue up, and the second finds nothing to do.
    Raises UsageError where a migration that has run was edited since.
    """
    done = []
    for migration in migrations(folder):
        with transaction(connection):
            connection.execute(
                "create table if not exists migration"
                " (number bigint primary key, name text not null, checksum text not null, applied_at bigint not null)"
            )
            number = {"number": migration.number}
            row = connection.execute("select checksum from migration where number = :number", number).fetchone()
            if row is not None:
                if row[0] != migration.checksum:
                    raise UsageError(
                        f"migration {migration.number:04d}_{migration.name} is not the one that made this store;"
                        " install the version of weftmail that made it"
                    )
                continue
            for statement in _statements(
                migration.sql.replace("{ID}", connection.identity).replace("{SEARCH}", connection.search)
            ):
                connection.execute(statement)
            connection.execute(
                "insert into migration (number, name, checksum, applied_at) values (:number, :name, :checksum, :now)",
                number | {"name": migration.name, "checksum": migration.checksum, "now": now},
            )
            done.append(f"{migration.number:04d}_{migration.name}")
    return done


def _statements(sql: str) -> list[str]:
    """Part a script into its statements; executescript would commit the transaction behind our back."""
    statements = []
    waiting = ""
    for line in sql.splitlines(keepends=True):
        waiting += line
        if sqlite3.complete_statement(waiting):
            statements.append(waiting)
            waiting = ""
    return statements
