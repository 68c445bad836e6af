"""The line above which a colleague answers, in every language and every wording that ever left.

An answer may quote a notification that is years old.  So this list is only appended to: a new language or another
wording is a new line at the end, and a file ``tests/unit/composing/golden/LANGUAGE-N.txt`` with a notification in it.
"""

from __future__ import annotations

import re
from typing import Final

MARKS: Final = (
    ("en", "--- Answer above this line ---"),  # 0.1.0
    ("en", "--- Reply above this line ---"),
    ("sv", "--- Svara ovanför den här raden ---"),
)
"""Language and mark, the oldest first."""


def _pattern(mark: str) -> str:
    # Programs make dashes of hyphens, and some break the spaces in a quote.
    return re.escape(mark).replace(r"\-", "[-\u2010-\u2015]").replace(r"\ ", r"[\s\u00a0]+")


MARK: Final = re.compile(rf"[>\s|*_]*(?:{'|'.join(_pattern(mark) for _, mark in MARKS)})[\s*_]*")
"""Matches a line that is a mark, quoted or in bold as it may be."""
