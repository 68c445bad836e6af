"""What a person decided on a mail of the review queue, as it was before, and what filing it left on its record."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from weftmail.core.wording.phrase import Phrase
from weftmail.store.blob import Blobs
from weftmail.store.connection import Connection
from weftmail.store.inbound import InboundRow
from weftmail.store.rows import column, queries
from weftmail.store.search import MESSAGE, Search


@dataclass(frozen=True, slots=True)
class Undecided:
    """A mail as it waited: where, why, and by which rules; and what the decision changed beside it.

    ``joined`` are the contacts who take part in the conversation since.  ``was`` and ``became`` are the states of the
    record before and after, both "" where the decision ``opened`` it.  ``hidden_as`` is where it had been put away, and
    ``snoozed_until`` and ``snoozed_by`` are the snooze that it had, where the mail brought it back from there.
    """

    state: str
    reason: str
    trace: str
    record_id: int | None
    answers_id: int | None
    joined: tuple[int, ...] = ()
    was: str = ""
    became: str = ""
    opened: bool = False
    hidden_as: str | None = None
    snoozed_until: int | None = None
    snoozed_by: int | None = None

    @classmethod
    def of(cls, row: InboundRow) -> Undecided:
        """Return a mail as it waits now."""
        return cls(row.state, row.reason, row.trace, row.record_id, row.answers_id)


class Withdrawals:
    """Takes back what a person decided."""

    def __init__(self, connection: Connection, blobs: Blobs) -> None:
        self._connection = connection
        self._blobs = blobs

    def keep(self, inbound_id: int, undecided: Undecided) -> None:
        """Keep how a mail waited, on which somebody has decided."""
        kept = json.dumps(asdict(undecided), ensure_ascii=False)
        queries.inbound_decided(self._connection, id=inbound_id, undecided=kept)

    def undecided(self, inbound_id: int) -> Undecided | None:
        """Return how a mail waited; None where nobody has decided on it, or it was routed once more since."""
        kept: str | None = queries.inbound_undecided(self._connection, id=inbound_id)
        if not kept:
            return None
        values = json.loads(kept)
        return Undecided(**{**values, "joined": tuple(values["joined"])})

    def back(self, inbound_id: int, undecided: Undecided, now: int) -> bool:
        """Let a mail wait in the review queue as it did; say whether it was decided on."""
        changed: int = queries.inbound_back(
            self._connection,
            id=inbound_id,
            state=undecided.state,
            reason=undecided.reason,
            trace=undecided.trace,
            record_id=undecided.record_id,
            answers_id=undecided.answers_id,
            now=now,
        )
        return changed == 1

    def copies(self, company_id: int, message_id: int) -> list[int]:
        """Return the copies in the outbox that carry a message."""
        found = queries.outbox_of_message(self._connection, company_id=company_id, message_id=message_id)
        return sorted({one for one in column(found) if one is not None})

    def withdraw(self, company_id: int, record_id: int, message_id: int, says: Phrase, once: str) -> None:
        """Take a message off its record: an event stays in its place, without its words, its files, and its people.

        ``once`` is the name under which the event is there once.
        """
        these = {"company_id": company_id, "message_id": message_id}
        queries.message_withdraw(
            self._connection, company_id=company_id, id=message_id, phrase=says.as_json(), once=once
        )
        Search(self._connection).forget(MESSAGE, message_id)
        queries.deliveries_unseen_remove(self._connection, **these)
        queries.message_addresses_remove(self._connection, **these)
        queries.participants_of_message_remove(self._connection, **these, record_id=record_id)
        blobs = column(queries.attachment_blobs(self._connection, **these))
        queries.attachments_remove(self._connection, **these)
        for blob_id in dict.fromkeys(blobs):
            self._blobs.drop_unused(blob_id)

    def spoken(self, company_id: int, record_id: int) -> bool:
        """Say whether anybody has a message on a record, events aside."""
        found: int | None = queries.message_spoken(self._connection, company_id=company_id, record_id=record_id)
        return found is not None
