"""Bytes to text, whatever their label says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weftmail.core.parsing.charset import codec, decode, guess


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("UTF-8", "utf-8"),
        ("utf8mb4", "utf-8"),
        (" 'iso-8859-1'", "cp1252"),
        ("iso-8859-8-i", "iso8859-8"),
        ("windows-874", "cp874"),
        ("zlib", ""),
        ("punycode", ""),
        ("no such", ""),
        ("no-such", ""),
        ("", ""),
    ],
)
def test_labels(label: str, name: str) -> None:
    assert codec(label) == name


@pytest.mark.parametrize(
    ("data", "label", "text", "good"),
    [
        (b"Hej", "utf-8", "Hej", True),
        (b"Hej", "no-such", "Hej", False),
        ("Västerås".encode(), "utf-8", "Västerås", True),
        ("Västerås".encode(), "", "Västerås", False),
        ("Västerås".encode(), "iso-8859-1", "Västerås", False),
        ("Västerås".encode("cp1252"), "iso-8859-1", "Västerås", True),
        ("Västerås".encode("cp1252"), "us-ascii", "Västerås", False),
        ("お見積".encode("iso2022_jp"), "iso-2022-jp", "お見積", True),
        ("お見積".encode("iso2022_jp"), "us-ascii", "お見積", False),
        ("Västerås".encode("utf-7"), "utf-7", "Västerås", True),
        (b"\xff+", "utf-7", "ÿ+", False),
        ("Hej".encode("utf-16"), "utf-16", "Hej", True),
        (b"a\r\nb\rc\0\x07", "utf-8", "a\nb\nc", True),
        (b"\xef\xbb\xbfHej", "utf-8", "Hej", True),
        (b"\x81\x40", "euc-kr", "\ufffd@", False),
    ],
)
def test_decoding(data: bytes, label: str, text: str, good: bool) -> None:
    assert decode(data, label) == (text, good)


def test_a_long_text_with_one_broken_letter_keeps_its_charset() -> None:
    assert guess("åäö".encode() * 20 + b"\xff") == "åäö" * 20 + "\ufffd"


def test_a_broken_escape_sequence_is_read_as_letters() -> None:
    assert "\ufffd" not in guess(b"\x1b$B\xe5")


def test_what_no_rule_knows_is_left_to_statistics() -> None:
    assert "привет" in guess("привет, как дела сегодня".encode("koi8-r") + b"\x81\x8d") or guess(b"\x81\x8d")


@given(
    st.binary(max_size=80),
    st.sampled_from(["", "utf-8", "utf-7", "utf-16", "hz", "big5", "gb2312", "iso-2022-jp", "x"]),
)
def test_never_a_lone_surrogate_or_a_nul(data: bytes, label: str) -> None:
    text, _ = decode(data, label)
    text.encode()
    assert "\0" not in text


def test_a_codec_that_this_machine_lacks_is_none() -> None:
    assert codec("mbcs") == ""
