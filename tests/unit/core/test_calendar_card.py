"""The card of a calendar file: kept as text, and believed only where it has its form."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

import pytest

from weftmail.core.calendar_card import Card, card
from weftmail.core.picture import can_be_drawn

MEETING = Card("Visit", 1_795_000_000_000, None, "Hall 4", "Karin Ek", "karin@customer.example", "", "WEEKLY", 0)


@pytest.mark.parametrize("start", [0, -1, None, "2026-12-01", "2026-12-01T09:00:00"])
def test_it_is_what_was_kept(start: int | str | None) -> None:
    kept = replace(MEETING, start=start)
    assert card(kept.as_json) == kept


@pytest.mark.parametrize(
    "change",
    [
        {"summary": 5}, {"place": "x" * 301}, {"start": 10**15}, {"start": True}, {"start": "x" * 26}, {"more": "1"},
        {"end": []}, {"another": ""},
    ],
)  # fmt: skip
def test_what_has_not_its_form_is_none(change: dict[str, Any]) -> None:
    assert card(json.dumps({**asdict(MEETING), **change})) is None


@pytest.mark.parametrize("text", ["", "garbage", "[]", "5", "{}", "[" * 100_000])
def test_what_is_no_card_is_none(text: str) -> None:
    assert card(text) is None


@pytest.mark.parametrize(
    ("kind", "size", "drawn"),
    [
        ("image/png", 1, True), ("application/PDF", 25 * 1024 * 1024, True), ("image/svg+xml", 1, False),
        ("application/pdf", 25 * 1024 * 1024 + 1, False), ("image/png", 0, False),
    ],
)  # fmt: skip
def test_what_can_be_drawn(kind: str, size: int, drawn: bool) -> None:
    assert can_be_drawn(kind, size) is drawn
