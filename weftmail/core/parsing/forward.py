"""A message that somebody forwarded inside their own: who wrote it first, about what, and when.

Mail programs copy the header of what they forward into the text, under a line that says so, each in its own language.
An answer quotes in nearly the same way, so that the copied header alone is not enough.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from weftmail.core.address import Mailbox
from weftmail.core.limits import FORWARD_LINE, FORWARD_SIZE
from weftmail.core.parsing import copied, header, introduction, phrases
from weftmail.core.parsing.mime import Leaf, parse_header
from weftmail.core.parsing.phrases import any_of

_PREFIX = re.compile(
    r"(?i)^\s*\[?(?:fwd?|vb|vs|vl|wg|tr|rv|reenv|enc|res?enc|i|doorst|pd|pdl|перес|пересл|転送|转发|轉寄|전달|ilt"
    r"|i̇lt|i̇let|tov|πρθ|pros|posr|redirecționare|redir|preposl|vidaresendt|пренасочено|препр)\s*[:\uff1a]"
)
_RULED = r"^[\s>]*+[-_*=\u2013\u2014][-_*=\u2013\u2014\s]++"
_FORWARDED = re.compile(
    rf"{_RULED}{any_of(phrases.FORWARDED)}\s*(?:[-_*=\u2013\u2014]{{2,}}.*)?$"
    rf"|^[\s>]*+{any_of(phrases.BEGIN)}\s*[:\uff1a]?\s*$",
    re.I,
)
_ORIGINAL = re.compile(rf"{_RULED}{any_of(phrases.ORIGINAL)}\s*(?:[-_*=\u2013\u2014]{{2,}}.*)?$", re.I)
_SAME_LINE = re.compile(rf"[-_=]{{2,}}\s*{any_of(copied.FROM)}\s*[:\uff1a]\s*([^<>]{{1,100}}<[^<>\s]{{3,200}}>)", re.I)
"""Where a program that makes text of HTML lost the line ends of the copied header."""
_QUOTED = re.compile(r"^[ \t]*>")
_MAY = re.compile(r"[:\uff1a]|--|==|\u2014|>>>$")
_MAILTO = re.compile(r"[\[<]mailto:\s*([^\]>\s]+)\s*[\]>]", re.I)
_NAMED = re.compile(
    r"\"[^\"<>]{1,100}\"\s?<[^<>\s]{3,200}>|[^\W\d_][^\"<>,;:\d]{0,100}<[^<>\s]{3,200}>|<[^<>\s]{3,200}>"
)
_ZONED = re.compile(r"[+-]\d{4}\b")


@dataclass(frozen=True, slots=True)
class Forwarded:
    """The message that somebody forwarded within this one."""

    from_: Mailbox
    subject: str
    date: int | None


def find(text: str, subject: str, leaves: list[Leaf]) -> Forwarded | None:
    """Return the forwarded message: from the text, or else the one that came attached; None where there is none."""
    titled = bool(_PREFIX.match(subject))
    lines = text[:FORWARD_SIZE].split("\n")
    tried = 0
    for index, line in enumerate(lines):
        if index < tried or len(line) > FORWARD_LINE or not _MAY.search(line):
            continue
        if titled and introduction.arrowed(line.rstrip()):
            found = _author(introduction.between_arrows(line.rstrip()), "", "")
        elif _FORWARDED.match(line) or (_ORIGINAL.match(line) and (titled or not "".join(lines[:index]).strip())):
            joined = _SAME_LINE.search(line)
            found = _author(joined[1], "", "") if joined else _copied(lines, index + 1) or _introduced(lines, index + 1)
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
    for kind, value, _ in copied.fields(lines, start):
        if kind:
            label = kind
            found.setdefault(label, value)
        else:
            found[label] += " " + value
    if len(found) < 2 or "from" not in found:
        return None
    return _author(found["from"], found.get("subject", ""), found.get("date", ""))


def _introduced(lines: list[str], start: int) -> Forwarded | None:
    """Read the sentence that some programs put below the mark instead: '23.11.2026, 09:12, "Erik Ek" <...>:'."""
    line = next((one for one in lines[start : start + 2] if one.strip()), "")
    named = _NAMED.search(line) if introduction.introduces(line.strip()) else None
    return _author(named[0], "", "") if named else None


def _author(written: str, subject: str, date: str) -> Forwarded | None:
    boxes = header.mailboxes(_MAILTO.sub(r" <\1>", written).replace("*", ""))
    if not boxes or "@" not in boxes[0].address:
        return None
    # A copied date is for people to read; with twelve hours' clock or without a zone it is not exact enough.
    at = header.date(date) if _ZONED.search(date) else None
    return Forwarded(boxes[0], header.clean(subject), at)


def _length(lines: list[str], start: int) -> int:
    """Return how many lines from ``start`` on look like fields of a header."""
    return max((behind for _, _, behind in copied.fields(lines, start)), default=start) - start


def _attached(leaf: Leaf) -> Forwarded | None:
    fields = parse_header(leaf.content)
    boxes = header.mailboxes(fields.first("from"))
    if not boxes:
        return None
    return Forwarded(boxes[0], header.text(fields.first("subject")), header.date(fields.first("date")))
