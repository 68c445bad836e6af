"""Images in the HTML itself become files beside it."""

from __future__ import annotations

import base64
import time

import pytest

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


@pytest.mark.parametrize(
    "source",
    [
        "{image}", "'{image}'", '" {image} "', '"{upper}"', '"{params}"', '"{percent}"', '"{untyped}"', '"{bare}"',
        '"{entity}"', '"{octets}"', '"\n{image}"', '"{spaced}"',
    ],
)  # fmt: skip
def test_however_its_source_is_written(source: str) -> None:
    """As browsers take it, so that no image of a customer is lost."""
    coded = base64.b64encode(PNG + b"?>~").decode()
    image = f"data:image/png;base64,{coded}"
    forms = {
        "image": image,
        "upper": f"DATA:IMAGE/PNG;BASE64,{coded}",
        "params": f"data:image/png;charset=utf-8;base64,{coded}",
        "percent": f"data:image/png;base64,{coded.replace('+', '%2B').replace('/', '%2F').replace('=', '%3D')}",
        "untyped": f"data:;base64,{coded}",
        "bare": image.rstrip("="),
        "entity": f"&#100;ata:image&#x2F;png;base64,{coded.replace('=', '&#61;')}",
        "octets": f"data:application/octet-stream;base64,{coded}",
        "spaced": image.replace("base64,", "base64, "),
    }
    html, (found,) = inline_images(f"<p>Look</p><img alt='a>b' src={source.format(**forms)} width=1>")
    assert (found.content, found.content_type, found.filename) == (PNG + b"?>~", "image/png", "image-1.png")
    assert html == f"<p>Look</p><img alt='a>b' src=\"cid:{found.content_id}\" width=1>"


def test_what_it_is_its_bytes_say() -> None:
    webp = b"RIFF\x00\x00\x00\x00WEBPVP8 "
    _, images = inline_images(page(JPEG) + page(webp, "png"))
    assert [one.content_type for one in images] == ["image/jpeg", "image/webp"]


def test_what_is_no_image_stays_for_the_sanitiser() -> None:
    for html in (
        page(b"<svg onload=x>"), page(b"<svg onload=x>", "svg+xml"), "<p>data:image/png;base64,AAAA</p>", "",
        page(PNG).replace("base64,", "base64,="), page(PNG).replace("base64,", "base64,\u00e5"),
        page(b"RIFF\x00\x00\x00\x00WAVEfmt "), page(PNG).replace(";base64", ""),
        '<img src="data:text/html;base64,AAAAAAAA">',
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
    inline_images("<img src='data:;base64," * 50_000 + '<img src="data:;base64,' + "&#65;" * 400_000)
    inline_images("<img src=data:;base64," * 50_000 + "%41" * 600_000)
    assert time.process_time() - began < 4
