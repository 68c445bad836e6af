"""Names that are one slip of the hand apart: how people mistype an address."""

from __future__ import annotations


def one_slip(one: str, other: str) -> bool:
    """Say whether one letter too many, too few, another, or two that changed places make the one out of the other."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    short, long = sorted((one, other), key=len)
    start = next((place for place, letter in enumerate(short) if letter != long[place]), len(short))
    rest, wanted = short[start:], long[start:]
    if len(short) < len(long):
        return rest == wanted[1:]
    return rest[1:] == wanted[1:] or (rest[:2] == wanted[1::-1] and rest[2:] == wanted[2:])
