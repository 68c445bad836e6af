"""The sentence before a quote: "On Monday Karin wrote:", in any language, wrapped or not.

Its shape tells it: a short line that ends in a colon and holds an address in brackets and a date.  Verbs are asked only
where no address stands in it.
"""

from __future__ import annotations

import re

from weftmail.core.parsing import phrases
from weftmail.core.parsing.phrases import any_of

SENTENCE = 400
"""What introduces a quote is shorter; the patterns for it are spared everything else."""
LINES = 6
"""A sentence is wrapped into so many lines at most."""
_COLON = re.compile(r"[:\uff1a\ufe55\ua789\u2236]\s*[*_]*$")
_WROTE = rf"(?:^|[\s>,)\"'\d]){any_of(phrases.WROTE)}"
_VERB = re.compile(rf"{_WROTE}(?=[\s:\uff1a*.]|$)", re.I)
_VERB_LAST = re.compile(rf"{_WROTE}\s*[:\uff1a]?\s*\*?\.{{0,3}}\s*-*$", re.I)
_BRACKETED = re.compile(r"[<(\[\uff08\u3008][^<>()\[\]@]{0,200}@[^<>()\[\]]{1,280}[>)\]\uff09\u3009]")
_CLOCK = re.compile(r"\d{1,2}\s?[:.h\u6642\u65f6]\s?\d\d|\d{1,2}\s?[ap]\.?m\b", re.I)
_DATE = re.compile(r"\b(?:19|20)\d\d\b|\d{1,2}[./-]\d{1,2}\b|\d{1,2}\s?[\u6708\uc6d4]|\d{4}\u5e74")
_DIGIT = re.compile(r"\d|@")
# Where the sentence begins: with a short word that leads a date, with a day of the week, with the date itself.
_START = (
    rf"(?:{any_of(phrases.LEAD)}\b"
    r"|[^\W\d_]{2,12}[.,]? (?:den )?\d{1,2}|\d{1,4}[./-]\d{1,2}|\d{1,2}:\d\d|\d{4}\u5e74|\d{1,2}\.? [^\W\d_]{3,})"
)
_BEGINS = re.compile(rf"^[\s>*_-]*+{_START}", re.I)
_NAMED = re.compile(r"^[\s>*-]*+[\"<*]?[^\W\d_][\w.'+ -]{0,60}[\"*]?\s*[<(\[]?\S{1,100}@", re.I)
_SHARED = re.compile(rf"(?:(?<!\d)[.!?\u3002)]|\s-|--)[\s-]{{0,8}}+(?={_START})", re.I)
_NAMED_LAST = re.compile(r"^[\s>*]*+\d{1,4}[./-]\d{1,2}[./-]\d{1,4}.{0,120}<[^<>\s]{1,200}@[^<>\s]{1,200}>\s*$")
_TIMED = re.compile(r"\s\d{1,4}[./-].*$")
_GROUPWISE = re.compile(r"^>>>\s.{1,200}\d{1,2}[:.]\d\d.{0,12}\s>>>$")
# "23 Nov 2026, 09:12 by anna@acme.example:", and nothing else.
_BY = re.compile(r"^[\s*_]*+[^@]{0,60}?\d[:.]\d\d(?:\s[^\s@]{1,6}){0,3}\s\S{1,64}@[^\s<>()@]{1,255}[:\uff1a]$")
_GAP = re.compile(r"[:\uff1a][ \t\u00a0]{2,}(?=\S)")
_BREAKS, _ABBREVIATED = 8, 24
# Two sentences: the first of them is none of an introduction.
_TWO = re.compile(r"[!?\u3002]\s*\S|[^\W\d_]{5,}\.\s+[^\W\d_]")
_DIRECTION = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_QUOTED = re.compile(r"^[ \t]{0,3}[>»|]")
_SHORT = re.compile(r"(?<![^\W\d_])[^\W\d_]{1,3} \d$")
_ALONE = re.compile(r"^[^\W\d_][^\n<>:;!?]{0,60}$")
_GOES_ON = re.compile(r"^(?:[<(\[]|mailto:|\S{0,60}@)", re.I)


def near(lines: list[str]) -> list[bool]:
    """Return for each line whether an introduction may begin there: one holds a digit or an ``@``."""
    last, found = len(lines) + LINES, []
    for index in range(len(lines) - 1, -1, -1):
        last = index if _DIGIT.search(lines[index]) else last
        found.append(last < index + LINES)
    return found[::-1]


def length(lines: list[str], index: int) -> int:
    """Return how many lines from here introduce a quote by themselves, without marks below; 0 where they do not."""
    first = lines[index]
    if introduces(first) or arrowed(first):
        return 1
    if not (_BEGINS.match(first) or _NAMED.match(first) or (_CLOCK.search(first) and _DATE.search(first))):
        return 2 * _name_above(lines, index)
    joined = first.strip()
    for count, line in enumerate(lines[index + 1 : index + LINES], 2):
        bare = line.strip()
        if not bare and _wrapped(joined, lines[index + count : index + count + 1]):
            continue
        # A new sentence of its own is none of this one; and what quotes begins below it.
        if (
            not bare
            or (_QUOTED.match(line) and not _open(joined))
            or (_dated(bare) and introduces(bare))
            or len(joined) > SENTENCE
        ):
            return 0
        joined = f"{joined} {bare}"
        if introduces(joined):
            return count
    return 0


def _name_above(lines: list[str], index: int) -> bool:
    """Say whether the sentence begins with a name alone, and its program broke it before the address."""
    first, following = lines[index].strip(), lines[index + 1 : index + 2]
    if not following or not following[0].startswith("<") or not _ALONE.match(first):
        return False
    return not any(lines[index - 1 : index]) and introduces(f"{first} {following[0]}")


def _wrapped(joined: str, following: list[str]) -> bool:
    """Say whether a program broke the sentence at a blank line: behind its time, before an address."""
    return bool(following) and bool(_CLOCK.search(joined)) and bool(_GOES_ON.match(following[0]))


def _open(joined: str) -> bool:
    return joined.count("<") > joined.count(">")


def introduces(sentence: str) -> bool:
    """Say whether the sentence introduces a quote by itself: an address and a date, or a verb with them or the time."""
    if len(sentence) > SENTENCE or not _DIGIT.search(sentence):
        return False
    colon = bool(_COLON.search(sentence))
    if colon and _dated(sentence) and _BRACKETED.search(sentence) and not _TWO.search(sentence):
        return True
    if not (_BEGINS.match(sentence) or _NAMED.match(sentence)):
        return False
    if colon and _BY.match(sentence) and _CLOCK.search(sentence):
        return True
    spoken = _VERB_LAST.search(sentence) or (colon and _VERB.search(sentence))
    return bool(spoken) and ("@" in sentence or bool(_CLOCK.search(sentence)))


def _dated(sentence: str) -> bool:
    return bool(_DATE.search(sentence) or _CLOCK.search(sentence))


def arrowed(line: str) -> bool:
    """Say whether GroupWise wrote this line above what it quotes: a name and a time between arrows."""
    return line.startswith(">>>") and line.endswith(">>>") and bool(_GROUPWISE.match(line))


def between_arrows(line: str) -> str:
    """Return the name and address that stand before the time in such a line."""
    return _TIMED.sub("", line[3:-3]).strip()


def bare(line: str) -> str:
    """Return the line without marks of the direction of writing."""
    return line if line.isascii() else _DIRECTION.sub("", line)


def shared(line: str) -> int:
    """Return where, behind an author's own words, an introduction begins in the same line; -1 where none does."""
    if len(line) > 2 * SENTENCE or "@" not in line or not _COLON.search(line):
        return -1
    if _BEGINS.match(line) and introduces(line):
        return -1
    at = last = -1
    for found in list(_SHARED.finditer(line))[-_BREAKS:]:
        # An abbreviated day or month ends in a dot, too, and no sentence ends there.
        new = last < 0 or line[found.start()] != "." or found.start() - last > _ABBREVIATED
        if new and not _within_date(line, found) and introduces(line[found.end() :]):
            at = found.start() + (line[found.start()] not in " -")
        last = found.start()
    return at


def _within_date(line: str, found: re.Match[str]) -> bool:
    """Say whether the break stands in the midst of a date: "2026. g. 23. nov.", "kl. 09:12", "(Mon) 9:12"."""
    before = line[: found.start()]
    return bool(_DATE.search(before)) and (
        line[found.start()] == ")" or bool(_SHORT.search(f"{before} {line[found.end() :][:1]}"))
    )


def behind(line: str) -> int:
    """Return where the words begin that a program put behind an introduction in its line; -1 where there are none."""
    found = _GAP.search(line[:SENTENCE]) if "@" in line[:SENTENCE] else None
    return found.end() if found and introduces(line[: found.start() + 1]) else -1


def above(kept: list[str], count: int) -> int:
    """Return how many of ``count`` lines, whose last are ``kept``, are left without what introduces a quote below them.

    A sentence may be wrapped: of up to six lines the nearest that begins like one counts, and else the nearest that
    names an address.
    """
    end = len(kept)
    while end and not kept[end - 1]:
        end -= 1
    named = 0
    for start in range(end - 1, max(end - 1 - LINES, -1), -1):
        joined = " ".join(kept[start:end])
        if not kept[start] or len(joined) > SENTENCE or not _leads(joined):
            break
        if _DIGIT.search(joined) and (_BEGINS.match(joined) or introduces(joined) or _tells(joined)):
            return count - len(kept) + start
        if not named and "@" in joined:
            named = len(kept) - start
    return count - named


def _tells(joined: str) -> bool:
    """Say whether somebody wrote at a time, in one sentence: right above a quote that is enough."""
    return bool(_dated(joined) and _VERB.search(joined) and _COLON.search(joined)) and not _TWO.search(joined)


def _leads(joined: str) -> bool:
    return bool(_COLON.search(joined) or _VERB_LAST.search(joined) or _NAMED_LAST.match(joined))
