"""How long something took, in words."""

from __future__ import annotations

import pytest

from weftmail.core.wording.duration import duration


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (0, "0 s"), (-400, "0 s"), (4_999, "4 s"), (125_000, "2 min 5 s"), (3_600_000, "1 h"), (-20_000, "-20 s"),
        (86_400_000 + 3 * 3_600_000 + 59_000, "1 d 3 h"), (400 * 86_400_000, "400 d"),
    ],
)  # fmt: skip
def test_two_units_are_enough(milliseconds: int, text: str) -> None:
    assert duration(milliseconds) == text
