"""What a mail program quotes in HTML: the cite blocks, each with its end, and the marks that have none.

Only the cite block itself is left out; what follows a closed one is new.  Behind a mark without an end, such as the
header block of Outlook, all is quoted.
"""

from __future__ import annotations

import re

_ATTRIBUTES = r"\b[^<>]{0,300}?\b"
# Elements that hold a quote and nothing else.  Gmail's own div holds answers between the quotes, too.
_BLOCK = r"type=[\"']?cite\b|cite=|(?:class|id)=[\"']?[\w -]{0,100}?(?:_quote\b|cite\b)|data-o-mail-quote"
_DIV = (
    r"(?:class|id)=[\"']?[\w -]{0,100}?(?:yahoo_quoted|protonmail_quote|moz-cite-prefix|gmail_attr)|name=[\"']?quote\b"
)
_CITED = re.compile(rf"<(?:blockquote{_ATTRIBUTES}(?:{_BLOCK})|div{_ATTRIBUTES}(?:{_DIV}))", re.I)
_ENDLESS = re.compile(
    r"<(?:div|p|hr|span|a)\b[^<>]{0,300}?\b(?:class|id|name)=[\"']?"
    r"(?:OutlookMessageHeader|divRplyFwdMsg|appendonsend|mail-editor-reference-message-container|zwchr|stopSpelling)\b",
    re.I,
)
_TAG = re.compile(r"<(/?)(blockquote|div)\b", re.I)
MARK = "<br>&gt;<br>"
"""What stands for a quote that was left out: a line with a quote mark alone."""


def new_html(html: str) -> str:
    """Return ``html`` with a mark in place of each cite block, up to where a quote without an end begins."""
    endless = _ENDLESS.search(html)
    if endless:
        html = html[: endless.start()]
    pieces, at = [], 0
    while found := _CITED.search(html, at):
        pieces += [html[at : found.start()], MARK]
        at = _behind(html, found.start())
    return "".join((*pieces, html[at:]))


def _behind(html: str, start: int) -> int:
    """Return where the element that begins at ``start`` ends; the end of all where it is never closed."""
    depth, name, end = 0, "", len(html)
    for tag in _TAG.finditer(html, start):
        name = name or tag[2].lower()
        depth += (tag[2].lower() == name) * (-1 if tag[1] else 1)
        if not depth:
            end = max(html.find(">", tag.end()) + 1, tag.end())
            break
    return end
