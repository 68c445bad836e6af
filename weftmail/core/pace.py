"""The lowest rate of a connection: whether enough bytes moved in each stretch of time; the clock is the caller's."""

from __future__ import annotations


class Pace:
    """Counts what moves; asked now and then, it says whether a whole stretch went by with too little."""

    __slots__ = ("_began", "_least", "_length", "_moved")

    def __init__(self, rate: float, length: float) -> None:
        """``rate`` in bytes a second, over stretches of ``length`` seconds."""
        self._least = rate * length
        self._length = length
        self._began: float | None = None
        self._moved = 0

    def moved(self, count: int) -> None:
        """Count bytes."""
        self._moved += count

    def rest(self) -> None:
        """Nothing is to move now: the next stretch begins when something is again."""
        self._began, self._moved = None, 0

    def too_slow(self, now: float) -> bool:
        """Say whether a stretch has ended in which less moved than must; the next one begins."""
        if self._began is None:
            self._began, self._moved = now, 0
        if now - self._began < self._length:
            return False
        slow = self._moved < self._least
        self._began, self._moved = now, 0
        return slow
