"""What the conversations of one listener share: who keeps the messages, the limits, the way back to the loop."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from weftmail.core.ports import Acceptor
from weftmail.transport.lmtp.bounds import Limits

if TYPE_CHECKING:
    from weftmail.transport.lmtp.session import LmtpSession


@dataclass(slots=True)
class LmtpService:
    """What all conversations of one listener share."""

    acceptor: Acceptor
    limits: Limits = field(default_factory=Limits)
    folder: str | None = None
    """Where long messages lie until they are kept."""
    name: str = "weftmail"
    leaving: bool = False
    sessions: set[LmtpSession] = field(default_factory=set)
    _ended: deque[Callable[[], None]] = field(default_factory=deque)
    _woken: bool = False

    def back(self, loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
        """Have something called in the loop, from any thread: who shares a commit shares the wake-up as well.

        Raises RuntimeError where the loop has ended.
        """
        self._ended.append(call)
        if not self._woken:
            self._woken = True
            loop.call_soon_threadsafe(self._call_all)

    def _call_all(self) -> None:
        # First of all: who comes from now on wakes the loop once more.
        self._woken = False
        while self._ended:
            self._ended.popleft()()
