"""What a service manager hears of a program, and the sockets that it hands over (sd_notify(3), sd_listen_fds(3)).

Without a service manager each of these does nothing, so programs call them always.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

__all__ = ["ServiceManager", "handed_over"]

_FIRST = 3
"""The descriptor of the first socket that is handed over."""


class ServiceManager:
    """The service manager that started this program, or none.

    ``ready`` and ``stopping`` say where the program stands; ``beat`` says that it is alive, as often as it was told to,
    however often it is called.
    """

    def __init__(self, environ: Mapping[str, str] = os.environ, clock: Callable[[], float] = time.monotonic) -> None:
        """``environ`` holds NOTIFY_SOCKET and WATCHDOG_USEC as systemd sets them; ``clock`` counts seconds."""
        self._path = environ.get("NOTIFY_SOCKET", "")
        self._clock = clock
        mine = environ.get("WATCHDOG_PID", "") in ("", str(os.getpid()))
        micro = environ.get("WATCHDOG_USEC", "") if mine else ""
        # A third of the time, so that a beat that is late once ends nothing.
        self.each = int(micro) / 3_000_000 if micro.isdecimal() and int(micro) else 0.0
        self._beat_at = 0.0

    @property
    def watches(self) -> bool:
        """Whether it ends a program from which it hears nothing."""
        return bool(self._path and self.each)

    def ready(self) -> None:
        """Say that the program does its work from now on."""
        self._say("READY=1")

    def stopping(self) -> None:
        """Say that the program is ending."""
        self._say("STOPPING=1")

    def beat(self) -> None:
        """Say that the program is alive, if that was not said lately."""
        now = self._clock()
        if self.watches and now >= self._beat_at:
            self._beat_at = now + self.each
            self._say("WATCHDOG=1")

    def _say(self, text: str) -> None:
        if not self._path:
            return
        # A name that begins with @ is an abstract one, written to the kernel with a NUL.
        place = "\0" + self._path[1:] if self._path.startswith("@") else self._path
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as one:
            one.sendto(text.encode(), place)


def handed_over(environ: Mapping[str, str] = os.environ, first: int = _FIRST) -> list[socket.socket]:
    """Return the sockets that a service manager opened for this very process; none where it opened none.

    ``first`` is the descriptor of the first of them.  They are closed on exec from now on.
    """
    count = environ.get("LISTEN_FDS", "")
    if environ.get("LISTEN_PID") != str(os.getpid()) or not count.isdecimal():
        return []
    found = [socket.socket(fileno=number) for number in range(first, first + int(count))]
    for one in found:
        one.set_inheritable(False)
    return found
