"""How the store bears being filled: python -m bench growth, or make bench-growth.

At each size the store is measured beside one of the first size, in turns, each by a program of its own: what the
machine does meanwhile slows both.  What the processor works is counted rather than the time that passes, but for accept
and the rate, which wait for the disk.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median, quantiles

from bench import process
from bench.grown import Grown, Looked, Window, make, window

SIZES = "1000,20000,200000"
ROUNDS = 5
GOAL = 1.25
"""At each size, so many times the figure of the first size at most."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What came out for one store: the figure of each line, and how it is written."""

    values: dict[str, float]
    memory: int


class Measured:
    """A program that measures one store, a round at a time."""

    def __init__(self, folder: Path) -> None:
        spawned = multiprocessing.get_context("spawn")
        self._connection, theirs = spawned.Pipe()
        self._program = spawned.Process(target=_measure, args=(folder, theirs), daemon=True)
        self._program.start()
        self._windows: list[Window] = []
        self._memory = 0

    def round(self) -> None:
        """Measure once."""
        self._connection.send(True)
        found, self._memory = self._connection.recv()
        self._windows.append(found)

    def end(self) -> Figures:
        """End the program; return what it found."""
        self._connection.send(False)
        self._program.join()
        assert self._program.exitcode == 0, "the measuring program failed"
        return Figures(_figures(self._windows), self._memory)


def _measure(folder: Path, orders: Connection) -> None:
    grown = Grown(folder)
    with Looked(grown) as looked:
        # What is imported and prepared at the first use belongs to no size.
        window(grown, looked)
        process.forget_peak(os.getpid())
        while orders.recv():
            orders.send((window(grown, looked), process.peak(os.getpid())))
    grown.close()


def _figures(windows: Sequence[Window]) -> dict[str, float]:
    accepts = quantiles([one for window in windows for one in window.accept], n=100, method="inclusive")
    times = {"accept p50, with the disk": accepts[49], "accept p95, with the disk": accepts[94]}
    costs = {name: median(one.computed[name] for one in windows) for name in windows[0].computed}
    return {
        "accept and settle, 8 at a time, with the disk": 1000 / median(one.rate for one in windows),
        **times,
        **costs,
    }


def measure(first: Path, grown: Path, rounds: int) -> tuple[Figures, Figures]:
    """Measure two stores in turns; return the figures of each."""
    both = Measured(first), Measured(grown)
    for _ in range(rounds):
        for one in both:
            one.round()
    return both[0].end(), both[1].end()


def main(words: Sequence[str]) -> int:
    """Fill, measure, print; return 0, or 1 where something grew past the goal."""
    parser = argparse.ArgumentParser(prog="python -m bench growth", description="How the store bears being filled.")
    parser.add_argument("--sizes", default=SIZES, help=f"mails, the first of them to compare with; {SIZES} by default")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"rounds of measuring; {ROUNDS} by default")
    options = parser.parse_args(words)
    sizes = [int(one) for one in options.sizes.split(",")]
    folder = Path(tempfile.mkdtemp(prefix="weftmail-growth-", dir="/var/tmp"))
    try:
        return 0 if _run(folder, sizes, max(1, options.rounds)) else 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(folder: Path, sizes: Sequence[int], rounds: int) -> bool:
    first, store = folder / "first", folder / "store"
    store.mkdir()
    make(store)
    met = True
    for size in sizes:
        _fill(store, size)
        if not first.exists():
            _copy(store, first)
        again = folder / "again"
        _copy(first, again)
        small, large = measure(again, store, rounds)
        shutil.rmtree(again)
        met &= _print(size, sizes[0], small, large)
    return met


def _copy(store: Path, to: Path) -> None:
    shutil.copytree(store, to)
    settings = (to / "weftmail.toml").read_text()
    (to / "weftmail.toml").write_text(settings.replace(str(store), str(to)))


def _fill(store: Path, size: int) -> None:
    grown = Grown(store)
    print(f"  filling to {size:,}", flush=True)
    grown.fill(size)
    grown.close()


def _print(size: int, first: int, small: Figures, large: Figures) -> bool:
    rows = [*((name, small.values[name], value, "ms") for name, value in large.values.items())]
    rows.append(("memory at its highest", small.memory / 1e6, large.memory / 1e6, "MB"))
    print(f"\n{'':48}{first:>12,}{size:>12,}   ratio  met")
    for name, before, now, unit in rows:
        met = "yes" if now <= GOAL * before else "NO"
        print(f"{name:48}{before:9.2f} {unit}{now:9.2f} {unit}{now / before:8.2f}  {met}")
    print(flush=True)
    return all(now <= GOAL * before for _, before, now, _ in rows)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
