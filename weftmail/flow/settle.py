"""Settle: from an accepted row to a filed message, in batches, by one settler at a time.

Reading the mail and whatever may take long runs before the transaction.  Then one short write transaction takes the
batch, each mail in a savepoint of its own.  A fault of our code rolls back to the savepoint and makes that one row
``error``; a fault of the store or the machine leaves all rows accepted, and the caller backs off.  The rows of a batch
are written down in the lock before it begins: where a settler died, its successor takes those rows one by one and
counts each attempt first, so that a mail that kills its settler is put aside at the third death.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from weftmail.core.failure import TempFail
from weftmail.core.parsing.message import Message
from weftmail.core.ports import SettleLock
from weftmail.core.routing.rules import decide
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.facts import gather
from weftmail.flow.filing import Delivered, Outcome, file
from weftmail.flow.installation import Installation
from weftmail.flow.reading import read
from weftmail.store.errors import temporary
from weftmail.store.inbound import Accepted
from weftmail.store.store import Store

BATCH_BYTES = 8 * 1024 * 1024
BATCH_ROWS = 200
BATCH_MILLISECONDS = 200
DEATHS = 3
"""At this many deaths of a settler under one row the row is put aside."""

Reader = Callable[[bytes | BinaryIO], Message]


@dataclass(frozen=True, slots=True)
class Batch:
    """What one round did: rows settled, rows put aside as stuck, copies that wait to leave."""

    settled: int = 0
    failed: int = 0
    copies: int = 0


class Settler:
    """Settles what is accepted; the caller holds the lock."""

    def __init__(self, store: Store, installation: Installation, lock: SettleLock, reader: Reader = read) -> None:
        self._store = store
        self._installation = installation
        self._lock = lock
        self._reader = reader
        self._suspects: list[int] | None = None

    def settle(self) -> Batch:
        """Settle one batch, oldest first; an empty Batch says that nothing waits.

        Raises TempFail where the store or the machine failed: nothing of the batch has happened then.
        """
        try:
            return self._settle()
        except Exception as error:
            if temporary(error):
                raise TempFail(f"settling has to wait: {error}") from error
            raise

    def _settle(self) -> Batch:
        if self._suspects is None:
            self._suspects = self._lock.unfinished()
        waiting = self._store.inbound.waiting(BATCH_ROWS)
        suspects = set(self._suspects)
        singly = [row for row in waiting if row.id in suspects]
        if singly:
            return self._settle_suspect(singly[0])
        self._suspects = []
        batch = _bounded(waiting)
        if not batch:
            return Batch()
        self._lock.mark([row.id for row in batch])
        done = self._settle_rows(batch)
        self._lock.mark([])
        return done

    def _settle_suspect(self, row: Accepted) -> Batch:
        """Settle one row that may have killed a settler; its attempt is counted before anything else."""
        if row.attempts >= DEATHS - 1:
            reason = Phrase("error.died", {"count": row.attempts + 1})
            self._store.inbound.fail(row.id, reason, "", self._installation.clock())
            done = Batch(failed=1)
        else:
            self._store.inbound.attempt(row.id)
            done = self._settle_rows([row])
        self._suspects = [one for one in self._suspects or [] if one != row.id]
        self._lock.mark(self._suspects)
        return done

    def _settle_rows(self, batch: Sequence[Accepted]) -> Batch:
        # A mail for several of our addresses is one blob: it is read once.
        read_already: dict[int, Message | str] = {}
        began = self._installation.clock()
        rows: list[tuple[Accepted, Message | str]] = []
        for row in batch:
            if row.blob_id not in read_already:
                read_already[row.blob_id] = self._read(row)
            rows.append((row, read_already[row.blob_id]))
            if self._installation.clock() - began > BATCH_MILLISECONDS:
                break
        settled = failed = copies = 0
        with self._store.transaction():
            for row, message in rows:
                outcome = self._settle_row(row, message)
                if outcome is None:
                    failed += 1
                else:
                    settled += 1
                    copies += outcome.copies
        return Batch(settled, failed, copies)

    def _read(self, row: Accepted) -> Message | str:
        """Return the mail as read, or the traceback of our failing at it."""
        try:
            return self._reader(self._store.blobs.open(row.blob_id, row.size))
        except Exception as error:
            if temporary(error):
                raise
            return traceback.format_exc()

    def _settle_row(self, row: Accepted, message: Message | str) -> Outcome | None:
        """File one mail in a savepoint; None where our code failed and the row is stuck."""
        if isinstance(message, str):
            self._set_aside(row, message)
            return None
        try:
            with self._store.savepoint():
                known = gather(self._store, self._installation, row.envelope, message)
                decision = decide(row.envelope, message, known.facts)
                delivered = Delivered(row, message, known.proof, known.facts.sender.verified)
                return file(self._store, self._installation, delivered, decision, self._installation.clock())
        except Exception as error:
            if temporary(error) or not self._store.connection.in_transaction:
                raise
            self._set_aside(row, traceback.format_exc())
            return None

    def _set_aside(self, row: Accepted, error: str) -> None:
        last = error.strip().splitlines()[-1]
        self._store.inbound.fail(row.id, Phrase("error.fault", {"error": last}), error, self._installation.clock())


def _bounded(waiting: Sequence[Accepted]) -> list[Accepted]:
    """The oldest rows that fit into one batch; at least one."""
    batch: list[Accepted] = []
    size = 0
    for row in waiting:
        size += row.size
        if batch and size > BATCH_BYTES:
            break
        batch.append(row)
    return batch


def backoff(failures: int) -> float:
    """Return how long to wait, in seconds, after that many failures in a row: 1 to 60."""
    return float(min(60, 2 ** max(0, failures - 1)))
