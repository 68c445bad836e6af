"""HTML mail is hostile: what a page may show of it, and the plain text that it says.

The sanitised text goes into a sandboxed frame under a strict content policy; this module is the first of the two
walls.  Nothing that is left loads anything from outside, runs, submits, or reaches beyond its place (``style``).
"""

from __future__ import annotations

import re
from html import escape, unescape

import nh3

from weftmail.core.limits import HTML_SIZE
from weftmail.core.parsing.burden import heavy, lighter
from weftmail.core.parsing.style import CHECKS, safe_attribute, safe_style
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
_DROPPED = {"script", "style", "title", "noscript", "template", "svg", "math", "iframe", "object", "textarea", "xmp"}
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
_LOADING = re.compile(r"(?i)url\s*\(|image\s*\(|image-set|expression|@import|javascript:|\\|/\*")
# Each of these is an error of its own to the sanitiser's parser, and takes it the square of their number.
_CONTROLS = re.compile("[\u0000-\u0008\u000b\u000e-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff]")


def sanitise(html: str) -> str:
    """Return ``html`` as a fragment that is safe to show; never raises.

    Images sent along (``cid:``) keep their address.  The address of an image elsewhere moves from ``src`` to
    ``data-remote-src``: a page can offer to load it, and nothing loads by itself.  What is nested too deeply or
    is too large comes back as escaped plain text.
    """
    html = lighter(_CONTROLS.sub("", html))
    if len(html) > HTML_SIZE or heavy(html):
        return level(f"<pre>{escape(flat(html))}</pre>")
    clean = nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags=_DROPPED,
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute,
        strip_comments=True,
        link_rel="noopener noreferrer nofollow",
        url_schemes=_SCHEMES,
        url_relative="deny",
        filter_style_properties=set(CHECKS),
    )
    return level(_REMOTE.sub(r'\1data-remote-src="', clean))


# The serialiser writes every attribute as name="value" with quotation marks escaped inside, so that this pattern meets
# real tags only.  The marker is not one that a mail can bring through the filter: it is put before a scheme there.
_MARK = "cid:remote:"
_REMOTE = re.compile(r'(<img\b(?:\s+[a-z-]+="[^"]*")*?\s+)src="cid:remote:')


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "style":
        return None if _LOADING.search(value) else safe_style(tag, value)
    if tag == "img" and name == "src":
        scheme = value.partition(":")[0].strip().lower()
        if scheme == "cid":
            return None if value.lower().startswith(_MARK) else value
        if scheme == "data":
            return value if _IMAGE.fullmatch(value.strip()) else None
        return _MARK + value if scheme in ("http", "https") else None
    if name == "href":
        return None if value.strip().lower().startswith(("data:", "cid:")) else value
    return safe_attribute(tag, name, value)


_CITE = re.compile(r"(</?blockquote(?:\s[^<>]*)?>)")
_BLOCKS = {"p", "br", "hr", "tr", "li", "dt", "dd", "div", "blockquote", "pre", "ul", "ol", "table"}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_BREAK = re.compile(
    r"<br>|<hr>|</(?:tr|li|dt|dd|h[1-6])>|<(?:div|tr|li|h[1-6]|blockquote|pre|ul|ol|table)>|</(?:div|blockquote|pre|ul|ol|table)>"
)
_PARAGRAPH = re.compile(r"</?p>")
_TAG = re.compile(r"</?[a-zA-Z!?][^<>]*>?")
_WHITE = re.compile(r"\s+")
_MANY_LINES = re.compile(r"\n{3,}")
_SPACES = re.compile(r"[ \t\u00a0]+")
# More digits than any letter's number has; of more than 4,300 Python makes no number at all.
_NO_LETTER = re.compile(r"&#(?:[xX]0*[0-9a-fA-F]{7,}|0*[0-9]{8,});?")


def quoted_text_of(html: str) -> str:
    """Return the words of sanitised HTML, those in its cite blocks behind quote marks."""
    depth, lines = 0, []
    for piece in _CITE.split(html):
        if _CITE.fullmatch(piece):
            depth = max(0, depth + (-1 if piece.startswith("</") else 1))
        elif words := text_of(piece).strip():
            lines += [f"{'> ' * min(depth, 5)}{line}" for line in words.split("\n")]
    return "\n".join(lines)


def text_of(html: str) -> str:
    """Return the words of ``html`` with line breaks where it breaks lines; never raises."""
    html = lighter(_CONTROLS.sub("", html[:HTML_SIZE]))
    if heavy(html):
        return flat(html)
    # The sanitiser's parser is the one that takes anything; what it writes has one form, and is quick to read.
    bare = nh3.clean(html, tags=_BLOCKS | _HEADINGS, clean_content_tags=_DROPPED, attributes={}, link_rel=None)
    return _lines(_TAG.sub("", _PARAGRAPH.sub("\n\n", _BREAK.sub("\n", _WHITE.sub(" ", bare)))))


def flat(html: str) -> str:
    """Return the words of ``html`` as a plain look finds them: everything that is no tag, in few lines."""
    return _lines(_WHITE.sub(" ", _TAG.sub(" ", html[:HTML_SIZE])))


def _lines(text: str) -> str:
    plain = unescape(_NO_LETTER.sub("\ufffd", text))
    lines = (_SPACES.sub(" ", line).strip() for line in plain.split("\n"))
    return _MANY_LINES.sub("\n\n", "\n".join(lines)).strip()
