"""How much of what left was aligned for DMARC, counted by the domain in From and the hour."""

from __future__ import annotations

from dataclasses import dataclass

from weftmail.core.sent_as import SentAs
from weftmail.store.connection import Connection
from weftmail.store.rows import made, queries

HOUR = 3600_000


@dataclass(frozen=True, slots=True)
class Alignment:
    """Emails that left with a domain in From: of how many the signature, the return path, or either is aligned."""

    mails: int
    signed: int
    returned: int
    aligned: int


class Alignments:
    """What a store counted of it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def count(self, company_id: int, sent_as: SentAs, now: int) -> None:
        """Count an email that left."""
        queries.alignment_count(
            self._connection,
            company_id=company_id,
            domain=sent_as.author,
            hour_at=now - now % HOUR,
            signed=int(sent_as.by_signature),
            returned=int(sent_as.by_return_path),
            aligned=int(sent_as.aligned),
        )

    def since(self, domain: str, since: int, company_id: int | None = None) -> Alignment:
        """Return what left since then, of one company, or of all that share the domain; to the hour."""
        if company_id is None:
            return made(Alignment, queries.alignment_since(self._connection, domain=domain, since=since - HOUR))
        found = queries.alignment_of_company_since(
            self._connection, company_id=company_id, domain=domain, since=since - HOUR
        )
        return made(Alignment, found)

    def expire(self, before: int) -> None:
        """Forget what left before that time."""
        queries.alignment_expire(self._connection, before=before)
