"""What a colleague formats in the composer: a few elements of HTML, whatever the form brought, and plain text beside.

The form of a page is a stranger's work as far as the server is concerned.  What is left here is what the editor makes:
bold, italics, lists, links, quotes, code, tables and images that came along; the look of it is ours.  What is stored
passes the sanitiser of mail (``parsing/html``) as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from typing import Final

import nh3

from weftmail.core.limits import HTML_SIZE
from weftmail.core.parsing.burden import heavy, lighter
from weftmail.core.parsing.html import quoted_text_of
from weftmail.core.parsing.words import CONTROLS, DROPPED, flat, text_of
from weftmail.core.text import level

_TAGS: Final = {
    "a", "b", "blockquote", "br", "code", "del", "div", "em", "i", "img", "li", "ol", "p", "pre", "s", "strike",
    "strong", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
_ATTRIBUTES: Final = {
    "a": {"href"},
    "img": {"alt", "src"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
_LOOK: Final = {
    "<blockquote>": '<blockquote style="margin:0 0 0 0.5em;padding-left:0.8em;border-left:2px solid #98a2b3">',
    "<table>": '<table border="1" cellpadding="4" cellspacing="0" style="border-collapse:collapse">',
}
"""How mail programs are to show what bears no attribute of its own; pages have no say in it."""
_IMAGE: Final = re.compile(r"<img\b[^<>]*")
_LEADS_OUT: Final = re.compile(r"(?i)(?:https?|mailto|tel):.{1,2000}", re.S)
_NUMBER: Final = re.compile(r"[0-9]{1,4}")
_SOURCELESS: Final = re.compile(r'<img(?![^<>]*? src=")[^<>]*>')
_PIECE: Final = re.compile(r"<(/?)(ol|ul|li|img)\b([^<>]*)>")
_START: Final = re.compile(r' start="([0-9]{1,4})"')
_OPENED: Final = re.compile(r"(<li[^<>]*>(?:-|[0-9]{1,4}\.) |<t[dh][^<>]*>)<(?:div|p)>")
_ENDED: Final = re.compile(r"</(?:div|p)>(?=</t[dh]>)")
_ALT: Final = re.compile(r' alt="([^"]*)"')


def tidy(html: str, picture: Callable[[str], str | None]) -> str:
    """Return ``html`` with nothing in it but what the editor makes; "" where that says nothing.  Never raises.

    ``picture`` returns the ``cid:`` address of the image that a source names, None for one that is not ours: it goes.
    """
    html = lighter(CONTROLS.sub("", html))
    if len(html) > HTML_SIZE or heavy(html):
        return level(f"<pre>{escape(flat(html))}</pre>")

    def kept(tag: str, name: str, value: str) -> str | None:
        if tag == "img" and name == "src":
            return picture(value)
        if name == "href":
            return value.strip() if _LEADS_OUT.fullmatch(value.strip()) else None
        return value if name == "alt" or _NUMBER.fullmatch(value) else None

    clean = nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags=DROPPED,
        attributes=_ATTRIBUTES,
        attribute_filter=kept,
        link_rel=None,
        url_schemes={"http", "https", "mailto", "tel", "cid"},
        url_relative="pass_through",
    )
    clean = _IMAGE.sub(r'\g<0> style="max-width:100%"', _SOURCELESS.sub("", clean))
    for bare, looks in _LOOK.items():
        clean = clean.replace(bare, looks)
    clean = level(clean)
    return clean if says(clean) else ""


def says(html: str) -> bool:
    """Whether tidy HTML says or shows anything."""
    return "<img" in html or bool(text_of(html).strip())


def plain(html: str) -> str:
    """Return tidy HTML as plain text: items behind a dash or their numbers, quotes behind quote marks, images by what
    they show.
    """
    counts: list[int] = []

    def marked(found: re.Match[str]) -> str:
        closing, name, attributes = found.groups()
        if name == "img":
            alt = _ALT.search(attributes)
            return f"[{alt[1]}]" if alt and alt[1] else ""
        if name != "li":
            if closing and counts:
                counts.pop()
            elif not closing:
                start = _START.search(attributes)
                counts.append((int(start[1]) if start else 1) if name == "ol" else 0)
        elif not closing and counts:
            mark = f"{counts[-1]}. " if counts[-1] else "- "
            counts[-1] += 1 if counts[-1] else 0
            return f"{found[0]}{mark}"
        return found[0]

    # What begins inside an item or a cell begins on its line.
    items = _OPENED.sub(r"\1", _PIECE.sub(marked, html))
    return quoted_text_of(_ENDED.sub("", items))
