"""The outermost frame of a program: whatever goes wrong ends in one line for people and in a status, never in a trace.

It imports nothing of ours before it is needed: the first thing that a resident program does is to take its signals.
"""

from __future__ import annotations

import io
import os
import sys
import traceback
from collections.abc import Callable

STOPPED = 130
"""The status of a command that somebody stopped with Ctrl-C."""


def framed(program: str, work: Callable[[], int], *, put_off: int = 1) -> int:
    """Run ``work`` and return its status; ``put_off`` is that of a failure that may pass by itself."""
    _open_streams()
    try:
        status = work()
        sys.stdout.flush()
    except SystemExit as end:  # argparse ends so after --help, and a resident program at SIGTERM.
        return int(end.code or 0)
    except BrokenPipeError:
        # Whoever read our output, "head" say, has seen enough; nothing may be written at the end any more.
        _say_no_more()
        return 0
    except KeyboardInterrupt:
        print(f"{program}: stopped", file=sys.stderr)
        return STOPPED
    except Exception as error:
        # The outermost frame: what nobody foresaw becomes one line, a log entry and an exit status.
        return _failed(program, error, put_off)
    return status


def _open_streams() -> None:
    """Let every text be printed, whatever the terminal knows; a stream that is closed takes all and shows nothing."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - it lives as long as we do
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _failed(program: str, error: Exception, put_off: int) -> int:
    from weftmail.cli.terminal import printable
    from weftmail.core.failure import TempFail

    text, status = explained(error)
    print(printable(f"{program}: {text}"), file=sys.stderr)
    if os.environ.get("WEFTMAIL_DEBUG"):
        traceback.print_exc()
    try:
        sys.stdout.flush()
    except OSError:
        _say_no_more()
    return put_off if isinstance(error, TempFail) else status


def _say_no_more() -> None:
    """Let Python not try once more, at its end, to write what cannot be written."""
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def explained(error: Exception) -> tuple[str, int]:
    """Return the one line for what went wrong, and the exit status."""
    from weftmail.cli.output import one_line
    from weftmail.core.failure import PermFail, TempFail, UsageError
    from weftmail.store.errors import BadQuery, Broken, Busy, Conflict, StoreError

    text = one_line(" ".join(str(error).split()), 1000)
    if isinstance(error, UsageError):
        return text, error.status
    if isinstance(error, Busy) or isinstance(error.__cause__, Busy):
        return "the store is locked by another program for longer than 5 s; try again in a moment", 1
    if isinstance(error, (TempFail, PermFail)):
        return text, 1
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'the machine'}: {error.strerror}", 1
    if isinstance(error, Broken):
        return f"weftmail.db is damaged: {text}; restore it from the backup", 1
    if isinstance(error, StoreError) and not isinstance(error, (Conflict, BadQuery)):
        return f"the store cannot be used: {text}; see whether its disk is full or read-only", 1
    return f"a fault of our own, {type(error).__name__}; WEFTMAIL_DEBUG=1 shows where", 1
