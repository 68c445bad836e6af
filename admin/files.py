"""What others sent, given out so that it can do no harm: HTML mail in its frame, files and raw mails as downloads.

RFC 6266 and RFC 8187 for the names of downloads.  What may run in a browser is given out as bytes of no type.
"""

from __future__ import annotations

import base64
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import closing
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response, StreamingResponse

from weftmail.admin.headers import FILE, MAIL, MAIL_WITH_IMAGES
from weftmail.admin.pool import Pool
from weftmail.admin.visit import Visit, nothing_here
from weftmail.core.parsing.file_type import IMAGES, by_content
from weftmail.core.parsing.inline import content_id
from weftmail.core.tokens.reply_token import mask_addresses
from weftmail.store.message import StoredAttachment, ThreadMessage
from weftmail.store.store import Store

PIECE = 1024 * 1024
MOST_INLINE = 6 * 1024 * 1024
"""Images of one mail that are shown in its frame, in bytes; what is beyond can be downloaded."""

_PASSIVE = {
    "application/pdf", "application/zip", "application/msword", "application/vnd.ms-excel", "audio/mpeg",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "image/png", "image/jpeg", "image/gif",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "image/webp", "text/plain", "text/csv",
    "application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.spreadsheet", "video/mp4",
}  # fmt: skip
_UNSAFE = re.compile('[\x00-\x1f\x7f-\x9f/\\\\:*?"<>|\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
_CID = re.compile(r'(<img\b[^>]*?\ssrc=)"cid:([^"]*)"', re.IGNORECASE)
_REMOTE = re.compile(r'(<img\b(?:\s+[a-z-]+="[^"]*")*?\s+)data-remote-src=(?=")')
"""Where an image lies that did not come along; the sanitiser writes every attribute so."""
_LONGEST_NAME = 120

_FRAME = """<!doctype html>
<html lang=""><head><meta charset="utf-8"><title>Email</title><base target="_blank">
<style>
body {{ margin: 12px; color: #1a1d21; background: #fff; overflow-wrap: anywhere;
  font: 15px/1.5 system-ui, sans-serif; }}
img {{ max-width: 100%; height: auto; }} table {{ max-width: 100%; }}
blockquote {{ margin: 0 0 0 .5em; padding-left: .8em; border-left: 2px solid #cfd4da; color: #555c66; }}
</style></head><body>{}</body></html>
"""


def safe_name(name: str, otherwise: str = "file") -> str:
    """Return a file name that is only a name, on every system; ``otherwise`` where nothing of it is left."""
    clean = _UNSAFE.sub("_", name).strip(" .")
    if len(clean) > _LONGEST_NAME:
        stem, dot, ending = clean.rpartition(".")
        short = len(ending) <= 10 and dot
        clean = f"{stem[: _LONGEST_NAME - len(ending) - 1]}.{ending}" if short else clean[:_LONGEST_NAME]
    if _RESERVED.match(clean):
        clean = f"_{clean}"
    return clean if clean.strip("_") else otherwise


def disposition(name: str) -> str:
    """Return the Content-Disposition of a download under this name: plain ASCII, and the whole name beside it."""
    name = safe_name(name)
    simple = re.sub(r"[^A-Za-z0-9._ ()-]", "_", name)
    extended = "" if simple == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return f'attachment; filename="{simple}"{extended}'


def image_type(content: bytes) -> str | None:
    """Return the type of an image by its first bytes, whatever it was called; None for anything else."""
    found = by_content(content)
    return found if found in IMAGES else None


def download(visit: Visit, blob_id: int, size: int, name: str, content_type: str) -> Response:
    """Return a blob as a download, in pieces."""
    headers = _as_file(name, size)
    return StreamingResponse(
        _pieces(visit.site.pool, blob_id, size), headers=headers, media_type=_passive(content_type)
    )


def download_of(content: bytes, name: str, content_type: str) -> Response:
    """Return bytes that are in memory as a download."""
    return Response(content, headers=_as_file(name, len(content)), media_type=_passive(content_type))


def _as_file(name: str, size: int) -> dict[str, str]:
    return {"content-disposition": disposition(name), "content-length": str(size), "content-security-policy": FILE}


def _passive(content_type: str) -> str:
    return content_type.lower() if content_type.lower() in _PASSIVE else "application/octet-stream"


async def _pieces(pool: Pool, blob_id: int, size: int) -> AsyncIterator[bytes]:
    for at in range(0, size, PIECE):

        def piece(store: Store, at: int = at) -> bytes:
            opened = store.blobs.open(blob_id, size)
            if isinstance(opened, bytes):
                return opened
            with closing(opened):
                opened.seek(at)
                return opened.read(PIECE)

        yield await pool.run(piece)


def frame(
    visit: Visit, message: ThreadMessage, attachments: Sequence[StoredAttachment], *, remote: bool = False
) -> Response:
    """Return the page in the frame: the sanitised mail with its own images, and if ``remote`` those from elsewhere."""
    if not message.html:
        raise nothing_here()
    by_id = {one.content_id.strip("<>"): one for one in attachments if one.content_id}
    left = MOST_INLINE

    def image(content_id: str) -> bytes:
        nonlocal left
        one = by_id.get(content_id)
        if one is None or one.size > left:
            return b""
        left -= one.size
        return visit.store.blobs.read(one.blob_id)

    return framed(message.html, image, remote=remote)


def framed(html: str, image: Callable[[str], bytes], *, remote: bool = False) -> Response:
    """Return sanitised HTML as the page of a frame; ``image`` gives the bytes of an image by its Content-ID, or none.

    The frame has an origin of its own and no cookies, so its images stand in the page itself.
    """

    def source_of(found: re.Match[str]) -> str:
        content = image(content_id(found[2]))
        content_type = image_type(content)
        if content_type is None:
            return f'{found[1]}""'
        return f'{found[1]}"data:{content_type};base64,{base64.b64encode(content).decode("ascii")}"'

    headers = {
        "content-security-policy": MAIL_WITH_IMAGES if remote else MAIL,
        "cross-origin-opener-policy": "unsafe-none",
        "referrer-policy": "no-referrer",
    }
    shown = _CID.sub(source_of, mask_addresses(html))
    return HTMLResponse(_FRAME.format(_REMOTE.sub(r"\1src=", shown) if remote else shown), headers=headers)


def source(visit: Visit, message: ThreadMessage, name: str) -> Response:
    """Return the mail as it came, byte for byte."""
    row = visit.store.inbound.get(message.inbound_id) if message.inbound_id is not None else None
    if row is None or row.company_id != visit.company_id:
        raise HTTPException(404)
    return download(visit, row.blob_id, row.size, name, "message/rfc822")
