"""Bounds on every connection as a whole, which uvicorn does not have: it waits for a request's head for ever.

A wrapper around uvicorn's own protocol looks at each connection a few times: a head has to come within its time, a
body and an answer have to move at a lowest rate, a connection ends after a while whatever it does, and there are
only so many.
What the site itself takes to answer is not counted: open pages wait for changes on purpose.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from weftmail.core import limits
from weftmail.core.pace import Pace


@dataclass(frozen=True, slots=True)
class ConnectionBounds:
    """Times in seconds, the rate in bytes a second."""

    head: float = limits.HTTP_HEAD
    whole: float = limits.HTTP_WHOLE
    stretch: float = limits.HTTP_STRETCH
    """The rate is asked for over so long a time."""
    rate: int = limits.LOWEST_RATE
    connections: int = limits.HTTP_CONNECTIONS

    @property
    def every(self) -> float:
        """How often a connection is looked at."""
        return min(self.head, self.whole, self.stretch) / 4


class BoundedProtocol(H11Protocol):
    """One connection, within the bounds of its class."""

    bounds = ConnectionBounds()

    def __init__(self, *arguments: Any, **named: Any) -> None:
        """As uvicorn calls it."""
        super().__init__(*arguments, **named)
        self._comes, self._goes = (
            Pace(self.bounds.rate, self.bounds.stretch),
            Pace(self.bounds.rate, self.bounds.stretch),
        )
        self._began = self._idle_since = self.loop.time()
        self._buffered = 0
        self._ending = False
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to look, or cut off one too many."""
        super().connection_made(transport)
        self._timer = self.loop.call_later(self.bounds.every, self._look)
        if len(self.connections) > self.bounds.connections:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Note how much came."""
        self._comes.moved(len(data))
        super().data_received(data)

    def on_response_complete(self) -> None:
        """Wait for the next head from now on."""
        self._idle_since = self.loop.time()
        super().on_response_complete()

    def resume_writing(self) -> None:
        """The buffer ran low: that much moved, and it may be full again before the next look."""
        self._goes.moved(self._buffered)
        super().resume_writing()

    def _look(self) -> None:
        now = self.loop.time()
        if now - self._began > self.bounds.whole and not self._ending:
            self._ending = True
            self.shutdown()
        # An open page is answered within 20 seconds, and ends the connection then.
        late = now - self._began > self.bounds.whole + 3 * self.bounds.stretch
        if late or self._waits_for_a_head(now) or self._body_is_slow(now) or self._reader_is_slow(now):
            self.transport.abort()
            return
        self._timer = self.loop.call_later(self.bounds.every, self._look)

    def _waits_for_a_head(self, now: float) -> bool:
        if self.conn.their_state is not h11.IDLE:
            self._idle_since = now
        return now - self._idle_since > self.bounds.head

    def _body_is_slow(self, now: float) -> bool:
        if self.conn.their_state is not h11.SEND_BODY or self.flow.read_paused:
            self._comes.rest()
            return False
        return self._comes.too_slow(now)

    def _reader_is_slow(self, now: float) -> bool:
        left = self.transport.get_write_buffer_size()
        self._goes.moved(max(0, self._buffered - left))
        self._buffered = left
        if not left:
            self._goes.rest()
            return False
        return self._goes.too_slow(now)


def bounded(bounds: ConnectionBounds) -> type[BoundedProtocol]:
    """Return uvicorn's protocol with these bounds."""
    return type("Bounded", (BoundedProtocol,), {"bounds": bounds})
