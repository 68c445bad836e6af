"""The day of an activity comes: whoever is to do it is reminded; the key is its number."""

from __future__ import annotations

from weftmail.flow.activity import ACTIVITY, remind
from weftmail.flow.installation import Installation
from weftmail.store.due import Due
from weftmail.store.store import Store


class ActivityDue:
    """Reminds once, on the morning of the day."""

    name = ACTIVITY
    standing = False

    def farthest(self, store: Store) -> int | None:
        """Return None: people chose the time."""
        return None

    def run(self, store: Store, installation: Installation, due: Due, now: int) -> int | None:
        """Remind whoever is to do it; what is done by now reminds nobody."""
        if due.company_id is not None:
            remind(store, due.company_id, int(due.key), now)
        return None


kind = ActivityDue()
