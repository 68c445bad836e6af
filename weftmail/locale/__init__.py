"""The languages that we have: their catalogues, read from the disk, and the choice of one for a reader.

The sentences are written in English; every other language is a folder here with a catalogue of gettext in it.  Babel
makes the catalogues (``docs/make_catalogues.py``); the standard library reads them.
"""

from __future__ import annotations

import functools
import gettext
import re
from pathlib import Path
from typing import Final

from weftmail.core.wording.language import ENGLISH, Language, Languages
from weftmail.locale.dates import calendar

HERE: Final = Path(__file__).parent
DOMAIN: Final = "weftmail"

NAMES: Final = {"en": "English", "sv": "Svenska"}
"""Every language that we have by its code, with its own name for itself."""

_RANGE: Final = re.compile(r"\s*([A-Za-z]{1,8})(?:-[A-Za-z0-9-]{1,40})?\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?")
_MOST_RANGES: Final = 50


@functools.cache
def language(code: str) -> Language:
    """Return the language of a code; English for one that we do not have."""
    if code not in NAMES or code == ENGLISH.code:
        return ENGLISH
    catalogue = gettext.translation(DOMAIN, str(HERE), [code])
    there = calendar(code)
    return Language(
        code, catalogue.gettext, catalogue.ngettext, day=there.in_words, number=there.decimal, amount=there.amount
    )


def accepted(header: str) -> str:
    """Return the code of the language that a browser asks for (RFC 9110, 12.5.4); English where we have none."""
    best, found = 0.0, ENGLISH.code
    for part in header.split(",")[:_MOST_RANGES]:
        wanted = _RANGE.fullmatch(part)
        if wanted is None or wanted[1].lower() not in NAMES:
            continue
        quality = float(wanted[2] or 1)
        if quality > best:
            best, found = quality, wanted[1].lower()
    return found


LANGUAGES: Final = Languages(NAMES, language)
