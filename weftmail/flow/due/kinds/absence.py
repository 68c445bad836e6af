"""Out of office begins and ends on its days; the key is the number of the user."""

from __future__ import annotations

from weftmail.flow.absence import ABSENCE, turn
from weftmail.flow.installation import Installation
from weftmail.store.due import Due
from weftmail.store.store import Store


class AbsenceTurn:
    """Lets somebody be away, or be back."""

    name = ABSENCE
    standing = False

    def farthest(self, store: Store) -> int | None:
        """Return None: people chose the time."""
        return None

    def run(self, store: Store, installation: Installation, due: Due, now: int) -> int | None:
        """Let it be so; return when it ends, or None once it has."""
        user = store.users.get(int(due.key))
        return turn(store, user, now) if user is not None else None


kind = AbsenceTurn()
