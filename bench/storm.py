"""Much mail with hostile mail in it, while readers die: python -m bench storm; needs no root and no Postfix.

Of 20,000 mails 200 are hostile, of all shapes of ``tests/unit/parsing/shapes.py``; each second a reader is killed.  All
have to be filed, none twice, and the others have to stand on their records within a second, 95 of 100.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from tests.unit.storm import Weather, storm
from tests.unit.world import World

GOAL = 1.0
"""Seconds within which 95 of 100 healthy mails are filed."""


def main(words: list[str]) -> int:
    """Let the storm come and print what came of it; return 1 where something was lost, doubled or late."""
    parser = argparse.ArgumentParser(prog="python -m bench storm", description="Hostile mail and dying readers.")
    parser.add_argument("--mails", type=int, default=20_000)
    parser.add_argument("--hostile", type=int, default=200)
    parser.add_argument("--rate", type=float, default=60.0, help="mails a second")
    parser.add_argument("--largest", type=int, default=1024 * 1024, help="bytes of the largest hostile mail")
    parser.add_argument("--deaths", type=float, default=1.0, help="seconds between two deaths of a reader")
    options = parser.parse_args(words)
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="weftmail-storm-") as folder:
        world = World(Path(folder))
        weather = Weather(options.mails, options.hostile, (64 * 1024, options.largest), options.rate, options.deaths)
        found = storm(world, weather)
        world.store.close()
    healthy = options.mails - options.hostile
    once = len(found.opened) == healthy and set(found.opened.values()) == {1}
    print(f"load before             {load:.1f} on {os.cpu_count()} processors")
    print(f"mails, hostile          {options.mails}, {options.hostile}; {options.rate:.0f} a second came")
    print(f"took                    {found.seconds:.0f} s, {options.mails / found.seconds:.0f} a second")
    print(f"readers killed          {found.killed}")
    print(f"states                  {dict(found.states)}, {found.unread} not wholly read")
    print(f"the others: each once   {'yes' if once else 'no'}")
    print(f"the others: filed in    p50 {found.p(50):.2f} s, p95 {found.p(95):.2f} s, p99 {found.p(99):.2f} s")
    return 0 if once and set(found.states) <= {"filed", "held", "discarded"} and found.p(95) < GOAL else 1
