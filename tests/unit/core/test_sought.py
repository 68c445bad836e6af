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
        ("chairs LEAD-1", Sought((("chairs",), ("lead", "1")), frozenset({(1, 0), (1, 1)}))),
        ("before:tomorrow", Sought(no_day="tomorrow")),
        ("chairs after:2026-11", Sought((("chairs",),), no_day="2026-11")),
        ("before:2026-13-99", Sought(no_day="2026-13-99")),
        ('before:""', Sought(no_day="before:")),
        ("has:hope", Sought((("has", "hope"),))),
        ("karin@customer.example", Sought((("karin", "customer", "example"),), frozenset({(0, 0), (0, 1), (0, 2)}))),
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
    assert near_words("chairs", ("chair5", "chair", "chairs2")) == ("chair",), "a word is taken for no number either"


NUMBERS_AND_ADDRESSES = [
    *("LEAF-1", "leaf-1", "order-4711", "SO-2026-0042", "PO/4711/a", "AB12CD", "INV_2026_7", "kväm-7", "#4711"),
    *(
        "4711",
        "+46 8 123 45 67",
        "(08) 123-4567",
        "2026-05-31",
        "1,500",
        "12:30",
        "192.0.2.7",
        "2001:db8::1",
    ),
    *("karin@custoner.example", "Karin.Ek@custoner.example", "leads+abc@acme.example", "@custoner.example", "karin@"),
    *("<karin@custoner.example>", "mailto:karin@custoner.example", "karin@localhost", "björn@blåbär.example"),
    *("custoner.example", "www.custoner.example/stolar", "https://intranet/stolar", "ritning.pdf", "blåbär.example."),
    *("<abc.def@mail.custoner.example>", "<20260531T1200.abc-def@host>", "CAF=abc_def@mail.gmail.example"),
]
PLAIN = [
    "chiars",
    "forty chiars",
    "to-day",
    "chairs.",
    "chairs...lamp",
    "chairs, lamp",
    "smörgåsbord",
    "don't",
    "(lamp)",
]


@pytest.mark.parametrize("typed", NUMBERS_AND_ADDRESSES)
def test_another_letter_is_another_number_or_address(typed: str) -> None:
    what = sought(typed)
    standing = {(at, place) for at, phrase in enumerate(what.phrases) for place in range(len(phrase))}
    assert what.phrases and what.exact == standing
    mixed = sought(f'chiars "{typed} now" lamp')
    words = [word for phrase in what.phrases for word in phrase]
    assert mixed.phrases == (("chiars",), (*words, "now"), ("lamp",))
    assert mixed.exact == {(1, place) for place in range(len(words))}, "what stands beside it is a plain word"


@pytest.mark.parametrize("typed", PLAIN)
def test_in_plain_words_a_letter_is_forgiven(typed: str) -> None:
    assert sought(typed).phrases and not sought(typed).exact


def test_an_address_ends_where_its_word_does() -> None:
    assert sought("karin@customer.example,chiars").exact == {(0, 0), (0, 1), (0, 2)}
    assert sought('"lamp <karin@customer.example> chiars"').exact == {(0, 1), (0, 2), (0, 3)}
    assert sought("word " * 1000 + "a@b.example").exact == frozenset()
