"""Settle: from an accepted row to a filed message, in batches, by one settler at a time.

Mail is read ahead, by other processes, before any transaction.  Then one short write transaction takes what is read,
each mail in a savepoint of its own.  A fault of our code rolls back to the savepoint and makes that one row ``error``;
a fault of the store or the machine leaves all rows accepted, the caller backs off, and the rows of that batch go one by
one from then on, each attempt counted.  The rows of a batch are written down in the lock before it begins: where a
settler died, its successor takes those rows one by one and counts each attempt first, so that a mail that kills its
settler is put aside at the third death.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from weftmail.core.failure import TempFail
from weftmail.core.limits import BATCH_BYTES, BATCH_MILLISECONDS, BATCH_ROWS, BATCH_YIELDS, READER_STOPS
from weftmail.core.parsing.message import Message
from weftmail.core.ports import Readers, SettleLock
from weftmail.core.routing.rules import decide
from weftmail.core.wording.phrase import Phrase
from weftmail.flow import traced
from weftmail.flow.ahead import Ahead, Read
from weftmail.flow.checking import Checks, waits
from weftmail.flow.delivered import Delivered
from weftmail.flow.facts import gather, traffic_of
from weftmail.flow.filing import Outcome, file
from weftmail.flow.filing.log import keep_words
from weftmail.flow.installation import Installation
from weftmail.flow.notices import author_of, notify_of_error
from weftmail.flow.reading import unreadable
from weftmail.store.errors import temporary
from weftmail.store.inbound import Accepted
from weftmail.store.store import Store

log = logging.getLogger("weftmail.settle")

FAILED = Outcome("error")
"""Where a mail goes on which our code failed."""
DEATHS = 3
"""At this many deaths of a settler under one row the row is put aside."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one round did: rows settled, rows put aside as stuck, copies that wait to leave; and what it began."""

    settled: int = 0
    failed: int = 0
    copies: int = 0
    reading: bool = False
    """Mail is being read, and can be filed a little later."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much one transaction files."""

    rows: int = BATCH_ROWS
    size: int = BATCH_BYTES
    milliseconds: int = BATCH_MILLISECONDS
    yields: int = BATCH_YIELDS
    """Milliseconds after which it ends where somebody waits for the store."""


BOUNDS = Bounds()


class Settler:
    """Settles what is accepted; the caller holds the lock."""

    def __init__(
        self,
        store: Store,
        installation: Installation,
        lock: SettleLock,
        readers: Readers,
        bounds: Bounds = BOUNDS,
        checks: Checks | None = None,
        wanted: Callable[[], bool] = lambda: False,
    ) -> None:
        """``wanted`` says whether somebody waits to write."""
        self._store = store
        self._installation = installation
        self._lock = lock
        self._bounds = bounds
        self._wanted = wanted
        self._ahead = Ahead(store, readers, checks or Checks(installation))
        self._suspects: list[int] | None = None
        self._least = 0
        self._tries: dict[int, int] = {}
        """The rows of batches that failed, each with how often it did so alone."""

    def settle(self, least: int = 0) -> Batch:
        """Settle what is read, oldest first, and read on; an empty Batch says that nothing waits.

        Whoever waits to write waits until so many as ``least`` are settled, or the transaction has lasted long enough.
        Raises TempFail where the store or the machine failed: nothing of the batch has happened then.
        """
        self._least = least
        try:
            return self._settle()
        except Exception as error:
            # Sorted into what passes and what does not; either is raised.
            if temporary(error):
                raise TempFail(f"settling has to wait: {error}") from error
            raise

    def wait(self, seconds: float, wake: int | None = None) -> None:
        """Wait for mail to be read, at most so long, or until ``wake`` can be read from.  Raises TempFail."""
        try:
            self._ahead.collect(seconds, wake)
        except Exception as error:
            # Sorted into what passes and what does not; either is raised.
            if temporary(error):
                raise TempFail(f"reading has to wait: {error}") from error
            raise

    @property
    def reading(self) -> bool:
        """Whether mail is being read."""
        return self._ahead.busy

    def stop(self) -> None:
        """End the readers."""
        self._ahead.stop()

    def _settle(self) -> Batch:
        if self._suspects is None:
            self._suspects = self._lock.unfinished()
        waiting = self._store.inbound.waiting(self._bounds.rows + self._ahead.overtaken, self._installation.clock())
        self._suspects = [one for one in self._suspects if one in {row.id for row in waiting}]
        dead = [row for row in waiting if row.id in self._suspects and row.attempts >= DEATHS - 1]
        if dead:
            return self._put_aside(dead[0])
        self._ahead.begin(waiting)
        self._ahead.collect()
        # What was read meanwhile has made room.
        self._ahead.begin(waiting)
        ready, asking = self._known(list(self._ahead.ready(waiting)))
        if asking:
            self._ahead.forget([row for row in waiting if row.id not in asking])
        batch = self._batch(ready)
        if not batch:
            return Batch(reading=self._ahead.busy)
        alone = batch[0].row.id
        if alone in self._suspects:
            self._store.inbound.attempt(alone)
        self._lock.mark([*[one for one in self._suspects if one != alone], *(one.row.id for one in batch)])
        done, filed = self._file(batch)
        self._suspects = [one for one in self._suspects if one not in filed]
        self._lock.mark(self._suspects)
        self._tries = {row: tries for row, tries in self._tries.items() if row not in filed}
        self._ahead.forget([row for row in waiting if row.id not in filed | asking])
        return done

    def _known(self, ready: list[Read]) -> tuple[list[Read], set[int]]:
        """Return what can be judged now; and the rows that wait for a key or the virus scanner, to be asked again."""
        asking = set[int]()
        for one in ready:
            if isinstance(one.message, str):
                continue
            wait = waits(self._store, self._installation, one.row, one.message, one.checked)
            if wait is not None:
                self._store.inbound.ask_again(one.row.id, wait.why, wait.until)
                asking.add(one.row.id)
        return [one for one in ready if one.row.id not in asking], asking

    def _put_aside(self, row: Accepted) -> Batch:
        """Put a row aside under which settlers died."""
        reason = Phrase("error.died", {"count": row.attempts + 1})
        self._fail(row, reason, "")
        self._suspects = [one for one in self._suspects or [] if one != row.id]
        self._lock.mark(self._suspects)
        # It is safe by now, whatever a look at its header does.
        with self._store.transaction():
            self._describe(row, self._looked_at(row), "")
        _trace([(row, FAILED)])
        return Batch(failed=1)

    def _batch(self, ready: list[Read]) -> list[Read]:
        """The oldest rows that fit into one transaction; at least one, and one alone where it may be at fault."""
        apart = {*self._tries, *(self._suspects or [])}
        # What failed alone comes after all others, so that it holds nobody up.
        ready.sort(key=lambda one: (self._tries.get(one.row.id, 0), one.row.id))
        chosen: list[Read] = []
        size = 0
        for one in ready:
            size += one.row.size
            if chosen and (size > self._bounds.size or one.row.id in apart):
                break
            chosen.append(one)
            if one.row.id in apart:
                break
        return chosen

    def _file(self, batch: list[Read]) -> tuple[Batch, set[int]]:
        """File a batch in one transaction; return what came of it, and which rows it took up."""
        ids = {one.row.id for one in batch}
        try:
            return self._filed(batch)
        except Exception as error:
            # Whatever failed, the mails of the batch go one by one from now on; it is raised again.
            if temporary(error):
                for one in ids:
                    self._tries[one] = self._tries.get(one, -1) + 1
                if len(batch) == 1 and self._gave_up(batch[0].row, error):
                    return Batch(failed=1), ids
            raise

    def _gave_up(self, row: Accepted, error: Exception) -> bool:
        """Count a failure of the machine under one row; say whether the row is put aside at last.

        What the store failed at will pass; memory that one mail alone does not find may never be there.
        """
        count = self._store.inbound.reading_ended(row.blob_id, blamed=False)
        if not isinstance(error, MemoryError) or count < READER_STOPS:
            return False
        self._set_aside(row, "".join(traceback.format_exception(error)), self._looked_at(row))
        _trace([(row, FAILED)])
        return True

    def _filed(self, batch: list[Read]) -> tuple[Batch, set[int]]:
        copies = 0
        done: list[tuple[Accepted, Outcome]] = []
        began = self._installation.clock()
        with self._store.transaction():
            for one in batch:
                outcome = self._settle_row(one)
                done.append((one.row, outcome or FAILED))
                copies += outcome.copies if outcome is not None else 0
                if self._is_over(self._installation.clock() - began, len(done)):
                    break
            took = {row.id for row, _ in done}
            self._store.aliases.mailed(sorted(took))
        _trace(done)
        failed = sum(outcome is FAILED for _, outcome in done)
        return Batch(len(done) - failed, failed, copies, self._ahead.busy), took

    def _is_over(self, passed: int, filed: int) -> bool:
        """Say whether a transaction ends that has taken so many milliseconds and filed so many mails."""
        if passed > self._bounds.milliseconds:
            return True
        return passed > self._bounds.yields and filed >= self._least and self._wanted()

    def _settle_row(self, one: Read) -> Outcome | None:
        """File one mail in a savepoint; None where our code failed and the row is stuck."""
        row, message = one.row, one.message
        if isinstance(message, str):
            self._set_aside(row, message, self._looked_at(row))
            return None
        try:
            with self._store.savepoint():
                known = gather(self._store, self._installation, row.envelope, message, one.checked)
                decision = decide(row.envelope, known.message, known.facts)
                delivered = Delivered(
                    row, known.message, known.proof, known.facts.sender.verified, row.accepted_at, known.by_alias,
                    known.alias, traffic_of(self._installation, row.envelope, known), known.writer, known.shows_address,
                    known.by_signature, (known.facts.spam, known.facts.virus),
                )  # fmt: skip
                return file(self._store, self._installation, delivered, decision, self._installation.clock())
        except Exception as error:
            # A fault under one mail must not become the fault of all: it is set aside with its traceback.
            if temporary(error) or not self._store.connection.in_transaction:
                raise
            self._set_aside(row, traceback.format_exc(), message)
            return None

    def _set_aside(self, row: Accepted, error: str, message: Message | None) -> None:
        last = error.strip().splitlines()[-1]
        self._fail(row, Phrase("error.fault", {"error": last}), error, message)

    def _fail(self, row: Accepted, reason: Phrase, error: str, message: Message | None = None) -> None:
        """Let the row wait for a person, tell those who may act on it, and keep what is known of the mail."""
        now = self._installation.clock()
        with self._store.transaction():
            self._store.inbound.fail(row.id, reason, error, now)
            author = author_of(message)
            try:
                with self._store.savepoint():
                    notify_of_error(self._store, row, author, now)
            except Exception as fault:
                if temporary(fault) or not self._store.connection.in_transaction:
                    raise
                # What our code failed on may fail here again: the row waits in the review queue all the same.
                log.exception("nobody could be told of email %d, which ended in an error", row.id)
            self._describe(row, message, author)

    def _looked_at(self, row: Accepted) -> Message | None:
        """Return what a bounded look at the header tells; None where our code fails on that, too."""
        try:
            return unreadable(self._store.blobs.open(row.blob_id, row.size), None)
        except Exception as fault:
            if temporary(fault):
                raise
            # The mail is set aside for a fault already; it is found by its envelope alone.
            log.exception("nothing of the header of email %d could be read", row.id)
            return None

    def _describe(self, row: Accepted, message: Message | None, author: str) -> None:
        """Let a mail that was set aside be found by its words and its file; ``author`` is whose it is to decide."""
        if message is None:
            return
        try:
            with self._store.savepoint():
                self._store.inbound.describe(row.id, message.message_id, author, message.subject)
                found = self._store.inbound.get(row.id)
                keep_words(self._store, row.id, found.company_id if found is not None else None, message)
        except Exception as fault:
            if temporary(fault) or not self._store.connection.in_transaction:
                raise
            # As above: it waits in the review queue all the same.
            log.exception("email %d, which ended in an error, is found by its envelope alone", row.id)


def _trace(done: Sequence[tuple[Accepted, Outcome]]) -> None:
    """Say in the log where emails went, once that is committed."""
    if traced.on():
        for row, outcome in done:
            traced.settled(row.id, row.queue_id, outcome.state, outcome.record_id, outcome.message_id)


def backoff(failures: int) -> float:
    """Return how long to wait, in seconds, after that many failures in a row: 1 to 60."""
    return float(min(60, 2 ** max(0, failures - 1)))
