"""A finding about a Postfix: what is wrong, why that matters, what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong (``broken``), or that somebody should know (``look``)."""

    level: Literal["look", "broken"]
    finding: str
    reason: str
    next_step: str

    def __str__(self) -> str:
        return f"{self.finding}: {self.reason}. Next: {self.next_step}"
