"""What a calendar file says of its first entry, for the small card that a page shows of it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

LONGEST = 300
"""Characters of each text of a card."""

Moment = int | str | None
"""Milliseconds since 1970; a day, or a time without a zone, as ISO 8601 writes it; None where none is said."""


@dataclass(frozen=True, slots=True)
class Card:
    """The first entry of a calendar; ``more`` is how many others there are."""

    summary: str
    start: Moment
    end: Moment
    place: str
    name: str
    address: str
    status: str
    repeats: str
    more: int

    @property
    def as_json(self) -> str:
        """The card as it is kept."""
        return json.dumps(asdict(self))


_TEXTS = ("summary", "place", "name", "address", "status", "repeats")


def card(text: str) -> Card | None:
    """Return the card that is kept so; None for what is none, whoever wrote it."""
    try:
        found = Card(**json.loads(text)) if text else None
    except (ValueError, TypeError, RecursionError):
        return None
    return found if found is not None and _holds(found) else None


def _holds(found: Card) -> bool:
    texts = all(isinstance(one, str) and len(one) <= LONGEST for one in (getattr(found, name) for name in _TEXTS))
    return texts and type(found.more) is int and all(_is_moment(one) for one in (found.start, found.end))


def _is_moment(value: Moment) -> bool:
    # Years 1 to 9999: what a clock can show.
    if type(value) is int:
        return -62_135_596_800_000 < value < 253_402_300_000_000
    return value is None or (isinstance(value, str) and len(value) <= 25)
