"""What a terminal would obey: control characters, turning marks, letters without width; nothing printed holds any."""

from __future__ import annotations

import unicodedata

from weftmail.core.tokens.reply_token import mask_addresses


def printable(text: str) -> str:
    """Return a text of several lines, its tabs kept, otherwise ``harmless``."""
    return "\n".join("\t".join(map(harmless, line.split("\t"))) for line in text.split("\n"))


_GONE, _BLANK = ("Cf",), ("Cc", "Cs", "Zl", "Zp")


def harmless(text: str) -> str:
    """Return a text without anything that a terminal would obey: line ends and control characters become blanks; marks
    that turn the direction of writing, and letters without width, go away.  Reply addresses lose their tokens.
    """
    text = mask_addresses(text)
    if text.isascii() and text.isprintable():
        return text
    kinds = ((letter, unicodedata.category(letter)) for letter in text)
    return "".join(" " if kind in _BLANK else letter for letter, kind in kinds if kind not in _GONE)
