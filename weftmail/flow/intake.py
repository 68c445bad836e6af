"""The one writer of a listener or a drain: accept first, then settle, then look at the folder of the pipe program.

Accepting and settling share a thread, because SQLite has one writer at a time and is not fair to several.  Whoever
holds the settle lock settles; who does not, accepts all the same, and the holder finds the rows.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Executor

from weftmail.core.failure import TempFail
from weftmail.core.limits import BATCH_BEHIND
from weftmail.core.ports import Incoming, Readers, SettleLock, Waker
from weftmail.flow import traced
from weftmail.flow.accept import AcceptQueue, accept_group
from weftmail.flow.checking import Checks
from weftmail.flow.installation import Installation
from weftmail.flow.settle import Batch, Settler, backoff
from weftmail.store.errors import temporary
from weftmail.store.store import Store

log = logging.getLogger("weftmail.intake")

SPOOL_AT_ONCE = 100
"""From the folder of the pipe program, this many mails go into one transaction."""
SPOOL_BYTES = 8 * 1024 * 1024


class Intake:
    """Accepts, settles and empties the folder; not thread-safe: one thread runs it."""

    def __init__(
        self,
        store: Store,
        installation: Installation,
        lock: SettleLock,
        incoming: Incoming,
        sender: Waker,
        readers: Readers,
        executor: Executor | None = None,
    ) -> None:
        """``executor`` runs our own checks of who sent a mail, which wait for the DNS."""
        self.store = store
        self.accept_queue = AcceptQueue()
        self._installation = installation
        self._lock = lock
        self._incoming = incoming
        self._sender = sender
        self._readers = readers
        self._executor = executor
        self._settler: Settler | None = None
        self._owed = 0
        """How many more were accepted than settled since all that could be filed was."""
        self._failures = 0
        self._settle_again_at = 0

    @property
    def settles(self) -> bool:
        """Whether this process holds the settle lock."""
        return self._settler is not None

    def take_lock(self, won: Callable[[], None] | None = None) -> bool:
        """Take the settle lock if it is free; say whether it is ours.  Raises TempFail where its file fails us.

        Where it is taken, ``won`` is called, in some thread, as soon as it is ours to take.
        """
        try:
            if self._settler is None and self._lock.acquire():
                checks = Checks(self._installation, self._executor, self.accept_queue.something.set)
                self._settler = Settler(
                    self.store,
                    self._installation,
                    self._lock,
                    self._readers,
                    checks=checks,
                    wanted=lambda: self.accept_queue.waits,
                )
            elif self._settler is None and won is not None:
                self._lock.wait(won)
        except OSError as error:
            raise TempFail(f"settling has to wait, its lock cannot be used: {error}") from error
        return self._settler is not None

    def give_lock(self) -> None:
        """Give the settle lock back, or wait for it no longer."""
        if self._settler is None:
            self._lock.release()
        else:
            try:
                self._settler.stop()
            finally:
                self._settler = None
                self._lock.release()

    def accept(self) -> int:
        """Commit what waits in the accept queue; return how many deliveries were accepted."""
        group = self.accept_queue.take()
        accepted = accept_group(self.store, self._installation.clock, group) if group else 0
        self._owed += accepted
        return accepted

    def collect(self) -> int:
        """Accept what lies in the folder of the pipe program; return how many mails.

        Files go after the commit: a crash in between hands the same mail over twice, which settling notices.  Raises
        TempFail where the store or the machine failed.
        """
        names: list[str] = []
        rows: list[tuple[int, str]] = []
        try:
            # Looked at each second: an empty folder is to cost neither the writer's lock nor a sync of the disk.
            if next(self._incoming.waiting(), None) is None:
                return 0
            with self.store.transaction():
                now, size = self._installation.clock(), 0
                for name in self._incoming.waiting():
                    found = self._incoming.open(name)
                    if found is None:
                        continue
                    envelope, raw = found
                    (number,) = self.store.inbound.accept([envelope], raw, now)
                    rows.append((number, envelope.queue_id))
                    names.append(name)
                    size += len(raw) if isinstance(raw, bytes) else SPOOL_BYTES
                    if len(names) >= SPOOL_AT_ONCE or size >= SPOOL_BYTES:
                        break
            traced.accepted(rows)
            self._incoming.remove(*names)
        except Exception as error:
            # Sorted into what passes and what does not; either is raised.
            if temporary(error):
                raise TempFail(f"mail in the folder has to wait: {error}") from error
            raise
        return len(names)

    def settle(self) -> Batch:
        """Settle one batch if the lock is ours and no fault makes us wait; wake the sender if copies wait.

        A fault of the store or the machine makes settling wait, longer each time, and is not raised.
        """
        if self._settler is None or self._installation.clock() < self._settle_again_at:
            return Batch()
        try:
            # Settling keeps pace: else what is accepted piles up while mail comes in, and is filed when no more does.
            batch = self._settler.settle(self._owed - BATCH_BEHIND)
        except TempFail as error:
            self._back_off(error)
            return Batch()
        filed = batch.settled + batch.failed
        self._owed = max(0, self._owed - filed) if filed else 0
        self._failures = 0
        if batch.copies:
            self._sender.wake()
        return batch

    def wait(self, seconds: float) -> None:
        """Wait until something is handed over or read, at most so long."""
        bell = self.accept_queue.something
        held_back = self.waits_for()
        if self._settler is None or not self._settler.reading or held_back:
            bell.wait(min(seconds, held_back) if held_back else seconds)
            return
        try:
            self._settler.wait(seconds, bell.fileno())
        except TempFail as error:
            self._back_off(error)

    def _back_off(self, error: TempFail) -> None:
        self._failures += 1
        wait = backoff(self._failures)
        self._settle_again_at = self._installation.clock() + int(wait * 1000)
        log.warning("%s; trying again in %.0f s", error, wait)

    def something_waits(self) -> bool:
        """Say whether mail lies in the folder, or is accepted and not settled."""
        return any(True for _ in self._incoming.waiting()) or self.store.inbound.waiting_count() > 0

    @property
    def asks(self) -> bool:
        """Whether a mail waits for a key that cannot be had."""
        return self._settler is not None and self.store.inbound.asking(self._installation.clock()) > 0

    def waits_for(self) -> float:
        """Return for how many seconds settling is held back by a fault; 0 when it is not."""
        return max(0.0, (self._settle_again_at - self._installation.clock()) / 1000)


def drain(
    intake: Intake,
    sleep: Callable[[float], None],
    *,
    most_failures: int = 6,
    stopping: Callable[[], bool] = lambda: False,
) -> int:
    """Empty the folder and settle all that is accepted; return how many deliveries were settled or put aside.

    Returns at once where somebody else settles.  Keeps the lock over faults of the store or the machine, and backs
    off; after ``most_failures`` in a row it gives up, as the next mail starts another drain.  Looks once more after
    giving the lock back, since a mail that came in between found it taken.  Once ``stopping`` says so, it ends after
    the batch that it has begun.
    """
    done = failures = 0
    while not stopping() and intake.take_lock():
        try:
            while failures < most_failures and not stopping():
                try:
                    worked = intake.collect()
                except TempFail as error:
                    log.warning("%s", error)
                    failures += 1
                    sleep(backoff(failures))
                    continue
                batch = intake.settle()
                done += batch.settled + batch.failed
                if wait := intake.waits_for():
                    failures += 1
                    sleep(wait)
                elif worked or batch.settled or batch.failed:
                    failures = 0
                elif batch.reading:
                    # Nothing is safer for being read: what is read and cannot be written counts all the same.
                    intake.wait(1.0)
                elif intake.asks:
                    sleep(1.0)
                else:
                    break
        finally:
            intake.give_lock()
        if failures >= most_failures or stopping() or not intake.something_waits():
            return done
    return done
