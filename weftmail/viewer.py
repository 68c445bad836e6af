"""The viewer: a program that is given one file and draws one page of it; it can do nothing else.

Run as ``python -I -m weftmail.viewer`` by ``transport/readers/viewer``, with two pipes and nothing besides.  On the
first come a line of JSON, which says what is wanted, and the file; on the second go a line of JSON and the picture.
Then it ends: what one file did to it, it does to no other file.  Images are unpacked by Pillow, PDF by PDFium.
"""

from __future__ import annotations

import ctypes
import io
import json
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

from weftmail.core.limits import VIEW_PAGES, VIEW_PIXELS
from weftmail.core.parsing.file_type import IMAGES, by_content
from weftmail.core.picture import PDF

if TYPE_CHECKING:
    from PIL.Image import Image

_PR_SET_PDEATHSIG = 1
_QUALITY = 82
_LARGER = 4.0
"""So many times a page of a PDF is drawn larger than it is, at most."""


class NotDrawn(Exception):
    """The file cannot be drawn; the text says why, in a word of ``NoPicture``."""


def main() -> int:
    """Draw what comes in."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    wanted = json.loads(sys.stdin.buffer.readline())
    content = sys.stdin.buffer.read(wanted["bytes"])
    try:
        image, pages = drawn(content, wanted["page"], (wanted["width"], wanted["height"]))
        said = io.BytesIO()
        image.save(said, "WEBP", quality=_QUALITY)
    except NotDrawn as why:
        _send({"failed": str(why), "bytes": 0}, b"")
    except Exception:
        # Whatever a library says of a stranger's bytes, the file is broken to us.
        _send({"failed": "broken", "bytes": 0}, b"")
    else:
        data = said.getvalue()
        _send({"width": image.width, "height": image.height, "pages": pages, "bytes": len(data)}, data)
    return 0


def drawn(content: bytes, page: int, size: tuple[int, int]) -> tuple[Image, int]:
    """Return a page of a file as an image that fits into ``size``, and how many pages there are."""
    kind = by_content(content)
    if kind == PDF:
        return _of_pdf(content, page, size)
    if kind not in IMAGES:
        raise NotDrawn("broken")
    if page != 1:
        raise NotDrawn("no page")
    return _of_image(content, kind.removeprefix("image/").upper(), size), 1


def _of_image(content: bytes, kind: str, size: tuple[int, int]) -> Image:
    from PIL import Image, ImageOps

    # We ask ourselves, before anything is unpacked, and by our own number.
    Image.MAX_IMAGE_PIXELS = None
    image: Any = Image.open(io.BytesIO(content), formats=(kind,))
    if image.width * image.height > VIEW_PIXELS:
        raise NotDrawn("large")
    image.draft("RGB", size)
    clear = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    # Turned afterwards, it has to fit both ways until then.
    image.thumbnail((max(size), max(size)))
    image = ImageOps.exif_transpose(image).convert("RGBA" if clear else "RGB")
    image.thumbnail(size)
    # Where a camera stood is nobody's business who only looks.
    image.info.clear()
    return image  # type: ignore[no-any-return]


def _of_pdf(content: bytes, page: int, size: tuple[int, int]) -> tuple[Image, int]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise NotDrawn("locked" if "password" in str(error).lower() else "broken") from None
    pages = min(len(document), VIEW_PAGES)
    if not 1 <= page <= pages:
        raise NotDrawn("no page")
    # What somebody filled in is drawn, too.
    document.init_forms()
    found = document[page - 1]
    width, height = found.get_size()
    scale = min(size[0] / max(width, 1), size[1] / max(height, 1), _LARGER)
    return found.render(scale=scale).to_pil(), pages


def _send(line: dict[str, Any], data: bytes) -> None:
    view = memoryview(json.dumps(line).encode() + b"\n" + data)
    while view:
        view = view[os.write(1, view) :]


if __name__ == "__main__":
    sys.exit(main())
