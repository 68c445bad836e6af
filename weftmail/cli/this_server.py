"""What can be seen of this machine; fulfils ``core.ports.Machine``."""

from __future__ import annotations

import fcntl
import shutil
import socket

from weftmail.cli.alive import seen_at, started_at
from weftmail.cli.config import Config
from weftmail.cli.maillog import readable
from weftmail.mta.postfix.postconf import message_size_limit
from weftmail.transport.spool import Spool

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

    def listener_since(self) -> int | None:
        """Return since when the listener runs, or was last seen."""
        return self._since("listener", runs=self.listener_answers())

    def sender_since(self) -> int | None:
        """Return since when the sender runs, or was last seen."""
        return self._since("mail-send", runs=self.sender_runs())

    def _since(self, program: str, *, runs: bool) -> int | None:
        return started_at(self._config, program) if runs else seen_at(self._config, program)

    def spooled(self) -> int:
        """Return how many files of mail wait for a listener."""
        return sum(1 for _ in Spool(self._config.incoming).waiting())

    def spooled_since(self) -> int | None:
        """Return since when the oldest of them waits."""
        return Spool(self._config.incoming).oldest()

    def mail_log_readable(self) -> bool | None:
        """Say whether the mail server's log can be read; None where none is followed."""
        return readable(self._config)

    def free_bytes(self) -> int:
        """Return how many bytes are free where the store lies."""
        return shutil.disk_usage(self._config.folder).free

    def largest_mail(self) -> int | None:
        """Return how many bytes a mail may have that this machine's Postfix takes."""
        return message_size_limit()
