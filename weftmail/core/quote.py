"""The new words of an answer: without what it quotes and without the signature.

Nothing is thrown away: the whole text stands beside it.  mail-parser-reply knows the quoting lines of thirteen
languages; it takes quadratic time, so that what it gets is capped and squeezed first.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

SIZE = 64 * 1024
LINE = 2000
_BLANKS = re.compile(r"[ \t\u00a0]{3,}")
_EMPTY = re.compile(r"\n{3,}")


@lru_cache(maxsize=1)
def _parser() -> Any:
    from mailparser_reply import EmailReplyParser

    return EmailReplyParser(languages=["en", "sv", "de", "fr", "da", "no", "fi"])


def new_words(text: str) -> str:
    """Return the words of ``text`` that its author added."""
    lines = (line[:LINE] for line in text[:SIZE].split("\n"))
    squeezed = _EMPTY.sub("\n\n", _BLANKS.sub("  ", "\n".join(lines)))
    return str(_parser().parse_reply(text=squeezed) or "").strip()
