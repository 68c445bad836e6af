"""Amounts in the notations of Sweden, Britain and their neighbours."""

from __future__ import annotations

import pytest

from weftmail.core.money import amount_of, amounts

WRITTEN = {
    "1 234,50 kr": "1234.50 SEK", "1234,50 kr": "1234.50 SEK", "1.234,50 kr": "1234.50 SEK",
    "kr 1 234,50": "1234.50 SEK",
    "99 kr": "99.00 SEK", "99 kr.": "99.00 SEK", "99:-": "99.00 SEK", "1 234:-": "1234.00 SEK", "99:50 kr": "99.50 SEK",
    "1 234:50 SEK": "1234.50 SEK", "100 kronor": "100.00 SEK", "1 krona": "1.00 SEK", "SEK 1,234.50": "1234.50 SEK",
    "SEK1234.50": "1234.50 SEK", "1234.5 SEK": "1234.50 SEK", "1 234 567,89 SEK": "1234567.89 SEK",
    "1,234,567.89 SEK": "1234567.89 SEK", "1.234.567,89 SEK": "1234567.89 SEK", "1'234.50 CHF": "1234.50 CHF",
    "CHF 1’234.50": "1234.50 CHF", "€ 1.234,50": "1234.50 EUR", "€1,234.50": "1234.50 EUR", "1.234,50 €": "1234.50 EUR",
    "1234,50€": "1234.50 EUR", "€ 9": "9.00 EUR", "9 euro": "9.00 EUR", "12.50 euros": "12.50 EUR",
    "EUR 12,5": "12.50 EUR", "12,50 EUR": "12.50 EUR", "$12.50": "12.50 USD", "$ 1,000": "1000.00 USD",
    "USD 1,000.00": "1000.00 USD", "1,000 USD": "1000.00 USD", "1.000 EUR": "1000.00 EUR", "1 000 EUR": "1000.00 EUR",
    "12 dollars": "12.00 USD", "£9": "9.00 GBP", "£ 9.99": "9.99 GBP", "9.99 GBP": "9.99 GBP", "9 pounds": "9.00 GBP",
    "9 pund": "9.00 GBP", "¥ 1,200": "1200.00 JPY", "1 234,50 NOK": "1234.50 NOK", "DKK 1.234,50": "1234.50 DKK",
    "250,- kr": "250.00 SEK", "250,-": "250.00 SEK", "-50 kr": "-50.00 SEK", "\u221250,25 SEK": "-50.25 SEK",
    "sek 20": "20.00 SEK", "20 Kr": "20.00 SEK", "20 PLN": "20.00 PLN", "0,50 kr": "0.50 SEK", "0.05 EUR": "0.05 EUR",
    "1\u00a0234,50 kr": "1234.50 SEK", "1\u202f234,50\u00a0€": "1234.50 EUR", "1\u2009234 kr": "1234.00 SEK",
    "10 000 kr": "10000.00 SEK", "10,000 kr": "10000.00 SEK", "10.000 kr": "10000.00 SEK", "10000 SEK": "10000.00 SEK",
    "12,34 CZK": "12.34 CZK", "ISK 12.000": "12000.00 ISK",
}  # fmt: skip
NONE = (
    "2026-11-23",
    "12:30",
    "order 1234",
    "40 chairs",
    "10.0.0.1",
    "v1.2.3 kr",
    "070-123 45 67",
    "krona",
    "kr",
    "1234",
)


def test_there_are_sixty_cases() -> None:
    assert len(WRITTEN) >= 60


@pytest.mark.parametrize(("text", "value"), WRITTEN.items())
def test_an_amount_is_read_in_any_notation(text: str, value: str) -> None:
    assert [str(one) for one in amounts(text)] == [value]
    assert [str(one) for one in amounts(f"Taxi to the fair, {text}, paid by card.")] == [value]


@pytest.mark.parametrize("text", NONE)
def test_other_numbers_are_no_amounts(text: str) -> None:
    assert amounts(text) == []


def test_the_total_counts_where_there_are_several() -> None:
    receipt = "Lunch 120 kr\nKaffe 35 kr\nDelsumma 155 kr\nMoms 12 % 16,61 kr\nAtt betala: 155,00 kr\n"
    english = "Room 1,200.00 EUR\nSubtotal 1,200.00 EUR\nTax 120.00 EUR\nTotal 1,320.00 EUR\n"
    assert str(amount_of("Lunch", receipt)) == "155.00 SEK"
    assert str(amount_of("Hotel", english)) == "1320.00 EUR"
    assert str(amount_of("Taxi 230 kr", english)) == "230.00 SEK"


def test_where_nothing_says_which_amount_nobody_guesses() -> None:
    assert amount_of("Receipts", "Taxi 230 kr\nTrain 540 kr\n") is None
    assert amount_of("Receipts", "none") is None
    assert str(amount_of("Receipts", "Taxi 230 kr. I paid the 230 kr in cash.")) == "230.00 SEK"
