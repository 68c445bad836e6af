"""Names, titles and other one-line texts that people set: they end up in headers, file names and lists (RFC 5322).

What could end a line, or turn the direction of the text around it, is refused where it is set; what leaves is checked
once more where it is written.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LONGEST = 200

_BREAKS = re.compile("[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")


_BLANK: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs that show nothing: the fillers of Hangul and the empty cell of Braille."""
_NOTHING: Final = frozenset(("Cc", "Cf", "Cn", "Mn", "Me"))
"""Categories of what shows nothing by itself: controls, formats, marks on other letters."""


class BadText(ValueError):
    """This text may not stand where one line is wanted; the message says why, and ``code`` in a word."""

    def __init__(self, text: str, code: str) -> None:
        super().__init__(text)
        self.code = code


def says_something(text: str) -> bool:
    """Say whether anybody would see a letter of it: blanks, fillers, and marks without a letter are nothing."""
    return any(
        not letter.isspace() and letter not in _BLANK and unicodedata.category(letter) not in _NOTHING
        for letter in text
    )


def line(what: str, text: str) -> str:
    """Return ``text`` without blanks at its ends; raise BadText, naming ``what``, for what is no line of text."""
    found = _BREAKS.search(text)
    if found is not None:
        why = f"the {what} holds a line break or another control character (U+{ord(found[0]):04X})"
        raise BadText(why, "text_break")
    stripped = text.strip()
    if not stripped:
        raise BadText(f"the {what} is empty", "text_empty")
    if len(stripped) > LONGEST:
        raise BadText(f"the {what} is too long: {len(stripped)} characters, {LONGEST} are allowed", "text_long")
    return stripped


MARKS = 4
"""Marks above and below one letter; no language writes more."""

# Marks that stand above or below the letter before them, each on the last one: without a bound they reach into the
# lines around.  Tags and characters without a width do not part them.
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u06d6-\u06ed\u0e31\u0e34-\u0e3a"
    "\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u0f71-\u0f84\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f"
)
_BETWEEN = "[\u200b-\u200d\u2060\ufe00-\ufe0f\ufeff]*+(?:</?[a-z][^>]*+>)*+"
_STACK = re.compile(f"((?:[{_MARKS}]{_BETWEEN}){{{MARKS}}})((?:[{_MARKS}]{_BETWEEN})+)")
_MARK_ALONE = re.compile(f"[{_MARKS}]")


def level(html: str) -> str:
    """Return text or HTML in which no letter bears more than four marks."""
    return html if html.isascii() else _STACK.sub(lambda found: found[1] + _MARK_ALONE.sub("", found[2]), html)
