"""How many cases a test tries: all of them in continuous integration, enough to notice a fault everywhere else."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

THOROUGH = os.environ.get("CI") == "true"


def examples(most: int) -> int:
    """Return how many examples Hypothesis makes up."""
    return most if THOROUGH else most // 4


def some(cases: Sequence[T], number: int) -> Sequence[T]:
    """Return all cases, or a third of them: another third for the next ``number``."""
    return cases if THOROUGH else cases[number % 3 :: 3]
