"""What is old enough goes: looked at each hour, in steps while there is any."""

from __future__ import annotations

from weftmail.flow.installation import Installation
from weftmail.flow.retention import remove_aged
from weftmail.store.due import Due
from weftmail.store.store import Store

EACH = 3600_000
PAUSE = 1000
"""Milliseconds between two steps, in which email is taken in."""


class RetentionDue:
    """Each hour."""

    name = "retention"
    standing = True

    def farthest(self, store: Store) -> int | None:
        """Return how often it runs."""
        return EACH

    def run(self, store: Store, installation: Installation, due: Due, now: int) -> int | None:
        """Let go what is old enough, as far as one step goes."""
        return now + (PAUSE if remove_aged(store, now) else EACH)


kind = RetentionDue()
