"""The header block: split once, as a verifier splits it."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.thorough import examples
from weftmail.core.limits import FIELDS, HEADER_SIZE
from weftmail.core.parsing.block import HeaderBlock, HeaderField, read_block
from weftmail.flow.reading import read


def pairs(raw: bytes) -> list[tuple[str, str]]:
    return [(one.name, one.value) for one in read_block(raw).fields]


@pytest.mark.parametrize(
    ("raw", "fields", "body"),
    [
        (b"A: 1\nB:2\n\nx", [("a", "1"), ("b", "2")], b"x"),
        (b"A: 1\r\n b\r\n\r\nx", [("a", "1\r\n b")], b"x"),
        (b"A: 1\n \nB: 2\n\nx", [("a", "1\n "), ("b", "2")], b"x"),
        (b"A: 1", [("a", "1")], b""),
        (b"A:", [("a", "")], b""),
        (b"", [], b""),
        (b"\nA: 1\n\n", [], b"A: 1\n\n"),
        (b"\r\nA: 1", [], b"A: 1"),
        (b"From k@x.example Mon Nov 23\nA: 1\n\nx", [("a", "1")], b"x"),
        (b"A: \xe5\n\n", [("a", "\udce5")], b""),
    ],
)
def test_fields_and_where_the_body_begins(raw: bytes, fields: list[tuple[str, str]], body: bytes) -> None:
    found = read_block(raw)
    assert pairs(raw) == fields and raw[found.end :] == body
    assert found == read_block(io.BytesIO(raw))
    assert not found.stray and not found.steered and found.complete and found.flaws(bool) == ()


@pytest.mark.parametrize(
    ("raw", "fields", "flaws"),
    [
        # A carriage return alone ends no line: what stands behind it is the same field's.
        (b"X: a\rTo: evil@x.example\nTo: k@x.example\n\n", [("x", "a To: evil@x.example"), ("to", "k@x.example")],
         ("control", "mended x")),
        (b"To: a\r\r\n b\nX: y\r\r\n\r\r\nHej", [("to", "a\n b"), ("x", "y")], ("control", "mended to", "mended x")),
        (b"To: a\0b\n\n", [("to", "a\0b")], ("control", "mended to")),
        (b"To : a\nTO\t:b\n\n", [("to", "a"), ("to", "b")], ("mended to", "twice to")),
        # Nothing is folded that its author did not fold; where fields go on, the line is passed over.
        (b"To: k@x.example\nerik@x.example\n more\nSubject: s\n\nHej", [("to", "k@x.example"), ("subject", "s")],
         ("stray",)),
        (b"stray\nFrom: k@x.example\n\nHej", [("from", "k@x.example")], ("stray",)),
        (b" folded into nothing\nFrom: k@x.example\n\nHej", [("from", "k@x.example")], ("stray",)),
        (b"A b: c\nFrom: k@x.example\n\nHej", [("from", "k@x.example")], ("stray",)),
        (b"From: k@x.example\nFrom here on\nSubject: s\n\n", [("from", "k@x.example"), ("subject", "s")], ("stray",)),
    ],
)  # fmt: skip
def test_what_can_be_read_in_two_ways_is_marked(
    raw: bytes, fields: list[tuple[str, str]], flaws: tuple[str, ...]
) -> None:
    assert pairs(raw) == fields
    assert read_block(raw).flaws(bool) == flaws
    assert "mended to" not in read_block(raw).flaws(lambda name: name == "x")


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_body_that_lacks_its_empty_line(end: bytes) -> None:
    raw = b"From: k@x.example\nHej allihop\nmera\n\nHej".replace(b"\n", end)
    found = read_block(raw)
    assert pairs(raw) == [("from", "k@x.example")] and found.stray
    assert raw[found.end :].startswith(b"Hej allihop")
    assert read(raw).text == "Hej allihop\nmera\n\nHej"


def test_a_header_without_end() -> None:
    raw = b"Subject: s\n" + b"X: y\n" * 300_000 + b"From: k@x.example\n\nHej"
    found = read_block(raw)
    assert not found.complete and found.end == HEADER_SIZE and found.fields[0].value == "s"
    assert "many" in found.flaws(bool)
    assert read_block(b"X" * 2_000_000) == HeaderBlock((), 0, complete=False, stray=True)
    assert read_block(raw, 20).end == 20 and pairs(raw[:20] + b"\n\n")[0] == ("subject", "s")
    message = read(raw)
    assert message.subject == "s" and message.defects == ("too complex: header too large",)


def test_every_field_is_seen_however_many_there_are() -> None:
    raw = b"From: a@x.example\n" + b"X: y\n" * (FIELDS + 100) + b"From: b@x.example\n\nHej"
    assert [one.address for one in read(raw).from_] == ["a@x.example", "b@x.example"]
    assert "many" in read_block(raw).flaws(bool)
    assert "many" not in read_block(b"X: y\n" * FIELDS + b"\n").flaws(bool)


def test_a_carriage_return_alone_hides_nothing_from_people() -> None:
    raw = b"From: k@x.example\nSubject: a\rTo: evil@x.example\nTo: leads@x.example\n\nHej"
    message = read(raw)
    assert [one.address for one in message.to] == ["leads@x.example"]
    assert message.subject == "a To: evil@x.example"


def test_rendered_it_has_one_reading() -> None:
    raw = b"A : 1\r\n\t2\r\nB: x\rC: y\r\n\r\n"
    found = read_block(raw)
    assert found.rendered() == b"a: 1\n\t2\nb: x C: y\n"
    assert found.rendered(lambda name: name == "a") == b"a: 1\n\t2\n"
    assert found.values("b") == ["x C: y"]


PIECES = st.sampled_from(
    [b"A", b"To", b":", b" ", b"\t", b"\n", b"\r\n", b"\r", b"\0", b"x", b"\xff", b"From", b"From ", b"Subject: s"]
)


@settings(max_examples=examples(500))
@given(st.lists(PIECES, max_size=40).map(b"".join))
def test_no_byte_is_lost_or_moved(raw: bytes) -> None:
    """Body and header are one after the other, and each field is a piece of the header as it stands."""
    found = read_block(raw)
    assert found == read_block(io.BytesIO(raw)) and 0 <= found.end <= len(raw)
    head = re.sub(rb"\r(?!\n)", b" ", re.sub(rb"\r+\n", b"\n", raw[: found.end]))
    for one in found.fields:
        assert one.value.encode("ascii", "surrogateescape").replace(b"\r\n", b"\n").strip() in head
        assert one.name == one.name.lower() and not set(one.name) & set(" \t\r\n:\0")
    assert read_block(found.rendered() + b"\n").rendered() == found.rendered()


@settings(max_examples=examples(300))
@given(st.lists(st.tuples(st.sampled_from(["To", "X", "Subject"]), st.text("ab \t", max_size=8)), max_size=8))
def test_an_ordinary_header_comes_out_as_it_was_written(fields: list[tuple[str, str]]) -> None:
    raw = "".join(f"{name}: {value}\n" for name, value in fields).encode() + b"\nbody"
    found = read_block(raw)
    assert [(one.name, one.value.strip()) for one in found.fields] == [(a.lower(), b.strip()) for a, b in fields]
    assert raw[found.end :] == b"body"


def test_a_field_is_a_value() -> None:
    assert HeaderBlock((HeaderField("a", "1"),), 5).flaws(bool) == ()
