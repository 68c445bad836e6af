"""Organisations: to whom contacts belong, by the domains of their addresses."""

from __future__ import annotations

from dataclasses import dataclass

from weftmail.store.connection import Connection
from weftmail.store.rows import column, many, one, queries


@dataclass(frozen=True, slots=True)
class Organisation:
    """An enterprise, a club, an authority; archived ones are in no list."""

    id: int
    company_id: int
    name: str
    note: str
    archived_at: int | None
    created_at: int


class Organisations:
    """The organisations of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, company_id: int, name: str, now: int) -> int:
        """Add one; return its id."""
        made: int = queries.organisation_add(self._connection, company_id=company_id, name=name, now=now)
        return made

    def get(self, company_id: int, organisation_id: int) -> Organisation | None:
        """Return one of the company, archived or not."""
        found = queries.organisation_by_id(self._connection, company_id=company_id, id=organisation_id)
        return one(Organisation, found)

    def all(self, company_id: int) -> list[Organisation]:
        """Return those of the company that are not archived, by name."""
        found = many(Organisation, queries.organisations(self._connection, company_id=company_id))
        return sorted(found, key=lambda each: each.name.casefold())

    def by_name(self, company_id: int, name: str) -> Organisation | None:
        """Return the one of this name, whatever its capitals."""
        return next((each for each in self.all(company_id) if each.name.casefold() == name.strip().casefold()), None)

    def by_domain(self, company_id: int, domain: str) -> Organisation | None:
        """Return the one to which a domain belongs."""
        found = queries.organisation_by_domain(self._connection, company_id=company_id, domain=domain)
        return one(Organisation, found)

    def domains(self, company_id: int, organisation_id: int) -> list[str]:
        """Return the domains that belong to it."""
        words = {"company_id": company_id, "organisation_id": organisation_id}
        return column(queries.organisation_domains(self._connection, **words))

    def set(self, changed: Organisation) -> None:
        """Store its name and its note."""
        words = {"company_id": changed.company_id, "id": changed.id, "name": changed.name, "note": changed.note}
        queries.organisation_set(self._connection, **words)

    def archive(self, company_id: int, organisation_id: int, at: int | None) -> None:
        """Take it out of lists, or back with None; its contacts and domains are kept."""
        queries.organisation_archive(self._connection, company_id=company_id, id=organisation_id, at=at)

    def put_domain(self, company_id: int, organisation_id: int, domain: str) -> None:
        """Give it a domain."""
        words = {"company_id": company_id, "organisation_id": organisation_id, "domain": domain}
        queries.organisation_domain_put(self._connection, **words)

    def remove_domain(self, company_id: int, domain: str) -> None:
        """Take a domain from whatever it belongs to."""
        queries.organisation_domain_remove(self._connection, company_id=company_id, domain=domain)

    def gather(self, company_id: int, organisation_id: int, domain: str) -> int:
        """Let all contacts of the domain who belong to none belong to it; return how many do."""
        words = {"company_id": company_id, "organisation_id": organisation_id, "domain": domain}
        moved: int = queries.organisation_gather(self._connection, **words)
        return moved
