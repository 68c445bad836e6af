"""Where passwords are hashed: threads of their own with a bounded queue, so that nobody's page waits for a hash.

A hash takes a tenth of a second and 64 MB on purpose.  Strangers and browsers that signed in before have a lane each:
somebody who tries passwords fills the lane of strangers, and everybody who has worked here still gets in.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TypeVar

T = TypeVar("T")

WAITING = 16
"""So many sign-ins may wait in a lane; about two seconds' work."""
RETRY_AFTER = 5
"""Seconds after which somebody who found no place should try again."""


def _behind_pages() -> None:
    """Let pages go first where processors are short; the threads that argon2 starts inherit it."""
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)


class NoPlace(Exception):
    """Everybody before us waits already."""


class Lane:
    """One thread that hashes, and the places before it; belongs to one event loop."""

    def __init__(self, waiting: int = WAITING) -> None:
        self._executor = ThreadPoolExecutor(1, "hash", _behind_pages)
        self._places = waiting + 1

    @property
    def free(self) -> int:
        """How many more find a place."""
        return self._places

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold one place; raise NoPlace where there is none."""
        if self._places < 1:
            raise NoPlace
        self._places -= 1
        try:
            yield
        finally:
            self._places += 1

    async def run(self, work: Callable[[], T]) -> T:
        """Return what ``work`` returns, once it is its turn; to be called with a place."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)

    def close(self) -> None:
        """Wait for the hash under way, and drop those that wait."""
        self._executor.shutdown(cancel_futures=True)


class Hashing:
    """The two lanes."""

    def __init__(self, waiting: int = WAITING) -> None:
        self.strangers, self.known = Lane(waiting), Lane(waiting)

    def close(self) -> None:
        """End both."""
        self.strangers.close()
        self.known.close()
