"""What the DNS said of each domain when it was last asked, and when it is to be asked next."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass

from weftmail.store.connection import Connection
from weftmail.store.rows import many, queries
from weftmail.store.sets import portions


@dataclass(frozen=True, slots=True)
class DnsLook:
    """When a domain was looked at, and how it stood: ``servers`` is a list in JSON, ``verdict`` None before the first.

    ``look_at`` is None where nobody is to look.
    """

    domain_id: int
    look_at: int | None
    asked_at: int | None
    zone: str
    servers: str
    verdict: str | None


@dataclass(frozen=True, slots=True)
class StoredFinding:
    """One record of a domain as it was found; ``changed_at`` says since when its verdict is this one."""

    position: int
    what: str
    name: str
    verdict: str
    body: str
    changed_at: int


class DnsLooks:
    """The looks at the domains of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def want(self, domain_id: int, at: int) -> None:
        """Have somebody look at a domain from a time on."""
        queries.dns_look_want(self._connection, domain_id=domain_id, at=at)

    def due(self, now: int, most: int = 20) -> list[str]:
        """Return the names of domains that are to be looked at, the longest due first."""
        return [name for (name,) in queries.dns_looks_due(self._connection, now=now, most=most)]

    def of(self, domain_ids: Collection[int]) -> dict[int, DnsLook]:
        """Return the last looks at these domains."""
        rows = [
            row
            for portion in portions(list(domain_ids))
            for row in many(DnsLook, queries.dns_looks(self._connection, ids=portion))
        ]
        return {one.domain_id: one for one in rows}

    def findings(self, domain_id: int) -> list[StoredFinding]:
        """Return what was found of a domain, in the order of its table."""
        return many(StoredFinding, queries.dns_findings(self._connection, domain_id=domain_id))

    def keep(self, look: DnsLook, findings: Sequence[StoredFinding], now: int) -> None:
        """Keep what was found in place of what stood there."""
        queries.dns_look_done(
            self._connection,
            domain_id=look.domain_id,
            at=look.look_at,
            now=now,
            zone=look.zone,
            servers=look.servers,
            verdict=look.verdict,
        )
        queries.dns_findings_remove(self._connection, domain_id=look.domain_id)
        if findings:
            rows = [{"domain_id": look.domain_id, **asdict(one)} for one in findings]
            queries.dns_finding_add(self._connection, rows)

    def add_link(self, token: str, domain_id: int, expires_at: int) -> None:
        """Keep a link to the records of a domain; of its token only the digest is kept."""
        queries.dns_link_add(self._connection, token_hash=_digest(token), domain_id=domain_id, expires_at=expires_at)

    def linked(self, token: str, now: int) -> str | None:
        """Return the domain that a link leads to; None for one that is over or never was."""
        name: str | None = queries.dns_link_domain(self._connection, token_hash=_digest(token), now=now)
        return name

    def expire(self, now: int) -> None:
        """Remove links that are over."""
        queries.dns_links_expire(self._connection, now=now)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
