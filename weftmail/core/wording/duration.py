"""A time that passed, in units that are written alike in every language of ours (SI and the day)."""

from __future__ import annotations

_UNITS = (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1))


def duration(milliseconds: int) -> str:
    """Return a time that passed by its two largest units: 4 s, 2 min 5 s, 1 d 3 h; negative with a minus sign."""
    seconds, parts = abs(milliseconds) // 1000, []
    for unit, size in _UNITS:
        if seconds >= size:
            parts.append(f"{seconds // size} {unit}")
            seconds %= size
    return ("-" if milliseconds < 0 and parts else "") + (" ".join(parts[:2]) or "0 s")
