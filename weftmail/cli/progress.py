"""How far a long command got: a bar at a terminal, and nothing anywhere else."""

from __future__ import annotations

import time
from typing import TextIO

_WIDTH = 30
_EACH = 0.2
"""Seconds between two drawings."""


class Progress:
    """Draws a bar for work of a known size, of which ``begin`` was done before."""

    def __init__(self, stream: TextIO, size: int, begin: int = 0) -> None:
        self._stream = stream
        self._size = max(size, 1)
        self._begin = begin
        self._began = self._drawn = time.monotonic()
        self._shown = stream.isatty()

    def at(self, done: int, count: int) -> None:
        """Say that so much of the size is done, and how many things that were."""
        now = time.monotonic()
        if not self._shown or now - self._drawn < _EACH:
            return
        self._drawn = now
        self._stream.write("\r" + bar(done, self._size, count, now - self._began, self._begin))
        self._stream.flush()

    def end(self) -> None:
        """Take the bar away."""
        if self._shown:
            self._stream.write("\r" + " " * 79 + "\r")
            self._stream.flush()


def bar(done: int, size: int, count: int, seconds: float, begin: int = 0) -> str:
    """Return the bar: how much is done, how many things that were, and how long it goes on at this speed."""
    part = min(1.0, done / size)
    full = int(part * _WIDTH)
    left = (size - done) * seconds / (done - begin) if done > begin else 0
    words = f"[{'#' * full}{'.' * (_WIDTH - full)}] {part:4.0%}  {count:,}  {left / 60:.0f} min left"
    return f"{words:<78.78}"
