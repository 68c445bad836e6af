"""The reader: a program that is given mails and says what stands in them; it can do nothing else.

Run as ``python -I -m weftmail.reader`` by ``transport/readers``, with two pipes and nothing besides.  On the first
comes, for each mail, a line of JSON with its length, and the mail; on the second go lines of JSON and bytes, in the
steps of ``core/parsing/answer``, and a last line with the processor time that it has used so far.  It ends when the
first pipe does, or with the process that started it.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from typing import Any

from weftmail.core.limits import READER_PROCESSOR
from weftmail.core.parsing import answer
from weftmail.core.parsing.message import Classify, Message, Step
from weftmail.core.parsing.steps import steps
from weftmail.core.reports.kind import classify

Read = Callable[[bytes, Classify], Iterator[tuple[Step, Message]]]

_PR_SET_PDEATHSIG = 1
_DETAIL = 20_000
_SMALL = 16 * 1024


def main(processor: float = READER_PROCESSOR, read: Read = steps) -> int:
    """Read mails until there are no more; each may take so many seconds of processor time, and a little more.

    ``read`` says in steps what stands in one.
    """
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    source = sys.stdin.buffer
    _send(_line({"step": "end", "cpu": time.process_time()}))
    while line := source.readline():
        size = int(json.loads(line)["bytes"])
        raw = source.read(size)
        if len(raw) < size:
            break
        _fence(processor)
        if not _answer(raw, read):
            return 1
    return 0


def _fence(processor: float) -> None:
    """Let the kernel end us soon after the parent should have."""
    soft = int(time.process_time() + processor) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _answer(raw: bytes, read: Read) -> bool:
    """Say what stands in one mail; False where that went so wrong that another process has to go on."""
    end: dict[str, Any] = {"step": "end"}
    before = None
    said: list[bytes] = []
    try:
        for step, message in read(raw, classify):
            said += answer.written(step, message, before)
            before = message
            # Of a small mail the steps before the sanitiser go together: each sending wakes the parent.
            if len(raw) > _SMALL or step == "files":
                _send(b"".join(said))
                said.clear()
    except MemoryError:
        end["failed"] = "memory"
    except Exception:
        # A fault under one mail is an answer as well: it is set aside with its traceback.
        end |= {"failed": "error", "detail": traceback.format_exc()[-_DETAIL:]}
    end["cpu"] = time.process_time()
    _send(b"".join((*said, _line(end))))
    return "failed" not in end


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode() + b"\n"


def _send(data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(1, view) :]


if __name__ == "__main__":
    try:
        sys.exit(main())
    except MemoryError:
        # The status that ``transport/readers/process`` knows.
        os._exit(3)
