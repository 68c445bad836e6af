"""Names, titles and other one-line texts that people set: they end up in headers, file names and lists (RFC 5322).

What could end a line, or turn the direction of the text around it, is refused where it is set; what leaves is checked
once more where it is written.
"""

from __future__ import annotations

import re

LONGEST = 200

_BREAKS = re.compile("[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")


class BadText(ValueError):
    """This text may not stand where one line is wanted; the message says why, and ``code`` in a word."""

    def __init__(self, text: str, code: str) -> None:
        super().__init__(text)
        self.code = code


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
