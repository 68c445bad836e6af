"""How texts are compared in a search: without capitals and accents, in every alphabet."""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import cache

_TERM = re.compile(r"[^\W_]+")


def folded(text: str) -> str:
    """Return a text without capitals and accents, as both databases compare it."""
    if text.isascii():
        return text.casefold()
    return _marks().sub("", unicodedata.normalize("NFKD", text.casefold()))


def terms(text: str) -> list[str]:
    """Return the words of a text as the index keeps them: folded first, since some accents would part a word."""
    return _TERM.findall(folded(text))


@cache
def _marks() -> re.Pattern[str]:
    """Return what matches the accents of letters, of which Unicode has some 900."""
    every = "".join(one for one in map(chr, range(sys.maxunicode + 1)) if unicodedata.combining(one))
    return re.compile(f"[{every}]+")
