"""The systemd journal, read from where the last reader stopped: what programs said to the facility *mail*.

``journalctl`` follows it and prints an entry a line (JSON); we turn each into the line that a log file would have.  The
cursor of the last entry is kept in a file of ours.  The journal itself is only read.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

CHUNK: Final = 256 * 1024
LONGEST: Final = 64 * 1024
FOLDERS: Final = (Path("/var/log/journal"), Path("/run/log/journal"))
COMMAND: Final = ("journalctl", "--output=json", "--follow", "--quiet", "SYSLOG_FACILITY=2")


class Journal:
    """Follows the journal; for use as ``LogFile`` is.  Not thread-safe."""

    def __init__(self, kept: Path, command: Sequence[str] = COMMAND) -> None:
        """``kept`` is the file in which the cursor is kept; it begins at the journal's end where there is none."""
        self._kept = kept
        self._command = command
        self._reader: subprocess.Popen[bytes] | None = None
        self._rest = b""
        self._cursor = ""
        self.extra: Any = None
        """What ``keep`` wrote beside the cursor; set by the first look."""

    def lines(self) -> list[str]:
        """Return the entries that came since the last look as lines, at most ``CHUNK`` bytes of them.

        Raises OSError where the journal cannot be read.
        """
        reader = self._open()
        try:
            data = os.read(reader.stdout.fileno(), CHUNK) if reader.stdout is not None else b""
        except BlockingIOError:
            return []
        if not data:
            # It has ended, as when the journal was taken away under it; the next look begins another one.
            error = reader.stderr.read(500).decode("utf-8", "replace").strip() if reader.stderr is not None else ""
            self.close()
            raise OSError(f"{self._command[0]} ended: {error or 'it said nothing'}")
        *entries, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > 16 * LONGEST:
            self._rest = b""
        return [line for one in entries if (line := self._line(one)) is not None]

    def keep(self, extra: object) -> None:
        """Write down how far the journal was read, and what the next reader wants to know besides (JSON)."""
        fresh = self._kept.with_suffix(".new")
        fresh.write_text(json.dumps({"cursor": self._cursor, "extra": extra}), encoding="ascii")
        fresh.chmod(0o600)
        fresh.replace(self._kept)

    def close(self) -> None:
        """End the reader; the next look begins another one at the last entry."""
        reader, self._reader, self._rest = self._reader, None, b""
        if reader is None:
            return
        with contextlib.suppress(ProcessLookupError):
            reader.kill()
        reader.wait()
        for pipe in (reader.stdout, reader.stderr):
            if pipe is not None:
                pipe.close()

    def _open(self) -> subprocess.Popen[bytes]:
        if self._reader is not None:
            return self._reader
        self._cursor = self._cursor or self._last()
        place = [f"--after-cursor={self._cursor}", "--no-tail"] if self._cursor else ["--lines=0"]
        self._reader = subprocess.Popen(
            [*self._command, *place], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert self._reader.stdout is not None  # noqa: S101 - it is a pipe
        os.set_blocking(self._reader.stdout.fileno(), False)
        return self._reader

    def _last(self) -> str:
        try:
            kept = json.loads(self._kept.read_text(encoding="ascii"))
            self.extra = kept["extra"]
            return str(kept["cursor"])
        except (OSError, ValueError, KeyError, TypeError):
            return ""

    def _line(self, entry: bytes) -> str | None:
        """Return an entry as a line of a log file; None for what is none, or too long."""
        try:
            found = json.loads(entry) if len(entry) <= LONGEST else None
            if not isinstance(found, dict):
                return None
            self._cursor = str(found.get("__CURSOR") or self._cursor)
            at = datetime.fromtimestamp(int(found["__REALTIME_TIMESTAMP"]) / 1_000_000, UTC)
            host, program = found.get("_HOSTNAME") or "-", found.get("SYSLOG_IDENTIFIER") or "-"
            return f"{at.isoformat()} {host} {program}[{_pid(found)}]: {_text(found.get('MESSAGE'))}\n"
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
            return None


def _pid(entry: dict[str, Any]) -> str:
    pid = str(entry.get("SYSLOG_PID") or entry.get("_PID") or "0")
    return pid if pid.isdigit() else "0"


def _text(message: object) -> str:
    """What an entry says; journalctl gives what is no text as numbers."""
    if isinstance(message, list):
        message = bytes(message).decode("utf-8", "replace")
    return " ".join(str(message or "").splitlines())


def readable(folders: Sequence[Path] = FOLDERS) -> bool:
    """Say whether there is a system journal here that may be read."""
    return any(os.access(found, os.R_OK) for folder in folders for found in folder.glob("*/system.journal"))
