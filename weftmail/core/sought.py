"""What somebody types into the search field: words, "phrases", and from: to: has:file in: tag: before: after:."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, replace

from weftmail.core.folding import terms
from weftmail.core.limits import SEARCH_WORDS
from weftmail.core.near import one_slip

_PART = re.compile(r'(?:(from|to|has|in|tag|before|after):)?(?:"([^"]*)"|(\S+))', re.IGNORECASE)
_APART = re.compile(r"[\s,;<>()\[\]\"]+")
"""What stands between two words: an address in brackets or before a comma is a word by itself."""
_EXACT = re.compile(r"@|\w\.\w|://|\d")
"""What only addresses and numbers have in them: of people, domains, files and pages; of records, orders, telephones."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for: each of ``phrases`` is one or more words that follow each other."""

    phrases: tuple[tuple[str, ...], ...] = ()
    exact: frozenset[tuple[int, int]] = frozenset()
    """Which words stand in a number or an address, where another letter is another thing: phrase and place of each."""
    sender: str = ""
    recipient: str = ""
    has_file: bool = False
    in_: str = ""
    """The number of a record or what all numbers of a type begin with, in capitals."""
    tag: str = ""
    """The name of a tag, as it was typed."""
    before: datetime.date | None = None
    after: datetime.date | None = None
    no_day: str = ""
    """What stood where a day was to stand, and is none."""

    def __bool__(self) -> bool:
        return self != Sought()

    @property
    def words(self) -> tuple[str, ...]:
        """All words that are looked for in texts."""
        return tuple(dict.fromkeys(word for phrase in self.phrases for word in phrase))


def sought(text: str) -> Sought:
    """Read what somebody typed; what makes no sense behind a colon is looked for as it stands, but for a day."""
    found = Sought()
    for match in list(_PART.finditer(text))[: 2 * SEARCH_WORDS]:
        name, phrase, word = match[1], match[2], match[3]
        changed = _narrowed(found, name.lower(), (phrase or word or "").strip()) if name else None
        found = changed or _with_words(found, match[0] if name else phrase if phrase is not None else word)
    return found


def _with_words(found: Sought, text: str) -> Sought:
    read = [(term, bool(_EXACT.search(word))) for word in _APART.split(text) for term in terms(word)]
    if not read or len(found.phrases) >= SEARCH_WORDS:
        return found
    kept, at = read[:SEARCH_WORDS], len(found.phrases)
    exact = {(at, place) for place, (_, fixed) in enumerate(kept) if fixed}
    return replace(found, phrases=(*found.phrases, tuple(term for term, _ in kept)), exact=found.exact.union(exact))


def _narrowed(found: Sought, name: str, value: str) -> Sought | None:
    match name:
        case "from" if value:
            return replace(found, sender=value.lower())
        case "to" if value:
            return replace(found, recipient=value.lower())
        case "has" if value.lower() in ("file", "files"):
            return replace(found, has_file=True)
        case "in" if value:
            return replace(found, in_=value.upper())
        case "tag" if value:
            return replace(found, tag=value)
        case "before" | "after":
            return _dated(found, name, value)
        case _:
            return None


def _dated(found: Sought, name: str, value: str) -> Sought:
    try:
        day = datetime.date.fromisoformat(value)
    except ValueError:
        return replace(found, no_day=value or f"{name}:")
    return replace(found, before=day) if name == "before" else replace(found, after=day)


def near_words(word: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Return the known words that are one slip of the hand away, the first few of them.

    A number is never taken for another one or for a word, nor is a word of fewer than four letters.
    """
    if len(word) < 4 or _EXACT.search(word):
        return ()
    return tuple(one for one in known if one_slip(word, one) and not _EXACT.search(one))[:8]
