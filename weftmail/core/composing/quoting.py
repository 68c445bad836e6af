"""The quote below an answer: who wrote what is answered and when, then its own words, without what it quoted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from weftmail.core.limits import QUOTED_WORDS
from weftmail.core.parsing.header import clean
from weftmail.core.wording.language import Language
from weftmail.core.wording.phrase import Phrase
from weftmail.core.wording.sentences import say

_CUT: Final = "[…]"
_ENGLISH: Final = """the and you your we our are is it for with this that have has not please thank thanks from would
could can will be do what when i am hello hi"""
_SWEDISH: Final = """och att det är jag ni vi för med inte som har den på av till kan ska tack hej om ett en er du
skulle hälsningar från vill men så"""
_COMMON: Final = {"en": frozenset(_ENGLISH.split()), "sv": frozenset(_SWEDISH.split())}
"""Words that stand in nearly every letter of a language, and in few of the others."""
_WORD: Final = re.compile(r"[^\W\d_]{1,20}")
_LOOKED_AT: Final = 4000
_ENOUGH: Final = 3


@dataclass(frozen=True, slots=True)
class Quote:
    """A message as an answer quotes it: ``intro`` says who wrote it and when, ``text`` is what they wrote."""

    intro: str
    text: str


def quote(author: str, day: date, text: str, language: Language) -> Quote:
    """Return the quote of a message in the language of whoever reads it; of a long one its beginning."""
    words = text.strip("\n")
    if len(words) > QUOTED_WORDS:
        words = f"{words[:QUOTED_WORDS].rstrip()}\n{_CUT}"
    name = clean(author).rstrip(":")
    return Quote(say(Phrase("mail.quote", {"day": language.day(day), "name": name}), language), words)


def as_lines(one: Quote) -> str:
    """Return the quote as text has it (RFC 3676, 4.5): each line behind a mark."""
    lines = (f"> {line}".rstrip() if not line.startswith(">") else f">{line}" for line in one.text.split("\n"))
    return "\n".join([one.intro, *lines])


def language_of(text: str, fallback: str) -> str:
    """Return the code of the language that a letter is written in, by its commonest words; ``fallback`` where it is too
    short to tell, or in none that we have.
    """
    words = [one.casefold() for one in _WORD.findall(text[:_LOOKED_AT])]
    counts = {code: sum(word in common for word in words) for code, common in _COMMON.items()}
    best = max(counts, key=lambda code: counts[code])
    others = max(count for code, count in counts.items() if code != best)
    return best if counts[best] >= _ENOUGH and counts[best] >= 2 * others else fallback
