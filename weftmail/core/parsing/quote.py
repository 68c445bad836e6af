"""The new words of an answer: without what it quotes, and without the signature that a program put under it.

Nothing is thrown away by this: the whole text stands beside it.  The rules look at the shape of lines first, which is
the same in every language, and at words only where the shape says nothing.  Every step is linear in the text.
"""

from __future__ import annotations

import re

from weftmail.core.parsing import phrases
from weftmail.core.parsing.phrases import any_of

SIZE = 64 * 1024
LINE = 2000
SENTENCE = 400
"""What introduces a quote is shorter; the patterns for it are spared everything else."""
_QUOTED = re.compile(r"^[ \t]{0,3}[>»]")
_DATED = re.compile(r"\d|@")
_COLON = re.compile(r"[:：]\s*\*?$")


_WROTE = rf"(?:^|[\s>,)\"']){any_of(phrases.WROTE)}"
_VERB = re.compile(rf"{_WROTE}(?=[\s:：*.]|$)", re.I)
_VERB_LAST = re.compile(rf"{_WROTE}\s*[:：]?\s*\*?\.{{0,3}}$", re.I)
# Without any verb: a time or a year, and an address in angle brackets at the end.
_BARE = re.compile(r"(?:\d{1,2}[:.]\d\d|\b(?:19|20)\d\d\b).*<\S+@\S+>+\s*[:：]$")
# Where the sentence begins: with a short word that leads a date, with a day of the week, with the date itself.
_START = re.compile(
    rf"^[\s>*-]*+(?:{any_of(phrases.LEAD)}\b"
    r"|\w{2,12}[.,]? (?:den )?\d{1,2}|\d{1,4}[./-]\d{1,2}|\d{4}年|\d{1,2}\.? \w{3,})",
    re.I,
)
_NAMED = re.compile(r"^[\s>*-]*+[\"<*]?[^\W\d_][\w.'+ -]{0,60}[\"*]?\s*[<(\[]?\S{1,100}@", re.I)
_SEPARATOR = re.compile(
    rf"^[\s>]*+[-_*=][-_*=\s]++{any_of(phrases.ORIGINAL + phrases.FORWARDED)}\s*(?:[-_*=]{{2,}}.*)?$", re.I
)
_FORWARD = re.compile(rf"^[\s>]*+{any_of(phrases.BEGIN)}\s*:?\s*$", re.I)
_HEADER_FROM = re.compile(
    rf"^[\s>]*+[*_]{{0,2}}{any_of(phrases.FROM)}[*_]{{0,2}}\s?[*_]{{0,2}}[:：][*_]{{0,2}}\s*\S", re.I
)
_HEADER_LINE = re.compile(r"^[\s>]*+[*_]{0,2}[^\W\d_][\w '-]{1,24}[*_]{0,2}\s?[:：][*_]{0,2}(?:\s|$)")
_RULE = re.compile(r"^[\s>]*[_-]{20,}\s*$")
_LIST = re.compile(r"(?i)mailing list|unsubscribe|to stop receiving|avregistrera|abmelden|désabonner")
_SIGNATURE = re.compile(r"^(?:--|—|--\u00a0|__)[ \t]*$")
_DEVICE = re.compile(rf"^[\s*_-]*+{any_of(phrases.DEVICE)}", re.I)


# The marks by which the large mail programs set off what they quote in HTML.
_QUOTE_MARK = re.compile(
    r"<(?:div|blockquote|p|hr|span)\b[^<>]{0,300}?\b(?:class|id|type|name)=[\"']?"
    r"(?:gmail_quote|yahoo_quoted|moz-cite-prefix|OutlookMessageHeader|divRplyFwdMsg|appendonsend|protonmail_quote|cite\b)",
    re.I,
)


def new_html(html: str) -> str:
    """Return ``html`` up to where a mail program began to quote; whole where none did, or nothing stands before."""
    mark = _QUOTE_MARK.search(html)
    return html[: mark.start()] if mark else html


def new_words(text: str) -> str:
    """Return the words of ``text`` that its author added."""
    lines = [line[:LINE].rstrip() for line in text[:SIZE].split("\n")]
    kept = _without_quotes(lines[: _end(lines)])
    while kept and (not kept[-1].strip() or _DEVICE.match(kept[-1]) or _RULE.match(kept[-1])):
        kept.pop()
    # What is nothing but a quote is what its author chose to send.
    return "\n".join(kept).strip() or "\n".join(lines).strip()


def _end(lines: list[str]) -> int:
    """Return the first line of what is quoted to the end of the text: a forwarded or copied message, a signature.

    It never leaves nothing: a message that begins with such a line is a forwarded one, and all of it counts.
    """
    any_words = False
    for index, line in enumerate(lines):
        if any_words and line and _ends_here(lines, index):
            return index
        any_words = any_words or (line != "" and not _QUOTED.match(line))
    return len(lines)


def _ends_here(lines: list[str], index: int) -> bool:
    line = lines[index]
    if len(line) > SENTENCE:
        return False
    if _SIGNATURE.match(line) or _SEPARATOR.match(line) or _FORWARD.match(line) or _header_block(lines, index):
        return True
    if _RULE.match(line):
        return any(_LIST.search(following) for following in lines[index + 1 : index + 4])
    length = _intro(lines, index)
    return length > 0 and not _quote_follows(lines, index + length)


def _header_block(lines: list[str], index: int) -> bool:
    """A copied header: a line with the word for "from", two more of its kind close behind."""
    if not _HEADER_FROM.match(lines[index]):
        return False
    return sum(1 for line in lines[index + 1 : index + 8] if _HEADER_LINE.match(line)) >= 2


def _intro(lines: list[str], index: int) -> int:
    """Return how many lines from here introduce a quote ("On Monday Karin wrote:"), 0 where they do not.

    Programs wrap the sentence, so that up to four lines are looked at together.
    """
    if not (_START.match(lines[index]) or _NAMED.match(lines[index])):
        return 0
    joined = ""
    for length, line in enumerate(lines[index : index + 4], 1):
        if length > 1 and (not line or _QUOTED.match(line)):
            return 0
        joined = f"{joined} {line.strip()}"
        if _introduces(joined):
            return length
    return 0


def _introduces(sentence: str) -> bool:
    if len(sentence) > SENTENCE or not _DATED.search(sentence):
        return False
    return bool(
        _VERB_LAST.search(sentence) or _BARE.search(sentence) or (_COLON.search(sentence) and _VERB.search(sentence))
    )


def _quote_follows(lines: list[str], index: int) -> bool:
    following = next((line for line in lines[index : index + 3] if line), "")
    return bool(_QUOTED.match(following))


def _without_quotes(lines: list[str]) -> list[str]:
    """Leave out quoted lines and the sentence before each block of them, whatever its language."""
    kept: list[str] = []
    # Of each line that is kept, the end of the words so far: nobody walks over the same empty lines twice.
    ends: list[int] = [0]
    for index, line in enumerate(lines):
        if not _QUOTED.match(line):
            kept.append(line)
            ends.append(len(kept) if line else ends[-1])
        elif index == 0 or not _QUOTED.match(lines[index - 1]):
            left = _before_intro(kept, ends[-1])
            del kept[left:], ends[left + 1 :]
    return kept


def _before_intro(kept: list[str], end: int) -> int:
    """Return how many lines are left without those that introduce a quote; all of them where none do.

    The words end at line ``end``; an introduction ends in a colon or in "wrote", and holds a date or an address.  A
    sentence may be wrapped: of up to four lines the nearest that begins like one counts, and the last line alone where
    it begins with a name and an address.
    """
    weak = len(kept)
    for start in range(end - 1, max(end - 5, -1), -1):
        joined = " ".join(kept[start:end])[-SENTENCE:]
        if not kept[start] or len(kept[start]) > SENTENCE or not (_COLON.search(joined) or _VERB_LAST.search(joined)):
            break
        if _DATED.search(joined) and _START.match(kept[start]):
            return start
        if weak == len(kept) and _DATED.search(joined) and _NAMED.match(kept[start]):
            weak = start
    return weak
