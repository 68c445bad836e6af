"""How the time to read a hostile mail grows with its size: python -m bench hostile; needs no root and no Postfix.

Each shape of ``tests/unit/parsing/shapes.py`` and ``more_shapes.py`` is doubled from 64 KB to 4 MB and read by a
reader process, whose processor time counts, the least of five.  Sizes under 20 ms are not compared.
"""

from __future__ import annotations

import sys
import time
from itertools import pairwise
from pathlib import Path

from tests.unit.parsing.more_shapes import MORE
from tests.unit.parsing.shapes import SHAPES, Shape
from weftmail.transport.readers.process import Job, Process, ReaderLimits

SIZES = tuple(64 * 1024 * 2**power for power in range(7))
FEW = 0.02
MOST = 2.5
RUNS = 5
LONG = 60
"""Seconds that a reader may take here; outside it would be ended after two."""
UNFENCED = (sys.executable, "-I", "-c", f"from weftmail.reader import main; main({LONG})")


def seconds(raw: bytes, runs: int) -> float:
    """Return the processor time of a reader for this mail, the least of so many runs."""
    found: list[float] = []
    reader = _started()
    try:
        while len(found) < runs:
            spent = _read(reader, raw)
            if spent is not None:
                found.append(spent)
            elif reader.done > 1:
                # It had grown by the mails before; weftmail replaces such a reader, too.
                reader.bury()
                reader = _started()
            else:
                raise RuntimeError("a new reader could not read this mail")
    finally:
        reader.kill("outside")
        reader.bury()
    return min(found)


def _started() -> Process:
    reader = Process(UNFENCED, ReaderLimits(processor=LONG, clock=2 * LONG))
    _read(reader, b"")
    return reader


def _read(reader: Process, raw: bytes) -> float | None:
    """Return the processor time of one reading; None where the reader ended before it was done."""
    before = _computed(reader.pid)
    reader.give(Job(0, lambda: raw, len(raw)))
    while not (ended := reader.drain()):
        if reader.gone:
            return None
        time.sleep(0.002)
        reader.feed()
    return _computed(reader.pid) - before if ended[0][1].end == "whole" else None


def _computed(pid: int) -> float:
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def growth(shape: Shape, runs: int) -> tuple[list[float], float]:
    """Return the seconds for each size, and the largest growth at a doubling."""
    found = [seconds(shape(size), runs) for size in SIZES]
    pairs = pairwise(found)
    return found, max((after / before for before, after in pairs if before >= FEW), default=0.0)


def main(words: list[str]) -> int:
    """Print the table, of all shapes or of those that are named; return 1 where one grows too fast."""
    shapes = {**SHAPES, **MORE}
    names = words or list(shapes)
    worst = 0.0
    print(f"{'shape':40} {'64 KB to 4 MB, in ms':48} growth")
    for name in names:
        found, most = growth(shapes[name], RUNS)
        worst = max(worst, most)
        print(f"{name:40} {' '.join(f'{one * 1000:6.0f}' for one in found):48} {most:.2f}", flush=True)
    return 0 if worst <= MOST else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
