"""The plain text that HTML says, with its lines, cells and links; as a page shows it, near enough to be read.

Lines of ``pre`` and of ``white-space: pre`` stand as written, cells are parted by a tab, and a link whose words are not
its address keeps the address beside them in angle brackets.
"""

from __future__ import annotations

import re
from html import unescape
from typing import Final

import nh3

from weftmail.core.limits import HTML_SIZE
from weftmail.core.parsing.burden import heavy, lighter
from weftmail.core.text import says_something

# Each of these is an error of its own to the sanitiser's parser, and takes it the square of their number.
CONTROLS: Final = re.compile("[\u0000-\u0008\u000b\u000e-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff]")
DROPPED: Final = {
    "script", "style", "title", "noscript", "template", "svg", "math", "iframe", "object", "textarea", "xmp",
}  # fmt: skip
"""Elements whose content is no words."""

_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_LISTED = {"tr", "li", "dt", "dd"} | _HEADINGS
_BOXES = {"div", "blockquote", "pre", "ul", "ol", "table"}
_VOID = {"br", "hr"}
_CELLS = {"td", "th"}
_KEPT = _LISTED | _BOXES | _VOID | _CELLS | {"p", "a"}
_BEFORE = dict.fromkeys((*_BOXES, *_HEADINGS, "tr", "li"), 1) | {"p": 2}
_AFTER = dict.fromkeys((*_BOXES, *_LISTED), 1) | {"p": 2}
"""How many line ends stand before and behind an element, at least."""
_STYLED = re.compile(r"(?i)white-space\s*:\s*(?:pre|break-spaces)")
_ELEMENT = re.compile(r'<(/?)([a-z][a-z0-9]*)((?: [a-z-]+="[^"]*")*)>')
_HREF = re.compile(r' href="([^"]{1,2000})"')
_AS_WRITTEN = str.maketrans({" ": "\ufdd0", "\t": "\ufdd1", "\n": "\ufdd2", "\u00a0": "\ufdd0"})
_WRITTEN = str.maketrans({"\ufdd0": " ", "\ufdd1": "\t", "\ufdd2": "\n"})
_ADDRESS = re.compile(r"(?i)^(?:https?://|mailto:)?(?:www\.)?|[/?#]*$")
_WHITE = re.compile(r"\s+")
_CELL = re.compile(r"[ \t\u00a0]*\t[ \t\u00a0]*")
_SPACES = re.compile(r"[ \u00a0]+")
_COMMAND = re.compile(r"</?[A-Za-z][A-Za-z0-9-]{0,60}>")
_PARAMETER = re.compile(r"(?is)<param>[^<]{0,200}</param>")
_BREAKS = re.compile(r"\n+")
_MANY_LINES = re.compile(r"\n{3,}")
_TAG = re.compile(r"</?[a-zA-Z!?][^<>]*>?")
# More digits than any letter's number has; of more than 4,300 Python makes no number at all.
_NO_LETTER = re.compile(r"&#(?:[xX]0*[0-9a-fA-F]{7,}|0*[0-9]{8,});?")


def of_enriched(enriched: str) -> str:
    """Return the words of text/enriched (RFC 1896): commands go, "<<" is one, and a single line end is a blank."""
    plain = _COMMAND.sub("", _PARAMETER.sub("", enriched).replace("<<", "\ufdd3")).replace("\ufdd3", "<")
    return _BREAKS.sub(lambda ends: "\n" * (len(ends[0]) - 1) or " ", plain.replace("\r", "")).rstrip() + "\n"


def shows_something(html: str) -> bool:
    """Say whether anybody would see anything of a page: a letter of its words, or an image."""
    return "<img" in html.lower() or says_something(text_of(html))


def text_of(html: str) -> str:
    """Return the words of ``html`` with line breaks where it breaks lines; never raises."""
    html = lighter(CONTROLS.sub("", html[:HTML_SIZE]))
    if heavy(html):
        return flat(html)
    styled = bool(_STYLED.search(html))
    # The sanitiser's parser is the one that takes anything; what it writes has one form, and is quick to read.
    bare = nh3.clean(
        html,
        tags=_KEPT | {"span"} if styled else _KEPT,
        clean_content_tags=DROPPED,
        attributes={"a": {"href"}, **({"*": {"style"}} if styled else {})},
        filter_style_properties={"white-space"},
        url_schemes={"http", "https", "mailto"},
        url_relative="deny",
        link_rel=None,
    )
    return _lines(_HtmlPass().read(bare)).translate(_WRITTEN)


def flat(html: str) -> str:
    """Return the words of ``html`` as a plain look finds them: everything that is no tag, in few lines."""
    return _lines(_WHITE.sub(" ", _TAG.sub(" ", html[:HTML_SIZE])))


class _HtmlPass:
    """One pass over clean HTML."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.written: list[bool] = [False]
        """For each open element, whether what stands in it stands as written."""
        self.links: list[tuple[int, str]] = []
        self.ended = 2
        """So many line ends stand behind the last words."""

    def read(self, html: str) -> str:
        at = 0
        for element in _ELEMENT.finditer(html):
            if element.start() > at:
                self._words(html[at : element.start()])
            at = element.end()
            name = element[2]
            if element[1]:
                self._close(name)
            else:
                self._open(name, element[3])
        self._words(html[at:])
        return "".join(self.out)

    def _words(self, words: str) -> None:
        if self.written[-1]:
            words = words.translate(_AS_WRITTEN)
        elif words.isspace():
            words = " "
        else:
            words = _WHITE.sub(" ", words)
        self.out.append(words)
        if words not in (" ", ""):
            self.ended = 0

    def _break(self, least: int) -> None:
        if least > self.ended:
            self.out.append("\n" * (least - self.ended))
            self.ended = least

    def _open(self, name: str, attributes: str) -> None:
        if name in _VOID:
            self._break(self.ended + 1)
            return
        self._break(_BEFORE.get(name, 0))
        styled = attributes != "" and bool(_STYLED.search(attributes))
        self.written.append(self.written[-1] or name == "pre" or styled)
        if name == "a":
            href = _HREF.search(attributes)
            self.links.append((len(self.out), href[1] if href else ""))

    def _close(self, name: str) -> None:
        if name == "a" and self.links:
            start, href = self.links.pop()
            words = "".join(self.out[start:]).strip()
            if href and words and _bare(words) != _bare(href):
                self.out.append(f" &lt;{href.removeprefix('mailto:')}&gt;")
        self.written.pop()
        # The sanitiser closes what it opened; should it ever close more, nothing is lost.
        self.written = self.written or [False]
        if name in _CELLS:
            self.out.append("\t")
        self._break(_AFTER.get(name, 0))


def _bare(address: str) -> str:
    return _ADDRESS.sub("", address.strip()).casefold()


def _lines(text: str) -> str:
    plain = unescape(_NO_LETTER.sub("\ufffd", text))
    lines = (_SPACES.sub(" ", _CELL.sub("\t", line)).strip() for line in plain.split("\n"))
    return _MANY_LINES.sub("\n\n", "\n".join(lines)).strip()
