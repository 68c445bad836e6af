"""What the parser need not see: the message must come out the same."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.thorough import examples
from weftmail.core.limits import WORDS_SIZE
from weftmail.core.parsing import mime, source
from weftmail.core.parsing.block import read_block
from weftmail.core.parsing.parts import Contents, read_parts
from weftmail.flow.reading import read

HEAD = b"Subject: a\nContent-Type: multipart/mixed; boundary=b\n\npreamble\n"
LINES = st.sampled_from(
    [
        b"--b", b"--b--", b"", b"-- ", b"Content-Type: text/html", b"x" * 80, b"y" * 600, b"--c", b"\x01", b"a\rb",
        b" z", b"\r", b"\r" * 700, b"c\r" * 400, b"d\r--b\r\re", b"\r" * 600 + b"--b",
    ]
)  # fmt: skip


def leaves(raw: bytes, marked: bool | None = None) -> tuple[object, ...]:
    top = read_block(raw)
    scan = source.scan(raw, top.end)
    scan = replace(scan, marked=scan.marked if marked is None else marked)
    contents = Contents(raw, scan)
    blocks = read_parts(mime.parsed(top, raw, scan), contents)
    return blocks, contents.attached, contents.charset


@settings(max_examples=examples(300))
@given(st.lists(LINES, max_size=40), st.sampled_from([b"\n", b"\r\n"]), st.integers(1, 900))
def test_what_is_left_out_comes_back(lines: list[bytes], end: bytes, repeat: int) -> None:
    filler = b"z" * 90 + (b"\r" if repeat % 3 == 0 else end)
    raw = (HEAD + b"\n".join(lines)).replace(b"\n", end) + end + filler * repeat + b"--b" + end + end + b"Hej"
    assert leaves(raw) == leaves(raw, marked=True)


def test_a_large_attachment_from_a_file() -> None:
    body = (b"QUJD" * 19 + b"\n") * 4000
    raw = HEAD + b"--b\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\n" + body + b"--b--\n"
    file = io.BytesIO(raw)
    top = read_block(file)
    scan = source.scan(file, top.end)
    contents = Contents(file, scan)
    read_parts(mime.parsed(top, file, scan), contents)
    assert contents.attached[0].content == b"ABC" * 19 * 4000
    assert sum(map(len, source.thinned(file, scan))) < 2000


def test_lines_longer_than_a_piece() -> None:
    raw = HEAD + b"--b\n\n" + b"x" * 300_000 + b"\n--b\n\n" + b"y\n" * 50_000 + b"--b--\n"
    assert leaves(raw) == leaves(raw, marked=True)


def test_many_boundaries_that_are_none_are_no_reason() -> None:
    assert read(b"Subject: a\n\n" + b"--x\n" * 5000).defects == ()
    flat = b"".join(b"--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\nx\n--c--\n" for _ in range(60))
    assert read(HEAD + flat + b"--b--\n" + b"z" * 200_000).text.count("x") == 60


NESTED = b"".join(b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n" % (n, n) for n in range(40))


@pytest.mark.parametrize(
    "raw",
    [
        NESTED,
        NESTED.replace(b": multi", b":" + b" " * 70_000 + b"multi"),
        NESTED.replace(b"Type: multi", b"Type:\n multi").replace(b"; ", b";\n "),
        b"X: " + b"x" * (65536 - 20) + b"\n" + NESTED,
        NESTED.replace(b"\n", b"\r").replace(b"\r\r", b"\n\n", 1),
    ],
)
def test_depth_is_counted_however_it_is_written(raw: bytes) -> None:
    assert [one for one in read(raw).defects if "too complex" in one] in (
        ["too complex: nested too deeply"], ["too complex: header too large"]
    )  # fmt: skip
    assert read(b"Subject: a\n" + raw.replace(b"multipart/", b"text/")[:60_000]).subject == "a"


def test_lines_that_end_with_a_carriage_return_alone_are_counted() -> None:
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n" % (n, n) for n in range(25))
    assert "too complex" not in str(read(deep + b"\nHej\n").defects)
    assert read(deep + b"\n" + b"--x\r" * 200_000).defects == ("too complex: too many lines for its nesting",)
    # Where no boundary can be among them, the parser need not see them.
    assert "x" * 3 in read(deep + b"\n" + b"x\r" * 200_000).text.replace("\n", "")


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n", b"\r", b"x", b"\r\n\r\n"])
@pytest.mark.parametrize("more", range(-2, 3))
def test_lines_without_a_line_feed_come_back(end: bytes, more: int) -> None:
    """Pieces of 64 KB end anywhere in them, between the two halves of a line's end as well."""
    for line in (b"\r", b"a\r", b"ab\r\r"):
        raw = HEAD + b"--b\n\n" + (line * 70_000)[: 65_536 + more] + end + b"\r\n--b\r\n\r\nHej\n--b--\n"
        assert leaves(raw) == leaves(raw, marked=True)


def test_a_body_of_carriage_returns_costs_no_more_than_a_header_of_them() -> None:
    raw = HEAD + b"--b\n\n" + b"\r" * 1_000_000
    top = read_block(raw)
    assert sum(map(len, source.thinned(raw, source.scan(raw, top.end)))) < 2000


def test_a_thousand_parts_and_one_more() -> None:
    def parts(count: int) -> bytes:
        return HEAD + b"--b\n\nx\n" * count + b"--b--\n"

    assert read(parts(900)).defects == ()
    assert read(parts(1001)).defects == ("too complex: too many parts",)


def test_words_beyond_eight_megabytes_stay_in_the_original() -> None:
    message = read(b"Subject: a\n\n" + b"0123456789abcde\n" * (WORDS_SIZE // 16 + 10))
    assert len(message.text) == WORDS_SIZE and message.defects == ("text/plain: too long, the rest is in the original",)
