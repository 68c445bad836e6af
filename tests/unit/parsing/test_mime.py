"""Parts, their names and their texts."""

from __future__ import annotations

import pytest

from weftmail.core.parsing import mime, source
from weftmail.core.parsing.block import read_block
from weftmail.core.parsing.parts import Block, Contents, read_parts


def contents(raw: bytes) -> tuple[list[Block], Contents]:
    top = read_block(raw)
    found = Contents(raw, source.scan(raw, top.end))
    return read_parts(mime.parsed(top, raw, found.scan), found), found


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("anbud.pdf", "anbud.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\tmp\\a.txt", "a.txt"),
        ("..", ""),
        ("Offert 12/2026.pdf", "Offert 12-2026.pdf"),
        ("1/2/../../x", "x"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
        ("x" * 300, "x" * 200),
    ],
)
def test_file_names(name: str, safe: str) -> None:
    assert mime.safe_filename(name) == safe


def test_a_text_with_a_name_is_read_where_nothing_else_is() -> None:
    blocks, found = contents(b"Content-Type: text/plain; name=a.txt\n\nHej")
    assert blocks == [Block("Hej")] and not found.attached


def test_a_charset_in_the_page_itself() -> None:
    blocks, _ = contents(b"Content-Type: text/html\n\n<meta charset=iso-8859-1>\xe5")
    assert blocks[0].html.endswith("å")


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        (b"text/html; x", "text/html"),
        (b"text", "text/plain"),
        (b"html", "text/html"),
        (b"Application/PDF (a comment)", "application/pdf"),
        (b"", "text/plain"),
    ],
)
def test_types(field: bytes, kind: str) -> None:
    assert mime.kind_of(mime.parse_header(b"Content-Type: " + field + b"\n\n"))[0] == kind


def test_parts_of_a_digest_are_messages() -> None:
    _, found = contents(b"Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: inner\n\nHej\n--b--\n")
    assert found.attached[0].content_type == "message/rfc822"


def test_a_multipart_without_parts_is_text_unless_it_is_attached() -> None:
    assert contents(b"Content-Type: multipart/mixed; boundary=b\n\nHej")[0][0].text == "Hej"
    raw = b"Content-Type: multipart/mixed; boundary=b\nContent-Disposition: attachment\n\nHej"
    assert contents(raw)[1].attached[0].content == b"Hej"


def test_an_alternative_without_anything_and_a_broken_text() -> None:
    raw = b"Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: image/png\n\nx\n--b--\n"
    assert contents(raw)[0] == []
    blocks, found = contents(b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n5Q!=")
    assert blocks[0].text == "å"
    assert found.defects == ["text/plain: broken transfer encoding", "text/plain: charset does not hold"]


def test_fields_are_found_by_name_in_order() -> None:
    fields = mime.parse_header(b"A: 1\nB: 2\na: 3\n")
    assert fields.all("a") == ["1", "3"] and fields.first("b") == "2" and fields.first("c") == ""
    assert "a" in fields and "c" not in fields and fields.order == [("a", "1"), ("b", "2"), ("a", "3")]
