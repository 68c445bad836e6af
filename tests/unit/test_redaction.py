"""Texts without a person: what is theirs goes, whatever stands around it, and what only looks like it stays."""

from __future__ import annotations

import json

import pytest

from weftmail.core.redaction import INSTEAD, emptied, redaction

REDACT = redaction(["an@b.example"], ["Karin Ek", " "])


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("an@b.example", INSTEAD),
        ("<AN@B.Example>, x", f"<{INSTEAD}>, x"),
        ("to an@b.example.", f"to {INSTEAD}."),
        ("karin ek came", f"{INSTEAD} came"),
        ("jan@b.example", "jan@b.example"),
        ("j.an@b.example", "j.an@b.example"),
        ("an@b.example.org", "an@b.example.org"),
        ("an@b.example-x.org", "an@b.example-x.org"),
        ("Karin Ekman", "Karin Ekman"),
        ("[not JSON, Karin Ek", f"[not JSON, {INSTEAD}"),
        ("", ""),
    ],
)
def test_what_is_theirs_goes_and_no_more(text: str, left: str) -> None:
    assert REDACT(text) == left


def test_json_stays_json_with_its_keys_and_codes() -> None:
    value = {"code": "Karin Ek", "Karin Ek": ["by Karin Ek", 3, None, {"a": "an@b.example"}]}
    assert json.loads(REDACT(json.dumps(value))) == {
        "code": "Karin Ek",
        "Karin Ek": [f"by {INSTEAD}", 3, None, {"a": INSTEAD}],
    }
    assert REDACT('{"a":  1}') == '{"a":  1}', "what nothing is taken from is left as it was written"


def test_nobody_is_taken_from_nothing() -> None:
    assert redaction([], [])("Karin Ek") == "Karin Ek"


def test_a_card_is_emptied_of_its_texts_and_keeps_its_shape() -> None:
    card = json.dumps({"id": 3, "name": "Karin", "addresses": ["a", "b"], "blocked": True})
    assert json.loads(emptied(card, [3])) == {"id": 3, "name": INSTEAD, "addresses": [INSTEAD] * 2, "blocked": True}
    for other in (card.replace("3", "4"), "Karin", "{}", ""):
        assert emptied(other, [3]) == other
