"""The fields of records: what people write, and the one spelling in which it is kept."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weftmail.core.field import KINDS, BadValue, decimal, value


@pytest.mark.parametrize(
    ("kind", "text", "kept"),
    [
        ("text", "  blue ", "blue"),
        ("number", "23500", "23500"),
        ("number", "23\u00a0500,5", "23500.5"),
        ("number", "1'000'000", "1000000"),
        ("number", "1,234,567.5", "1234567.5"),
        ("number", "1.234.567", "1234567"),
        ("number", "1.234,5", "1234.5"),
        ("number", "\u22123", "-3"),
        ("number", "-0,25", "-0.25"),
        ("amount", "23 500 SEK", "23500.00 SEK"),
        ("amount", "EUR 12,5", "12.50 EUR"),
        ("amount", "1.234,567 EUR", "1234.567 EUR"),
        ("date", "2026-05-31", "2026-05-31"),
        ("choice", "large", "large"),
        ("person", "Anna@Acme.example", "anna@acme.example"),
    ],
)
def test_what_is_read(kind: str, text: str, kept: str) -> None:
    assert value(kind, text, ("small", "large")) == kept
    assert value(kind, kept, ("small", "large")) == kept


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        ("text", "a\nb", "text_break"),
        ("number", " ", "text_empty"),
        ("number", "1.000", "number_ambiguous"),
        ("number", "-1,000", "number_ambiguous"),
        ("number", "1.000.00", "no_number"),
        ("number", "1e5", "no_number"),
        ("number", "twelve", "no_number"),
        ("amount", "23500", "no_amount"),
        ("amount", "EUR 5 SEK", "no_amount"),
        ("amount", "12.345 JPY", "number_ambiguous"),
        ("amount", "5 kr", "no_amount"),
        ("date", "31/5", "no_date"),
        ("date", "2026-02-30", "no_date"),
        ("choice", "medium", "no_choice"),
        ("person", "Anna", "address_malformed"),
    ],
)
def test_what_is_none(kind: str, text: str, code: str) -> None:
    with pytest.raises(BadValue) as caught:
        value(kind, text, ("small", "large"))
    assert caught.value.code == code


@given(st.sampled_from(KINDS), st.text(max_size=40))
def test_any_text_is_a_value_or_is_refused(kind: str, text: str) -> None:
    try:
        kept = value(kind, text)
    except BadValue:
        return
    assert value(kind, kept) == kept


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_a_number_is_read_as_it_was_meant(number: Decimal) -> None:
    assert decimal(value("number", f"{number:f}")) == number
    assert decimal(value("amount", f"{number:,f} SEK".replace(",", " "))) == number
