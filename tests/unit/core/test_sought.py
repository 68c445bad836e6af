"""What somebody types into the search field."""

from __future__ import annotations

import datetime

import pytest

from weftmail.core.limits import SEARCH_WORDS
from weftmail.core.sought import Sought, near_words, sought

DAY = datetime.date(2026, 5, 31)


@pytest.mark.parametrize(
    ("typed", "what"),
    [
        ("", Sought()),
        ("  ...  ", Sought()),
        ("forty chairs", Sought((("forty",), ("chairs",)))),
        ('"forty chairs" now', Sought((("forty", "chairs"), ("now",)))),
        ("from:Karin@customer.example", Sought(sender="karin@customer.example")),
        ('from:"Karin Ek" to:erik', Sought(sender="karin ek", recipient="erik")),
        ("HAS:file has:files", Sought(has_file=True)),
        ("in:lead-17", Sought(in_="LEAD-17")),
        ("before:2026-05-31 after:2026-05-31", Sought(before=DAY, after=DAY)),
        ('tag:VIP tag:""', Sought((("tag",),), tag="VIP")),
        ('tag:"to call"', Sought(tag="to call")),
        ("before:tomorrow", Sought((("before", "tomorrow"),))),
        ("has:hope", Sought((("has", "hope"),))),
        ("karin@customer.example", Sought((("karin", "customer", "example"),))),
        ('from:""', Sought((("from",),))),
    ],
)
def test_what_is_looked_for(typed: str, what: Sought) -> None:
    assert sought(typed) == what and bool(what) is (what != Sought())


def test_a_book_is_no_search() -> None:
    assert len(sought("word " * 1000).phrases) == SEARCH_WORDS
    assert sought("one two one").words == ("one", "two")


def test_one_slip_is_forgiven_but_not_in_numbers_or_short_words() -> None:
    known = ("chair", "chairs", "chars", "4711", "lamp")
    assert near_words("chiars", known) == ("chairs", "chars") and near_words("chairz", known) == ("chair", "chairs")
    assert near_words("4712", known) == near_words("lam", known) == ()
