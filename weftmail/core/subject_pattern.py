"""Patterns of subjects: words that stand there, and names of fields in braces whose values stand between them.

``Order {order} of {customer}`` reads both.  A field before a blank is one word, so that ``{reference} {description}``
parts at the first blank; the last one takes the rest, and so does the one before an amount at the end.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from weftmail.core.limits import PATTERN_FIELDS, PATTERN_SUBJECT

TITLE = "title"
"""Stands for the title of the record."""
AMOUNT = r"(?:(?:[A-Za-z]{1,3}|[€$£¥])\s?)?[-\u2212]?\d[\d\s.,'’]*(?::-|:\d\d)?(?:\s?(?:[A-Za-z]{1,6}|[€$£¥])\.?)?"
"""An amount as people write it, in some notation or other."""
_NAME = re.compile(r"\{([^{}]*)\}")
_ANSWER = re.compile(r"(?i)^\s*(?:(?:re|sv|aw|vs|fwd?|vb|wg|tr)\s*:\s*)+")


class BadPattern(ValueError):
    """No pattern; ``code`` says why, ``name`` of which field."""

    def __init__(self, name: str, code: str) -> None:
        super().__init__(code)
        self.code = code
        self.name = name


def names(pattern: str) -> tuple[str, ...]:
    """Return the fields that a pattern names; raise BadPattern for what is none."""
    found = tuple(one.strip() for one in _NAME.findall(pattern))
    bare = _NAME.sub("", pattern)
    if "{" in bare or "}" in bare or "" in found:
        raise BadPattern("", "pattern_braces")
    if not 1 <= len(found) <= PATTERN_FIELDS:
        raise BadPattern("", "pattern_fields")
    if len(set(found)) < len(found):
        raise BadPattern(max(found, key=found.count), "pattern_twice")
    if re.search(r"\}\{", pattern):
        raise BadPattern("", "pattern_adjacent")
    return found


def read(pattern: str, subject: str, amounts: Collection[str] = ()) -> dict[str, str]:
    """Return the values of the fields in a subject; nothing where it is not built so.

    ``amounts`` are the fields that hold one.  What an answer or a forward puts before a subject does not count.
    """
    found = _compiled(pattern, frozenset(amounts)).fullmatch(_ANSWER.sub("", subject)[:PATTERN_SUBJECT].strip())
    values = found.groups() if found is not None else ()
    return dict(zip(names(pattern), (one.strip() for one in values), strict=bool(values)))


@lru_cache(maxsize=200)
def _compiled(pattern: str, amounts: frozenset[str]) -> re.Pattern[str]:
    parts = _NAME.split(" ".join(pattern.split()))
    words, fields = parts[::2], [one.strip() for one in parts[1::2]]
    text = _literal(words[0])
    for at, name in enumerate(fields):
        after = words[at + 1]
        last = at == len(fields) - 1
        if name in amounts:
            text += f"({AMOUNT}){_literal(after)}"
        elif not after:
            text += "(.+)"
        elif after.isspace() and at == len(fields) - 2 and fields[-1] in amounts and not words[-1]:
            text += r"(.+?)\s+"
        elif after.isspace() and not last:
            text += r"(?>(\S+)\s+)"
        else:
            text += f"(?>(.+?){_literal(after)})"
    return re.compile(text, re.IGNORECASE)


def _literal(words: str) -> str:
    """The words as they may stand: blanks of any number, in any case."""
    return r"\s+".join(re.escape(one) for one in re.split(r"\s+", words))
