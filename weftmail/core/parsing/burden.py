"""What a page costs the sanitiser, whose parser is a browser's: counted before it is called (HTML, 13.2.6).

That parser takes linear time for what people write, and the square of the size, or worse, for what they do not:
formatting elements that are never closed begin anew in each block, an end tag walks the whole stack of open elements,
what stands in a table outside its cells is put before it, past all that is there, each attribute of a tag is compared
with all before it, and each character reference is a piece of its own.  The cheap counts come first; only a page beyond
them is followed tag by tag, as the parser would, never fewer steps than it takes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from weftmail.core.limits import HTML_ATTRIBUTES, HTML_NESTING, HTML_REFERENCES

FEW_TAGS = 500
FEW_WORDS = 4000
"""Up to these no page is followed."""
STEPS, FREE = 100, 200_000
"""Steps for each tag, on the average, and steps for nothing."""

_OPENING = re.compile(r"<[a-zA-Z]")
# Exactly what ends the name of an attribute in a browser's parser; other blanks do not.
_BETWEEN = re.compile(r"[ \t\n\f\r/>=]+")
_ATTRIBUTE = (
    r"(?:=[^ \t\n\f\r/>=]*+|[^ \t\n\f\r/>=]++)"
    r"(?:[ \t\n\f\r]*+=[ \t\n\f\r]*+(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z)|[^ \t\n\f\r>\"'][^ \t\n\f\r>]*+|(?=>)|\Z))?+"
)
_TAG = re.compile(
    r"<!--(?:-?>|.*?(?:--!?>|\Z))|<(?:[!?]|/(?![a-zA-Z]))[^>]*+"
    rf"|<(/?)([a-zA-Z][^ \t\n\f\r/>]*+)((?:[ \t\n\f\r/]++|{_ATTRIBUTE})*+)",
    re.S,
)
_ONE = re.compile(_ATTRIBUTE)
_FOREIGN = re.compile(r"(?i)<(?:svg|math)\b")
_FORMATTING = {"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"}
_SCOPES = {"applet", "caption", "marquee", "object", "td", "template", "th"}
# These hold nothing, or each closes the one before it.
_SHALLOW = {
    "area",
    "base",
    "br",
    "col",
    "dd",
    "dt",
    "embed",
    "hr",
    "img",
    "input",
    "li",
    "link",
    "meta",
    "option",
    "p",
    "param",
    "source",
    "td",
    "th",
    "tr",
    "wbr",
    "body",
    "html",
    "head",
}
_CELLS = {"td", "th", "caption"}
_FRAME = _CELLS | {"table", "tbody", "thead", "tfoot", "tr", "col", "colgroup"}
_NO_WORDS = " \t\n\f\r>"
"""What may stand between two tags of a table; the first one's bracket is not part of ``_TAG``."""
_REFERENCE = re.compile(r"&#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}));")
_LIGHT = 2000


def lighter(html: str) -> str:
    """Return ``html`` with references to letters as these letters, where it holds many; others stay."""
    return _REFERENCE.sub(_letter, html) if html.count("&") > _LIGHT else html


def _letter(reference: re.Match[str]) -> str:
    number = int(reference[1], 16) if reference[1] else int(reference[2])
    letter = chr(number) if 0xA0 <= number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF else ""
    return letter if letter.isalnum() or letter == "\u00a0" else reference[0]


@lru_cache(maxsize=4)
def heavy(html: str) -> bool:
    """Say whether sanitising ``html`` could take more than linear time."""
    if html.count("&") > HTML_REFERENCES:
        return True
    opened = sum(1 for _ in _OPENING.finditer(html))
    many_words = len(html) > 2 * FEW_WORDS and len(set(_BETWEEN.split(html))) > FEW_WORDS
    if opened <= FEW_TAGS and not many_words:
        return False
    return bool(_FOREIGN.search(html)) or _Followed().follow(html)


@dataclass(slots=True)
class _Followed:
    """The parser's stack and its list of formatting elements, as far as their sizes go."""

    depth: int = 0
    open: dict[str, int] = field(default_factory=dict)
    active: int = 0
    formats: list[tuple[str, dict[str, list[str]]]] = field(default_factory=lambda: [("", {})])
    root: int = 0
    framed: bool = False
    """In a table, and in none of its cells."""
    tags: int = 0
    steps: int = 0

    def follow(self, html: str) -> bool:
        """Say whether it takes too many steps, too many attributes or too deep a stack."""
        end = 0
        for tag in _TAG.finditer(html):
            self.tags += 1
            name = (tag[2] or "").lower()
            if self.framed and (name not in _FRAME or html[end : tag.start()].strip(_NO_WORDS)):
                self.steps += self.tags // 16
            end = tag.end()
            attributes = len(_ONE.findall(tag[3])) if tag[3] and len(tag[3]) > 2 * HTML_ATTRIBUTES else 0
            if attributes > HTML_ATTRIBUTES or self.depth > HTML_NESTING:
                return True
            self.steps += self.depth + 8 * self.active + (self.root if name in ("html", "body") else 0)
            if self.steps > FREE + STEPS * self.tags:
                return True
            if name in _FRAME:
                # A cell that ends leaves its table open, and so does a table within another.
                self.framed = (name != "table" or self.open.get(name, 0) > 1) if tag[1] else name not in _CELLS
            if tag[1]:
                self._close(name)
            elif name:
                self._open(name, tag[3])
        return False

    def _open(self, name: str, attributes: str) -> None:
        if name in _FORMATTING:
            same = self.formats[-1][1].setdefault(name, [])
            # Of equal ones the parser keeps three.
            if len(same) >= 100 or same.count(attributes) < 3:
                same.append(attributes)
                self.active += 1
        elif name in _SCOPES:
            self.formats.append((name, {}))
        if name in ("html", "body"):
            self.root += 1 + 8 * attributes.count("=") + len(attributes) // 2
        if name not in _SHALLOW:
            self.open[name] = self.open.get(name, 0) + 1
            self.depth += 1

    def _close(self, name: str) -> None:
        if self.open.get(name):
            self.open[name] -= 1
            self.depth -= 1
        if name in _FORMATTING and self.formats[-1][1].get(name):
            self.formats[-1][1][name].pop()
            self.active -= 1
        elif name in _SCOPES and any(scope == name for scope, _ in self.formats[1:][-20:]):
            self._leave(name)

    def _leave(self, name: str) -> None:
        """Close a scope; what was begun in it and not closed counts on outside."""
        scope = ""
        while scope != name:
            scope, inside = self.formats.pop()
            for one, begun in inside.items():
                self.formats[-1][1].setdefault(one, []).extend(begun)
