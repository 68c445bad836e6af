"""Which parts of a mail its HTML shows in their places, by whatever name it calls them (RFC 2392, 2557).

A Content-ID is a URL in the HTML: its scheme is written in any case, and what is percent-encoded is undone.  Programs
also leave the scheme out, and name a part by its Content-Location or by its file name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from html import unescape
from urllib.parse import quote, unquote

from weftmail.core.limits import INLINE_SOURCE
from weftmail.core.parsing.file_type import IMAGES, by_content
from weftmail.core.parsing.message import Attachment

_SCHEME = re.compile(r"(?i)\s*cid:(?://)?")
_SHOWN = re.compile(r'<img\b[^<>]*?\ssrc="cid:([^"<>]{1,3000})"')


class Pictures:
    """The images among the files of a mail, by the names that its HTML may call them."""

    def __init__(self, files: Sequence[Attachment], locations: Sequence[str] = ()) -> None:
        """``locations``: the Content-Location of each file, "" where it has none."""
        self.files = list(files)
        self.places: dict[str, int] = {}
        named = [*locations, *[""] * (len(files) - len(locations))]
        of_images = [n for n, each in enumerate(files) if by_content(each.content) in IMAGES]
        for names in ([f.content_id or "" for f in files], named, [f.filename for f in files]):
            for number in of_images:
                if names[number]:
                    self.places.setdefault(_key(names[number]), number)

    def address(self, source: str) -> str | None:
        """Return the ``cid:`` address of the image that the source of an ``img`` means; None where it means none."""
        if len(source) > INLINE_SOURCE:
            return None
        number = self.places.get(_key(_SCHEME.sub("", source, count=1)))
        if number is None:
            return None
        return "cid:" + quote(self._id(number), safe="@!$'()*+,;=/?#[]~")

    def _id(self, number: int) -> str:
        """Return the Content-ID of a file; one that has none gets it from its content."""
        file = self.files[number]
        if file.content_id is None:
            file = self.files[number] = replace(file, content_id=f"{file.sha256[:32]}@part.invalid")
        return file.content_id or ""

    def shown_in(self, page: str) -> tuple[Attachment, ...]:
        """Return the files, those marked that the sanitised page shows."""
        shown = {content_id(found) for found in _SHOWN.findall(page)}
        images = set(self.places.values())
        return tuple(
            replace(file, inline=number in images and file.content_id in shown)
            for number, file in enumerate(self.files)
        )


def content_id(address: str) -> str:
    """Return the Content-ID that stands in the source of an ``img``, behind its scheme, as HTML has it."""
    return unquote(unescape(address))


def _key(name: str) -> str:
    return unquote(name).strip().strip("<>").casefold()
