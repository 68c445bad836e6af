"""A mail of 50 MB: how much memory accept and settle take, as a multiple of the mail, over what they hold idle."""

from __future__ import annotations

import contextlib
import smtplib
import subprocess
import time
from pathlib import Path

from bench import process
from bench.cost import lock_held
from bench.mails import RECIPIENT, large, sender
from bench.result import Result
from bench.yard import STRANGER, Yard

SIZE = 50_000_000
GOAL = 4.0
OUTBOX = "select count(*) from outbox"


def large_mail(programs: Path, pairs: int) -> list[Result]:
    """By LMTP into the listener, and by a file and a drain."""
    with Yard(programs) as yard:
        by_listener, by_drain = _listener(yard), _drain(yard)
    return [
        _line("a 50 MB mail, memory of the listener", *by_listener),
        _line("a 50 MB mail, memory of a drain", *by_drain),
    ]


def _line(case: str, size: int, idle: int, highest: int) -> Result:
    times = (highest - idle) / size
    mega = 1_000_000
    return Result(
        case, f"{highest / mega:.0f} MB", f"idle {idle / mega:.0f} MB", f"{times:.2f} x the mail", "< 4 x", times < GOAL
    )


def _listener(yard: Yard) -> tuple[int, int, int]:
    postfix = yard.postfix(None)
    listener = yard.listener()
    with smtplib.SMTP("127.0.0.1", postfix.smtp_port, "client.example", 120, (STRANGER, 0)) as client:
        # An ordinary mail first: what the modules and caches take is not of the large one.
        small, raw = large(9_000, "small"), large(SIZE, "lmtp")
        for one in (small, raw):
            watch = yard.rows(OUTBOX, 1)
            process.forget_peak(listener.pid)
            idle = process.resident(listener.pid)
            client.sendmail(sender(0), [RECIPIENT], one)
            yard.times(watch)
    highest = process.peak(listener.pid)
    yard.installation.end(listener)
    return len(raw), idle, highest


def _drain(yard: Yard) -> tuple[int, int, int]:
    peaks = []
    raw = large(SIZE, "spool")
    for one in (large(9_000, "little"), raw):
        # With the lock taken the pipe program starts no drain of its own.
        with lock_held(yard):
            assert yard.installation.ingest(RECIPIENT, one, sender(0)) == 0
        drain = yard.installation.start(yard.programs / "mail-ingest", "--drain", f"--state={yard.state}")
        peaks.append(_peak_at_end(drain))
        yard.installation.running.remove(drain)
    assert yard.count(OUTBOX) == 4
    return len(raw), peaks[0], peaks[1]


def _peak_at_end(program: subprocess.Popen[bytes]) -> int:
    """Wait for the end of a program; return the most memory that it held.

    What wait4(2) tells is no use: it counts the memory of this process, too, of which the program was a copy once.
    """
    highest = 0
    while program.poll() is None:
        # Between the look and the reading it may have ended; then the last reading stands.
        with contextlib.suppress(OSError, KeyError):
            highest = process.peak(program.pid)
        time.sleep(0.002)
    assert program.returncode == 0
    return highest
