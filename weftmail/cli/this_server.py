"""What can be seen of this machine; fulfils ``core.ports.Machine``."""

from __future__ import annotations

import fcntl
import shutil
import socket

from weftmail.cli.config import Config
from weftmail.mta.postfix.postconf import message_size_limit

PATIENCE = 2.0
"""So many seconds a listener has to answer."""


class ThisServer:
    """The machine on which the state folder lies."""

    def __init__(self, config: Config) -> None:
        self._config = config

    def listener_answers(self) -> bool:
        """Say whether the listener takes connections."""
        try:
            with socket.socket(socket.AF_UNIX) as probe:
                probe.settimeout(PATIENCE)
                probe.connect(str(self._config.listener))
                return probe.recv(4).startswith(b"220")
        except OSError:
            return False

    def sender_runs(self) -> bool:
        """Say whether a mail-send holds its lock."""
        try:
            with (self._config.folder / "send.lock").open("rb") as lock:
                # Shared, and given back with the file: one look does not keep another from looking.
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except FileNotFoundError:
            return False
        return False

    def spooled(self) -> int:
        """Return how many files of mail wait for a listener."""
        folder = self._config.incoming
        return sum(1 for one in folder.iterdir() if one.is_file()) if folder.is_dir() else 0

    def free_bytes(self) -> int:
        """Return how many bytes are free where the store lies."""
        return shutil.disk_usage(self._config.folder).free

    def largest_mail(self) -> int | None:
        """Return how many bytes a mail may have that this machine's Postfix takes."""
        return message_size_limit()
