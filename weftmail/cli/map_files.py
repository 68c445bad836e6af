"""The mail server's map, opened when it is needed: once for a command, anew for each act on a page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from weftmail.core.ports import MapRow
from weftmail.mta.map import MapDatabase


class LazyMap:
    """The mail server's map, opened when first used; fulfils ``core.ports.MapFile``."""

    def __init__(self, open_: Callable[[], MapDatabase]) -> None:
        """``open_`` may raise TempFail, as every use of the map may."""
        self._open = open_
        self._file: MapDatabase | None = None

    def _opened(self) -> MapDatabase:
        if self._file is None:
            self._file = self._open()
        return self._file

    def generation(self) -> int:
        """Return the generation that the file has followed to."""
        return self._opened().generation()

    def apply(self, rows: Iterable[MapRow], generation: int) -> None:
        """Bring the rows in and set the generation."""
        self._opened().apply(rows, generation)

    def rebuild(self, rows: Iterable[MapRow], generation: int) -> None:
        """Put the rows in place of everything."""
        self._opened().rebuild(rows, generation)

    def takes(self, address: str) -> bool:
        """Say whether the mail server takes mail to the address."""
        return self._opened().takes(address)

    def close(self) -> None:
        """Close the file, if it was opened."""
        if self._file is not None:
            self._file.close()
            self._file = None


class FreshMap:
    """The mail server's map, opened anew for each use, so that any thread may; fulfils ``core.ports.MapFile``."""

    def __init__(self, open_: Callable[[], MapDatabase]) -> None:
        """``open_`` may raise TempFail, as every use of the map may."""
        self._open = open_

    @contextmanager
    def _opened(self) -> Iterator[MapDatabase]:
        file = self._open()
        try:
            yield file
        finally:
            file.close()

    def generation(self) -> int:
        """Return the generation that the file has followed to."""
        with self._opened() as file:
            return file.generation()

    def apply(self, rows: Iterable[MapRow], generation: int) -> None:
        """Bring the rows in and set the generation."""
        with self._opened() as file:
            file.apply(rows, generation)

    def rebuild(self, rows: Iterable[MapRow], generation: int) -> None:
        """Put the rows in place of everything."""
        with self._opened() as file:
            file.rebuild(rows, generation)

    def takes(self, address: str) -> bool:
        """Say whether the mail server takes mail to the address."""
        with self._opened() as file:
            return file.takes(address)
