"""DMARC aggregate reports on the domains of a store, and their rows, added up over all reports."""

from __future__ import annotations

from dataclasses import dataclass

from weftmail.core.parsing.dmarc_report import DmarcReport
from weftmail.store.connection import Connection
from weftmail.store.rows import many, queries


@dataclass(frozen=True, slots=True)
class DmarcReporter:
    """Who reports: the organisation as it calls itself, and the domain that sent it, verified by DKIM or not."""

    organisation: str
    sender: str
    verified: bool
    reports: int = 1


@dataclass(frozen=True, slots=True)
class DmarcSource:
    """Emails that came from one address, fared alike, and were reported by who is verified, or by who is not."""

    verified: bool
    source: str
    selector: str
    disposition: str
    dkim: bool
    spf: bool
    mails: int


@dataclass(frozen=True, slots=True)
class DmarcTotal:
    """All emails that were reported by who is verified, or by who is not; and how many of them passed."""

    verified: bool
    mails: int
    passed: int


class DmarcReports:
    """The reports of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def count(self, domain_id: int, *, verified: bool) -> int:
        """Return how many are kept on a domain."""
        value: int = queries.dmarc_report_count(self._connection, domain_id=domain_id, verified=verified)
        return value

    def add(self, domain_id: int, report: DmarcReport, reporter: DmarcReporter, now: int) -> bool:
        """Keep a report; False where that very one is there."""
        number: int | None = queries.dmarc_report_add(
            self._connection,
            domain_id=domain_id,
            verified=reporter.verified,
            sender=reporter.sender,
            organisation=reporter.organisation,
            report=report.report_id,
            begin_at=report.begin_at,
            end_at=report.end_at,
            now=now,
        )
        if number is None:
            return False
        rows = [
            {
                "id": number, "position": position, "source": one.source, "selector": one.selector,
                "disposition": one.disposition, "dkim": one.dkim, "spf": one.spf, "mails": one.mails,
            }
            for position, one in enumerate(report.rows)
        ]  # fmt: skip
        if rows:
            queries.dmarc_rows_add(self._connection, rows)
        return True

    def totals(self, domain_id: int, since: int) -> list[DmarcTotal]:
        """Return how many emails were reported of a time that ended since then; nothing where none were."""
        return many(DmarcTotal, queries.dmarc_totals(self._connection, domain_id=domain_id, since=since))

    def sources(self, domain_id: int, since: int, most: int) -> list[DmarcSource]:
        """Return what was reported of a time that ended since then, the most emails first."""
        return many(DmarcSource, queries.dmarc_sources(self._connection, domain_id=domain_id, since=since, most=most))

    def reporters(self, domain_id: int, since: int, most: int) -> list[DmarcReporter]:
        """Return who reported it, the most reports first."""
        return many(
            DmarcReporter, queries.dmarc_reporters(self._connection, domain_id=domain_id, since=since, most=most)
        )

    def expire(self, before: int) -> None:
        """Forget the reports that came before that time."""
        queries.dmarc_rows_expire(self._connection, before=before)
        queries.dmarc_reports_expire(self._connection, before=before)
