"""Programs that another one starts, watches and stops; they end with it, however it ends."""

from __future__ import annotations

import contextlib
import ctypes
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from weftmail.core.failure import UsageError

STOPPING = 20.0
"""How long, in seconds, a stop waits for a child before it is killed."""
_HANDING_OVER = 'export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@" 3<&0 </dev/null'
"""What a shell does to hand its standard input over as a service manager hands a socket over (sd_listen_fds(3))."""
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)


class Children:
    """Programs with a log each."""

    def __init__(self, logs: Path, environ: Mapping[str, str]) -> None:
        self._logs = logs
        self._environ = dict(environ)
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        logs.mkdir(parents=True, exist_ok=True)

    def start(self, name: str, command: Sequence[str | Path], door: socket.socket | None = None) -> None:
        """Start a program in a session of its own, so that a Ctrl-C reaches it by us alone.

        ``door`` is a socket that it is handed over, as a service manager would.
        """
        words = [str(word) for word in command]
        with open(self._logs / f"{name}.log", "ab") as log:
            self._running[name] = subprocess.Popen(
                words if door is None else ["/bin/sh", "-c", _HANDING_OVER, "sh", *words],
                stdin=subprocess.DEVNULL if door is None else door.fileno(),
                stdout=log,
                stderr=log,
                env=self._environ,
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )

    def wait_until(self, ready: Callable[[], bool], what: str, most: float = 20.0) -> None:
        """Wait until ``ready`` says so; raise UsageError where a child ends before, or where it takes too long."""
        until = time.monotonic() + most
        while not ready():
            self.check()
            if time.monotonic() > until:
                raise UsageError(f"{what} did not happen within {most:.0f} s; see {self._logs}/")
            time.sleep(0.01)

    def pid(self, name: str) -> int:
        """Return the process id of a child."""
        return self._running[name].pid

    def runs(self, name: str) -> bool:
        """Say whether a child was started and not ended by us."""
        return name in self._running

    def end(self, name: str) -> None:
        """Ask one to stop, and wait."""
        child = self._running.pop(name)
        child.terminate()
        try:
            child.wait(STOPPING)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

    def check(self) -> None:
        """Raise UsageError, with its last words, where a child has ended."""
        for name, child in self._running.items():
            if child.poll() is not None:
                log = self._logs / f"{name}.log"
                lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines() or ["it said nothing"]
                raise UsageError(f"the {name} has ended, status {child.returncode}: {lines[-1]} (all of it: {log})")

    def stop(self) -> None:
        """Ask all to stop, and wait for them."""
        for child in self._running.values():
            with contextlib.suppress(ProcessLookupError):
                child.terminate()
        until = time.monotonic() + STOPPING
        for child in self._running.values():
            try:
                child.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self._running.clear()


def _end_with_parent() -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
