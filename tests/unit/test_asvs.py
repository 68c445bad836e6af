"""The table of the security standard: every item once, with a state that counts, and tests that are there."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/asvs.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if re.match(r"\| \d", line)]
ITEMS = 253
"""Of levels 1 and 2 in version 5.0.0 of the standard."""
CHAPTERS = {
    "1": 27, "2": 11, "3": 19, "4": 10, "5": 9, "6": 35, "7": 18, "8": 7, "9": 7, "10": 29, "11": 14, "12": 9,
    "13": 13, "14": 9, "15": 13, "16": 16, "17": 7,
}  # fmt: skip


def test_every_item_stands_there_once() -> None:
    numbers = [row[0] for row in ROWS]
    assert len(numbers) == len(set(numbers)) == ITEMS
    assert Counter(number.partition(".")[0] for number in numbers) == CHAPTERS


def test_every_item_has_a_state_and_a_test_or_a_reason() -> None:
    states = Counter(row[2] for row in ROWS)
    assert set(states) == {"met", "not met", "does not apply", "operator"}
    assert all(len(row) == 4 and row[1] and row[3] for row in ROWS)
    said = " ".join(PAGE.split())
    for words in (
        f"{states['met']} are met",
        f"{states['does not apply']} concern",
        f"**{states['not met']} are not met**",
    ):
        assert words in said
    assert f"{states['operator']} are for those who run the machine" in said


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`([\w/]+\.py(?:::\w+)?)`", PAGE))))
def test_every_test_is_there(name: str) -> None:
    path, _, function = name.removeprefix("tests/").partition("::")
    assert not function or re.search(rf"def {function}\(", (ROOT / "tests" / path).read_text(encoding="utf-8"))
    assert (ROOT / "tests" / path).exists()
