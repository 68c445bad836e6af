"""Sessions and sign-in links that work no longer are removed, and failed sign-ins and turns that count no longer."""

from __future__ import annotations

from weftmail.core.limits import FLOOD_AGAIN, TURNS_WITHIN
from weftmail.flow.installation import Installation
from weftmail.store.due import Due
from weftmail.store.store import Store

EACH = 3600_000
FAILURES_KEPT = 24 * 3600_000
"""Longer than any window in which failed sign-ins are counted; in milliseconds."""
BOUNCES_KEPT = 90 * 24 * 3600_000
"""Longer than five bounces of a full mailbox are apart that are told of one trouble; in milliseconds."""


class Expiry:
    """Each hour.  What has expired signs nobody in, removed or not."""

    name = "expiry"
    standing = True

    def run(self, store: Store, installation: Installation, due: Due, now: int) -> int | None:
        """Remove what has expired."""
        store.dns.expire(now)
        store.sessions.expire(now, now - FAILURES_KEPT)
        store.suppressions.expire(now - BOUNCES_KEPT)
        store.turns.expire(now - TURNS_WITHIN * 1000, now - FLOOD_AGAIN * 1000)
        return now + EACH


kind = Expiry()
