"""Threads for work on the store, each with a connection of its own: SQLite blocks, and the event loop must not."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from weftmail.core.ports import Clock
from weftmail.store.store import Store

T = TypeVar("T")

LOOK_AT_SCHEMA = 60_000
"""Milliseconds after which a connection asks once more whether this version still fits the store."""


class Pool:
    """Runs functions that are given a store; at most ``threads`` at a time."""

    def __init__(self, open_store: Callable[[], Store], clock: Clock, threads: int = 4) -> None:
        self._open = open_store
        self._clock = clock
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="store")
        self._own = threading.local()
        self._stores: list[Store] = []

    async def run(self, work: Callable[[Store], T]) -> T:
        """Return what ``work`` returns; raises what it raises, and what opening the store raises."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, self._run, work)

    def _run(self, work: Callable[[Store], T]) -> T:
        now = self._clock()
        store: Store | None = getattr(self._own, "store", None)
        if store is None:
            store = self._own.store = self._open()
            self._own.looked_at = now
            self._stores.append(store)
        elif now - self._own.looked_at > LOOK_AT_SCHEMA:
            store.check_schema()
            self._own.looked_at = now
        return work(store)

    def close(self) -> None:
        """Wait for what runs, and close all connections."""
        self._executor.shutdown()
        for store in self._stores:
            store.close()
        self._stores.clear()
