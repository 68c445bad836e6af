"""Images that stand in the HTML itself (RFC 2397) become files beside it, as those that a Content-ID names.

Pages and notifications show no ``data:`` address, and an answer would carry the bytes on in its text.
"""

from __future__ import annotations

import base64
import hashlib
import re
from html import unescape
from typing import Final
from urllib.parse import unquote

from weftmail.core.limits import DATA_IMAGES
from weftmail.core.parsing.message import Attachment

_SOURCE: Final = re.compile(r"""(?i)(\bsrc\s{0,5}=\s{0,5})(?:"([^"]*)"|'([^']*)'|([^\s"'>][^\s>]*))""")
_DATA: Final = re.compile(r"(?is)data:[^,]{0,200};\s*base64\s*,(.*)")
_BEGIN: Final = (("png", b"\x89PNG\r\n"), ("jpg", b"\xff\xd8\xff"), ("gif", b"GIF8"), ("webp", b"RIFF"))


def inline_images(html: str) -> tuple[str, tuple[Attachment, ...]]:
    """Return the HTML with a Content-ID in place of each image in it, and those images; each once.

    The source may be written as a browser takes it: in quotes or without, with letters as entities or percent signs,
    with parameters, without a type or without the padding at its end.  What counts as an image, its bytes say.
    """
    if "base64" not in html.lower():
        return html, ()
    found: dict[str, Attachment] = {}

    def named(match: re.Match[str]) -> str:
        coded = _DATA.fullmatch(unescape(match[2] or match[3] or match[4] or "").strip())
        image = _image(coded[1], len(found) + 1) if coded is not None else None
        if image is None or (image.sha256 not in found and len(found) >= DATA_IMAGES):
            return match[0]
        kept = found.setdefault(image.sha256, image)
        return f'{match[1]}"cid:{kept.content_id}"'

    return _SOURCE.sub(named, html), tuple(found.values())


def _image(coded: str, number: int) -> Attachment | None:
    """The image, if its bytes are one."""
    letters = "".join(unquote(coded).split()).rstrip("=")
    try:
        content = base64.b64decode(letters + "=" * (-len(letters) % 4), validate=True)
    except ValueError:
        # binascii.Error is one; letters beyond ASCII raise another.
        return None
    ending = _ending(content)
    if not ending:
        return None
    digest = hashlib.sha256(content).hexdigest()
    content_type = "image/jpeg" if ending == "jpg" else f"image/{ending}"
    return Attachment(f"image-{number}.{ending}", content_type, content, digest, f"{digest[:32]}@data.invalid", True)


def _ending(content: bytes) -> str:
    """The ending of a file of such bytes; "" where they are no image that programs show."""
    found = next((ending for ending, begin in _BEGIN if content.startswith(begin)), "")
    return "" if found == "webp" and content[8:12] != b"WEBP" else found
