"""Images in the HTML itself become files beside it."""

from __future__ import annotations

import base64
import time

from weftmail.core.limits import DATA_IMAGES
from weftmail.core.parsing.data_images import inline_images
from weftmail.core.parsing.steps import parse
from weftmail.core.reports.kind import classify

PNG = b"\x89PNG\r\n\x1a\n" + b"picture"
JPEG = b"\xff\xd8\xff\xe0 picture"


def page(content: bytes, kind: str = "png", quote: str = '"') -> str:
    return f"<p>Look</p><img alt=x src={quote}data:image/{kind};base64,{base64.b64encode(content).decode()}{quote}>"


def test_an_image_becomes_a_file_that_the_html_shows() -> None:
    html, (image,) = inline_images(page(PNG))
    assert (image.content, image.content_type, image.inline) == (PNG, "image/png", True)
    assert f'src="cid:{image.content_id}"' in html and "data:" not in html


def test_each_once_whatever_its_quotes_and_lines() -> None:
    folded = page(JPEG, "jpeg", "'").replace("base64,", "base64,\n ")
    html, images = inline_images(page(JPEG, "JPG") + folded + page(PNG))
    assert [one.filename for one in images] == ["image-1.jpg", "image-2.png"]
    assert html.count("cid:") == 3


def test_what_is_no_image_stays_for_the_sanitiser() -> None:
    for html in (
        page(b"<svg onload=x>"), page(PNG, "svg+xml"), "<p>data:image/png;base64,AAAA</p>", "",
        page(PNG).replace("base64,", "base64,="), '<img src="data:text/html;base64,AAAAAAAA">',
    ):  # fmt: skip
        assert inline_images(html) == (html, ())


def test_so_many_and_no_more() -> None:
    html, images = inline_images("".join(page(PNG + b"%d" % number) for number in range(DATA_IMAGES + 2)))
    assert (len(images), html.count("data:image/")) == (DATA_IMAGES, 2)


def test_in_a_mail() -> None:
    raw = f"From: a@b.example\nSubject: x\nContent-Type: text/html\n\n{page(PNG)}\n".encode()
    message = parse(raw, classify)
    (image,) = message.attachments
    assert image.inline and f"cid:{image.content_id}" in message.page


def test_it_grows_with_the_html() -> None:
    began = time.process_time()
    inline_images('<img src="data:image/png;base64,AAAA' * 50_000 + "A" * 2_000_000)
    assert time.process_time() - began < 2
