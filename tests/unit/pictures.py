"""Images and PDF files of our own making."""

from __future__ import annotations

import io
import struct
import zlib


def png(width: int, height: int, *, pixel: bytes = b"\x0f\x6b\x5c") -> bytes:
    """Return a PNG of one colour."""
    return png_of(width, height, zlib.compress((b"\0" + pixel * width) * height))


def png_of(width: int, height: int, data: bytes) -> bytes:
    """Return a PNG that says to be so large, whatever its data is."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def image(kind: str, width: int = 40, height: int = 30, mode: str = "RGB", **more: object) -> bytes:
    """Return an image in one of the formats that Pillow writes, its left half black and its right half white."""
    from PIL import Image

    made = Image.new(mode, (width, height))
    made.paste(Image.new(mode, (width - width // 2, height), "white"), (width // 2, 0))
    into = io.BytesIO()
    made.save(into, kind, **more)
    return into.getvalue()


def pdf(pages: int = 1, width: int = 300, height: int = 400, text: str = "Plan") -> bytes:
    """Return a PDF whose pages say the text and their number."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b""]
    kids = []
    for number in range(1, pages + 1):
        said = f"BT /F 40 Tf 20 {height - 60} Td ({text} {number}) Tj ET".encode()
        kids.append(f"{len(objects) + 1} 0 R")
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Resources<</Font<</F<</Type/Font/Subtype/Type1"
            b"/BaseFont/Helvetica>>>>>>/Contents %d 0 R>>" % (width, height, len(objects) + 2)
        )
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(said), said))
    objects[1] = f"<</Type/Pages/Count {pages}/Kids[{' '.join(kids)}]>>".encode()
    out, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    return out + head + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(out))
