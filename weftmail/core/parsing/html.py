"""HTML mail is hostile: what a page may show of it.

The sanitised text goes into a sandboxed frame under a strict content policy; this module is the first of the two
walls.  Nothing that is left loads anything from outside, runs, submits, or reaches beyond its place (``style``).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from html import escape

import nh3

from weftmail.core.limits import HTML_SIZE
from weftmail.core.parsing.burden import heavy, lighter
from weftmail.core.parsing.style import CHECKS, safe_attribute, safe_style
from weftmail.core.parsing.words import CONTROLS, DROPPED, flat, text_of
from weftmail.core.text import level


def _names(text: str) -> set[str]:
    return set(text.split())


_TAGS = _names(
    """
    a abbr address article aside b bdi bdo blockquote br caption center cite code col colgroup dd
    del dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main
    mark ol p pre q s samp section small span strike strong sub summary sup table tbody td tfoot th
    thead time tr tt u ul var wbr
    """
)
_EVERYWHERE = {"align", "bgcolor", "dir", "height", "lang", "style", "title", "valign", "width"}
_ATTRIBUTES = {
    "*": _EVERYWHERE,
    "a": {"href"},
    "blockquote": {"type"},
    "col": {"span"},
    "colgroup": {"span"},
    "font": {"color", "face", "size"},
    "hr": {"size", "noshade"},
    "img": {"alt", "src", "border"},
    "li": {"value"},
    "ol": {"start", "type"},
    "table": {"border", "cellpadding", "cellspacing"},
    "td": {"colspan", "rowspan", "nowrap"},
    "th": {"colspan", "rowspan", "nowrap"},
    "ul": {"type"},
}
_SCHEMES = {"http", "https", "mailto", "tel", "cid", "data"}
_IMAGE = re.compile(r"data:image/(?:png|gif|jpeg|webp);base64,[A-Za-z0-9+/=\s]*", re.I)
_LEADS_OUT = re.compile(r"(?i)\s*(?:https?|mailto|tel):")
_LOADING = re.compile(r"(?i)url\s*\(|image\s*\(|image-set|expression|@import|javascript:|\\|/\*")


def _nothing(_source: str) -> str | None:
    return None


def sanitise(html: str, sent_along: Callable[[str], str | None] = _nothing) -> str:
    """Return ``html`` as a fragment that is safe to show; never raises.

    ``sent_along`` says which ``cid:`` address an image has, by the source that the HTML names, if it came along.  The
    address of an image elsewhere moves from ``src`` to ``data-remote-src``: a page can offer to load it, and nothing
    loads by itself.  What is nested too deeply or is too large comes back as escaped plain text.
    """
    html = lighter(CONTROLS.sub("", html))
    if len(html) > HTML_SIZE or heavy(html):
        return level(f"<pre>{escape(flat(html))}</pre>")
    clean = nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags=DROPPED,
        attributes=_ATTRIBUTES,
        attribute_filter=partial(_attribute, sent_along),
        strip_comments=True,
        link_rel="noopener noreferrer nofollow",
        url_schemes=_SCHEMES,
        url_relative="pass_through",
        filter_style_properties=set(CHECKS),
    )
    return level(_REMOTE.sub(r'\1data-remote-src="', clean))


# The serialiser writes every attribute as name="value" with quotation marks escaped inside, so that this pattern meets
# real tags only.  The marker is not one that a mail can bring through the filter: it is put before a scheme there.
_MARK = "cid:remote:"
_REMOTE = re.compile(r'(<img\b(?:\s+[a-z-]+="[^"]*")*?\s+)src="cid:remote:')


def _attribute(sent_along: Callable[[str], str | None], tag: str, name: str, value: str) -> str | None:
    if name == "style":
        return None if _LOADING.search(value) else safe_style(tag, value)
    if tag == "img" and name == "src":
        return sent_along(value) or _source(value.strip())
    if name == "href":
        return value if _LEADS_OUT.match(value) else None
    return safe_attribute(tag, name, value)


def _source(value: str) -> str | None:
    """Return where an image lies that did not come along."""
    scheme = value.partition(":")[0].lower()
    if scheme == "cid":
        return None if value.lower().startswith(_MARK) else value
    if scheme == "data":
        return value if _IMAGE.fullmatch(value) else None
    return _MARK + value if scheme in ("http", "https") else None


_CITE = re.compile(r"(</?blockquote(?:\s[^<>]*)?>)")


def quoted_text_of(html: str) -> str:
    """Return the words of sanitised HTML, those in its cite blocks behind quote marks."""
    depth, lines = 0, []
    for piece in _CITE.split(html):
        if _CITE.fullmatch(piece):
            depth = max(0, depth + (-1 if piece.startswith("</") else 1))
        elif words := text_of(piece).strip():
            lines += [f"{'> ' * min(depth, 5)}{line}" for line in words.split("\n")]
    return "\n".join(lines)
