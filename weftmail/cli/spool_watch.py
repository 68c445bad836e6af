"""Starts a drain for mail that lies in the folder of the pipe program and that nobody files.

The pipe program starts one itself; where that went wrong, or the machine was restarted, ``mail-send`` and the site
notice files that are older than ten seconds while nobody holds the settle lock.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Protocol

from weftmail.cli import runtime
from weftmail.cli.config import Config
from weftmail.flow.due.errand import Errand
from weftmail.transport.settle_lock import FileSettleLock
from weftmail.transport.spool import Spool

log = logging.getLogger("weftmail.spool")

OLD = 10_000
"""From this age on, in milliseconds, a file should have been filed."""
EACH = 2_000
"""The folder is looked at this often; in milliseconds."""


class Started(Protocol):
    """A program that was started."""

    def poll(self) -> int | None:
        """Return its exit status, None while it runs."""


def started(words: Sequence[str]) -> Started:
    """Start a program in a session of its own, with nothing to read and nowhere to write."""
    return subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env=os.environ,
    )


class SpoolWatch:
    """Looks at the folder now and then; keeps at most one drain of its own."""

    def __init__(self, config: Config, start: Callable[[Sequence[str]], Started] = started) -> None:
        """``start`` starts a program that outlives this one."""
        self._config = config
        self._start = start
        self._spool = Spool(config.incoming)
        self._next_at = 0
        self._drain: Started | None = None

    def look(self, now: int) -> bool:
        """Start a drain if one is wanted; say whether that was so.  ``now`` is in milliseconds."""
        if now < self._next_at:
            return False
        self._next_at = now + EACH
        if self._drain is not None and self._drain.poll() is None:
            return False
        oldest = self._spool.oldest()
        if oldest is None or now - oldest < OLD or not self._nobody_settles():
            return False
        log.warning("mail in %s is %d s old, and nobody files it: a drain is started", self._config.incoming,
                    (now - oldest) // 1000)  # fmt: skip
        self._drain = self._start(
            [sys.executable, "-Im", "weftmail.cli.ingest", "--drain", f"--state={self._config.state}"]
        )
        return True

    def _nobody_settles(self) -> bool:
        lock = FileSettleLock(self._config.settle_lock)
        try:
            return lock.acquire()
        finally:
            lock.close()


def watching(spool_watch: SpoolWatch) -> Errand:
    """Return the errand of a resident program that keeps an eye on the folder."""
    return Errand("watching the folder", lambda: spool_watch.look(runtime.now()), EACH)
