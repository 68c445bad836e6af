"""Accept: a mail as the mail server gave it, durable before anybody says yes.

Those who hand mails in wait for a Future; one writer commits all that wait in one transaction, which costs one sync of
the disk for all of them.  Nothing is parsed here.
"""

from __future__ import annotations

import contextlib
import os
import select
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from weftmail.core.envelope import Envelope
from weftmail.core.failure import TempFail
from weftmail.core.ports import Clock, Raw
from weftmail.flow import traced
from weftmail.store.errors import Busy, temporary
from weftmail.store.store import Store

GROUP_BYTES = 32 * 1024 * 1024
"""Of what waits, this much goes into one transaction."""
GROUP_MAILS = 500


@dataclass(frozen=True, slots=True)
class Waiting:
    """One mail for one or more recipients, and who waits to hear that it is safe."""

    envelopes: tuple[Envelope, ...]
    raw: Raw
    size: int
    done: Future[Sequence[bool]] = field(default_factory=Future)


class Bell:
    """An event between threads that can be waited for together with what the kernel tells of (eventfd(2))."""

    def __init__(self) -> None:
        self._descriptor = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def set(self) -> None:
        """Ring."""
        os.eventfd_write(self._descriptor, 1)

    def clear(self) -> None:
        """Be silent."""
        with contextlib.suppress(BlockingIOError):
            os.eventfd_read(self._descriptor)

    def wait(self, seconds: float) -> bool:
        """Wait until it rings, at most so long; say whether it does."""
        poll = select.poll()
        poll.register(self._descriptor, select.POLLIN)
        return bool(poll.poll(seconds * 1000))

    def is_set(self) -> bool:
        """Say whether it rings."""
        return self.wait(0)

    def fileno(self) -> int:
        """The descriptor that can be read from while it rings."""
        return self._descriptor

    def __del__(self) -> None:
        os.close(self._descriptor)


class AcceptQueue:
    """Where mails wait for the writer; many threads put them down, one takes them up."""

    def __init__(self) -> None:
        self._waiting: deque[Waiting] = deque()
        self._lock = threading.Lock()
        self.something = Bell()
        """Set while there may be something to do."""

    def accept(self, envelopes: Sequence[Envelope], raw: Raw) -> Future[Sequence[bool]]:
        """Put a mail down; the future tells, for each recipient, that it is committed, or raises TempFail."""
        waiting = Waiting(tuple(envelopes), raw, _size(raw))
        with self._lock:
            rung = bool(self._waiting)
            self._waiting.append(waiting)
        # Who silences the bell takes up all that waits.
        if not rung:
            self.something.set()
        return waiting.done

    @property
    def waits(self) -> bool:
        """Whether somebody waits to hear that a mail is safe."""
        return bool(self._waiting)

    def take(self) -> list[Waiting]:
        """Take up what waits, as much as goes into one transaction."""
        taken: list[Waiting] = []
        size = 0
        with self._lock:
            while self._waiting and len(taken) < GROUP_MAILS and (not taken or size <= GROUP_BYTES):
                one = self._waiting.popleft()
                # Who gave up waiting was told 4xx already: the mail server keeps that mail and hands it over again.
                if one.done.set_running_or_notify_cancel():
                    taken.append(one)
                    size += one.size
            left = bool(self._waiting)
        if left:
            self.something.set()
        return taken


def _size(raw: Raw) -> int:
    if isinstance(raw, bytes):
        return len(raw)
    start = raw.tell()
    size = raw.seek(0, 2) - start
    raw.seek(start)
    return size


def accept_group(store: Store, clock: Clock, group: Sequence[Waiting]) -> int:
    """Commit the mails of a group and tell those who wait; return how many deliveries were accepted.

    Where the group cannot be committed, each mail is tried alone, so that one that is too large for what is left of
    the disk does not keep the others out.
    """
    try:
        rows = _commit(store, clock, group)
    except Exception as error:
        # Everybody of the group waits for an answer, whatever happened.
        if not temporary(error):
            for one in group:
                one.done.set_exception(error)
            raise
        if len(group) == 1 or isinstance(error, Busy):
            for one in group:
                one.done.set_exception(TempFail(f"the mail cannot be kept now: {error}"))
            return 0
        return sum(accept_group(store, clock, [one]) for one in group)
    for one in group:
        one.done.set_result([True] * len(one.envelopes))
    traced.accepted(rows)
    return len(rows)


def _commit(store: Store, clock: Clock, group: Sequence[Waiting]) -> list[tuple[int, str]]:
    """Commit them; return the number and the queue id of each delivery."""
    now = clock()
    with store.transaction():
        rows = [store.inbound.accept(one.envelopes, one.raw, now) for one in group]
    return [
        (number, envelope.queue_id)
        for one, numbers in zip(group, rows, strict=True)
        for number, envelope in zip(numbers, one.envelopes, strict=True)
    ]
