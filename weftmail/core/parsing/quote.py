"""The new words of an answer: without what it quotes, and without the signature that a program put under it.

Nothing is thrown away by this: the whole text stands beside it.  The rules look at the shape of lines first, which is
the same in every language, and at words only where the shape says nothing.  Every step is linear in the text.
"""

from __future__ import annotations

import re

from weftmail.core.limits import QUOTE_LINE, QUOTE_SIZE
from weftmail.core.parsing import copied, introduction, phrases, signature
from weftmail.core.parsing.phrases import any_of

# Some programs put the initials of the author before the mark: "KE> ".
_MARKED = re.compile(r"^[ \t]{0,3}(?:[>»]|[A-Z]{1,3}>(?:[ \t>]|$))")
# Arrows on both sides of words are an ornament.
_ARROWS = re.compile(r"^[ \t]*>{2,}[^<]*<{2,}$")
_RULED = r"^[\s>]*+[-_*=\u2013\u2014][-_*=\u2013\u2014\s]++"
_SEPARATOR = re.compile(
    rf"{_RULED}{any_of(phrases.ORIGINAL + phrases.FORWARDED)}\s*(?:[-_*=\u2013\u2014]{{2,}}.*)?$", re.I
)
_FORWARD = re.compile(rf"^[\s>]*+{any_of(phrases.BEGIN)}\s*[:\uff1a]?\s*$", re.I)
_RULE = re.compile(r"^[\s>]*[_-]{20,}\s*$")
_DASHES = re.compile(r"^[\s>]*[-_*=#~+\u2013\u2014\u2500]{2,}\s*$")
_TITLED = re.compile(rf"{_RULED}[^\W_].{{0,80}}?[-_*=\u2013\u2014]{{2,}}\s*$")
_LIST = re.compile(r"(?i)mailing list|unsubscribe|to stop receiving|avregistrera|abmelden|désabonner")
_LONG = 60
_DEVICES = 3
_STOPPED = re.compile(r"[?!:\uff1f\uff1a]\W*$")


def new_words(text: str) -> str:
    """Return the words of ``text`` that its author added."""
    cut = len(text) if len(text) <= QUOTE_SIZE else text.rfind("\n", 0, QUOTE_SIZE) + 1 or QUOTE_SIZE
    raw = _parted(text[:cut].split("\n"))
    lines = [introduction.bare(line[:QUOTE_LINE]).rstrip() for line in raw]
    if _sends_on(lines):
        # A forward without a word of its own: what its author sends is the forwarded message.
        return text.strip()
    end = _end(lines, raw)
    kept = [raw[index].rstrip() for index in _new(lines[:end])]
    rest = text[cut:] if end == len(lines) else ""
    kept = kept if rest else _without_device(kept)
    # What is nothing but a quote is what its author chose to send.
    return ("\n".join(kept) + rest).strip() or text.strip()


def _parted(lines: list[str]) -> list[str]:
    """Put an introduction onto a line of its own: wrapped ones, and one that shares its line with the answer."""
    parted: list[str] = []
    bare = [introduction.bare(line[:QUOTE_LINE]).rstrip() for line in lines]
    near = introduction.near(bare)
    index = 0
    while index < len(lines):
        line, count = lines[index], max(1, introduction.length(bare, index)) if near[index] else 1
        if count == 1 and (rest := introduction.behind(line)) > 0:
            parted += [line[:rest].rstrip(), f"> {line[rest:]}"]
            index += 1
            continue
        at = introduction.shared(line)
        if count > 1:
            line = " ".join(bare[index : index + count])
        parted += [line[:at], line[at:]] if at > 0 else [line]
        index += count
    return parted


def _without_device(kept: list[str]) -> list[str]:
    """Leave out what says nothing at the end.  A program puts a line or two there; who has more of them lists them."""
    end, devices = len(kept), 0
    while end and _falls(kept[end - 1]):
        end -= 1
        devices += signature.device(kept[end])
    kept = kept[:end] if devices <= _DEVICES else kept
    # A quote may stand below a signature.
    last = [index for index in range(max(1, len(kept) - signature.MOST), len(kept)) if signature.begins(kept, index)]
    return _without_device(kept[: last[0]]) if last and any(kept[: last[0]]) else kept


def _falls(line: str) -> bool:
    """Say whether the line says nothing where it is the last one."""
    return not line.strip() or bool(_DASHES.match(line)) or signature.device(line)


def quoted(line: str) -> bool:
    """Say whether the line bears a quote mark: ">", or a bar that is no border of a table."""
    if line.startswith("|"):
        return line[1:2] in ("", " ", "\t", "|") and (not line.endswith("|") or not line.strip("| \t"))
    return bool(_MARKED.match(line)) and not _ARROWS.match(line)


def _sends_on(lines: list[str]) -> bool:
    """Say whether nothing but the mark or the header of another message stands at the top."""
    first = next((index for index, line in enumerate(lines) if not _falls(line)), -1)
    return first >= 0 and not quoted(lines[first]) and (_marks(lines[first]) or copied.block(lines, first) > 0)


def _marks(line: str) -> bool:
    return len(line) <= introduction.SENTENCE and bool(_SEPARATOR.match(line) or _FORWARD.match(line))


def _end(lines: list[str], raw: list[str]) -> int:
    """Return the first line of what is quoted to the end of the text: a forwarded or copied message, a signature.

    It never leaves nothing: a message that begins with such a line is a forwarded one, and all of it counts.
    """
    any_words, near = False, introduction.near(lines)
    for index, line in enumerate(lines):
        if any_words and line and _ends_here(lines, raw, index, introduced=near[index]):
            return _with_title(lines, index)
        any_words = any_words or (line != "" and not quoted(line))
    return len(lines)


def _ends_here(lines: list[str], raw: list[str], index: int, *, introduced: bool) -> bool:
    line = lines[index]
    if len(line) > introduction.SENTENCE or (quoted(line) and not introduction.arrowed(line)):
        return False
    if signature.begins(raw, index) or _marks(line) or _header(lines, index):
        return True
    if _RULE.match(line):
        return any(_LIST.search(following) for following in lines[index + 1 : index + 4])
    length = introduction.length(lines, index) if introduced else 0
    return length > 0 and not _quote_follows(lines, index + length)


def _header(lines: list[str], index: int) -> bool:
    # A run of labels is looked at once, from its first line.
    return not (index and copied.begins(lines[index - 1])) and copied.block(lines, index) > 0


def _with_title(lines: list[str], index: int) -> int:
    """Return the line of dashes with words right above, in whatever language, or else ``index``."""
    above = index
    while above and not lines[above - 1]:
        above -= 1
    return above - 1 if above > 1 and _TITLED.match(lines[above - 1][: introduction.SENTENCE]) else index


def _quote_follows(lines: list[str], index: int) -> bool:
    following = next((line for line in lines[index : index + 3] if line), "")
    return quoted(following)


def _new(lines: list[str]) -> list[int]:
    """Return which lines are left without the quoted ones and the sentence before each block of them."""
    kept: list[int] = []
    inside = False
    for index, line in enumerate(lines):
        if quoted(line):
            if not inside:
                del kept[introduction.above([lines[each] for each in kept[-introduction.LINES - 4 :]], len(kept)) :]
            inside = True
        elif not (inside and _rest(lines, index)):
            kept.append(index)
            inside = False
    return kept


def _rest(lines: list[str], index: int) -> bool:
    """Say whether a program wrapped the quoted line above, and this is the rest of it, without a quote mark."""
    above, line, below = lines[index - 1], lines[index], lines[index + 1 : index + 2]
    if not line or not below or not quoted(below[0]) or not quoted(above) or not _LONG <= len(above) >= len(line):
        return False
    # Whoever answers right below begins a sentence of their own.
    return not _STOPPED.search(above) and (not line[0].isupper() or above[-1] not in ".\u3002")
