"""strace(1): what a program asks of the kernel, and its death at a chosen one of these calls."""

from __future__ import annotations

import itertools
import re
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.postfix import until

_LINE = re.compile(r"(?:(?P<thread>\d+) +)?(?P<name>[a-z_0-9]+)\((?P<first>(?:\d+<[^>]*>|[^,)]*))")


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the kernel: the ``ordinal``-th of this name (and on this file) that its thread made."""

    name: str
    ordinal: int
    file: str = ""
    text: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.ordinal} {Path(self.file).name} in {self.text[:90]}"

    @property
    def kills(self) -> list[str]:
        """The options with which strace kills a program as it makes this call, which then is not done."""
        return self._injecting("signal=KILL")

    def answers(self, value: int) -> list[str]:
        """Return the options with which strace answers this call in the kernel's place; it is not done."""
        return self._injecting(f"retval={value}")

    def _injecting(self, what: str) -> list[str]:
        inject = f"inject={self.name}:{what}:when={self.ordinal}"
        return ["-o", "/dev/null", "-e", f"trace={self.name}", "-e", inject, *(["-P", self.file] if self.file else [])]


def recorded(trace: Path, *files: Path) -> list[Call]:
    """Return the calls that strace wrote down, in the order in which they began.

    Calls on each of ``files`` are counted by themselves, so that how many there are on one moves no other.
    """
    named = {str(file) for file in files}
    counts: Counter[tuple[str | None, str, str]] = Counter()
    calls = []
    for line in trace.read_text(errors="replace").splitlines():
        found = _LINE.match(line)
        if found is None:
            continue
        file = found["first"].partition("<")[2].rstrip(">")
        counts.update((found["thread"], found["name"], one) for one in {"", file})
        file = file if file in named else ""
        calls.append(Call(found["name"], counts[found["thread"], found["name"], file], file, line))
    return calls


def spread(calls: Sequence[Call], count: int) -> list[Call]:
    """Return so many different points, evenly spread from the first of the calls to the last.

    Of a run of like calls, such as the pages of one commit, only the first and the one in the middle are points.
    strace counts for each thread: of two threads' calls of one name and number the first is where it strikes.
    """
    runs = [list(run) for _, run in itertools.groupby(calls, lambda one: one.text.partition(",")[0])]
    turns = [one for run in runs for one in ([run[0], run[len(run) // 2]] if len(run) > 3 else run[:1])]
    points = list({(one.name, one.ordinal, one.file): one for one in reversed(turns)}.values())[::-1]
    assert len(points) >= count, [str(one) for one in points]
    return [points[number * (len(points) - 1) // (count - 1)] for number in range(count)]


def recording(trace: Path, *names: str) -> list[str]:
    """Return the options with which strace writes down the calls of a program: of these names, or all."""
    return ["-y", "-o", str(trace), *(["-e", f"trace={','.join(names)}"] if names else [])]


def under(options: Sequence[str]) -> list[str]:
    """Return the words in front of a program that is to run under strace with these options."""
    return ["strace", "-qq", *options]


@contextmanager
def attached(process: int, options: Sequence[str]) -> Iterator[None]:
    """Watch all threads of a process that runs, with these options; ends when the process ends, or with the block."""
    words = ["strace", "-f", "-p", str(process), *options]
    tracer = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
    assert tracer.stderr is not None
    said: list[str] = []
    reader = threading.Thread(target=lambda: said.extend(iter(tracer.stderr.readline, "")), daemon=True)  # type: ignore[union-attr]
    reader.start()
    try:
        until(lambda: any("attached" in line for line in said) or tracer.poll() is not None, "strace watches")
        assert any("attached" in line for line in said), said
        yield
    finally:
        tracer.terminate()
        tracer.wait(30)
        reader.join(30)
        tracer.stderr.close()
