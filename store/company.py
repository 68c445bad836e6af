"""Companies, the settings of the whole store, and the types of records that a company keeps."""

from __future__ import annotations

from collections.abc import Mapping
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
    removed_at: int | None = None


MOST_COUNTED = 100


@dataclass(frozen=True, slots=True)
class CompanyHoldings:
    """What keeps a company from being removed: how much of it there is, of some up to ``MOST_COUNTED``.

    ``numbered`` are the types of whose records a number was given.
    """

    people: int
    domains: int
    aliases: int
    contacts: int
    numbered: int
    emails: int


@dataclass(frozen=True, slots=True)
class TypeHoldings:
    """What keeps a type of records from being removed; ``numbered`` is 1 where a number was ever given."""

    numbered: int
    aliases: int
    replies: int


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
        """Return all companies by name, without those that were removed."""
        return many(Company, queries.companies(self._connection))

    def by_name(self, name: str) -> Company | None:
        """Return the company of this exact name."""
        return one(Company, queries.company_by_name(self._connection, name=name))

    def get(self, company_id: int) -> Company | None:
        """Return one company by id; one that was removed, too."""
        return one(Company, queries.company_by_id(self._connection, id=company_id))

    def holdings(self, company_id: int) -> CompanyHoldings:
        """Return what keeps the company from being removed."""
        (found,) = many(
            CompanyHoldings, queries.company_holdings(self._connection, company_id=company_id, most=MOST_COUNTED)
        )
        return found

    def remove(self, company_id: int, now: int | None) -> None:
        """Take the company out of all lists; with None for the time, bring it back."""
        queries.company_removed(self._connection, id=company_id, now=now)

    def rename(self, company_id: int, name: str) -> None:
        """Give the company another name."""
        queries.company_rename(self._connection, id=company_id, name=name)

    def set_language(self, company_id: int, language: str) -> None:
        """Let what no user reads, such as the words around what outsiders get, be in this language."""
        queries.company_language(self._connection, id=company_id, language=language)

    def add_record_type(self, company_id: int, name: str, prefix: str, states: Mapping[str, str] | None = None) -> None:
        """Let the company keep records of one more type, with the usual states where no others are given; one that is
        there stays as it is.
        """
        queries.record_type_add(self._connection, company_id=company_id, name=name, prefix=prefix)
        queries.record_prefix_add(self._connection, company_id=company_id, prefix=prefix, record_type=name)
        for state, counts_as in (states or dict(zip(RECORD_STATES, RECORD_STATES, strict=True))).items():
            self.add_record_state(company_id, name, state, counts_as)

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
