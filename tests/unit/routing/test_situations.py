"""What the rules make of a thousand situations is as it was; ``situations`` says how to write the table anew."""

from __future__ import annotations

from pathlib import Path

from tests.unit.routing.situations import lines

KEPT = Path(__file__).parent / "situations.txt"


def test_each_situation_has_the_outcome_that_is_written_down() -> None:
    now, kept = list(lines()), KEPT.read_text(encoding="utf-8").splitlines()
    assert len(now) == len(set(now)) >= 1000
    assert [one for one in now if one not in set(kept)] == []
    assert now == kept
