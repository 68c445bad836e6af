from __future__ import annotations

import pytest

from weftmail.core.text import LONGEST, BadText, line, says_something


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


@pytest.mark.parametrize(
    "text",
    ["", " \n\t", "\xa0", "\u200b\u200d\ufeff", "\u3164", "\u115f\u1160", "\uffa0", "\u2800", "\ufe0f", "\u034f",
     "\u17b4", "\x00", "\u0301", "\U000e0020", "\ufff0"],
)  # fmt: skip
def test_what_shows_nothing_says_nothing(text: str) -> None:
    assert not says_something(text)


@pytest.mark.parametrize("text", ["a", ".", "\u200b?", "👍", "❤\ufe0f", "कि", "ㄱ", "⠁", "-", "§"])
def test_a_letter_or_a_sign_says_something(text: str) -> None:
    assert says_something(text)
