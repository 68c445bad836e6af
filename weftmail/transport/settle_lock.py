"""The lock that makes one process the settler of a store: `flock` on ``settle.lock``, freed by the kernel on death.

The file also holds the rows that the holder has in hand.  A process that dies leaves them there for its successor; a
machine that dies may lose them, which does no harm, since then no row killed the process.  They need no sync.

The pipe program starts a drain with the lock already taken, as its standard input: while the drain's interpreter
starts, other pipe programs find the lock taken and start no further ones.

A listener that finds the lock taken waits for it in a thread, in the kernel: when its holder dies, the kernel gives it
the lock in that moment, and it settles.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
import zlib
from collections.abc import Callable, Sequence

_TRIES = 3
_PAUSE = 0.002
"""Seconds.  A pipe program that cannot start a drain holds the lock for microseconds; that is no settler."""


class FileSettleLock:
    """Fulfils `weftmail.core.ports.SettleLock`; one thread uses it."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """``path`` is the lock file, made where it is missing; a lock inherited as standard input is taken over."""
        self._path = os.fspath(path)
        self._mutex = threading.Lock()
        self._waits: threading.Thread | None = None
        self._won: int | None = None
        """The open file with which the waiting thread got the lock."""
        self._descriptor: int | None = None
        self._held = False
        inherited = _inherited(self._path)
        if inherited is not None:
            self._descriptor, self._held = inherited, True

    def acquire(self) -> bool:
        """Take the lock if it is free; say whether it is ours now.  Raises OSError where the file cannot be opened."""
        for attempt in range(_TRIES):
            if self._held or self._adopt() or self._take():
                return True
            if attempt < _TRIES - 1:
                time.sleep(_PAUSE)
        return False

    def wait(self, won: Callable[[], None]) -> None:
        """Wait for the lock in a thread, and call ``won`` there once ``acquire`` will have it; returns at once.

        One thread waits, however often it is asked for; ``release`` and ``close`` let it go.
        """
        with self._mutex:
            if self._held or self._won is not None or self._waits is not None:
                return
            self._waits = threading.Thread(target=self._wait, args=(won,), name="settle lock", daemon=True)
            self._waits.start()

    def _wait(self, won: Callable[[], None]) -> None:
        descriptor = -1
        try:
            # A file of its own: a lock belongs to the open file, and so can be handed on to the other thread.
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except OSError:
            # Whoever looks each second says so.
            if descriptor >= 0:
                os.close(descriptor)
            descriptor = -1
        with self._mutex:
            wanted = self._waits is threading.current_thread()
            if wanted:
                self._waits = None
            if descriptor < 0 or not wanted or self._held or not _is_at(descriptor, self._path):
                if descriptor >= 0:
                    os.close(descriptor)
                return
            self._won = descriptor
        won()

    def _adopt(self) -> bool:
        """Take over what the waiting thread got."""
        with self._mutex:
            if self._won is None:
                return False
            if self._descriptor is not None:
                os.close(self._descriptor)
            self._descriptor, self._won, self._held = self._won, None, True
            return True

    def _take(self) -> bool:
        if self._descriptor is None:
            # Python opens it so that no program started from here inherits it.
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        self._held = _is_at(self._descriptor, self._path)
        if not self._held:
            # Somebody has removed the file; a lock on one without a name keeps nobody out.
            os.close(self._descriptor)
            self._descriptor = None
        return self._held

    def release(self) -> None:
        """Give the lock back, and wait for it no longer; nothing happens where it is not ours."""
        self._let_go()
        if self._held and self._descriptor is not None:
            self._held = False
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def mark(self, rows: Sequence[int]) -> None:
        """Write down the rows that are about to be settled, in place of those before; only the holder may.

        A process killed while it writes has not begun with them: the sum in front shows that the line is torn.
        """
        if not self._held or self._descriptor is None:
            raise RuntimeError("the settle lock is not held")
        body = " ".join(map(str, rows)).encode()
        line = b"%08x %s\n" % (zlib.crc32(body), body)
        written = 0
        while written < len(line):
            written += os.pwrite(self._descriptor, line[written:], written)

    def unfinished(self) -> list[int]:
        """Return the rows that were written down last; a holder that died had them in hand."""
        if self._descriptor is None:
            return []
        text = os.pread(self._descriptor, os.fstat(self._descriptor).st_size, 0)
        total, _, body = text.partition(b"\n")[0].partition(b" ")
        if total != b"%08x" % zlib.crc32(body):
            return []
        return [int(row) for row in body.split()]

    def close(self) -> None:
        """Give the lock back and close the file."""
        self._let_go()
        self._held = False
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _let_go(self) -> None:
        """Wait for the lock no longer; what was got is given back."""
        with self._mutex:
            self._waits = None
            if self._won is not None:
                os.close(self._won)
                self._won = None


def _is_at(descriptor: int, path: str) -> bool:
    """Say whether the open file is the one that stands at ``path``."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False


def _inherited(path: str) -> int | None:
    """Return a descriptor of the lock file that came as standard input, locked; None where it is something else.

    Standard input becomes /dev/null, so that no program started from here inherits the lock.
    """
    try:
        if not _is_at(0, path):
            return None
        fcntl.flock(0, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return None
    descriptor = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return descriptor
