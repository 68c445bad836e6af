"""Since when a program of ours runs, or was last seen: a file that it touches while it does.

The file is made anew as the program starts; how old it is by then says since when the program is gone.
"""

from __future__ import annotations

import contextlib
import socket

from weftmail.cli.config import Config, host_and_port
from weftmail.flow.due.errand import Errand

PATIENCE = 1.0
"""How long, in seconds, a connection to this machine may take."""
EACH = 5_000
"""A program that runs says so this often; in milliseconds."""


def saying_so(config: Config, program: str, now: int) -> Errand:
    """Begin the file of a program at ``now``, in milliseconds; return the errand that keeps it young."""
    place = config.folder / f"{program}.alive"
    place.unlink(missing_ok=True)
    place.write_text(f"{now}\n", encoding="ascii")
    return Errand(f"saying that {program} runs", place.touch, EACH)


def started_at(config: Config, program: str) -> int | None:
    """Return since when a program that runs does so; None where it does not say."""
    try:
        text = (config.folder / f"{program}.alive").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return None
    return int(text) if text.isdecimal() and len(text) < 15 else None


def seen_at(config: Config, program: str) -> int | None:
    """Return when a program was last seen at work; None where it never was."""
    try:
        return (config.folder / f"{program}.alive").stat().st_mtime_ns // 1_000_000
    except OSError:
        return None


def listens(place: str) -> bool:
    """Say whether anything listens at a place of this machine: HOST:PORT, or unix:PATH."""
    with contextlib.suppress(OSError):
        if place.startswith("unix:"):
            with socket.socket(socket.AF_UNIX) as one:
                one.settimeout(PATIENCE)
                one.connect(place.removeprefix("unix:"))
            return True
        address = host_and_port(place)
        if address is not None:
            socket.create_connection(address, PATIENCE).close()
            return True
    return False
