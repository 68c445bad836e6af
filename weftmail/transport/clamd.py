"""The virus scanner: clamd, asked by its command INSTREAM over a socket (clamd(8))."""

from __future__ import annotations

import socket
import struct
from typing import Final

from weftmail.core.ports import Raw, Scanned

PATIENCE: Final = 30.0
"""Seconds that it may take for one mail."""
PIECE: Final = 64 * 1024
_ANSWER: Final = 4096


class Clamd:
    """A ``Scanner``; for any number of threads, a connection for each mail."""

    def __init__(self, place: str, patience: float = PATIENCE) -> None:
        """``place`` is ``unix:PATH`` or ``HOST:PORT``."""
        self._place = place
        self._patience = patience

    def scan(self, raw: Raw) -> Scanned:
        """Return what clamd says of a mail; never raises: what does not answer is ``dead``."""
        data = raw if isinstance(raw, bytes) else raw.read()
        try:
            with self._connect() as connection:
                answer = _asked(connection, data)
        except OSError as error:
            return Scanned("dead", error.strerror or str(error) or "no answer")
        if answer == "stream: OK":
            return Scanned("clean")
        if answer.endswith(" FOUND"):
            return Scanned("infected", answer.removeprefix("stream: ").removesuffix(" FOUND")[:200])
        if "size limit exceeded" in answer:
            return Scanned("too large")
        return Scanned("dead", answer[:200] or "no answer")

    def _connect(self) -> socket.socket:
        kind, _, path = self._place.partition(":")
        if kind != "unix":
            host, _, port = self._place.rpartition(":")
            return socket.create_connection((host.strip("[]"), int(port)), self._patience)
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(self._patience)
            connection.connect(path)
        except BaseException:
            # A stop as well leaves no socket open; it is raised again.
            connection.close()
            raise
        return connection


def _asked(connection: socket.socket, data: bytes) -> str:
    try:
        connection.sendall(b"zINSTREAM\0")
        for start in range(0, len(data), PIECE):
            piece = data[start : start + PIECE]
            connection.sendall(struct.pack(">I", len(piece)) + piece)
        connection.sendall(struct.pack(">I", 0))
    except (BrokenPipeError, ConnectionResetError):
        # It has enough of it, and says so before it hangs up.
        pass
    answer = b""
    while len(answer) < _ANSWER and not answer.endswith(b"\0"):
        piece = connection.recv(_ANSWER)
        if not piece:
            break
        answer += piece
    return answer.rstrip(b"\0\n").decode("utf-8", "replace")
