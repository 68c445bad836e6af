"""Readers that are lent to threads: none waits for another, and what went wrong is lent to nobody."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from weftmail.core.ports import Raw, Reading
from weftmail.flow.reading import read, reader
from weftmail.transport.readers.lending import Lending

RAW = b"Subject: Hej\n\nHej\n"
FOREVER = 3600.0


class Kept:
    """Readers in memory; ``closed`` says when they were."""

    def __init__(self) -> None:
        self.closed = threading.Event()

    def room(self) -> bool:
        return True

    @property
    def busy(self) -> bool:
        return False

    def begin(self, key: int, mail: Callable[[], Raw], size: int, *, alone: bool = False) -> None:
        self._mail = mail()

    def slow(self) -> frozenset[int]:
        return frozenset()

    def ended(self, seconds: float, wake: int | None = None) -> list[tuple[int, Reading]]:
        return [(0, Reading(read(self._mail), "whole"))]

    def close(self) -> list[int]:
        self.closed.set()
        return []


class Meeting(Kept):
    """Reads nothing before somebody else reads, too."""

    def __init__(self, together: threading.Barrier) -> None:
        super().__init__()
        self._together = together

    def ended(self, seconds: float, wake: int | None = None) -> list[tuple[int, Reading]]:
        self._together.wait(60)
        return super().ended(seconds, wake)


def test_two_threads_read_at_once() -> None:
    together = threading.Barrier(2)
    reading = reader(Lending(lambda: Meeting(together), idle=FOREVER))
    with ThreadPoolExecutor(2) as threads:
        assert [one.subject for one in threads.map(reading, [RAW, RAW])] == ["Hej", "Hej"]


def test_more_than_there_are_places_wait_their_turn() -> None:
    lending = Lending(Kept, most=1, idle=FOREVER)
    order: queue.SimpleQueue[str] = queue.SimpleQueue()

    def later() -> None:
        with lending():
            order.put("second")

    with lending() as first:
        thread = threading.Thread(target=later)
        thread.start()
        order.put("first")
    thread.join(60)
    assert (order.get(), order.get()) == ("first", "second")
    with lending() as again:
        assert again is first, "one is kept warm"


def test_after_a_fault_they_are_closed_and_lent_to_nobody() -> None:
    lending = Lending(Kept, idle=FOREVER)
    with pytest.raises(ValueError, match="fault"), lending() as first:
        raise ValueError("fault")
    assert isinstance(first, Kept) and first.closed.is_set()
    with lending() as second:
        assert second is not first


def test_what_nobody_uses_ends() -> None:
    lending = Lending(Kept, idle=0.01)
    with lending() as first:
        pass
    assert isinstance(first, Kept) and first.closed.wait(60)
    with lending() as second:
        assert second is not first and isinstance(second, Kept)
        assert not second.closed.is_set()


def test_real_ones_read() -> None:
    lending = Lending(idle=0.01)
    assert reader(lending)(RAW) == read(RAW)
