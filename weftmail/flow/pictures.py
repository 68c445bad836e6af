"""Images among the words of what somebody writes: files of a draft, named in its HTML by their Content-ID."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from weftmail.store.attachment import NewAttachment
from weftmail.store.draft import KeptFile

_SHOWN: Final = re.compile(r'<img\b[^<>]*? src="cid:([^"<>]{1,200})"')


def content_id(sha256: str) -> str:
    """Return the Content-ID of an image (RFC 2392), made of what it shows: the same image twice is one file."""
    return f"{sha256[:32]}@part.invalid"


def going_along(html: str, files: Sequence[KeptFile]) -> list[NewAttachment]:
    """Return the files that a message has: those that the formatted words show in their place, and all that are none.

    An image that was taken out of the words stays behind; where the words became plain, it is a file like others.
    """
    shown = set(_SHOWN.findall(html))
    found: dict[str, NewAttachment] = {}
    for number, one in enumerate(files):
        name = content_id(one.sha256)
        if one.inline and name in shown:
            found[name] = NewAttachment(one.blob_id, one.filename, one.content_type, name, inline=True)
        elif not one.inline or not html:
            found[str(number)] = NewAttachment(one.blob_id, one.filename, one.content_type)
    return list(found.values())
