"""Exemptions: senders whose mail is never taken for a loop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from weftmail.store.connection import Connection
from weftmail.store.rows import many, queries


@dataclass(frozen=True, slots=True)
class Exemption:
    """One of them: an address, or @ and a domain."""

    company_id: int
    company: str
    address: str
    created_at: int


class Exemptions:
    """The exemptions of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, company_id: int, address: str, now: int) -> bool:
        """Exempt a sender; say whether they were not yet."""
        added: int = queries.exemption_add(self._connection, company_id=company_id, address=address, now=now)
        return added == 1

    def remove(self, company_id: int, address: str) -> bool:
        """Take an exemption back; say whether it was there."""
        removed: int = queries.exemption_remove(self._connection, company_id=company_id, address=address)
        return removed == 1

    def covers(self, company_id: int, addresses: Sequence[str]) -> bool:
        """Say whether one of these is exempt."""
        found: int | None = queries.exemption_covers(self._connection, company_id=company_id, addresses=list(addresses))
        return found is not None

    def all(self, company_id: int | None = None) -> list[Exemption]:
        """Return all of a company, or of all companies."""
        if company_id is None:
            return many(Exemption, queries.exemptions(self._connection))
        return many(Exemption, queries.exemptions_of_company(self._connection, company_id=company_id))
