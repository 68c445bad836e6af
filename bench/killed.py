"""The sender killed at random while messages leave: python -m bench killed, as root; needs no Postfix.

Of 5,000 copies none may be lost, and one hand-over may be repeated for each death: the one that it cut.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from pathlib import Path

from tests.e2e import machine
from tests.e2e.conftest import make_state
from tests.e2e.sink import Sink
from tests.e2e.test_sender_killed import PEOPLE, run


def main(words: list[str]) -> int:
    """Kill the sender and print what came of the copies; return 1 where one was lost, or repeated without a reason."""
    parser = argparse.ArgumentParser(prog="python -m bench killed", description="A sender that dies at random.")
    parser.add_argument("--copies", type=int, default=5000)
    parser.add_argument("--deaths", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))
    options = parser.parse_args(words)
    machine.prepare()
    sink, load, began = Sink(), os.getloadavg()[0], time.monotonic()
    sink.start()
    try:
        with tempfile.TemporaryDirectory(prefix="weftmail-killed-", dir="/var/tmp") as folder:
            Path(folder).chmod(0o755)
            copies = options.copies // PEOPLE * PEOPLE
            found = run(make_state(Path(folder)), sink, copies, options.deaths, options.seed)
    finally:
        sink.stop()
    print(f"load before             {load:.1f} on {os.cpu_count()} processors")
    print(f"seed                    {options.seed}")
    print(f"copies, deaths          {found.copies}, {found.deaths}; {time.monotonic() - began:.0f} s")
    print(f"lost                    {found.copies - len(found.came)}")
    print(f"handed over again       {found.repeated}: at most one for each death, the one that it cut")
    print(f"states                  {dict(found.states)}")
    try:
        found.check()
    except AssertionError as error:
        print(f"missed: {error}")
        return 1
    return 0
