"""Viewer processes: one for each page that is drawn, started by exec, bounded and ended from outside."""

from __future__ import annotations

import json
import os
import resource
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args, get_type_hints

from weftmail.core.limits import READER_MEMORY, VIEW_ANSWER, VIEW_CLOCK, VIEW_PROCESSOR
from weftmail.core.picture import NoPicture, Picture, Sheet

PROGRAM = (sys.executable, "-I", "-m", "weftmail.viewer")
BROKEN = NoPicture("broken")
_WHY = get_args(get_type_hints(NoPicture)["why"])
_PIECE = 256 * 1024


@dataclass(frozen=True, slots=True)
class ViewerLimits:
    """What the drawing of one page may take."""

    processor: int = VIEW_PROCESSOR
    clock: float = VIEW_CLOCK
    memory: int = READER_MEMORY


class ViewerProcesses:
    """Draws files; see ``Viewer`` in ``core/ports``.  Several threads may use it."""

    def __init__(self, program: Sequence[str] = PROGRAM, limits: ViewerLimits | None = None) -> None:
        self._program = program
        self._limits = limits or ViewerLimits()

    def draw(self, content: bytes, sheet: Sheet) -> Picture | NoPicture:
        """Return a page of a file as a picture."""
        wanted = {"bytes": len(content), "page": sheet.page, "width": sheet.width, "height": sheet.height}
        process = subprocess.Popen(
            self._program,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd="/",
            env={"LC_ALL": "C.UTF-8"},
            start_new_session=True,
        )
        with process:
            try:
                self._fence(process.pid)
                said = _asked(process, json.dumps(wanted).encode() + b"\n" + content, self._limits.clock)
            finally:
                process.kill()
        return _understood(said, sheet)

    def _fence(self, pid: int) -> None:
        """Bound it before it is given anything: what is more, the kernel refuses, or ends it for."""
        for what, most in (
            (resource.RLIMIT_AS, self._limits.memory),
            (resource.RLIMIT_CPU, self._limits.processor),
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_FSIZE, 0),
        ):
            resource.prlimit(pid, what, (most, most))


def _asked(process: subprocess.Popen[bytes], request: bytes, seconds: float) -> bytes:
    """Return what it says of the request; what came until it ended, said too much or had had its time."""
    assert process.stdin is not None and process.stdout is not None  # noqa: S101 - for the types
    into, out = process.stdin.fileno(), process.stdout.fileno()
    os.set_blocking(into, False)
    rest, said, until = memoryview(request), bytearray(), time.monotonic() + seconds
    poll = select.poll()
    poll.register(out, select.POLLIN)
    poll.register(into, select.POLLOUT)
    while (left := until - time.monotonic()) > 0 and len(said) <= VIEW_ANSWER:
        ready = dict(poll.poll(left * 1000))
        if into in ready:
            rest = _given(into, rest)
            if not rest:
                poll.unregister(into)
        if out in ready:
            data = os.read(out, _PIECE)
            if not data:
                break
            said += data
    return bytes(said)


def _given(into: int, rest: memoryview) -> memoryview:
    """Return what is left to be handed over; nothing where it ended before it had all."""
    try:
        return rest[os.write(into, rest) :]
    except BrokenPipeError:
        return memoryview(b"")


def _understood(said: bytes, sheet: Sheet) -> Picture | NoPicture:
    """Return what the viewer says, as far as it has the expected form: a file may have taken it over."""
    line, _, data = said.partition(b"\n")
    try:
        found: Any = json.loads(line)
        if "failed" in found:
            return NoPicture(found["failed"]) if found["failed"] in _WHY else BROKEN
        picture = Picture(data, *(int(found[name]) for name in ("width", "height", "pages")))
    except (ValueError, KeyError, TypeError, RecursionError):
        return BROKEN
    drawn = data[:4] == b"RIFF" and data[8:12] == b"WEBP" and len(data) == found.get("bytes") and picture.pages > 0
    fits = 0 < picture.width <= sheet.width and 0 < picture.height <= sheet.height
    return picture if drawn and fits else BROKEN
