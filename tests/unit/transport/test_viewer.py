"""Files are drawn by a process of their own: what it gives, what it refuses, and that nothing of it gets out."""

from __future__ import annotations

import io
import sys
import time
import zlib

import pytest
from PIL import Image

from tests.unit.pictures import image, pdf, png, png_of
from weftmail.core.picture import NoPicture, Picture, Sheet
from weftmail.transport.readers.viewer import ViewerLimits, ViewerProcesses

SMALL = Sheet(1, 240, 240)
BROKEN = NoPicture("broken")


def draw(content: bytes, sheet: Sheet = SMALL) -> Picture | NoPicture:
    return ViewerProcesses().draw(content, sheet)


def opened(made: Picture | NoPicture) -> Image.Image:
    assert isinstance(made, Picture), made
    found = Image.open(io.BytesIO(made.content), formats=("WEBP",))
    assert found.size == (made.width, made.height)
    return found.convert("RGB")


def program(text: str) -> ViewerProcesses:
    """A viewer that does what the text says, in place of ours."""
    return ViewerProcesses((sys.executable, "-I", "-c", text), ViewerLimits(processor=1, clock=3.0))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
@pytest.mark.parametrize(("size", "shown"), [((40, 30), (40, 30)), ((2400, 600), (240, 60)), ((100, 1000), (24, 240))])
def test_an_image_is_made_small(kind: str, size: tuple[int, int], shown: tuple[int, int]) -> None:
    found = opened(draw(image(kind, *size)))
    assert found.size == shown
    left, right = found.getpixel((1, shown[1] // 2)), found.getpixel((shown[0] - 2, shown[1] // 2))
    assert max(left) < 60 and min(right) > 195  # type: ignore[arg-type, type-var]


@pytest.mark.parametrize("mode", ["RGBA", "LA", "L", "P", "1", "CMYK"])
def test_images_of_every_kind_of_colour_are_drawn(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    assert opened(draw(image(kind, mode=mode))).size == (40, 30)


def test_a_photo_is_turned_and_says_nothing_of_where_it_was_taken() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "behind the old mill"
    made = draw(image("JPEG", 400, 300, exif=exif))
    assert opened(made).size == (180, 240)
    assert isinstance(made, Picture) and b"old mill" not in made.content


def test_a_page_of_a_pdf_is_drawn() -> None:
    content = pdf(3)
    first, second = (draw(content, Sheet(page, 1600, 2000)) for page in (1, 2))
    assert isinstance(first, Picture) and isinstance(second, Picture)
    assert first.pages == 3 and (first.width, first.height) == (1200, 1600)
    assert first.content != second.content and min(opened(first).convert("L").tobytes()) < 80, "its words are drawn"
    assert draw(content, Sheet(4, 240, 240)) == NoPicture("no page")
    assert draw(png(4, 4), Sheet(2, 240, 240)) == NoPicture("no page")


@pytest.mark.parametrize(
    "content",
    [
        b"", b"%PDF-1.7\n", b"%PDF-1.4\ngarbage" * 1000, b"\x89PNG\r\n\x1a\n", png(40, 30)[:50], b"GIF89a", b"<svg/>",
        b"II*\0" + bytes(200), png_of(40, 30, b"garbage"), b"RIFF\0\0\0\0WEBP",
    ],
)  # fmt: skip
def test_what_is_broken_says_so(content: bytes) -> None:
    assert draw(content) == BROKEN


def test_bombs_are_not_unpacked() -> None:
    began = time.monotonic()
    bomb = png_of(60_000, 60_000, zlib.compress(bytes(1000)))
    assert draw(bomb) == NoPicture("large")
    wide = pdf(1, 14_400, 14_400)
    assert opened(draw(wide)).size == (240, 240)
    assert time.monotonic() - began < 5


def test_a_locked_pdf_says_so() -> None:
    locked = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\n"
        b"3 0 obj<</Filter/Standard/V 1/R 2/Length 40/P -44/O<" + b"41" * 32 + b">/U<" + b"42" * 32 + b">>>endobj\n"
        b"trailer<</Root 1 0 R/Encrypt 3 0 R/ID[<01><01>]>>\n"
    )
    assert draw(locked) == NoPicture("locked")


@pytest.mark.parametrize(
    "text",
    [
        "while True: pass",
        "import time; time.sleep(60)",
        "bytearray(1 << 30)",
        "import os; os.kill(os.getpid(), 11)",
        "import sys; sys.stdout.write('x' * (1 << 26))",
        "print('[]')",
        "print('{}')",
        'print(\'{"failed": "because"}\')',
        'print(\'{"width": 1, "height": 1, "pages": 1, "bytes": 5}\\nhello\', end="")',
        'print(\'{"width": "x", "height": 1, "pages": 1, "bytes": 0}\')',
        "print('[' * 100000)",
        "open('/tmp/weftmail-viewer', 'w').write('x'); print('{}')",
    ],
)
def test_a_viewer_that_was_taken_over_or_does_not_end_gives_nothing(text: str) -> None:
    began = time.monotonic()
    assert program(text).draw(bytes(3_000_000), SMALL) == BROKEN
    assert time.monotonic() - began < 6


def test_it_has_two_pipes_and_an_empty_environment() -> None:
    """What it could see and reach, said by itself as the reason why nothing was drawn."""
    text = (
        "import os, sys\n"
        "seen = sorted(int(one) for one in os.listdir('/proc/self/fd'))\n"
        "fine = seen[:3] == [0, 1, 2] and len(seen) == 4 and set(os.environ) <= {'LC_ALL', 'LC_CTYPE'}\n"
        "fine = fine and os.getcwd() == '/' and os.getsid(0) == os.getpid()\n"
        "print('{\"failed\": \"locked\"}' if fine else '{}')"
    )
    assert program(text).draw(b"", SMALL) == NoPicture("locked")


def test_a_larger_picture_than_was_asked_for_is_refused() -> None:
    made = draw(png(200, 100), Sheet(1, 200, 200))
    assert isinstance(made, Picture)
    line = f'{{"width": 200, "height": 100, "pages": 1, "bytes": {len(made.content)}}}'
    text = f"import sys; sys.stdout.buffer.write({line.encode()!r} + b'\\n' + {made.content!r})"
    assert program(text).draw(b"", Sheet(1, 200, 200)) == made
    assert program(text).draw(b"", Sheet(1, 100, 100)) == BROKEN
