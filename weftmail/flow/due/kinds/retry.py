"""A copy that could not be handed over waits to be sent again; its key is its number in the outbox."""

from __future__ import annotations

from weftmail.flow.installation import Installation
from weftmail.store.due import Due
from weftmail.store.store import Store

LONGEST = 24 * 3600_000
"""No copy waits longer for the next attempt; in milliseconds."""


class Retry:
    """Makes a delayed copy wait again; the sender takes it from there."""

    name = "retry"
    standing = False

    def farthest(self, store: Store) -> int | None:
        """Return what no pause of a copy is longer than."""
        return LONGEST

    def run(self, store: Store, installation: Installation, due: Due, now: int) -> int | None:
        """Let the copy wait; one that has left by now, because somebody asked for it, stays as it is."""
        store.outbox.ready(int(due.key), now)
        return None


kind = Retry()
