"""A file that another program writes line by line, read from where the last reader stopped; turned over or not.

The place is kept in a file of ours beside the identity of the log.  A log that was renamed is read to its end before
the new one is begun; one that was cut off is begun anew.  The log itself is only read.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

CHUNK = 256 * 1024
"""At most so many bytes are read in one look; the rest waits for the next."""
LONGEST = 64 * 1024
"""A line that is longer is passed over."""


class _Place(NamedTuple):
    device: int
    inode: int
    offset: int

    def is_same(self, other: _Place) -> bool:
        """Whether both are in one file."""
        return (self.device, self.inode) == (other.device, other.inode)


class LogFile:
    """Follows one log.  Not thread-safe."""

    def __init__(self, log: Path, kept: Path) -> None:
        """``kept`` is the file in which the place is kept; it begins at the log's end where there is none."""
        self._log = log
        self._kept = kept
        self._file: BinaryIO | None = None
        self._place: _Place | None = None
        self.extra: Any = None
        """What ``keep`` wrote beside the place; set by the first look."""

    def lines(self) -> list[str]:
        """Return the lines that came since the last look, at most ``CHUNK`` bytes of them.

        Raises OSError where the log cannot be read.
        """
        file, place = self._open()
        data = file.read(CHUNK)
        whole = data[: data.rfind(b"\n") + 1]
        if not whole and len(data) > LONGEST:
            whole = data
        self._place = place._replace(offset=place.offset + len(whole))
        file.seek(self._place.offset)
        if not data:
            self._turn_over(file, self._place)
        return [line.decode("utf-8", "replace") for line in whole.splitlines() if len(line) <= LONGEST]

    def keep(self, extra: object) -> None:
        """Write down how far the log was read, and what the next reader wants to know besides (JSON)."""
        fresh = self._kept.with_suffix(".new")
        fresh.write_text(json.dumps({"place": self._place, "extra": extra}), encoding="ascii")
        fresh.chmod(0o600)
        fresh.replace(self._kept)

    def close(self) -> None:
        """Close the log; the next look opens it again."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self) -> tuple[BinaryIO, _Place]:
        if self._file is not None and self._place is not None:
            return self._file, self._place
        last = self._place or self._last()
        file: BinaryIO = self._log.open("rb")
        here = _place(file)
        if last is None:
            # What was written before we came is nobody's.
            here = here._replace(offset=os.fstat(file.fileno()).st_size)
        elif last.is_same(here) and last.offset <= os.fstat(file.fileno()).st_size:
            here = last
        elif not last.is_same(here) and (older := self._renamed(last)) is not None:
            file.close()
            file, here = older, last
        file.seek(here.offset)
        self._file, self._place = file, here
        return file, here

    def _last(self) -> _Place | None:
        try:
            kept = json.loads(self._kept.read_text(encoding="ascii"))
            self.extra = kept["extra"]
            device, inode, offset = map(int, kept["place"])
            return _Place(device, inode, offset)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _renamed(self, last: _Place) -> BinaryIO | None:
        """Return the log that was read last, where it lies beside the new one under another name, as ``mail.log.1``."""
        for path in sorted(self._log.parent.glob(f"{self._log.name}[.-]*")):
            try:
                file: BinaryIO = path.open("rb")
            except OSError:
                continue
            if last.is_same(_place(file)):
                return file
            file.close()
        return None

    def _turn_over(self, file: BinaryIO, last: _Place) -> None:
        """Where another file bears the name by now, or this one was cut off, begin that at the next look."""
        try:
            found = self._log.stat()
        except FileNotFoundError:
            return
        here = _Place(found.st_dev, found.st_ino, 0)
        if last.is_same(here) and found.st_size >= last.offset:
            return
        # Whoever writes keeps the old one open for a moment after it was renamed: it is read once more.
        if last.is_same(here) or not file.read(1):
            self._place = here
            self.close()
        else:
            file.seek(last.offset)


def _place(file: BinaryIO) -> _Place:
    found = os.fstat(file.fileno())
    return _Place(found.st_dev, found.st_ino, 0)
