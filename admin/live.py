"""Open pages follow the store: a page asks whether what it shows has changed, and waits for the answer.

One thread looks at ``pragma data_version`` a few times a second, however many pages are open.  When it moves, each
waiting page works out the mark of what it shows, and answers only if that has changed: the number itself would let a
user of one company count what happens in another.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from weftmail.admin.pool import Pool
from weftmail.core.failure import TempFail
from weftmail.store.errors import StoreError

log = logging.getLogger("weftmail.site")

LOOK_EVERY = 0.2
"""Seconds between two looks at the store."""
ANSWER_WITHIN = 20.0
"""Seconds after which a waiting page is answered that nothing has changed, so that it knows that we are there."""


class Live:
    """Wakes whoever waits for a change of the store."""

    def __init__(self, watcher: Pool, answer_within: float = ANSWER_WITHIN) -> None:
        self._watcher = watcher
        self._answer_within = answer_within
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stopped = False

    def start(self) -> None:
        """Begin to look at the store; to be called where the event loop runs."""
        self._stopped = False
        self._task = asyncio.get_running_loop().create_task(self._watch())

    def stop(self) -> None:
        """Let every waiting page be answered now, and no later one wait."""
        self._stopped = True
        self._changed.set()

    async def close(self) -> None:
        """End the looking."""
        self.stop()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def wait(self, seen: str, mark: Callable[[], Awaitable[str]]) -> str:
        """Return the mark of what a page shows as soon as it differs from ``seen``, or as it is after a while."""
        deadline = asyncio.get_running_loop().time() + self._answer_within
        while True:
            changed = self._changed
            found = await mark()
            left = deadline - asyncio.get_running_loop().time()
            if found != seen or self._stopped or left <= 0:
                return found
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), left)

    async def _watch(self) -> None:
        last = -1
        while not self._stopped:
            try:
                version = await self._watcher.run(lambda store: store.data_version())
            except (StoreError, TempFail) as error:
                log.warning("the store cannot be looked at: %s", error)
            else:
                if version != last:
                    last = version
                    self._changed.set()
                    self._changed = asyncio.Event()
            await asyncio.sleep(LOOK_EVERY)
