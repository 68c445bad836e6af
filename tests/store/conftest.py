"""The store as its tests use it: in a real SQLite file and in a real PostgreSQL, with the company Acme and two users.

A test that asks for ``office`` runs on both; one that is about SQLite itself asks for ``sqlite_office``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.store.postgresql import USER, cluster
from weftmail.store import postgresql
from weftmail.store.alias import AliasSettings
from weftmail.store.connection import Connection, connect
from weftmail.store.message import NewMessage
from weftmail.store.migrate import migrate
from weftmail.store.record import NewRecord, Record
from weftmail.store.store import Store


class Office:
    """A store with Acme at acme.example; Anna is its admin, Björn an agent who prefers the inbox."""

    def __init__(self, open_: Callable[[], Connection], path: Path | None = None) -> None:
        """``open_`` opens the store once more each time; ``path`` is its file, where it is one."""
        self._open = open_
        self._path = path
        connection = open_()
        migrate(connection, 1)
        self.store = Store(connection)
        self.others: list[Store] = []
        with self.store.transaction():
            self.acme = self.store.companies.add("Acme", 1)
            self.domain = self.store.domains.add("acme.example", self.acme, True, 1)
            self.anna = self.store.users.add("Anna", "anna@acme.example", 1)
            self.bjorn = self.store.users.add("Björn", "bjorn@acme.example", 1, prefers="inbox")
            self.store.users.join(self.acme, self.anna, "admin")
            self.store.users.join(self.acme, self.bjorn, "agent")

    @property
    def path(self) -> Path:
        """The file of a store in SQLite."""
        assert self._path is not None, "this store is no file: ask for sqlite_office"
        return self._path

    def again(self) -> Store:
        """Open the same store once more, as another program would."""
        store = Store(self._open())
        self.others.append(store)
        store.check_schema()
        return store

    def close(self) -> None:
        """Close what was opened."""
        for store in [*self.others, self.store]:
            store.close()

    def settings(self, **changes: object) -> AliasSettings:
        """Settings of an alias that opens leads."""
        values = {
            "record_type": "lead", "record_id": None, "owner_id": None,
            "accepts": "everyone", "answer_as": "", "defaults": "{}", **changes,
        }  # fmt: skip
        return AliasSettings(**values)  # type: ignore[arg-type]

    def alias(self, local: str = "leads", **changes: object) -> int:
        """Add an alias."""
        return self.store.aliases.add(self.acme, self.domain, local, self.settings(**changes), 1)

    def record(self, title: str = "Quote for 40 chairs", **changes: object) -> Record:
        """Open a lead."""
        values = {"company_id": self.acme, "type": "lead", "title": title, **changes}
        return self.store.records.open(NewRecord(**values), 1)  # type: ignore[arg-type]

    def message(self, record: Record, **changes: object) -> int:
        """Write a message on a record."""
        values = {
            "company_id": record.company_id, "record_id": record.id, "kind": "post", "public": True,
            "author_name": "Anna", "author_address": "anna@acme.example", "subject": record.title, "text": "Yes.",
            "html": "", "reply_text": "Yes.", "written_at": 1, **changes,
        }  # fmt: skip
        message_id = self.store.messages.add(NewMessage(**values), 1)  # type: ignore[arg-type]
        if "rfc_message_id" not in changes:
            self.store.messages.name(record.company_id, message_id, f"<{message_id}@acme.example>")
        return message_id

    def contact(self, name: str = "Karin Ek", address: str = "karin@customer.example") -> int:
        """Add a contact."""
        return self.store.contacts.add(self.acme, name, address, 1)


@pytest.fixture
def sqlite_office(tmp_path: Path) -> Iterator[Office]:
    """A store of its own for one test, in a SQLite file."""
    path = tmp_path / "weftmail.db"
    made = Office(lambda: connect(path), path)
    yield made
    made.close()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """A PostgreSQL server for the tests of this process, with a migrated database to copy; its socket's folder."""
    with cluster() as socket:
        admin = postgresql.connect(f"host={socket} user={USER} dbname=postgres")
        admin.execute("create database pattern")
        pattern = postgresql.connect(f"host={socket} user={USER} dbname=pattern")
        migrate(pattern, 1)
        pattern.close()
        admin.execute("create database prepared template pattern")
        admin.close()
        yield socket


@pytest.fixture
def postgresql_office(postgresql_server: str) -> Iterator[Office]:
    """A store of its own for one test, in a PostgreSQL database."""
    server = f"host={postgresql_server} user={USER}"
    admin = postgresql.connect(f"{server} dbname=postgres")
    admin.execute("create database office template pattern")
    made = Office(lambda: postgresql.connect(f"{server} dbname=office"))
    yield made
    made.close()
    admin.execute("drop database office with (force)")
    admin.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest) -> Office:
    """A store of its own for one test: the test runs on each database."""
    made: Office = request.getfixturevalue(f"{request.param}_office")
    return made
