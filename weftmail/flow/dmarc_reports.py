"""Who sends in a domain's name, and how much of it passes, as receivers reported within thirty days.

What a key of ours signed is ours, wherever it was handed on.  Reports whose sender no signature verifies are kept
apart: anybody can write them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from weftmail.store.dmarc_report import DmarcReporter, DmarcSource, DmarcTotal
from weftmail.store.domain import Domain
from weftmail.store.store import Store

LOOKED_AT: Final = 30 * 24 * 3600_000
"""For so long, in milliseconds, reports are looked at."""
MOST_SOURCES: Final = 200
MOST_REPORTERS: Final = 50


@dataclass(frozen=True, slots=True)
class DmarcLine:
    """Emails of one source that fared alike; ``ours`` were signed by a key of the domain."""

    ours: bool
    source: str
    disposition: str
    dkim: bool
    spf: bool
    mails: int = 0


@dataclass(frozen=True, slots=True)
class DmarcSummary:
    """What was reported: by who is verified, or by who is not."""

    mails: int
    passed: int
    lines: Sequence[DmarcLine]
    reporters: Sequence[DmarcReporter]


def summaries(store: Store, domain: Domain, now: int) -> tuple[DmarcSummary, DmarcSummary]:
    """Return what was reported on a domain by who is verified, and by who is not."""
    since = now - LOOKED_AT
    keys = {one.selector for one in store.domains.dkim_keys(domain.name)}
    totals = store.dmarc_reports.totals(domain.id, since)
    sources = store.dmarc_reports.sources(domain.id, since, MOST_SOURCES) if totals else []
    reporters = store.dmarc_reports.reporters(domain.id, since, MOST_REPORTERS)
    yes, no = (_summary(verified, totals, sources, reporters, keys) for verified in (True, False))
    return yes, no


def _summary(
    verified: bool,
    totals: Iterable[DmarcTotal],
    sources: Iterable[DmarcSource],
    reporters: Iterable[DmarcReporter],
    keys: set[str],
) -> DmarcSummary:
    total = next((one for one in totals if one.verified == verified), DmarcTotal(verified, 0, 0))
    lines = _lines((one for one in sources if one.verified == verified), keys)
    return DmarcSummary(total.mails, total.passed, lines, [one for one in reporters if one.verified == verified])


def _lines(sources: Iterable[DmarcSource], keys: set[str]) -> list[DmarcLine]:
    """Ours first, and then the most emails."""
    found: Counter[DmarcLine] = Counter()
    for one in sources:
        ours = one.dkim and one.selector in keys
        found[DmarcLine(ours, one.source, one.disposition, one.dkim, one.spf)] += one.mails
    lines = [replace(line, mails=mails) for line, mails in found.items()]
    return sorted(lines, key=lambda one: (not one.ours, -one.mails, one.source))
