"""A colleague's answer, freed of our notification that it quotes."""

from __future__ import annotations

import re
from typing import Final

from weftmail.core.composing.marks import MARK


def cut_notification(text: str) -> str:
    """Return a colleague's answer without our notification that it quotes; text without one comes back as it is.

    Cut are the mark and what follows it: all of it, or, where the program set quote marks before it, the lines that
    bear them; words written between or below those stay.  The line above that says who wrote when goes, too.
    Where nothing would be left, the text comes back whole: rather a quote too many than words lost.
    """
    lines = text.split("\n")
    at = next((number for number, line in enumerate(lines) if MARK.fullmatch(line[:400].strip())), None)
    if at is None:
        return text
    above = _without_attribution(lines[:at])
    quoted = lines[at].lstrip().startswith(">")
    if quoted and not any(line.strip() and not line.lstrip().startswith(">") for line in _unintroduced(above)):
        # Somebody wrote into the quote, above its first line: that is theirs, quote marks or not.
        above = [re.sub(r"^[ \t]*>[ \t]?", "", line) for line in _unintroduced(above)]
    below = [line for line in lines[at:] if not line.lstrip().startswith(">")] if quoted else []
    kept = "\n".join([*above, *below]).strip("\n")
    return kept if kept.strip() else text


def without_attribution(lines: list[str], author: str = "") -> list[str]:
    """Return the lines without what introduces a quote at their end: who wrote when.

    ``author`` is the name of whoever wrote what is quoted, where that is known.
    """
    kept = _without_attribution(lines)
    # Without an address it takes a date and a time, which a sentence of somebody's own hardly ends with, or a date and
    # the author's very name; programs break that sentence in two.
    if _introduces(kept[-1:], 4):
        return _trimmed(kept[:-1])
    for count in (1, 2):
        said = kept[-count:]
        if author and author.casefold() in " ".join(said).casefold() and _introduces(said, 2):
            return _trimmed(kept[:-count])
    return kept


def _introduces(lines: list[str], numbers: int) -> bool:
    """Say whether the lines are a sentence that ends in a colon and has so many numbers."""
    said = " ".join(lines)
    return said.rstrip("* >").endswith(":") and len(_NUMBERS.findall(said)) >= numbers


def _unintroduced(lines: list[str]) -> list[str]:
    """The lines without what introduces the quote that they begin with."""
    first = next((number for number, line in enumerate(lines) if line.lstrip().startswith(">")), 0)
    return [*without_attribution(lines[:first]), *lines[first:]]


_NUMBERS: Final = re.compile(r"\d+")
_FIELD: Final = re.compile(r"[>\s*]*[^\W\d_][\w -]{0,20}\s?:\*?\s.{0,400}")
_DIGITS: Final = re.compile(r"\d{2}")
_RULE: Final = re.compile(r"[>\s]*[_-]{2,}[\w\s]{0,40}[_-]{2,}\s*")


def _without_attribution(lines: list[str]) -> list[str]:
    """Drop "On ... Karin wrote:", or the block of From, Sent, To, Subject, that stands at the end of ``lines``."""
    kept = _trimmed(lines)
    fields = 0
    while fields < min(len(kept), 8) and _FIELD.fullmatch(kept[-1 - fields]):
        fields += 1
    block = kept[len(kept) - fields :]
    if fields >= 3 and any("@" in line for line in block):
        kept = _trimmed(kept[: len(kept) - fields])
        return _trimmed(kept[:-1]) if kept and _RULE.fullmatch(kept[-1]) else kept
    if kept and kept[-1].rstrip("* >").endswith(":"):
        return _trimmed(kept[: len(kept) - _attribution_size(kept)])
    return kept


def _attribution_size(lines: list[str]) -> int:
    """Count the lines at the end that say who wrote when; programs break that sentence at will.

    It names an address; it began earlier where it holds the end of one alone, or no date while the line above has
    one.  At most four lines, never over a blank one: rather a sentence too many than a word lost.
    """
    found = 0
    for count in range(1, min(4, len(lines)) + 1):
        if not lines[-count].strip():
            break
        said = " ".join(lines[-count:]).strip()
        if "@" not in said:
            continue
        found = count
        above = lines[-count - 1] if count < len(lines) else ""
        cut_open = said.startswith("<") or (">" in said and "<" not in said)
        if not cut_open and (_DIGITS.search(said) or not _DIGITS.search(above)):
            break
    return found


def _trimmed(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and not lines[end - 1].strip("> \t\r\u00a0"):
        end -= 1
    return lines[:end]
