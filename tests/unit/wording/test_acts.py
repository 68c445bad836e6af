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
        ("record.set", {"awaits_us": True}, {"awaits_us": False}, "LEAD-1 no longer waits for us"),
        ("record.set", {"awaits_us": False}, {"awaits_us": True}, "LEAD-1 waits for us again"),
        ("record.many", {"LEAD-1 read": False}, {"LEAD-1 read": True}, "LEAD-1: marked read"),
        (
            "record.many",
            {"LEAD-1 read": True, "A-2 read": True},
            {"LEAD-1 read": False, "A-2 read": False},
            "LEAD-1: marked unread",
        ),
        (
            "record.many",
            {"LEAD-1 owner": None, "LEAD-1 owner_address": None, "A-2 owner": "Eva"},
            {"LEAD-1 owner": "Anna", "LEAD-1 owner_address": "a@b.example", "A-2 owner": "Anna"},
            "LEAD-1 assigned to Anna",
        ),
        ("record.set", {"read": False, "owner": "Eva"}, {"read": True, "owner": "Anna"}, "LEAD-1 changed"),
        ("record.many", {"A-2 owner": "Eva"}, {"A-2 owner": None}, "LEAD-1: no owner any more"),
        (
            "record.many",
            {"A-2 owner": "Eva", "A-3 owner": "Anna"},
            {"A-2 owner": "Anna", "A-3 owner": "Eva"},
            "LEAD-1 changed",
        ),
        (
            "record.many",
            {"A-2 tags": [], "A-3 tags": ["x"]},
            {"A-2 tags": ["vip"], "A-3 tags": ["vip", "x"]},
            "LEAD-1: tag vip added",
        ),
        ("record.set", {"tags": ["a", "b"]}, {"tags": ["a"]}, "LEAD-1: tag b removed"),
        ("record.set", {"tags": ["a"]}, {"tags": ["b"]}, "LEAD-1 changed"),
        ("record.many", {"A-2 place": "lists"}, {"A-2 place": "spam"}, "LEAD-1 is in spam, and its sender is blocked"),
        ("record.set", {"owner": "Eva"}, {}, "LEAD-1 changed"),
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
