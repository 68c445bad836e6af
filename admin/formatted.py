"""Formatted words between the editor of a page and the store: tidied as they come, with their images as they go out.

The editor shows images of a draft from the site; in what is kept and sent they are named by their Content-ID.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Final

from weftmail.admin.visit import Visit
from weftmail.core.composing.formatting import plain, tidy
from weftmail.flow.pictures import content_id
from weftmail.store.draft import KeptFile

_ADDRESS: Final = re.compile(r"(?s).*/draft/image/([0-9]{1,18})(?:\?.*)?")
_SHOWN: Final = re.compile(r'(<img\b[^<>]*? src=)"cid:([^"<>]{1,200})"')


def words_of(visit: Visit, files: Sequence[KeptFile] = ()) -> tuple[str, str]:
    """Return the words of the form as plain text, and formatted; "" for the latter where they are plain.

    ``files`` are those of the draft: no other image stays.
    """
    by_id = {str(one.id): f"cid:{content_id(one.sha256)}" for one in files if one.inline}

    def picture(source: str) -> str | None:
        found = _ADDRESS.fullmatch(source)
        address = by_id.get(found[1], "") if found else source
        return address if address in by_id.values() else None

    html = tidy(visit.text("html"), picture) if visit.text("html") else ""
    return (plain(html), html) if html else (visit.text("text"), "")


def image_address(label: str, number: int) -> str:
    """Return where the site shows an image of a draft on the record ``label``."""
    return f"/records/{label}/draft/image/{number}"


def in_editor(html: str, files: Sequence[KeptFile], label: str) -> str:
    """Return formatted words as the editor takes them: their images are files of the draft on the record ``label``."""
    by_name = {content_id(one.sha256): one.id for one in files if one.inline}

    def source(found: re.Match[str]) -> str:
        number = by_name.get(found[2])
        address = image_address(label, number) if number else ""
        return f'{found[1]}"{escape(address)}"'

    return _SHOWN.sub(source, html)
