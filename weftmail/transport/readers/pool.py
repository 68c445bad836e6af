"""The readers of one program: two for what is read quickly, and one, niced, for what takes longer.

They start with the first mail, end after a minute without one, and are replaced after 1,000 mails or when they have
grown.  What was handed to a reader that ended behind the mail that it was at work on goes to another one, and counts
as never begun.
"""

from __future__ import annotations

import os
import select
import time
from collections import deque
from collections.abc import Callable, Sequence

from weftmail.core.failure import TempFail
from weftmail.core.limits import (
    READER_FAST,
    READER_FAST_CLOCK,
    READER_LARGE,
    READER_RESIDENT,
)
from weftmail.core.ports import Raw, Reading
from weftmail.transport.readers.process import LIMITS, PROGRAM, Job, Process, ReaderLimits, resident

AHEAD = 24
AHEAD_BYTES = 768 * 1024
"""So much is handed to one reader ahead of its turn."""
TICK = 0.05
"""The limits are looked at this often, in seconds."""
STARTS = 3
"""After so many readers in a row that were killed before they were ready, none can be started."""
_LOOKED_AT = 50


class ReaderPool:
    """Readers that one thread uses; see ``Readers`` in ``core/ports``."""

    def __init__(self, program: Sequence[str] = PROGRAM, *, fast: int = 0, limits: ReaderLimits = LIMITS) -> None:
        """``fast``: how many readers for quick mails; 0 for as many as there are processors, up to two."""
        self._program = program
        self._limits = limits
        self._most = fast or min(2, os.cpu_count() or 1)
        self._fast: list[Process] = []
        self._slow: Process | None = None
        self._quick: deque[Job] = deque()
        self._long: deque[Job] = deque()
        self._ended: list[tuple[int, Reading]] = []
        self._used = time.monotonic()
        self._look = 0.0
        self._lost_starts = 0
        """How many readers in a row were killed before they were ready."""

    def room(self) -> bool:
        """Say whether one more mail would be begun soon."""
        return not self._quick and (len(self._fast) < self._most or any(self._takes(one) for one in self._fast))

    @property
    def busy(self) -> bool:
        """Whether anything is being read, or waits for it."""
        return bool(self._quick or self._long or self._ended or any(process.jobs for process in self._all()))

    def begin(self, key: int, mail: Callable[[], Raw], size: int, *, alone: bool = False) -> None:
        """Have a mail read."""
        job = Job(key, mail, size, alone)
        (self._long if alone or size > READER_LARGE else self._quick).append(job)
        self._used = time.monotonic()
        self._hand_out()

    def slow(self) -> frozenset[int]:
        """The keys of the mails in the slow lane."""
        at_work = self._slow.jobs if self._slow is not None else ()
        return frozenset(job.key for job in (*self._long, *at_work))

    @property
    def pids(self) -> list[int]:
        """The processes that there are now."""
        return [one.pid for one in self._all()]

    @property
    def at_work(self) -> list[int]:
        """The processes that read a mail now."""
        return [one.pid for one in self._all() if one.ready and one.jobs]

    def ended(self, seconds: float, wake: int | None = None) -> list[tuple[int, Reading]]:
        """Return what was read to its end."""
        until = time.monotonic() + seconds
        while True:
            woken = self._turn(0.0 if self._ended else max(0.0, min(TICK, until - time.monotonic())), wake)
            if self._ended or woken or time.monotonic() >= until:
                break
        found, self._ended = self._ended, []
        return found

    def _turn(self, seconds: float, wake: int | None) -> bool:
        """Wait once for something to happen, and let it; say whether ``wake`` can be read from."""
        poll = select.poll()
        for process in self._all():
            for descriptor, write in process.waits_for:
                poll.register(descriptor, select.POLLOUT if write else select.POLLIN)
        if wake is not None:
            poll.register(wake, select.POLLIN)
        found = {descriptor for descriptor, _ in poll.poll(seconds * 1000)}
        for process in self._all():
            if any(descriptor in found for descriptor, _ in process.waits_for):
                process.feed()
                self._ended += [(job.key, reading) for job, reading in process.drain()]
        self._enforce()
        for process in self._all():
            if process.gone or process.killed is not None:
                self._bury(process)
        self._hand_out()
        self._tidy()
        return wake in found

    def _enforce(self) -> None:
        now = time.monotonic()
        if now < self._look:
            return
        self._look = now + TICK / 2
        for process in self._all():
            process.enforce()
        for process in self._fast:
            if process.ready and process.jobs and process.killed is None and not process.gone:
                computed, passed = process.used()
                if computed > READER_FAST or passed > READER_FAST_CLOCK:
                    process.moved = True
                    process.kill("clock")

    def _bury(self, process: Process) -> None:
        # What it had said before it ended counts.
        self._ended += [(job.key, reading) for job, reading in process.drain()]
        why, words, at_work = process.bury()
        if process is self._slow:
            self._slow = None
        else:
            self._fast.remove(process)
        jobs = list(process.jobs)
        if not process.ready:
            self._long.extendleft(job for job in reversed(jobs) if job.alone)
            self._quick.extendleft(job for job in reversed(jobs) if not job.alone)
            self._lost_starts += 1
            # Killed from outside while it started, it says nothing of the next one.
            if why != "outside" or self._lost_starts >= STARTS:
                raise TempFail(f"no reader can be started: {words}")
            return
        self._lost_starts = 0
        if at_work:
            first = jobs.pop(0)
            if process.moved:
                self._long.append(first.again())
            else:
                self._ended.append((first.key, Reading(first.received.message, why, words)))
        self._quick.extendleft(job.again() for job in reversed(jobs))

    def _hand_out(self) -> None:
        try:
            while self._quick and (process := self._free()):
                process.give(self._quick.popleft())
            if self._long and (self._slow is None or not self._slow.jobs):
                if self._slow is not None and self._slow.done and self._long[0].alone:
                    self._end(self._slow)
                self._slow = self._slow or Process(self._program, self._limits, nice=True)
                self._slow.give(self._long.popleft())
        except OSError as error:
            raise TempFail(f"no reader can be started: {error}") from error

    def _free(self) -> Process | None:
        """Return the reader that has the least to do, a new one rather than one that is at work."""
        able = [one for one in self._fast if self._takes(one)]
        best = min(able, key=lambda one: len(one.jobs), default=None)
        if (best is None or best.jobs) and len(self._fast) < self._most:
            best = Process(self._program, self._limits)
            self._fast.append(best)
        return best

    def _tidy(self) -> None:
        """Let readers go that have nothing to do and have had their time."""
        idle = time.monotonic() - self._used > self._limits.idle
        for process in self._all():
            if process.jobs or process.gone:
                continue
            large = process.done % _LOOKED_AT == 1 and resident(process.pid) > READER_RESIDENT
            if process.done >= self._limits.mails or large or (idle and process.ready and not self._quick):
                self._end(process)

    def _end(self, process: Process) -> None:
        process.retire()
        process.bury()
        if process is self._slow:
            self._slow = None
        else:
            self._fast.remove(process)

    def _all(self) -> list[Process]:
        return [*self._fast, *([self._slow] if self._slow is not None else [])]

    def __del__(self) -> None:
        self.close()

    def close(self) -> list[int]:
        """End all readers."""
        at_work = [process.jobs[0].key for process in self._all() if process.jobs]
        for process in self._all():
            process.kill("outside")
        for process in self._all():
            process.bury()
        self._fast, self._slow = [], None
        self._quick.clear()
        self._long.clear()
        return at_work

    def _takes(self, process: Process) -> bool:
        if process.gone or process.killed is not None or process.done + len(process.jobs) >= self._limits.mails:
            return False
        return len(process.jobs) < AHEAD and sum(job.size for job in process.jobs) < AHEAD_BYTES
