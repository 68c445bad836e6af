"""The text that follows DATA (RFC 5321, 4.5.2): where it ends, its doubled dots, its line ends.

Only CRLF.CRLF ends it.  A message is kept with LF line ends, as a pipe hands it over; each CRLF becomes an LF, and a
CR or an LF that stands alone stays what it is, so that nothing in a message can pass for the end of it (smuggling).
"""

from __future__ import annotations

import contextlib
import tempfile
from typing import BinaryIO

from weftmail.core.ports import Raw

_END = b"\r\n.\r\n"
_STARTS = tuple(_END[:length] for length in range(len(_END) - 1, 0, -1))


class Data:
    """Takes the pieces that come from the connection and gives the message; long ones lie in a file without a name."""

    __slots__ = ("_file", "_first", "_folder", "_held", "_memory", "_parts", "_size", "failure")

    def __init__(self, folder: str | None, memory: int) -> None:
        """``folder`` is where a message of more than ``memory`` bytes is written; None is the system's own."""
        self._folder = folder
        self._memory = memory
        self._parts: list[bytes] = []
        self._size = 0
        self._file: BinaryIO | None = None
        # As if a line had just ended: then the first line is like any other.  Its line end is taken off again.
        self._held = b"\r\n"
        self._first = True
        self.failure: OSError | None = None
        """Why the message could not be written to the file; the rest of it is read and dropped."""

    def feed(self, piece: bytes) -> bytes | None:
        """Take the next piece; return what follows the end of the text, or None while the end has not come."""
        text = self._held + piece
        end = text.find(_END)
        if end >= 0:
            self._keep(text[: end + 2])
            return text[end + len(_END) :]
        held = next((start for start in _STARTS if text.endswith(start)), b"")
        self._held = held
        self._keep(text[: len(text) - len(held)])
        return None

    def _keep(self, text: bytes) -> None:
        text = text.replace(b"\r\n.", b"\r\n").replace(b"\r\n", b"\n")
        if self._first and text:
            text = text[1:]
            self._first = False
        self._size += len(text)
        try:
            if self._file is None and self._size > self._memory:
                self._file = tempfile.TemporaryFile(prefix=".", dir=self._folder)  # noqa: SIM115 - it outlives this call
                self._file.writelines(self._parts)
                self._parts.clear()
            if self._file is None:
                self._parts.append(text)
            elif self.failure is None:
                self._file.write(text)
        except OSError as error:
            self.failure = error
            self._parts.clear()

    def raw(self) -> Raw:
        """Return the message, once its end has come; an OSError stands in ``failure`` instead of being raised."""
        if self._file is None:
            return b"".join(self._parts)
        try:
            self._file.seek(0)
        except OSError as error:
            self.failure = error
        return self._file

    def close(self) -> None:
        """Give back the file of a message that did not come to its end."""
        if self._file is not None:
            # What could not be written is tried once more here, and fails once more.
            with contextlib.suppress(OSError):
                self._file.close()
