"""A message leaves at its time: after its author's undo time, or when they said; the key is the number of its draft."""

from __future__ import annotations

from weftmail.flow.installation import Installation
from weftmail.flow.leaving import leave
from weftmail.flow.setup.leaving import DUE
from weftmail.store.due import Due
from weftmail.store.store import Store


class Send:
    """Writes the message with its copies, or finds that it was taken back."""

    name = DUE
    standing = False

    def farthest(self, store: Store) -> int | None:
        """Return None: people chose the time."""
        return None

    def run(self, store: Store, installation: Installation, due: Due, now: int) -> int | None:
        """Let it leave, unless somebody took it back."""
        if due.company_id is None:
            return None
        return leave(store, installation, due.company_id, int(due.key), now)


kind = Send()
