"""Readers for several threads: each that wants a mail read is lent readers of its own, so that none waits for another.

A site's threads read a mail now and then, each for a page that somebody waits for.  Readers that nobody has used for a
minute end; those under which something went wrong are not lent again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from weftmail.core.limits import READER_IDLE
from weftmail.core.ports import Readers
from weftmail.transport.readers.pool import ReaderPool

MOST = 4
"""So many mails are read at once for threads that wait; further ones wait their turn."""


def _alone() -> Readers:
    return ReaderPool(fast=1)


class Lending:
    """Lends readers, to one thread at a time."""

    def __init__(self, make: Callable[[], Readers] = _alone, *, most: int = MOST, idle: float = READER_IDLE) -> None:
        """``idle`` is in seconds."""
        self._make = make
        self._idle = idle
        self._places = threading.BoundedSemaphore(most)
        self._lock = threading.Lock()
        self._free: list[tuple[Readers, threading.Timer]] = []

    @contextmanager
    def __call__(self) -> Iterator[Readers]:
        """Lend readers for the length of the block, once there is a place."""
        with self._places:
            readers = self._taken() or self._make()
            try:
                yield readers
            except BaseException:
                # What they were given may still be under way, and would be answered to whom they are lent next.
                readers.close()
                raise
            self._keep(readers)

    def _taken(self) -> Readers | None:
        with self._lock:
            if not self._free:
                return None
            readers, timer = self._free.pop()
        timer.cancel()
        return readers

    def _keep(self, readers: Readers) -> None:
        timer = threading.Timer(self._idle, self._end, (readers,))
        timer.daemon = True
        with self._lock:
            self._free.append((readers, timer))
        timer.start()

    def _end(self, readers: Readers) -> None:
        """End what nobody has used; what is lent by now stays."""
        with self._lock:
            before = len(self._free)
            self._free = [one for one in self._free if one[0] is not readers]
            if len(self._free) == before:
                return
        readers.close()
