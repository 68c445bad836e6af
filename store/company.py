"""Companies, the settings of the whole store, and the types of records that a company keeps."""

from __future__ import annotations

from dataclasses import dataclass

from weftmail.store.connection import Connection
from weftmail.store.rows import many, one, queries

RECORD_TYPES = (
    ("lead", "LEAD"),
    ("order", "ORDER"),
    ("invoice", "INV"),
    ("expense", "EXP"),
    ("ticket", "TICKET"),
    ("task", "TASK"),
)
"""The record types of a new company, each with the prefix of its numbers."""

RECORD_STATES = ("open", "waiting", "closed")
"""The states of a new record type, in the order in which a record goes through them."""


@dataclass(frozen=True, slots=True)
class Company:
    """An organisation; it owns its aliases, records and contacts."""

    id: int
    name: str
    language: str
    created_at: int


@dataclass(frozen=True, slots=True)
class RecordType:
    """A kind of record and the prefix of its numbers: ``lead`` and ``LEAD``.

    ``teams_only``: its records are for the members of its teams, and admins.
    """

    name: str
    prefix: str
    when_closed: str = "reopen"
    """What an answer from outside to a closed record does: ``reopen`` it, open a ``new`` one, or be put on ``hold``."""
    teams_only: bool = False


class Companies:
    """The companies of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, name: str, now: int) -> int:
        """Add a company with the usual record types; return its id."""
        company_id: int = queries.company_add(self._connection, name=name, now=now)
        for type_name, prefix in RECORD_TYPES:
            self.add_record_type(company_id, type_name, prefix)
        return company_id

    def all(self) -> list[Company]:
        """Return all companies by name."""
        return many(Company, queries.companies(self._connection))

    def by_name(self, name: str) -> Company | None:
        """Return the company of this exact name."""
        return one(Company, queries.company_by_name(self._connection, name=name))

    def get(self, company_id: int) -> Company | None:
        """Return one company by id."""
        return one(Company, queries.company_by_id(self._connection, id=company_id))

    def rename(self, company_id: int, name: str) -> None:
        """Give the company another name."""
        queries.company_rename(self._connection, id=company_id, name=name)

    def set_language(self, company_id: int, language: str) -> None:
        """Let what no user reads, such as the words around what outsiders get, be in this language."""
        queries.company_language(self._connection, id=company_id, language=language)

    def add_record_type(self, company_id: int, name: str, prefix: str) -> None:
        """Let the company keep records of one more type; one that is there stays as it is."""
        queries.record_type_add(self._connection, company_id=company_id, name=name, prefix=prefix)
        queries.record_prefix_add(self._connection, company_id=company_id, prefix=prefix, record_type=name)
        for state in RECORD_STATES:
            self.add_record_state(company_id, name, state, state)

    def add_record_state(self, company_id: int, record_type: str, name: str, counts_as: str) -> None:
        """Let records of a type have one more state, after the others; one that is there stays as it is.

        Lists take it for ``counts_as``: ``open``, ``waiting`` or ``closed``.
        """
        queries.record_state_add(
            self._connection, company_id=company_id, record_type=record_type, name=name, counts_as=counts_as
        )

    def record_types(self, company_id: int) -> list[RecordType]:
        """Return the company's record types by name."""
        return many(RecordType, queries.record_types(self._connection, company_id=company_id))
