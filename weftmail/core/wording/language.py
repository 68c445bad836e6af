"""A language, as what words sentences is given it: how a sentence and a count are said in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


def _same(sentence: str) -> str:
    return sentence


def _english_form(one: str, many: str, count: int) -> str:
    return one if count == 1 else many


@dataclass(frozen=True, slots=True)
class Language:
    """``code`` is that of BCP 47.  Both functions answer in English where they have no other words."""

    code: str
    gettext: Callable[[str], str]
    """Returns the English sentence in this language, its placeholders kept."""
    ngettext: Callable[[str, str, int], str]
    """Returns the form for this count, of a sentence that has these two in English."""


ENGLISH = Language("en", _same, _english_form)
"""The language that the sentences are written in; that of the command line, too."""

Languages = Callable[[str], Language]
"""Returns the language of a code; English for one that we do not have."""


def only_english(code: str) -> Language:
    """Return English, whatever is asked for: the languages of a program that has no catalogues."""
    return ENGLISH
