"""Open pages follow the store: a page asks whether what it shows has changed, and waits for the answer.

One thread looks at ``pragma data_version`` a few times a second, however many pages are open.  When it moves, each
waiting page works out the mark of what it shows, and answers only if that has changed: the number itself would let a
user of one company count what happens in another.  Who comes to a record, leaves it or writes there wakes the pages at
that record alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Collection

from weftmail.admin.pool import Pool
from weftmail.admin.presence import Place, Presence
from weftmail.core.failure import TempFail, UsageError
from weftmail.store.errors import StoreError

log = logging.getLogger("weftmail.site")

LOOK_EVERY = 0.2
"""Seconds between two looks at the store."""
ANSWER_WITHIN = 20.0
"""Seconds after which a waiting page is answered that nothing has changed, so that it knows that we are there."""


class Live:
    """Wakes whoever waits for a change of the store."""

    def __init__(self, watcher: Pool, answer_within: float = ANSWER_WITHIN, presence: Presence | None = None) -> None:
        self._watcher = watcher
        self._answer_within = answer_within
        self.presence = presence or Presence(time.monotonic)
        self._waiting: dict[asyncio.Event, Callable[[], Place | None]] = {}
        self._task: asyncio.Task[None] | None = None
        self._stopped = False

    def start(self) -> None:
        """Begin to look at the store; to be called where the event loop runs."""
        self._stopped = False
        self._task = asyncio.get_running_loop().create_task(self._watch())

    def stop(self) -> None:
        """Let every waiting page be answered now, and no later one wait."""
        self._stopped = True
        self._wake()

    async def close(self) -> None:
        """End the looking."""
        self.stop()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def wait(
        self, seen: str, mark: Callable[[], Awaitable[str]], place: Callable[[], Place | None] = lambda: None
    ) -> str:
        """Return the mark of what a page shows as soon as it differs from ``seen``, or as it is after a while.

        ``place`` says, once ``mark`` was asked, at which record the page is; None for a page that is at none.
        """
        deadline = asyncio.get_running_loop().time() + self._answer_within
        changed = asyncio.Event()
        self._waiting[changed] = place
        try:
            while True:
                changed.clear()
                found = await mark()
                left = deadline - asyncio.get_running_loop().time()
                if found != seen or self._stopped or left <= 0:
                    return found
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), left)
        finally:
            del self._waiting[changed]

    def _wake(self, places: Collection[Place] | None = None) -> None:
        """Let pages look again: all of them, or those at these places."""
        for changed, place in list(self._waiting.items()):
            if places is None or place() in places:
                changed.set()

    async def _watch(self) -> None:
        last = -1
        while not self._stopped:
            try:
                version = await self._watcher.run(lambda store: store.data_version())
            except (StoreError, TempFail, UsageError) as error:
                log.warning("the store cannot be looked at: %s", error)
            else:
                if version != last:
                    last = version
                    self._wake()
            moved = self.presence.moved()
            if moved:
                self._wake(moved)
            await asyncio.sleep(LOOK_EVERY)
