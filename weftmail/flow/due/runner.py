"""The runner: whatever is due is claimed under a lease and done, its effect and its mark in one transaction.

So nothing happens twice: a runner that dies before the commit leaves the row as it was, and one that was so slow that
another took its lease finds that out before it begins.  Nothing is lost while no program runs: it happens late.  Any
number of runners may be at work; what fails waits longer each time, and holds nothing else up.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Mapping, Sequence

from weftmail.core.failure import TempFail
from weftmail.flow.due.errand import Errand
from weftmail.flow.due.kind import Kind
from weftmail.flow.due.kinds import KINDS
from weftmail.flow.installation import Installation
from weftmail.flow.restored import restored
from weftmail.store.due import Due
from weftmail.store.errors import temporary
from weftmail.store.store import Store

log = logging.getLogger("weftmail.due")

LEASE = 60_000
"""How long the first claim lasts, in milliseconds; each further attempt makes it longer."""
LONGEST_LEASE = 60 * LEASE
"""What the claim of ``store/queries/due.sql`` makes of it at most."""
CLOCKS_APART = 60_000
"""How far two clocks are apart at most that are both right; in milliseconds."""
AT_ONCE = 50
"""Things done in one round."""
FIRST_PAUSE = 60_000
LONGEST_PAUSE = 4 * 3600_000


class UnknownKind(Exception):
    """A row that another version of weftmail wrote."""


class Runner:
    """Does what is due; not thread-safe: one thread runs it, on a store of its own."""

    def __init__(
        self,
        store: Store,
        installation: Installation,
        holder: str,
        errands: Sequence[Errand] = (),
        kinds: Mapping[str, Kind] = KINDS,
    ) -> None:
        """``holder`` names this runner in its leases, and no other runner; ``errands`` are this machine's own."""
        self._store = store
        self._installation = installation
        self._holder = holder
        self._errands = errands
        self._kinds = kinds
        self._began = False
        self._latest: int | None = None
        """When the last round was; None before the first."""

    def errands(self) -> None:
        """Run what this machine does for itself, as far as it is time."""
        for one in self._errands:
            one.run(self._installation.clock())

    def round(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Run the errands and do what is due now, up to ``AT_ONCE`` things; return how many were done.

        Raises TempFail where the store failed: what was not done is due still.
        """
        self.errands()
        try:
            self._begin()
            self._put_right()
            return self._round(stopping)
        except Exception as error:
            # Sorted into what passes and what does not; either is raised.
            if temporary(error):
                raise TempFail(f"what is due has to wait: {error}") from error
            raise

    def waits(self) -> bool:
        """Say whether something is due that nobody has in hand; nothing is while a restored store was not released."""
        if restored(self._store):
            return False
        now = self._installation.clock()
        due_at = self._store.due.next_at(now)
        return due_at is not None and due_at <= now

    def _begin(self) -> None:
        if self._began:
            return
        with self._store.transaction():
            for kind in self._kinds.values():
                if kind.standing:
                    self._store.due.ensure(kind.name, self._installation.clock())
        self._began = True

    def _put_right(self) -> None:
        """Let what a clock that was ahead put off, or took a lease of, be due now, where the clock was set back."""
        now = self._installation.clock()
        if self._latest is None or now < self._latest:
            with self._store.transaction():
                found = self._store.due.leases_back(now + LONGEST_LEASE + CLOCKS_APART)
                for kind in self._kinds.values():
                    far = kind.farthest(self._store)
                    if far is not None:
                        latest = now + CLOCKS_APART
                        found += self._store.due.clock_back(kind.name, now, latest + far, latest + LONGEST_PAUSE)
            if found:
                log.warning("the clock was set back; %d things that it had put off are done now", found)
        self._latest = now

    def _round(self, stopping: Callable[[], bool]) -> int:
        done = 0
        for _ in range(AT_ONCE):
            # Asked first by reading: the writer's lock is not taken each second for nothing.
            if stopping() or not self.waits():
                break
            due = self._store.due.claim(self._holder, self._installation.clock(), LEASE)
            if due is None:
                break
            done += self._do(due)
        return done

    def _do(self, due: Due) -> bool:
        """Do one thing; say whether it happened.  A fault of its kind makes it wait, and is not raised."""
        try:
            with self._store.transaction():
                if not self._store.due.hold(due, self._holder):
                    return False
                kind = self._kinds.get(due.kind)
                if kind is None:
                    raise UnknownKind(f"this version knows no kind {due.kind}")
                again_at = kind.run(self._store, self._installation, due, self._installation.clock())
                if again_at is None:
                    self._store.due.done(due)
                else:
                    self._store.due.again(due, again_at)
        except Exception as error:
            # A fault of one thing that is due must not hold the others up: it is logged and put off.
            self._postpone(due, error)
            return False
        return True

    def _postpone(self, due: Due, error: Exception) -> None:
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(20, due.attempts - 1))
        self._store.due.postpone(due, self._holder, self._installation.clock() + pause, _why(error))
        log.warning("%s %s failed, attempt %d; again in %d s: %s", due.kind, due.key, due.attempts, pause // 1000,
                    error, exc_info=not temporary(error))  # fmt: skip


def _why(error: Exception) -> str:
    return str(error) if temporary(error) else traceback.format_exc()
