"""A copy that could not be handed over waits to be sent again; its key is its number in the outbox."""

from __future__ import annotations

from weftmail.flow.installation import Installation
from weftmail.store.due import Due
from weftmail.store.store import Store


class Retry:
    """Makes a delayed copy wait again; the sender takes it from there."""

    name = "retry"
    standing = False

    def run(self, store: Store, installation: Installation, due: Due, now: int) -> int | None:
        """Let the copy wait; one that has left by now, because somebody asked for it, stays as it is."""
        store.outbox.ready(int(due.key), now)
        return None


kind = Retry()
