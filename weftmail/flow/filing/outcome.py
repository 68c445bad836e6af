"""What comes out of filing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a delivery went, and how many copies wait to leave because of it."""

    state: str
    record_id: int | None = None
    message_id: int | None = None
    copies: int = 0
