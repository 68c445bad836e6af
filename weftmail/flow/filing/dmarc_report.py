"""DMARC report: what a receiver saw of a domain's mail is added up for the domain's page."""

from __future__ import annotations

from dataclasses import replace

from weftmail.core.address import domain_of
from weftmail.core.limits import DMARC_KEPT
from weftmail.flow.delivered import Delivered
from weftmail.store.dmarc_report import DmarcReporter
from weftmail.store.store import Store


def keep_dmarc_report(store: Store, delivered: Delivered, name: str, now: int) -> None:
    """Keep the report that a mail brings, once; who is not verified by DKIM is kept apart, and displaces nobody."""
    report, domain = delivered.message.dmarc, store.domains.by_name(name)
    # Another domain's signature passes as well, and says nothing of who stands in From.
    verified = delivered.proof.verified and delivered.proof.dkim == "pass"
    if report and domain and store.dmarc_reports.count(domain.id, verified=verified) < DMARC_KEPT:
        reporter = DmarcReporter(report.organisation, domain_of(delivered.proof.address), verified)
        # A time to come is nobody's to report of: it would stay on the page for longer than others.
        store.dmarc_reports.add(domain.id, replace(report, end_at=min(report.end_at, now)), reporter, now)
