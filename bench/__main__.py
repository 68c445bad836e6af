"""python -m bench: run the benchmarks and print the table; --quick for one pair each, --only NAME for one case.

python -m bench growth: how the store bears being filled; python -m bench hostile: how the time to read hostile mail
grows with its size; python -m bench storm: much mail with hostile mail in it, while readers die; python -m bench site:
what each page takes over a large store; python -m bench search: what a search takes among a million messages; python
-m bench open-pages: what 200 open pages cost; python -m bench idle: what the programs hold while nothing happens, as
root; python -m bench forecast DIR: whether mails go where the page Where would this mail go? says; these need no root
and no Postfix. python -m bench killed: the sender killed while messages leave; python -m bench outgoing: a message to
12 people, and the sender's memory over 20,000 copies; both need root.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from bench import cost, memory, receiving, sending, waiting
from bench.result import Result, table
from tests.e2e import machine

Case = Callable[[Path, int], list[Result]]

CASES: dict[str, Case] = {
    "pipe": receiving.pipe_with_listener,
    "spool": receiving.pipe_alone,
    "lmtp": receiving.lmtp,
    "cpu": cost.own_cost,
    "send": sending.signed,
    "people": sending.to_people,
    "page": waiting.to_the_page,
    "large": memory.large_mail,
}
PAIRS = 5


def main() -> int:
    """Run what was asked for; return 0, or 1 where a goal was missed."""
    if sys.argv[1:2] == ["growth"]:
        from bench import growth

        return growth.main(sys.argv[2:])
    if sys.argv[1:2] == ["hostile"]:
        from bench import hostile

        return hostile.main(sys.argv[2:])
    if sys.argv[1:2] == ["storm"]:
        from bench import storm

        return storm.main(sys.argv[2:])
    if sys.argv[1:2] == ["killed"]:
        from bench import killed

        return killed.main(sys.argv[2:])
    if sys.argv[1:2] == ["outgoing"]:
        from bench import outgoing

        return outgoing.main(sys.argv[2:])
    if sys.argv[1:2] == ["site"]:
        from bench import site

        return site.main(sys.argv[2:])
    if sys.argv[1:2] == ["search"]:
        from bench import search

        return search.main(sys.argv[2:])
    if sys.argv[1:2] == ["open-pages"]:
        from bench import open_pages

        return open_pages.main(sys.argv[2:])
    if sys.argv[1:2] == ["idle"]:
        from bench import idle

        return idle.main(sys.argv[2:])
    if sys.argv[1:2] == ["forecast"]:
        from bench import forecast

        return forecast.main(sys.argv[2:])
    parser = argparse.ArgumentParser(prog="python -m bench", description="How fast weftmail is, beside its floors.")
    parser.add_argument("--quick", action="store_true", help="one pair for each case: a look, not a measurement")
    parser.add_argument("--only", action="append", choices=CASES, metavar="NAME", help=f"of {', '.join(CASES)}")
    parser.add_argument("--pairs", type=int, default=PAIRS, help=f"how many pairs; {PAIRS} by default")
    options = parser.parse_args()
    if os.geteuid() != 0:
        print("bench: these start a private Postfix; run them as root", file=sys.stderr)
        return 1
    programs = machine.environment() / "bin"
    pairs = 1 if options.quick else max(1, options.pairs)
    results: list[Result] = []
    for name in options.only or CASES:
        print(f"  {name}", flush=True)
        results += CASES[name](programs, pairs)
    print()
    print(table(results))
    return 0 if all(one.met is not False for one in results) else 1


if __name__ == "__main__":
    sys.exit(main())
