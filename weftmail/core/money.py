"""Amounts of money as people write them in Swedish and English: ``1 234,50 kr``, ``SEK 1,234.50``.

Behind the last mark stand decimals if they are one or two digits; three are thousands, since no currency here has
three.  Where several amounts stand in a text, the one behind a word such as *Total* counts, else nobody guesses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY"}
_WORDS = {
    "kr": "SEK", "kronor": "SEK", "krona": "SEK", "kr.": "SEK", "euro": "EUR", "euros": "EUR", "dollar": "USD",
    "dollars": "USD", "pund": "GBP", "pounds": "GBP",
}  # fmt: skip
_CODES = (
    "SEK|NOK|DKK|ISK|EUR|USD|GBP|CHF|PLN|CZK|HUF|RON|BGN|JPY|CNY|CAD|AUD|NZD|INR|THB|TRY|AED|ZAR|BRL|MXN|KRW|SGD|HKD"
)
_CURRENCY = rf"(?:(?:{_CODES}|kronor|krona|kr|euros?|dollars?|pounds|pund)(?![^\W\d_])|[€$£¥])"
_BLANK = "[ \u00a0\u2009\u202f]"
_DIGITS = (
    rf"\d{{1,3}}(?:{_BLANK}\d{{3}})+(?:[.,]\d{{1,2}})?|\d{{1,3}}(?:['’]\d{{3}})+(?:[.,]\d{{1,2}})?"
    r"|\d{1,3}(?:\.\d{3})+(?:,\d{1,2})?|\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d{1,12}(?:[.,]\d{1,2})?"
)
_AMOUNT = re.compile(
    rf"(?<![\w.,])(?:(?P<before>{_CURRENCY}){_BLANK}?)?(?P<sign>[-\u2212]{_BLANK}?)?(?P<number>{_DIGITS})"
    rf"(?P<ends>:-|:\d\d(?!\d)|,-(?!\d))?(?!\d)(?![.,:]\d)(?:{_BLANK}?(?P<after>{_CURRENCY}))?",
    re.IGNORECASE,
)
_TOTAL = re.compile(
    r"(?<!\w)(?<!sub-)(?:total(?:t|belopp|summa)?|summa|sum|att betala|betalt|belopp|amount(?: due| paid)?|to pay|paid)"
    r"(?!\w)[^\d\n]{0,40}$",
    re.IGNORECASE,
)
_LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with two decimals at least, and the letters of its currency (ISO 4217)."""

    number: Decimal
    currency: str
    total: bool = False
    """It stands behind a word that says that it is all."""

    def __str__(self) -> str:
        return f"{self.number:.2f} {self.currency}"


def amounts(text: str) -> list[Amount]:
    """Return the amounts in a text: numbers beside a currency, and in the order in which they stand."""
    found = []
    for one in _AMOUNT.finditer(text[:_LONGEST]):
        currency = one["after"] or one["before"] or ("kr" if (one["ends"] or "") in (":-", ",-") else "")
        if currency:
            number = _number(one["number"], one["ends"] or "")
            total = bool(_TOTAL.search(text[max(0, one.start() - 80) : one.start()]))
            found.append(Amount(-number if one["sign"] else number, _currency(currency), total))
    return found


def amount_of(subject: str, text: str) -> Amount | None:
    """Return the amount that a mail is about: that of its subject, else its total, else the only one there is."""
    for words in (subject, text):
        found = amounts(words)
        chosen = [one for one in found if one.total] or found
        if len({(one.number, one.currency) for one in chosen}) == 1:
            return chosen[0]
    return None


def _currency(words: str) -> str:
    return _SIGNS.get(words) or _WORDS.get(words.lower()) or words.upper()


def _number(digits: str, ends: str) -> Decimal:
    """Read a number; what stands behind the last mark is decimals where it is one or two digits."""
    bare = re.sub(rf"{_BLANK}|['’]", "", digits)
    whole, mark, rest = bare.rpartition("," if bare.rfind(",") > bare.rfind(".") else ".")
    decimals = f".{rest}" if mark and len(rest) < 3 else mark and rest
    bare = re.sub("[.,]", "", whole) + decimals if mark else bare
    if re.fullmatch(r":\d\d", ends):
        bare = f"{bare}.{ends[1:]}"
    return Decimal(bare)
