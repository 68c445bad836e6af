"""What a page has to have read of a stranger's file: by other processes, a few at a time, while the store is free.

Pictures are kept for a while, as many as fit, so that a page with many of them is drawn once.  They are kept by the
hash of the file: whoever is given one has passed the door of a page that shows the file.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from weftmail.admin.pool import Pool
from weftmail.core.picture import Picture
from weftmail.store.store import Store

if TYPE_CHECKING:
    from weftmail.admin.visit import Visit

PLACES = 2
"""So many files are read at once; further ones wait, and their bytes are not in memory yet."""
KEPT = 16 * 1024 * 1024
"""Bytes of pictures that are kept."""


@dataclass(frozen=True, slots=True)
class Apart:
    """What a page answers once a file was read: how it is had, what is done with it, and the answer after that.

    The store is not held meanwhile; ``then`` asks once more for all that it needs.
    """

    key: Hashable
    load: Callable[[Store], bytes]
    work: Callable[[bytes], Any]
    then: Callable[[Visit, Any], Response]


class Workshop:
    """Where files are read apart from the store."""

    def __init__(self, places: int = PLACES, kept: int = KEPT) -> None:
        self._places = asyncio.Semaphore(places)
        self._executor = ThreadPoolExecutor(places, thread_name_prefix="apart")
        self._most = kept
        self._kept: OrderedDict[Hashable, Picture] = OrderedDict()
        self._size = 0

    async def made(self, pool: Pool, what: Apart) -> Any:
        """Return what is made of a file; a picture that is kept is not drawn again."""
        async with self._places:
            if (kept := self._kept.get(what.key)) is not None:
                self._kept.move_to_end(what.key)
                return kept
            content = await pool.run(what.load)
            made = await asyncio.get_running_loop().run_in_executor(self._executor, what.work, content)
            if isinstance(made, Picture):
                self._keep(what.key, made)
            return made

    def _keep(self, key: Hashable, picture: Picture) -> None:
        # Two may have asked for it at once.
        before = self._kept.pop(key, None)
        self._kept[key] = picture
        self._size += len(picture.content) - (len(before.content) if before is not None else 0)
        while self._size > self._most:
            _, gone = self._kept.popitem(last=False)
            self._size -= len(gone.content)

    def close(self) -> None:
        """Wait for what is under way."""
        self._executor.shutdown()
