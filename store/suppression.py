"""Addresses outside to which nothing is sent, and the bounces by which they are found."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from weftmail.core.address import domain_of
from weftmail.core.reports.about import About
from weftmail.store.connection import Connection
from weftmail.store.rows import many, queries


@dataclass(frozen=True, slots=True)
class Suppression:
    """An address to which nothing is sent: ``why`` is the reason of a report, ``answer`` what the server said."""

    company_id: int
    address: str
    why: str
    answer: str
    record_id: int | None
    record: str | None
    created_at: int


class Suppressions:
    """What a store knows of addresses that refused mail."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, company_id: int, address: str, why: str, answer: str, record_id: int | None, now: int) -> bool:
        """Send nothing to an address from now on; say whether that is new."""
        added: int = queries.suppression_add(
            self._connection, company_id=company_id, address=address, why=why, answer=answer, record_id=record_id,
            now=now,
        )  # fmt: skip
        return added == 1

    def lift(self, company_id: int, address: str) -> None:
        """Send to an address again; what it refused before is forgotten."""
        queries.suppression_remove(self._connection, company_id=company_id, address=address)
        queries.bounces_forget(self._connection, company_id=company_id, address=address)

    def of(self, company_id: int, addresses: Collection[str]) -> dict[str, Suppression]:
        """Return those of these canonical addresses to which nothing is sent."""
        if not addresses:
            return {}
        found = queries.suppressions_of(self._connection, company_id=company_id, addresses=sorted(addresses))
        return {one.address: one for one in many(Suppression, found)}

    def page(self, company_id: int, after: str, most: int) -> list[Suppression]:
        """Return the company's by address, those after one."""
        found = queries.suppressions(self._connection, company_id=company_id, after=after, most=most)
        return many(Suppression, found)

    def bounced(self, company_id: int, address: str, about: About, day: int, now: int) -> None:
        """Write down that an address refused mail on a day, and what that was about."""
        words = {"company_id": company_id, "address": address, "domain": domain_of(address)}
        queries.bounce_add(self._connection, **words, about=about, day=day, now=now)

    def days(self, company_id: int, address: str, since: int) -> int:
        """Return on how many days since a time an address refused mail because of its mailbox."""
        count: int = queries.bounce_days(self._connection, company_id=company_id, address=address, since=since)
        return count

    def refusing(self, company_id: int, domain: str, since: int, most: int) -> int:
        """Return how many addresses of a domain refused mail since a time, up to ``most``."""
        words = {"company_id": company_id, "domain": domain, "since": since, "most": most}
        count: int = queries.bounce_addresses(self._connection, **words)
        return count

    def taken_at(self, company_id: int, address: str, quiet_before: int) -> int:
        """Return when an address last took a message; 0 for never.

        One that left before ``quiet_before`` and of which nothing was heard counts as taken.
        """
        words = {"company_id": company_id, "address": address, "quiet_before": quiet_before}
        return queries.taken_at(self._connection, **words) or 0

    def expire(self, before: int) -> None:
        """Forget bounces that are older than a time."""
        queries.bounces_expire(self._connection, before=before)
