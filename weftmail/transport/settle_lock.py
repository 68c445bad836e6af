"""The lock that makes one process the settler of a store: `flock` on ``settle.lock``, freed by the kernel on death.

The file also holds the rows that the holder has in hand.  A process that dies leaves them there for its successor; a
machine that dies may lose them, which does no harm, since then no row killed the process.  They need no sync.

The pipe program starts a drain with the lock already taken, as its standard input: while the drain's interpreter
starts, other pipe programs find the lock taken and start no further ones.
"""

from __future__ import annotations

import fcntl
import os
import time
import zlib
from collections.abc import Sequence

_TRIES = 3
_PAUSE = 0.002
"""Seconds.  A pipe program that cannot start a drain holds the lock for microseconds; that is no settler."""


class FileSettleLock:
    """Fulfils `weftmail.core.ports.SettleLock`; one thread uses it."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """``path`` is the lock file, made where it is missing; a lock inherited as standard input is taken over."""
        self._path = os.fspath(path)
        self._descriptor: int | None = None
        self._held = False
        inherited = _inherited(self._path)
        if inherited is not None:
            self._descriptor, self._held = inherited, True

    def acquire(self) -> bool:
        """Take the lock if it is free; say whether it is ours now.  Raises OSError where the file cannot be opened."""
        for attempt in range(_TRIES):
            if self._held or self._take():
                return True
            if attempt < _TRIES - 1:
                time.sleep(_PAUSE)
        return False

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
        """Give the lock back; nothing happens where it is not ours."""
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
        self._held = False
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


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
