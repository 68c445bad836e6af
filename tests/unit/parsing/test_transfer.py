"""Transfer encodings, whole and broken."""

from __future__ import annotations

import base64
import binascii

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weftmail.core.parsing.transfer import decode, octets


@pytest.mark.parametrize(
    ("data", "encoding", "content", "good"),
    [
        (b"aGVq\r\naGVq\n", "base64", b"hejhej", True),
        (b"aGVqYQ==", "BASE64 ", b"heja", True),
        (b"aGVqYQ==aGVq", "base64", b"hejahej", False),
        (b"aGVqYQ", "base64", b"heja", False),
        (b"aGVqY", "base64", b"hej", False),
        (b"aG!Vq", "base64", b"hej", False),
        (b"h=E5=\nr", "quoted-printable", b"h\xe5r", True),
        (b"begin 644 a.txt\n#:&5J\n`\nend\n", "x-uuencode", b"hej", True),
        (b"#:&5J\n", "uuencode", b"hej", False),
        (b"begin 644 a\n#:&5Jxx\n\nend", "uue", b"hej", True),
        (b"\x80\x80\n", "x-uue", b"", False),
        (b"begin 644 a\n#~~~~\nend\n", "x-uue", b"", False),
        (b"M\n" * 200, "x-uue", b"M\n" * 200, False),
        (b"begin 644 a\nM\nend\n", "x-uue", b"", False),
        (b"hej", "8bit", b"hej", True),
        (b"hej", "rot13", b"hej", False),
    ],
)
def test_decoding(data: bytes, encoding: str, content: bytes, good: bool) -> None:
    assert decode((data,), encoding) == (content, good)


@given(st.binary(max_size=400), st.lists(st.integers(1, 50), max_size=8))
def test_base64_in_any_pieces(content: bytes, cuts: list[int]) -> None:
    data, pieces = base64.encodebytes(content), []
    for cut in cuts:
        pieces.append(data[:cut])
        data = data[cut:]
    assert decode([*pieces, data], "base64") == (content, True)


@given(st.binary(max_size=200), st.sampled_from(["base64", "quoted-printable", "uuencode", ""]))
def test_anything_is_decoded(data: bytes, encoding: str) -> None:
    decode((data,), encoding)


def test_octets_of_raw_and_of_decoded_text() -> None:
    assert octets("h\udce5r") == b"h\xe5r"
    assert octets("hår") == "hår".encode()
    assert binascii.hexlify(octets("å\ud800")) == b"c3a53f"
