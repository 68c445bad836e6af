"""A language, as what words sentences is given it: how a sentence and a count are said in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final


def _same(sentence: str) -> str:
    return sentence


def _english_form(one: str, many: str, count: int) -> str:
    return one if count == 1 else many


_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def _english_day(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _english_number(value: Decimal) -> str:
    return f"{value:,f}"


def _english_amount(value: Decimal, currency: str) -> str:
    return f"{currency} {value:,f}"


@dataclass(frozen=True, slots=True)
class Language:
    """``code`` is that of BCP 47.  Both functions answer in English where they have no other words."""

    code: str
    gettext: Callable[[str], str]
    """Returns the English sentence in this language, its placeholders kept."""
    ngettext: Callable[[str, str, int], str]
    """Returns the form for this count, of a sentence that has these two in English."""
    day: Callable[[date], str] = _english_day
    """Returns a date in words, as 3 March 2026."""
    number: Callable[[Decimal], str] = _english_number
    """Returns a number with all its digits."""
    amount: Callable[[Decimal, str], str] = _english_amount
    """Returns an amount of a currency (ISO 4217) with all its digits."""


ENGLISH = Language("en", _same, _english_form)
"""The language that the sentences are written in; that of the command line, too."""


@dataclass(frozen=True, slots=True)
class Languages:
    """The languages that a program has: what each calls itself by its code, and a language by its code."""

    names: Mapping[str, str]
    of: Callable[[str], Language]
    """Returns English for a code that we do not have."""


def _english(code: str) -> Language:
    return ENGLISH


ONLY_ENGLISH = Languages({ENGLISH.code: "English"}, _english)
"""What there is without catalogues."""
