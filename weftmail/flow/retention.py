"""What is old enough goes, a few records at a time, and the history says how many."""

from __future__ import annotations

from weftmail.core.wording.phrase import Phrase
from weftmail.flow.due.sweeping import FIRST, SWEEP
from weftmail.store.audit import AuditEntry
from weftmail.store.retention import Retention
from weftmail.store.store import Store

MESSAGES = 500
"""So many messages go in one step: whoever writes to the store meanwhile waits no longer than that takes."""
RECORDS = 20
ACTOR = "weftmail"


def remove_aged(store: Store, now: int, messages: int = MESSAGES) -> int:
    """Let go what is old enough, as far as a step of so many messages goes; return how many records, and parts of
    them, went.

    To be called inside a transaction.
    """
    store.erasures.overwrite()
    left, touched = messages, 0
    for one in store.retentions.all():
        ended = 0
        for record in store.retentions.aged(one, now, RECORDS):
            if left <= 0:
                break
            says = Phrase("event.aged", {"days": one.days})
            while left > 0 and (gone := store.retentions.remove_some(one.company_id, record.id, says)):
                left -= gone
            touched += 1
            if left > 0:
                store.outbox.withhold(one.company_id, record.id, now)
                store.retentions.end(one.company_id, record.id, says, now)
                ended += 1
        if ended:
            _say(store, one, ended, now)
    return touched


def _say(store: Store, one: Retention, ended: int, now: int) -> None:
    store.due.put(SWEEP, FIRST, now, now)
    entry = AuditEntry(one.company_id, None, ACTOR, "retention.remove", one.name)
    store.audit.add(entry, {"days": one.days, "records": ended}, {"days": one.days, "records": 0}, now)
