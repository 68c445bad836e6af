"""How many installations of weftmail say that they passed a mail on: the field X-Weftmail-Hops.

Anybody can write it.  So it can do nothing but hold the one mail that bears it: what is no plain number counts as
none, and of several the largest counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

FIELD = "x-weftmail-hops"
MOST = 1000
_NUMBER = re.compile(r"[0-9]{1,9}")


def read(values: Iterable[str]) -> int:
    """Return the largest count that these fields name, 1000 at most; 0 where there is none."""
    numbers = [int(value) for value in map(str.strip, values) if _NUMBER.fullmatch(value)]
    return min(MOST, max(numbers, default=0))
