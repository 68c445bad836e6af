"""A snooze ends on the morning of its day; the key is the number of the record."""

from __future__ import annotations

from weftmail.flow.events import SNOOZE, end_snooze
from weftmail.flow.installation import Installation
from weftmail.store.due import Due
from weftmail.store.store import Store


class SnoozeEnd:
    """Brings a snoozed record back, and tells who snoozed it and who owns it."""

    name = SNOOZE
    standing = False

    def farthest(self, store: Store) -> int | None:
        """Return None: people chose the time."""
        return None

    def run(self, store: Store, installation: Installation, due: Due, now: int) -> int | None:
        """End the snooze; one that was moved to another day, or has ended by now, stays as it is."""
        record = store.records.get(due.company_id, int(due.key)) if due.company_id is not None else None
        if record is None or record.snoozed_until_at is None or record.snoozed_until_at > now:
            return None
        end_snooze(store, record, now, answered=False)
        return None


kind = SnoozeEnd()
