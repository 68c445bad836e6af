"""After something was erased: the index of words is merged, a step at a time, until no deleted word is left in it."""

from __future__ import annotations

from weftmail.flow.due.sweeping import FIRST, SWEEP
from weftmail.flow.installation import Installation
from weftmail.store.due import Due
from weftmail.store.store import Store

PAUSE = 200
"""Milliseconds between two steps, in which email is taken in."""


class Sweep:
    """One step after the other, so that nobody waits for long."""

    name = SWEEP
    standing = False

    def farthest(self, store: Store) -> int | None:
        """Return the pause between two steps."""
        return PAUSE

    def run(self, store: Store, installation: Installation, due: Due, now: int) -> int | None:
        """Merge some pages; return when the next step is due, or None once all is merged.

        The row of the key ``first`` begins, and leaves the steps to one of its own.
        """
        if due.key == FIRST:
            store.search.merge(first=True)
            store.due.put(SWEEP, "", now + PAUSE, now)
            return None
        return now + PAUSE if store.search.merge(first=False) else None


kind = Sweep()
