"""The store as its tests use it: a real SQLite file, the company Acme with two users, and short ways to fill it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from weftmail.store.alias import AliasSettings
from weftmail.store.connection import connect
from weftmail.store.message import NewMessage
from weftmail.store.migrate import migrate
from weftmail.store.record import NewRecord, Record
from weftmail.store.store import Store


class Office:
    """A store with Acme at acme.example; Anna is its admin, Björn an agent who prefers the inbox."""

    def __init__(self, path: Path) -> None:
        self.path = path
        connection = connect(path)
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

    def again(self) -> Store:
        """Open the same file once more, as another program would."""
        store = Store.open(self.path)
        self.others.append(store)
        return store

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
            self.store.messages.name(message_id, f"<{message_id}@acme.example>")
        return message_id

    def contact(self, name: str = "Karin Ek", address: str = "karin@customer.example") -> int:
        """Add a contact."""
        return self.store.contacts.add(self.acme, name, address, 1)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A store of its own for one test."""
    made = Office(tmp_path / "weftmail.db")
    yield made
    for store in [*made.others, made.store]:
        store.close()
