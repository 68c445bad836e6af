"""Mail domains with their system addresses and DKIM keys, and what the mail server's map should say of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from weftmail.core.address import without_plus
from weftmail.core.alias_name import CATCH_ALL
from weftmail.core.ports import MapRow
from weftmail.store.connection import Connection
from weftmail.store.rows import many, one, queries
from weftmail.store.sets import portions

SYSTEM_ADDRESSES = ("reply", "bounce", "record", "notifications")
"""Local parts that are ours in every domain (RFC 5233 for what follows the plus sign)."""
ROLE_ADDRESSES = ("postmaster", "abuse", "dmarc")
"""Local parts that are ours where the whole domain is (RFC 2142, 9990)."""


def system_address(local: str, dedicated: bool) -> str:
    """Return which of our own addresses in every domain a local part is; an empty text where it is none."""
    name = without_plus(local)
    return name if name in SYSTEM_ADDRESSES or (dedicated and name in ROLE_ADDRESSES) else ""


@dataclass(frozen=True, slots=True)
class Domain:
    """A mail domain, for one company or, with no company, shared by all."""

    id: int
    name: str
    company_id: int | None
    company: str | None
    dedicated: bool
    state: str
    generation: int
    closed_at: int | None
    created_at: int


@dataclass(frozen=True, slots=True)
class DkimKey:
    """A signing key of a domain: what the DNS should say; the private half lies in a file outside the store."""

    id: int
    domain: str
    selector: str
    algorithm: str
    record: str
    state: str
    created_at: int
    changed_at: int


@dataclass(frozen=True, slots=True)
class _MapDomain:
    """A domain that has changed since the map last followed."""

    name: str
    dedicated: bool
    state: str
    generation: int


@dataclass(frozen=True, slots=True)
class _MapAlias:
    """An alias that has changed since the map last followed."""

    local_part: str
    state: str
    generation: int
    domain: str
    dedicated: bool
    domain_state: str


class Domains:
    """The mail domains of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def next_generation(self) -> int:
        """Move the map's counter; to be called in the transaction that edits a domain or an alias."""
        value: int = queries.map_generation_next(self._connection)
        return value

    def generation(self) -> int:
        """Return the generation that the map should follow to."""
        value: int = queries.map_generation(self._connection)
        return value

    def add(self, name: str, company_id: int | None, dedicated: bool, now: int) -> int:
        """Add a domain by its canonical name, or bring a removed one back; return its id.

        Raises Conflict where there is one of this name.
        """
        removed: int | None = queries.domain_removed(self._connection, name=name)
        if removed is not None:
            self.set(removed, dedicated=dedicated, state="open", closed_at=None, company_id=company_id)
            return removed
        value: int = queries.domain_add(
            self._connection,
            name=name,
            company_id=company_id,
            dedicated=dedicated,
            generation=self.next_generation(),
            now=now,
        )
        return value

    def all(self) -> list[Domain]:
        """Return all domains but removed ones, oldest first."""
        return many(Domain, queries.domains(self._connection))

    def by_name(self, name: str) -> Domain | None:
        """Return the domain of this canonical name, open or closed."""
        return self.named([name]).get(name)

    def ever(self, name: str) -> Domain | None:
        """Return the domain of this canonical name, even a removed one."""
        return one(Domain, queries.domain_ever(self._connection, name=name))

    def named(self, names: Collection[str]) -> dict[str, Domain]:
        """Return those of the canonical names that are domains of ours, open or closed."""
        found: dict[str, Domain] = {}
        for portion in portions(list(names)):
            rows = queries.domains_by_name(self._connection, names=portion)
            found |= {domain.name: domain for domain in many(Domain, rows)}
        return found

    def our_addresses(self, addresses: Collection[str]) -> frozenset[str]:
        """Return those of the canonical addresses that are ours: a system address, an alias, in use or removed, or
        what an alias answers as.  Where an alias takes all the rest of a domain, all of it is ours.

        Plus parts are ignored.
        """
        # What others wrote may be no address at all.
        parted = {
            one: (local, domain) for one in addresses for local, _, domain in [one.rpartition("@")] if local and domain
        }
        found: set[tuple[str, str | None]] = set()
        dedicated: dict[str, bool] = {}
        for portion in portions(list(parted.values())):
            rows = queries.our_addresses(
                self._connection,
                domains=sorted({domain for _, domain in portion}),
                local_parts=sorted({CATCH_ALL, *(one for local, _ in portion for one in (local, without_plus(local)))}),
            )
            for domain, whole, local_part in rows:
                if whole is not None:
                    dedicated[domain] = bool(whole)
                found.add((domain, local_part))
        return frozenset(
            address
            for address, (local, domain) in parted.items()
            if {(domain, local), (domain, without_plus(local)), (domain, CATCH_ALL)} & found
            or (domain in dedicated and system_address(local, dedicated[domain]))
        )

    def of_company(self, company_id: int) -> str | None:
        """Return the name of the domain that the company writes from where no alias says otherwise."""
        name: str | None = queries.domain_of_company(self._connection, company_id=company_id)
        return name

    def set(
        self, domain_id: int, *, dedicated: bool, state: str, closed_at: int | None, company_id: int | None
    ) -> None:
        """Change a domain; the map follows."""
        queries.domain_set(
            self._connection,
            id=domain_id,
            dedicated=dedicated,
            state=state,
            closed_at=closed_at,
            company_id=company_id,
            generation=self.next_generation(),
        )

    def aliases_in_use(self, domain_id: int) -> int:
        """Return how many aliases of this domain are in use."""
        value: int = queries.domain_aliases_in_use(self._connection, id=domain_id)
        return value

    def postmaster(self, name: str) -> int | None:
        """Return the user who is told of mail to postmaster and abuse of a domain; None for the admins."""
        user_id: int | None = queries.domain_postmaster(self._connection, name=name)
        return user_id

    def set_postmaster(self, domain_id: int, user_id: int | None) -> None:
        """Say who that is."""
        queries.domain_postmaster_set(self._connection, id=domain_id, user_id=user_id)

    def aliases_of(self, company_id: int) -> dict[int, int]:
        """Return how many aliases a company has in use in each domain, by the domain's number."""
        return dict(queries.domain_aliases_of(self._connection, company_id=company_id))

    def waiting(self, domain_id: int) -> int:
        """Return how many outbox rows of records opened in this domain still wait."""
        value: int = queries.domain_waiting(self._connection, id=domain_id)
        return value

    def map_rows(self, generation: int) -> tuple[list[MapRow], int]:
        """Return what has changed for the map since ``generation``, and the generation it then stands at.

        To be called in a read transaction of its own or in any write transaction, so that both belong together.
        """
        rows: list[MapRow] = []
        for domain in many(_MapDomain, queries.domains_since(self._connection, generation=generation)):
            dedicated, mark = domain.dedicated, domain.generation
            # A closed domain keeps its system addresses: answers to what went out still come in.
            kept = domain.state != "removed"
            locals_: Sequence[tuple[str, bool]] = [
                ("", kept),
                *((name, kept) for name in SYSTEM_ADDRESSES),
                *((name, kept and dedicated) for name in ROLE_ADDRESSES),
            ]
            rows += [MapRow(domain.name, local, dedicated, active, mark) for local, active in locals_]
        for alias in many(_MapAlias, queries.aliases_since(self._connection, generation=generation)):
            active = alias.state == "on" and alias.domain_state == "open"
            refused = alias.state == "off" and alias.domain_state == "open"
            rows.append(MapRow(alias.domain, alias.local_part, alias.dedicated, active, alias.generation, refused))
        return rows, self.generation()

    def add_dkim_key(self, domain_id: int, selector: str, algorithm: str, record: str, now: int) -> int:
        """Keep the public half of a signing key; return its id."""
        value: int = queries.dkim_key_add(
            self._connection,
            domain_id=domain_id,
            selector=selector,
            algorithm=algorithm,
            record=record,
            now=now,
        )
        return value

    def dkim_keys(self, domain: str | None = None) -> list[DkimKey]:
        """Return the signing keys of one domain, or of all."""
        return many(DkimKey, queries.dkim_keys(self._connection, domain=domain))

    def set_dkim_key(self, key_id: int, state: str, now: int) -> None:
        """Say how far a key is in its life."""
        queries.dkim_key_set(self._connection, id=key_id, state=state, now=now)

    def signing(self, domain: str) -> frozenset[str]:
        """Return the selectors of the keys that sign what a domain sends."""
        return frozenset(selector for (selector,) in queries.dkim_key_signing(self._connection, domain=domain))
