from __future__ import annotations

import pytest

from weftmail.core.text import LONGEST, BadText, line


@pytest.mark.parametrize(
    ("text", "wanted"), [("Acme", "Acme"), ("  Björn & Co, 日本 ", "Björn & Co, 日本"), ("a" * LONGEST, "a" * LONGEST)]
)
def test_one_line_of_text_is_taken_without_blanks_at_its_ends(text: str, wanted: str) -> None:
    assert line("name", text) == wanted


@pytest.mark.parametrize("character", ["\r", "\n", "\0", "\x85", "\u2028", "\u2029", "\u202e", "\ud800", "\x1b"])
def test_what_could_end_a_line_is_refused_by_its_number(character: str) -> None:
    with pytest.raises(BadText, match=f"the title holds .*U\\+{ord(character):04X}"):
        line("title", f"Quote{character}Bcc: karin@customer.example")


@pytest.mark.parametrize(("text", "why"), [("", "empty"), ("   ", "empty"), ("a" * (LONGEST + 1), "too long: 201")])
def test_nothing_and_too_much_are_refused(text: str, why: str) -> None:
    with pytest.raises(BadText, match=why):
        line("name", text)
