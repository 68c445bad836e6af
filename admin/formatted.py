"""Formatted words between the editor of a page and the store: tidied as they come, with their images as they go out.

The editor shows images of a draft from the site; in what is kept and sent they are named by their Content-ID.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from weftmail.admin.visit import Visit
from weftmail.core.composing.formatting import plain, tidy
from weftmail.flow.pictures import content_id
from weftmail.store.draft import KeptFile
from weftmail.store.message import StoredAttachment, ThreadMessage

_ADDRESS: Final = re.compile(r"(?s).{0,300}(/draft/image/[0-9]{1,18}|/[0-9]{1,18}/files/[0-9]{1,9})(?:\?.*)?")
_SHOWN: Final = re.compile(r'(<img\b[^<>]*? src=)"cid:([^"<>]{1,200})"')


def words_of(visit: Visit, files: Sequence[KeptFile] = ()) -> tuple[str, str]:
    """Return the words of the form as plain text, and formatted; "" for the latter where they are plain.

    ``files`` are those of the draft: no other image stays.
    """
    return _words(visit, {f"/draft/image/{one.id}": content_id(one.sha256) for one in files if one.inline})


def words_of_note(visit: Visit, number: int, files: Sequence[StoredAttachment]) -> tuple[str, str]:
    """Return the words of a note's form, as ``words_of``; its images are its ``files``."""
    return _words(visit, {f"/{number}/files/{place}": name for place, name in _shown_of(files)})


def _words(visit: Visit, names: Mapping[str, str]) -> tuple[str, str]:
    """``names`` says which Content-ID an image has, by the end of its address."""
    known = {f"cid:{one}" for one in names.values()}

    def picture(source: str) -> str | None:
        found = _ADDRESS.fullmatch(source)
        address = f"cid:{names.get(found[1], '')}" if found else source
        return address if address in known else None

    html = tidy(visit.text("html"), picture) if visit.text("html") else ""
    return (plain(html), html) if html else (visit.text("text"), "")


def _shown_of(files: Sequence[StoredAttachment]) -> list[tuple[int, str]]:
    """Return the places of the images of a message, counted from 1, and their Content-IDs."""
    return [(place, one.content_id) for place, one in enumerate(files, start=1) if one.inline and one.content_id]


def image_address(label: str, number: int) -> str:
    """Return where the site shows an image of a draft on the record ``label``."""
    return f"/records/{label}/draft/image/{number}"


def in_editor(html: str, files: Sequence[KeptFile], label: str) -> str:
    """Return formatted words as the editor takes them: their images are files of the draft on the record ``label``."""
    return _shown(html, {content_id(one.sha256): image_address(label, one.id) for one in files if one.inline})


def note_in_editor(note: ThreadMessage, files: Sequence[StoredAttachment], label: str) -> str:
    """Return what a note says as the editor takes it: its images are its files."""
    return _shown(
        note.html, {name: f"/records/{label}/{note.number}/files/{place}" for place, name in _shown_of(files)}
    )


def _shown(html: str, addresses: Mapping[str, str]) -> str:
    return _SHOWN.sub(lambda found: f'{found[1]}"{escape(addresses.get(found[2], ""))}"', html)
