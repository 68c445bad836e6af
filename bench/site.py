"""What each page of the site takes: python -m bench site.  A store of 200,000 mails and 20,000 aliases, one worker.

Each page is fetched by an admin of all, as often as ``ROUNDS`` says; p50 and p95 of the time, and the statements that
the store ran for it.  A goal is that of a page with a list, 100 ms, or of the page of a record, 200 ms.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from urllib.parse import quote

from bench.grown import ANNA, Grown, Looked, make
from bench.multiplied import multiply
from weftmail.admin.navigation import Item
from weftmail.admin.page import PAGES
from weftmail.core.members import members
from weftmail.store.alias import AliasSettings

FILLED = 2000
"""So many mails go through accept and settle; the others are copies of them."""
ROUNDS = 40
LIST, RECORD = 100.0, 200.0
STATEMENTS = 25
ASKED = {
    "a record of one message": "/records/LEAD-{newest}",
    "the long conversation": "/records/LEAD-1",
    "aliases: a search": "/aliases?search=team777",
    "aliases: a filter and another order": "/aliases?opens=ticket&sort=changed",
    "log: who": "/log?who=heavy.50@customer.example",
    "log: words": "/log?words=site",
    "where would it go": f"/where?to={quote('team777@acme.example')}&from={quote('karin@customer.example')}",
}
"""Pages beside those of the navigation."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What one page took: milliseconds at p50 and p95, and statements, without what a thread does now and then."""

    name: str
    path: str
    p50: float
    p95: float
    statements: int

    @property
    def goal(self) -> float:
        """The milliseconds that p95 should stay below."""
        return RECORD if self.path.startswith("/records/") else LIST

    @property
    def met(self) -> bool:
        """Whether it does, with few statements."""
        return self.p95 <= self.goal and self.statements <= STATEMENTS


def main(words: list[str]) -> int:
    """Fill, fetch and print; return 1 where a page misses its goal."""
    parser = argparse.ArgumentParser(prog="python -m bench site", description="What each page of the site takes.")
    parser.add_argument("--mails", type=int, default=200_000, help="200,000 by default")
    parser.add_argument("--aliases", type=int, default=20_000, help="20,000 by default")
    options = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="weftmail-site-") as folder:
        make(Path(folder))
        grown = Grown(Path(folder))
        print(f"  filling {options.mails} mails, {options.aliases} aliases", flush=True)
        grown.fill(min(FILLED, options.mails))
        multiply(grown.store, max(1, options.mails // FILLED))
        _aliases(grown, options.aliases)
        anna = grown.store.users.by_address(ANNA)
        assert anna is not None
        with grown.store.transaction():
            grown.store.line.appoint(anna.id)
        with Looked(grown) as looked:
            found = [_fetched(looked, name, path) for name, path in _paths(grown)]
        grown.close()
    print(_table(found))
    return 0 if all(one.met for one in found) else 1


def _aliases(grown: Grown, count: int) -> None:
    store = grown.store
    (domain,) = [one for one in store.domains.all() if one.name == "acme.example"]
    (company,) = [one for one in store.companies.all() if one.name == "Acme"]
    kinds = [one.name for one in store.companies.record_types(company.id)]
    store.connection.execute("pragma synchronous = off")
    with store.transaction():
        for number in range(count):
            settings = AliasSettings(kinds[number % len(kinds)], None, None, "everyone", "", "{}")
            store.aliases.add(company.id, domain.id, f"team{number}", settings, number)
    store.connection.execute("pragma synchronous = full")


def _paths(grown: Grown) -> list[tuple[str, str]]:
    items: list[Item] = sorted(members(PAGES, "item").values(), key=lambda one: one.order)
    newest = grown.store.connection.execute("select max(number) from record").rows[0][0]
    # The caught mails are the demo's alone.
    stand = [(one.label, one.path) for one in items if one.path != "/caught"]
    return stand + [(name, path.format(newest=newest)) for name, path in ASKED.items()]


def _fetched(looked: Looked, name: str, path: str) -> Fetched:
    looked.page(path)
    times, counts = [], []
    for _ in range(ROUNDS):
        looked.statements()
        began = time.perf_counter()
        looked.page(path)
        times.append((time.perf_counter() - began) * 1000)
        counts.append(looked.statements())
    cuts = quantiles(times, n=100, method="inclusive")
    return Fetched(name, path, cuts[49], cuts[94], min(counts))


def _table(found: list[Fetched]) -> str:
    lines = [f"{'page':38} {'p50 ms':>8} {'p95 ms':>8} {'goal':>6} {'statements':>11}  met"]
    lines += [
        f"{one.name:38} {one.p50:8.1f} {one.p95:8.1f} {one.goal:6.0f} {one.statements:11}  {'yes' if one.met else 'NO'}"
        for one in found
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
