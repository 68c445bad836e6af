"""Processor time for each mail, of accept and of settle apart.

A bench that holds the settle lock makes the listener accept alone, as it would beside another settler; once the lock is
free, it settles alone, since nothing comes in any more.
"""

from __future__ import annotations

import fcntl
import os
import resource
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from bench import process
from bench.mails import RECIPIENT, mail
from bench.result import Result
from bench.yard import Yard
from tests.e2e.postfix import PrivatePostfix

MAILS = 1000
CALLS = 60


def own_cost(programs: Path, pairs: int) -> list[Result]:
    """The listener's own processor time, and that of the pipe program."""
    with Yard(programs) as yard:
        postfix = yard.postfix(None)
        yard.installation.drain()
        accept, settle, pipe = [], [], []
        for _ in range(pairs):
            first, second = _listener(yard, postfix)
            accept.append(first)
            settle.append(second)
            pipe.append(_pipe(yard))
            print(f"    accept {accept[-1]:.2f} ms, settle {settle[-1]:.2f} ms, pipe {pipe[-1]:.2f} ms", flush=True)
    names = ("CPU of accept, a mail", "CPU of settle, a mail", "CPU of the pipe program, a mail")
    return [
        Result(name, f"{median(spent):.2f} ms", ratio=f"({min(spent):.2f}-{max(spent):.2f})")
        for name, spent in zip(names, (accept, settle, pipe), strict=True)
    ]


def _listener(yard: Yard, postfix: PrivatePostfix) -> tuple[float, float]:
    with lock_held(yard):
        listener = yard.installation.listener()
        time.sleep(1)
        watch = yard.rows("select count(*) from inbound", MAILS)
        before = process.cpu(listener.pid)
        yard.inject(postfix.smtp_port, yard.mails(MAILS))
        watch.times()
        accepted = process.cpu(listener.pid)
        watch = yard.rows("select count(*) from outbox", MAILS)
        begin = process.cpu(listener.pid)
    yard.times(watch)
    settled = process.cpu(listener.pid)
    yard.installation.end(listener)
    return (accepted - before) / MAILS * 1000, (settled - begin) / MAILS * 1000


@contextmanager
def lock_held(yard: Yard) -> Iterator[None]:
    """Hold the settle lock, which must be free."""
    # Not made here: a file of root's would keep the user of the programs out.
    lock = os.open(yard.state / "settle.lock", os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    try:
        yield
    finally:
        os.close(lock)


def _pipe(yard: Yard) -> float:
    """Call the pipe program as Postfix does; return what a call computes, in milliseconds."""
    listener = yard.listener()
    words = [str(yard.programs / "mail-ingest"), f"--state={yard.state}", f"--recipient={RECIPIENT}", "--sender="]
    mails = [mail(number, f"call{time.monotonic()}") for number in range(CALLS)]
    before = _children()
    for raw in mails:
        subprocess.run(words, input=raw, check=True, env={"PATH": "/usr/bin:/bin"}, cwd="/")
    spent = _children() - before
    yard.installation.end(listener)
    return spent / CALLS * 1000


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
