"""The systemd journal, written to in its own protocol: an entry with fields of its own, one datagram each.

systemd.io/JOURNAL_NATIVE_PROTOCOL: a field is NAME=value and a newline; a value with a newline in it comes after its
length, as 64 bits, the lowest byte first.  An entry that is too large for a datagram goes as a sealed file in memory.
"""

from __future__ import annotations

import array
import contextlib
import errno
import fcntl
import os
import re
import socket
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

SOCKET: Final = Path("/run/systemd/journal/socket")
_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,63}")


def is_the_journal(stream: str, descriptor: int) -> bool:
    """Say whether a descriptor is the stream to the journal that JOURNAL_STREAM names (systemd.exec(5)).

    A program that was started by another may have inherited the variable, and another standard error.
    """
    device, colon, inode = stream.partition(":")
    if not (colon and device.isdigit() and inode.isdigit()):
        return False
    try:
        found = os.fstat(descriptor)
    except OSError:
        return False
    return (found.st_dev, found.st_ino) == (int(device), int(inode))


def entry(fields: Mapping[str, str | Iterable[str]]) -> bytes:
    """Return an entry as it is sent; a field may have several values.  Names that the journal refuses are left out."""
    written = bytearray()
    for name, values in fields.items():
        if not _NAME.fullmatch(name):
            continue
        for value in (values,) if isinstance(values, str) else values:
            data = value.encode("utf-8", "replace")
            if b"\n" in data:
                written += name.encode() + b"\n" + len(data).to_bytes(8, "little") + data + b"\n"
            else:
                written += name.encode() + b"=" + data + b"\n"
    return bytes(written)


class JournalSocket:
    """Sends entries; each call stands alone, so that a journal that was started anew is found again."""

    def __init__(self, path: Path = SOCKET) -> None:
        self._path = str(path)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)

    def send(self, fields: Mapping[str, str | Iterable[str]]) -> None:
        """Send an entry.  Raises OSError where nobody takes it."""
        data = entry(fields)
        try:
            self._socket.sendto(data, self._path)
        except OSError as error:
            if error.errno not in (errno.EMSGSIZE, errno.ENOBUFS):
                raise
            self._send_file(data)

    def _send_file(self, data: bytes) -> None:
        descriptor = os.memfd_create("journal-entry", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        try:
            left = memoryview(data)
            while left:
                left = left[os.write(descriptor, left) :]
            seals = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SEAL
            fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)
            rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [descriptor]))]
            self._socket.sendmsg([], rights, 0, self._path)
        finally:
            os.close(descriptor)

    def close(self) -> None:
        """Let go of the socket."""
        with contextlib.suppress(OSError):
            self._socket.close()
