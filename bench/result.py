"""What a case found, and the table of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Pair:
    """One run of ours and the run of the floor beside it, in the same unit."""

    ours: float
    floor: float

    @property
    def ratio(self) -> float:
        """Ours as a multiple of the floor."""
        return self.ours / self.floor


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table."""

    case: str
    ours: str
    floor: str = ""
    ratio: str = ""
    goal: str = ""
    met: bool | None = None


def compared(case: str, pairs: Sequence[Pair], goal: float | None = None) -> Result:
    """Return the line of a case that is held against a floor: medians, and the spread of the ratio."""
    ratios = [one.ratio for one in pairs]
    middle = median(ratios)
    return Result(
        case,
        f"{median(one.ours for one in pairs):.0f}/s",
        f"{median(one.floor for one in pairs):.0f}/s",
        f"{middle:.2f} ({min(ratios):.2f}-{max(ratios):.2f})",
        "" if goal is None else f">= {goal:g}",
        None if goal is None else middle >= goal,
    )


def table(results: Sequence[Result]) -> str:
    """Return the results as a table in plain text."""
    rows = [("case", "ours", "floor", "ratio (min-max)", "goal", "met")]
    for one in results:
        met = "" if one.met is None else "yes" if one.met else "NO"
        rows.append((one.case, one.ours, one.floor, one.ratio, one.goal, met))
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])
