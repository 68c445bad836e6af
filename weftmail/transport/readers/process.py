"""One reader process: started by exec, with two pipes and nothing else, watched and ended from outside (proc(5)).

Mails are handed over ahead of their turn, as far as the pipe takes them, so that the reader has work while its parent
is busy; it answers in the order in which they came.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import resource
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

from weftmail.core.limits import READER_CLOCK, READER_IDLE, READER_MAILS, READER_MEMORY, READER_PROCESSOR
from weftmail.core.parsing.answer import BadAnswer, Received
from weftmail.core.parsing.source import chunks
from weftmail.core.ports import End, Raw, Reading

OUT_OF_MEMORY = 3
"""The exit status of a reader that could not even take the mail in."""
PROGRAM = (sys.executable, "-I", "-m", "weftmail.reader")
START = 30.0
"""How long, in seconds, a reader may take to be ready."""
NICE = 10
_PIPE = 1024 * 1024
_PIECE = 256 * 1024
_SET_PIPE_SIZE = 1031
_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_FAULTS = {signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGABRT, signal.SIGSYS, signal.SIGTRAP}


@dataclass(frozen=True, slots=True)
class ReaderLimits:
    """What the reading of one mail may take, and how long a reader waits for the next."""

    processor: float = READER_PROCESSOR
    clock: float = READER_CLOCK
    memory: int = READER_MEMORY
    idle: float = READER_IDLE
    mails: int = READER_MAILS


LIMITS = ReaderLimits()


@dataclass(slots=True)
class Job:
    """A mail on its way through a reader."""

    key: int
    mail: Callable[[], Raw]
    size: int
    alone: bool = False
    received: Received = field(default_factory=Received)

    def again(self) -> Job:
        """The same mail, to be read from its beginning."""
        return Job(self.key, self.mail, self.size, self.alone)


class Process:
    """A reader; ``jobs`` are what it was given and has not answered, the first is what it is at work on."""

    def __init__(self, program: Sequence[str], limits: ReaderLimits, *, nice: bool = False) -> None:
        """Start it; raises OSError."""
        self._limits = limits
        self._process = subprocess.Popen(
            program,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            close_fds=True,
            cwd="/",
            env={"LC_ALL": "C.UTF-8"},
            start_new_session=True,
        )
        self.jobs: deque[Job] = deque()
        self.ready = False
        self.done = 0
        self.gone = False
        self.killed: End | None = None
        self.moved = False
        self._began = time.monotonic()
        self._cpu = 0.0
        self._greeting = Received()
        self._unsent: deque[Iterator[bytes]] = deque()
        self._piece = memoryview(b"")
        self._failed = False
        for pipe in (self._stdin, self._stdout):
            os.set_blocking(pipe, False)
            with contextlib.suppress(OSError):
                fcntl.fcntl(pipe, _SET_PIPE_SIZE, _PIPE)
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(self.pid, resource.RLIMIT_AS, (limits.memory, limits.memory))
            resource.prlimit(self.pid, resource.RLIMIT_CORE, (0, 0))
            if nice:
                os.setpriority(os.PRIO_PROCESS, self.pid, NICE)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def _stdin(self) -> int:
        assert self._process.stdin is not None  # noqa: S101 - for the types
        return self._process.stdin.fileno()

    @property
    def _stdout(self) -> int:
        assert self._process.stdout is not None  # noqa: S101 - for the types
        return self._process.stdout.fileno()

    @property
    def waits_for(self) -> Iterator[tuple[int, bool]]:
        """The descriptors that something may happen on, each with whether it is to be written to."""
        yield self._stdout, False
        if self._piece or self._unsent:
            yield self._stdin, True

    def give(self, job: Job) -> None:
        """Let it read one more mail."""
        if not self.jobs:
            self._began = time.monotonic()
        self.jobs.append(job)
        self._unsent.append(_request(job))
        self.feed()

    def feed(self) -> None:
        """Hand over as much as the pipe takes."""
        try:
            while self._piece or self._unsent:
                if not self._piece:
                    piece = next(self._unsent[0], None)
                    if piece is None:
                        self._unsent.popleft()
                        continue
                    self._piece = memoryview(piece)
                self._piece = self._piece[os.write(self._stdin, self._piece) :]
        except BlockingIOError:
            pass
        except BrokenPipeError:
            # What it said before it ended is read next.
            self._piece = memoryview(b"")
            self._unsent.clear()
        except Exception:
            # The mail could not be had: what is sent of it is of no use, and the mail is not to blame.
            self.kill("outside")
            raise

    def drain(self) -> list[tuple[Job, Reading]]:
        """Take in what it has said; return the mails that are read to their end."""
        ended: list[tuple[Job, Reading]] = []
        while not self.gone:
            try:
                data = os.read(self._stdout, _PIECE)
            except BlockingIOError:
                break
            if not data:
                self.gone = True
            try:
                ended += self._take(data)
            except BadAnswer:
                self.kill("fault")
                break
        return ended

    def _take(self, data: bytes) -> Iterator[tuple[Job, Reading]]:
        while data:
            if not self.ready:
                data = self._greeting.take(data)
                if self._greeting.end is not None:
                    self._turn(self._greeting)
                    self.ready = True
                continue
            if not self.jobs:
                raise BadAnswer("nobody asked")
            job = self.jobs[0]
            data = job.received.take(data)
            end = job.received.end
            if end is not None:
                self.jobs.popleft()
                self.done += 1
                self._turn(job.received)
                yield job, self._reading(job)

    def _turn(self, received: Received) -> None:
        """The next mail begins."""
        cpu = (received.end or {}).get("cpu")
        self._cpu = cpu if isinstance(cpu, float) else self._cpu
        self._began = time.monotonic()

    def _reading(self, job: Job) -> Reading:
        end = job.received.end or {}
        failed = end.get("failed")
        if failed not in ("memory", "error"):
            if not job.received.whole:
                raise BadAnswer("it ended too early")
            return Reading(job.received.message, "whole")
        self._failed = True
        return Reading(job.received.message, cast(End, failed), str(end.get("detail", "")))

    def used(self) -> tuple[float, float]:
        """Return the seconds that it has computed, and that have passed, for the mail that it is at work on."""
        return max(0.0, cpu(self.pid) - self._cpu), time.monotonic() - self._began

    def enforce(self) -> None:
        """End it where the mail that it is at work on has had what one mail may have."""
        if self.gone or self.killed is not None:
            return
        computed, passed = self.used()
        if not self.ready:
            if passed > START:
                self.kill("clock")
        elif self.jobs:
            if computed > self._limits.processor:
                self.kill("processor")
            elif passed > self._limits.clock:
                self.kill("clock")
            elif resident(self.pid) > self._limits.memory:
                self.kill("memory")

    def kill(self, why: End) -> None:
        """End it at once."""
        self.killed = self.killed or why
        self._process.kill()

    def retire(self) -> None:
        """Let it end when it has nothing more to read."""
        assert self._process.stdin is not None  # noqa: S101 - for the types
        self._process.stdin.close()

    def bury(self) -> tuple[End, str, bool]:
        """Wait for its end; return why it ended, in words too, and whether the first of ``jobs`` was at work."""
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None  # noqa: S101 - for the types
            pipe.close()
        try:
            status = self._process.wait(1)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        self.gone = True
        at_work = self.ready and bool(self.jobs) and not self._failed
        if self.killed is not None:
            return self.killed, f"the reader was ended: {self.killed}", at_work
        return _why(status), f"the reader ended with status {status}", at_work


def _why(status: int) -> End:
    if status == -signal.SIGXCPU:
        return "processor"
    if -status in _FAULTS:
        return "fault"
    if status == OUT_OF_MEMORY:
        return "memory"
    return "error" if status > 0 else "outside"


def _request(job: Job) -> Iterator[bytes]:
    head = b'{"bytes": %d}\n' % job.size
    raw = job.mail()
    if isinstance(raw, bytes):
        yield head + raw
    else:
        yield head
        yield from chunks(raw)


def cpu(pid: int) -> float:
    """Return the seconds that a process has computed; 0 for one that is gone."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as stat:
            fields = stat.read().rpartition(b")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICK
    except (OSError, IndexError):
        return 0.0


def resident(pid: int) -> int:
    """Return the bytes of memory that a process holds; 0 for one that is gone."""
    try:
        with open(f"/proc/{pid}/statm", "rb") as statm:
            return int(statm.read().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0
