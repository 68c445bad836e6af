"""Images that stand in the HTML itself (RFC 2397) become files beside it, as those that a Content-ID names.

Pages and notifications show no ``data:`` address, and an answer would carry the bytes on in its text.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import Final

from weftmail.core.limits import DATA_IMAGES
from weftmail.core.parsing.message import Attachment

_IMAGE: Final = re.compile(
    r"(?i)(\bsrc\s{0,5}=\s{0,5})([\"'])data:image/(png|jpe?g|gif|webp);base64,([a-z0-9+/=\s]{8,}+)\2"
)
_BEGIN: Final = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"RIFF")


def inline_images(html: str) -> tuple[str, tuple[Attachment, ...]]:
    """Return the HTML with a Content-ID in place of each image in it, and those images; each once."""
    if "data:image/" not in html.lower():
        return html, ()
    found: dict[str, Attachment] = {}

    def named(match: re.Match[str]) -> str:
        image = _image(match[3].lower(), match[4], len(found) + 1)
        if image is None or (image.sha256 not in found and len(found) >= DATA_IMAGES):
            return match[0]
        kept = found.setdefault(image.sha256, image)
        return f"{match[1]}{match[2]}cid:{kept.content_id}{match[2]}"

    return _IMAGE.sub(named, html), tuple(found.values())


def _image(kind: str, coded: str, number: int) -> Attachment | None:
    """The image, if its bytes are one."""
    try:
        content = base64.b64decode("".join(coded.split()), validate=True)
    except binascii.Error:
        return None
    if not content.startswith(_BEGIN):
        return None
    digest = hashlib.sha256(content).hexdigest()
    ending = "jpg" if kind == "jpeg" else kind
    content_type = "image/jpeg" if ending == "jpg" else f"image/{kind}"
    return Attachment(f"image-{number}.{ending}", content_type, content, digest, f"{digest[:32]}@data.invalid", True)
