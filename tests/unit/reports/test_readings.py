"""What is read of a report is as it was, to the letter; ``readings`` says how to write the table anew."""

from __future__ import annotations

from pathlib import Path

from tests.unit.reports.readings import lines

KEPT = Path(__file__).parent / "readings.txt"


def test_each_report_is_read_as_it_is_written_down() -> None:
    now, kept = list(lines()), KEPT.read_text(encoding="utf-8").splitlines()
    assert len(now) == len(set(now)) >= 400
    assert [one for one in now if one not in set(kept)] == []
    assert now == kept
