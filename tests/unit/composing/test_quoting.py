"""The quote below an answer as mail has it: introduced in a language, marked, bounded, and known again as a quote."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.composing.test_mail import LETTER, OTHERS, OUTSIDER, parse
from tests.unit.thorough import examples
from weftmail.core.composing.mail import compose
from weftmail.core.composing.quoting import Quote, as_lines, language_of, quote
from weftmail.core.limits import QUOTED_WORDS
from weftmail.core.wording.language import ENGLISH, Language
from weftmail.flow.reading import read
from weftmail.locale import language

DAY = date(2026, 3, 3)
SWEDISH = language("sv")


@pytest.mark.parametrize(
    ("spoken", "intro"), [(ENGLISH, "On 3 March 2026, Karin wrote:"), (SWEDISH, "Den 3 mars 2026 skrev Karin:")]
)
def test_it_is_introduced_in_the_language_of_its_reader(spoken: Language, intro: str) -> None:
    assert quote("Karin", DAY, "Hi", spoken).intro == intro


def test_a_long_message_is_quoted_to_its_bound() -> None:
    found = quote("Karin", DAY, "x" * (QUOTED_WORDS + 1), ENGLISH).text
    assert found == "x" * QUOTED_WORDS + "\n[…]"


def test_each_line_bears_a_mark() -> None:
    assert as_lines(Quote("K wrote:", "a\n\n> b")) == "K wrote:\n> a\n>\n>> b"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Hi, could you send the drawing with the order, please? Thank you.", "en"),
        ("Hej, jag undrar om ni har stolarna i ek och när de kan skickas.", "sv"),
        ("OK", "xx"),
        ("Bonjour, pouvez-vous me donner le prix des chaises?", "xx"),
        ("", "xx"),
    ],
)
def test_words_tell_a_language_and_few_words_none(text: str, code: str) -> None:
    assert language_of(text, "xx") == code


def test_a_token_in_what_is_quoted_never_leaves() -> None:
    said = Quote("Karin wrote:", f"Write to {OTHERS}")
    data = compose(LETTER, replace(OUTSIDER, quote=said))
    local = OTHERS.partition("@")[0].partition("+")[2]
    whole = b"".join(part.get_payload(decode=True) or b"" for part in parse(data).walk() if not part.is_multipart())
    assert local.encode() not in whole and b"Write to" in whole


def test_a_copy_without_a_signature_bears_it_too() -> None:
    data = compose(LETTER, replace(OUTSIDER, sign_off=(), quote=Quote("Karin wrote:", "<b>bold</b>")))
    text, page = (part.get_payload(decode=True).decode() for part in parse(data).walk() if not part.is_multipart())  # type: ignore[union-attr]
    assert "> <b>bold</b>" in text
    assert '<blockquote type="cite"' in page and "&lt;b&gt;bold" in page


@pytest.mark.parametrize("spoken", [ENGLISH, SWEDISH])
def test_our_own_reading_knows_it_again_as_a_quote(spoken: Language) -> None:
    said = quote("Karin Ek", DAY, "Do you have 40 chairs?\n\nIn oak.", spoken)
    found = read(compose(LETTER, replace(OUTSIDER, quote=said)))
    assert "Could you do 38" in found.reply_text and "40 chairs" not in found.reply_text
    assert said.intro not in found.reply_text and "40 chairs" in found.text


@settings(max_examples=examples(60), deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r"), max_size=200), st.text(max_size=40))
def test_whatever_is_quoted_is_behind_marks(text: str, author: str) -> None:
    """Nothing that somebody wrote stands in an answer as if its author had written it."""
    said = quote(author, DAY, text, ENGLISH)
    shown = as_lines(said).split("\n")
    assert all(line.startswith(">") for line in shown[1:]) and "\n" not in said.intro
