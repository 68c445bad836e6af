"""What is said of an act where more is known of it than its name."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from weftmail.core.wording.acts import done
from weftmail.core.wording.sentences import say


@pytest.mark.parametrize(
    ("act", "was", "now", "said"),
    [
        ("record.set", {}, {"place": "spam"}, "LEAD-1 is in spam, and its sender is blocked"),
        ("record.set", {"place": "lists"}, {"place": "trash"}, "LEAD-1 is in the trash"),
        ("record.set", {"place": "trash"}, {"place": "lists"}, "LEAD-1 is back in the lists"),
        ("record.set", {"state": "open"}, {"state": "closed"}, "LEAD-1 changed"),
        ("record.merge", {}, {"record": "LEAD-2"}, "LEAD-1 is part of LEAD-2 now"),
        ("record.move", {}, {"record": "LEAD-2"}, "Messages of LEAD-1 moved to LEAD-2"),
        ("record.move", {}, {"record": "LEAD-1"}, "Messages are back on LEAD-1"),
        ("review.release", {}, {"record": "LEAD-2"}, "Filed on LEAD-2 from the review queue: LEAD-1"),
        ("review.release", {}, {"record": None}, "Filed from the review queue: LEAD-1"),
        ("setting.set", {"value": 0}, {"value": 1}, "Setting LEAD-1 changed"),
    ],
)
def test_it_says_what_changed(act: str, was: Mapping[str, object], now: Mapping[str, object], said: str) -> None:
    assert say(done(act, "LEAD-1", was, now)) == said
