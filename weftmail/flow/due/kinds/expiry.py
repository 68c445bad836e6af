"""What works or counts no longer is removed: sessions, links, failed sign-ins, turns.

What was settled long ago leaves the inboxes for good.
"""

from __future__ import annotations

from weftmail.core.limits import FLOOD_AGAIN, TURNS_WITHIN
from weftmail.flow.handed_over import HOUR, KEPT
from weftmail.flow.installation import Installation
from weftmail.store.due import Due
from weftmail.store.store import Store

EACH = 3600_000
FAILURES_KEPT = 24 * 3600_000
"""Longer than any window in which failed sign-ins are counted; in milliseconds."""
ALIGNMENT_KEPT = 8 * 24 * 3600_000
"""Longer than what left is looked at; in milliseconds."""
REPORTS_KEPT = 60 * 24 * 3600_000
"""Longer than DMARC reports are looked at, and than they may be late; in milliseconds."""
BOUNCES_KEPT = 90 * 24 * 3600_000
"""Longer than five bounces of a full mailbox are apart that are told of one trouble; in milliseconds."""

SETTLED_KEPT = 30 * 24 * 3600_000
"""For so long, in milliseconds, what was settled comes back into an inbox where that is undone."""


class Expiry:
    """Each hour.  What has expired signs nobody in, removed or not."""

    name = "expiry"
    standing = True

    def farthest(self, store: Store) -> int | None:
        """Return how often it runs."""
        return EACH

    def run(self, store: Store, installation: Installation, due: Due, now: int) -> int | None:
        """Remove what has expired."""
        store.dns.expire(now)
        store.sessions.expire(now, now - FAILURES_KEPT)
        store.suppressions.expire(now - BOUNCES_KEPT)
        store.servers.expire(now // 60_000 - 1500)
        store.handed_over.expire(now - KEPT, (now - KEPT) // HOUR)
        store.alignments.expire(now - ALIGNMENT_KEPT)
        store.dmarc_reports.expire(now - REPORTS_KEPT)
        store.turns.expire(now - TURNS_WITHIN * 1000, now - FLOOD_AGAIN * 1000)
        store.inbox_lists.settle(now - SETTLED_KEPT, now)
        return now + EACH


kind = Expiry()
