"""A message that somebody forwarded inside their own: who wrote it first, about what, and when.

Mail programs copy the header of what they forward into the text, under a line that says so, each in its own language.
An answer quotes in nearly the same way, so that the copied header alone is not enough.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from weftmail.core.address import Mailbox
from weftmail.core.parsing import header, phrases
from weftmail.core.parsing.mime import Leaf, parse_header
from weftmail.core.parsing.phrases import any_of

SIZE = 64 * 1024
LINE = 400
_PREFIX = re.compile(r"(?i)^\s*(?:fwd?|vb|vs|wg|tr|rv|enc|doorst|pd)\s*:")
_FORWARDED = re.compile(
    rf"^[\s>]*+[-_*=][-_*=\s]++{any_of(phrases.FORWARDED)}\s*(?:[-_*=]{{2,}}.*)?$|^[\s>]*+{any_of(phrases.BEGIN)}\s*:?\s*$",
    re.I,
)
_ORIGINAL = re.compile(rf"^[\s>]*+[-_*=][-_*=\s]++{any_of(phrases.ORIGINAL)}\s*(?:[-_*=]{{2,}}.*)?$", re.I)
_LABEL = re.compile(r"^[*_]{0,2}([^\W\d_][\w '-]{0,24}?)[*_]{0,2}\s?[*_]{0,2}[:：][*_]{0,2}\s*(.*)$")
_FROM = re.compile(any_of(phrases.FROM), re.I)
_SUBJECT = re.compile(any_of(phrases.SUBJECT), re.I)
_DATE = re.compile(any_of(phrases.DATE), re.I)
_QUOTED = re.compile(r"^[ \t]*>")
_MAILTO = re.compile(r"\[mailto:\s*([^\]\s]+)\s*\]", re.I)
_ZONED = re.compile(r"[+-]\d{4}\b")
_LINES = 16


@dataclass(frozen=True, slots=True)
class Forwarded:
    """The message that somebody forwarded within this one."""

    from_: Mailbox
    subject: str
    date: int | None


def find(text: str, subject: str, leaves: list[Leaf]) -> Forwarded | None:
    """Return the forwarded message: from the text, or else the one that came attached; None where there is none."""
    titled = bool(_PREFIX.match(subject))
    lines = text[:SIZE].split("\n")
    tried = 0
    for index, line in enumerate(lines):
        if (
            index < tried
            or len(line) > LINE
            or (":" not in line and "：" not in line and "--" not in line and "==" not in line)
        ):
            continue
        if _FORWARDED.match(line) or (_ORIGINAL.match(line) and (titled or not "".join(lines[:index]).strip())):
            found = _copied(lines, index + 1)
        elif titled or _QUOTED.match(line):
            found = _copied(lines, index)
            # What is no header is not looked at again from each of its lines.
            tried = index + _length(lines, index)
        else:
            continue
        if found:
            return found
    attached = [leaf for leaf in leaves if leaf.content_type == "message/rfc822"]
    if len(attached) == 1 and (titled or not text.strip()):
        return _attached(attached[0])
    return None


def _copied(lines: list[str], start: int) -> Forwarded | None:
    """Read a copied header that begins at ``start`` or after blank lines there."""
    while start < len(lines) and not lines[start].strip("> \t"):
        start += 1
    found: dict[str, str] = {}
    label = ""
    for line in lines[start : start + _LINES]:
        bare = line.lstrip("> \t\u00a0").rstrip()
        match = _LABEL.match(bare)
        if not bare:
            break
        if match:
            label = _kind(match[1])
            found.setdefault(label, match[2])
        elif not found:
            return None
        else:
            found[label] += " " + bare
    if len(found) < 2 or "from" not in found:
        return None
    boxes = header.mailboxes(_MAILTO.sub(r"<\1>", found["from"]).replace("*", ""))
    if not boxes or "@" not in boxes[0].address:
        return None
    # A copied date is for people to read; with twelve hours' clock or without a zone it is not exact enough.
    written = found.get("date", "")
    at = header.date(written) if _ZONED.search(written) else None
    return Forwarded(boxes[0], header.clean(found.get("subject", "")), at)


def _length(lines: list[str], start: int) -> int:
    """Return how many lines from ``start`` on look like fields of a header."""
    found = 0
    for line in lines[start : start + _LINES]:
        if not _LABEL.match(line.lstrip("> \t\u00a0").rstrip()):
            break
        found += 1
    return found


def _kind(label: str) -> str:
    for kind, words in (("from", _FROM), ("subject", _SUBJECT), ("date", _DATE)):
        if words.fullmatch(label):
            return kind
    return label.lower()


def _attached(leaf: Leaf) -> Forwarded | None:
    fields = parse_header(leaf.content)
    boxes = header.mailboxes(fields.first("from"))
    if not boxes:
        return None
    return Forwarded(boxes[0], header.text(fields.first("subject")), header.date(fields.first("date")))
