"""How a program is asked to end: by SIGTERM or SIGINT.  It finishes what it has begun, and ends with status 0."""

from __future__ import annotations

import os
import signal
import sys
import time
from types import FrameType
from typing import NoReturn

QUARTER = 0.25
"""A program that waits looks this often whether it was asked to stop; in seconds."""


def end_at_once() -> None:
    """Until a resident program has begun anything, let a stop end it with status 0; called before it imports much.

    It ends without unwinding: an exception raised in the middle of an import can be lost there.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end)


def _end(_number: int, _frame: FrameType | None) -> None:
    os._exit(0)


def leave(status: int) -> NoReturn:
    """End the program with a status that no stop can change any more.

    Python puts the signals back before it is gone: what had done its work well would end as if it had been killed.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    sys.exit(status)


class Stop:
    """Set by SIGTERM and SIGINT: what is under way comes to its end, nothing new begins."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True

    def __call__(self) -> bool:
        """Say whether the program was asked to stop."""
        return self.asked

    def sleep(self, seconds: float) -> None:
        """Sleep that long, or until asked to stop."""
        end = time.monotonic() + seconds
        while not self.asked and (left := end - time.monotonic()) > 0:
            time.sleep(min(QUARTER, left))
