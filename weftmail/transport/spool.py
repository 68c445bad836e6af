"""The folder ``incoming/``, in which the pipe program leaves mail while no listener runs.

A file has the envelope as its first line, ``key=value`` words with every byte that is not plain written as %HH, and
the bytes of the message after it.  Its name begins with the time of its arrival in nanoseconds, so that names sort by
arrival; a name with a dot in front is of a file that is still being written, or whose writer died: the mail server
has that mail yet, and hands it over again.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from typing import BinaryIO, cast
from urllib.parse import quote_from_bytes, unquote_to_bytes

from weftmail.core.envelope import Envelope, clean
from weftmail.core.ports import Raw
from weftmail.transport.lmtp.syntax import client

BROKEN = "broken"
"""Files that hold no envelope are moved to this folder inside of incoming/; nothing is thrown away."""
WHOLE = 1024 * 1024
"""A longer message is given as an open file."""
_HEAD = 65536
_FIELDS = ("recipient", "sender", "original_recipient", "queue_id", "client_address")


class Spool:
    """What waits in incoming/; fulfils `weftmail.core.ports.Incoming`."""

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self._folder = os.fspath(folder)

    def waiting(self) -> Iterator[str]:
        """Yield the names of the files that are complete, oldest first; none where the folder does not exist."""
        try:
            names = sorted(os.listdir(self._folder))
        except FileNotFoundError:
            return
        yield from (name for name in names if not name.startswith(".") and name != BROKEN)

    def oldest(self) -> int | None:
        """Return when the oldest file arrived, in milliseconds since 1970; None where nothing waits."""
        for name in self.waiting():
            arrived = name.partition(".")[0]
            if arrived.isascii() and arrived.isdigit():
                return int(arrived[:20]) // 1_000_000
            try:
                return os.stat(self._path(name)).st_mtime_ns // 1_000_000
            except FileNotFoundError:
                continue
        return None

    def open(self, name: str) -> tuple[Envelope, Raw] | None:
        """Return envelope and message of one file; a message of more than 1 MB as an open file.

        None where the file is gone, or holds no envelope: then it has been moved to ``broken/``, so that it neither
        gets lost nor is read for ever.  Raises OSError where the disk fails.
        """
        try:
            file = open(self._path(name), "rb", buffering=0)  # noqa: SIM115 - a long message stays open
        except FileNotFoundError:
            return None
        except IsADirectoryError:
            self._set_aside(name)
            return None
        head = file.read(_HEAD)
        line, end, rest = head.partition(b"\n")
        envelope = _envelope(line) if end else None
        if envelope is None:
            file.close()
            self._set_aside(name)
            return None
        size = os.fstat(file.fileno()).st_size - len(line) - 1
        if size > WHOLE:
            return envelope, cast(BinaryIO, io.BufferedReader(_Tail(file, len(line) + 1)))
        with file:
            return envelope, rest + file.readall()

    def remove(self, *names: str) -> None:
        """Remove files whose messages are committed, with one sync for all of them."""
        for name in names:
            try:
                os.unlink(self._path(name))
            except FileNotFoundError:
                continue
        _sync(self._folder)

    def write(self, envelope: Envelope, message: bytes, now: int, unique: str) -> str:
        """Write one file, durably, as the pipe program does; return its name.

        ``now`` is the time in nanoseconds; ``unique`` tells files of one moment apart.
        """
        name = f"{now:020d}.{unique}"
        with open(self._path("." + name), "xb") as file:
            file.write(_line(envelope) + message)
            file.flush()
            os.fsync(file.fileno())
        os.rename(self._path("." + name), self._path(name))
        _sync(self._folder)
        return name

    def sweep(self, before: int) -> int:
        """Remove what writers that died left unfinished before this time (milliseconds); return how many files."""
        swept = 0
        for name in os.listdir(self._folder):
            path = self._path(name)
            if name.startswith(".") and os.path.isfile(path) and os.stat(path).st_mtime_ns < before * 1_000_000:
                os.unlink(path)
                swept += 1
        return swept

    def _set_aside(self, name: str) -> None:
        os.makedirs(self._path(BROKEN), mode=0o700, exist_ok=True)
        os.rename(self._path(name), os.path.join(self._path(BROKEN), name))
        _sync(self._folder)

    def _path(self, name: str) -> str:
        return os.path.join(self._folder, name)


class _Tail(io.RawIOBase):
    """A file from ``start`` on, as if it began there."""

    def __init__(self, file: io.FileIO, start: int) -> None:
        self._file = file
        self._start = start
        file.seek(start)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        return cast(int, self._file.readinto(buffer))

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset + self._start if whence == io.SEEK_SET else offset, whence) - self._start

    def tell(self) -> int:
        return self._file.tell() - self._start

    def close(self) -> None:
        self._file.close()
        super().close()


def _line(envelope: Envelope) -> bytes:
    words = ((key, cast(str, getattr(envelope, key))) for key in _FIELDS)
    return " ".join(f"{key}={quote_from_bytes(value.encode())}" for key, value in words if value).encode() + b"\n"


def _envelope(line: bytes) -> Envelope | None:
    """Return the envelope that a first line holds; None where it holds none."""
    given: dict[str, str] = {}
    for word in line.split(b" "):
        key, equals, value = word.partition(b"=")
        name = key.decode("ascii", "replace")
        if not equals or name not in _FIELDS:
            return None
        given[name] = clean(unquote_to_bytes(value).decode("utf-8", "surrogateescape"))
    if not given.get("recipient"):
        return None
    return Envelope(
        given["recipient"],
        given.get("sender", ""),
        given.get("original_recipient", ""),
        given.get("queue_id", ""),
        client(given.get("client_address", "")),
        "spool",
    )


def _sync(folder: str) -> None:
    """Make the names in the folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
