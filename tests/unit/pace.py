"""How much work something is, on whatever machine and beside whatever else runs there.

A figure in seconds says more about the machine than about the code.  So the processor time is told in units of a small
piece of work of the same kind, which is measured right before and right after.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_TEXT = "Karin asks for 40 chairs, and for a price; see <https://customer.example/a?b=c>.\n" * 400
_WORD = re.compile(r"\w+")


def _unit() -> float:
    """Return the processor time of a page of text taken apart, some 10 ms where nothing else runs."""
    began = time.process_time()
    for _ in range(4):
        assert len({one.group().lower() for one in _WORD.finditer(_TEXT)}) == 14
    return time.process_time() - began


@contextmanager
def at_most(units: int) -> Iterator[None]:
    """Fail where the block works more than so many units."""
    before = _unit()
    began = time.process_time()
    yield
    spent = time.process_time() - began
    unit = max(before, _unit())
    assert spent <= units * unit, f"{spent / unit:.0f} units of work, {units} at most"


def patiently(trial: Callable[[float], None]) -> None:
    """Run a trial of limits in seconds; where the machine was too busy to keep up with them, again with longer ones.

    ``trial`` is given how many times as long they are to be.  What fails with sixteen times fails.
    """
    for times in (1.0, 4.0):
        try:
            trial(times)
        except AssertionError:
            continue
        return
    trial(16.0)
