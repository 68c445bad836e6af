"""Where would this mail go, beside where it then goes: python -m bench forecast DIR.

Each file of the folders is asked about first and filed then, one after the other in one store, so that later mails find
the conversations of earlier ones.  A mail that was handed over before is filed as a duplicate; that no forecast says.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.unit.world import World
from weftmail.core.routing.disposition import Discard, Disposition, Hold
from weftmail.flow.forecast import Supposed, forecast

RECIPIENT, SENDER = "leads@acme.example", "karin@customer.example"


@dataclass(frozen=True, slots=True)
class Compared:
    """How many mails there were, how many of them a second time, and the names of those that went elsewhere."""

    asked: int
    before: int
    other: tuple[str, ...]


def compared(world: World, files: Iterator[Path]) -> Compared:
    """Ask about each mail, file it, and compare state and rules."""
    asked, before = 0, 0
    other: list[str] = []
    for path in files:
        raw = path.read_bytes()
        found = forecast(world.store, world.installation, Supposed(RECIPIENT, SENDER, raw=raw))
        row = world.deliver(raw, RECIPIENT, SENDER)
        asked += 1
        if row.state == "duplicate":
            before += 1
        elif (row.state, _rules(row.rules)) != (_state(found.disposition), _rules(found.explanation.decision.trace)):
            other.append(f"{path.name}: {_state(found.disposition)}, then {row.state}")
    return Compared(asked, before, tuple(other))


def _state(disposition: Disposition) -> str:
    match disposition:
        case Hold():
            return disposition.queue
        case Discard():
            return "discarded"
    return "filed"


def _rules(trace: object) -> list[tuple[str, bool]]:
    assert isinstance(trace, tuple)
    return [(one.rule, one.matched) for one in trace]


def main(words: list[str]) -> int:
    """Compare all mails of the folders and print; return 1 where one went elsewhere."""
    if not words:
        print("say which folders: python -m bench forecast DIR...", file=sys.stderr)
        return 2
    files = (one for word in words for one in sorted(Path(word).rglob("*.eml")))
    with tempfile.TemporaryDirectory(prefix="weftmail-forecast-") as folder:
        found = compared(World(Path(folder)), files)
    print(f"{found.asked} mails, {found.before} of them handed over before; {len(found.other)} went elsewhere")
    for one in found.other[:50]:
        print(f"  {one}")
    return 1 if found.other or not found.asked else 0
