"""A hint from one program to another that there is something to do: one empty datagram to a Unix socket.

A hint may get lost, and nothing depends on it: whoever waits also looks by itself from time to time.
"""

from __future__ import annotations

import contextlib
import os
import socket

from weftmail.transport.sockets import share


class SocketWaker:
    """Sends hints to the program that waits at a socket; fulfils `weftmail.core.ports.Waker`; any thread may use it."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = os.fspath(path)

    def wake(self) -> None:
        """Send a hint.  Nobody there, no right to speak, or more hints waiting than fit: all the same, and no error."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.setblocking(False)
            sender.sendto(b"\n", self._path)


class Receiver:
    """Where hints arrive; has `fileno`, so that an event loop or `select` can wait for it."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Make the socket at ``path``, in place of one that is there.  Raises OSError where that cannot be."""
        self._path = os.fspath(path)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            self._socket.setblocking(False)
            new = f"{self._path}.{os.getpid()}"
            with contextlib.suppress(FileNotFoundError):
                os.unlink(new)
            self._socket.bind(new)
            share(new)
            os.rename(new, self._path)
        except OSError:
            self._socket.close()
            raise

    def fileno(self) -> int:
        """The descriptor that becomes readable when a hint has come."""
        return self._socket.fileno()

    def drain(self) -> bool:
        """Take all hints that have come; say whether there was one.  Never waits."""
        found = False
        with contextlib.suppress(BlockingIOError):
            while True:
                self._socket.recv(16)
                found = True
        return found

    def close(self) -> None:
        """Close the socket; its name stays, for another program may have taken it over."""
        self._socket.close()
