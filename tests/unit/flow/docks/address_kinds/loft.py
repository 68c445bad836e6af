"""Where somebody's pigeons live."""

from __future__ import annotations

from weftmail.core.address import BadAddress


def canonical(text: str) -> str:
    """Return ``loft`` and a number without leading zeros."""
    word, _, number = text.strip().lower().partition(" ")
    if word != "loft" or not number.isdigit():
        raise BadAddress(f"{text} is no loft")
    return f"loft {int(number)}"
