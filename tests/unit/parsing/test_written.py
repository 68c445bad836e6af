"""HTML in words, parameters that programs write wrongly, and what is left of a container that breaks off."""

from __future__ import annotations

import struct

import pytest

from tests.unit.parsing.test_parts import NEW_FILE, attribute, listed, long, winmail
from weftmail.core.parsing import header, tnef
from weftmail.core.parsing.words import of_enriched, text_of
from weftmail.flow.reading import read


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<pre>a  b\n\n\n\tc</pre>d   e", "a  b\n\n\n\tc\nd e"),
        ("<div style='white-space: pre-wrap'>a  b</div>", "a  b"),
        ("<table><tr><td>Ek</td><td>12</td></tr><tr><td>Björk</td><td>3</td></tr></table>", "Ek\t12\nBjörk\t3"),
        ("<a href='https://x.example/a?b=1&c'>Order</a>", "Order <https://x.example/a?b=1&c>"),
        ("<a href='http://www.x.example/'>x.example</a> <a href='mailto:a@b'>a@b</a>", "x.example a@b"),
        ("<a href='mailto:a@b.example'>Anna</a><a href='https://x.example'></a><a>b</a>", "Anna <a@b.example>b"),
        ("<div>a</div><div><br></div><div>b<br></div><p>c</p>", "a\n\nb\n\nc"),
        ("<a href='/relative'>a</a><a href='javascript:x'>b</a>", "ab"),
    ],
)
def test_html_in_words(html: str, text: str) -> None:
    assert text_of(html) == text


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("x; name='foo bar.pdf'", "foo bar.pdf"),
        ('x; name="a "big" b.pdf"; size=3', 'a "big" b.pdf'),
        ('x; name="=?utf-8?q?gr=C3=BC=C3?= =?utf-8?q?=9Fe.docx?="', "grüße.docx"),
        ('x; name="%E8%A6%8B.pdf"', "見.pdf"),
        ('x; name="%E8.pdf"', "%E8.pdf"),
        ('x; name="100%25.pdf"', "100%25.pdf"),
        ('x; name="open; x.pdf', "open; x.pdf"),
    ],
)
def test_names_that_programs_write_wrongly(value: str, name: str) -> None:
    assert header.parameters(value)[1]["name"] == name


def test_a_container_that_names_things_twice_or_breaks_off() -> None:
    twice = listed(long(0x1E, 0x1000, b"One"), long(0x1E, 0x1234, b"x"))
    several = struct.pack("<HHI", 0x101E, 0x6001, 2) + 2 * (struct.pack("<I", 4) + b"abcd")
    content = winmail(attribute(1, 0x9003, twice), NEW_FILE, attribute(2, 0x800F, b"first"),
                      attribute(2, 0x9005, listed(several, long(0x102, 0x3701, b"second"))))  # fmt: skip
    found = tnef.read(content)
    assert found is not None and found.text == "One" and found.files[0].content == b"first"
    no_message = winmail(NEW_FILE, attribute(2, 0x9005, listed(long(0x0D, 0x3701, b"\0" * 16 + b"no message"))))
    kept = tnef.read(no_message)
    assert kept is not None and kept.files[0].content == b"no message"


def compressed(flags: int, body: bytes, size: int = 100) -> bytes:
    """RTF compressed for a mail: one byte of flags, and what they are about."""
    return struct.pack("<IIII", 12 + 1 + len(body), size, 0x75465A4C, 0) + bytes([flags]) + body


@pytest.mark.parametrize(
    ("content", "out"),
    [
        (compressed(0b0000, b"abcdefgh"), b"abcdefgh"),
        (compressed(0b0000, b"abcdefgh", 3), b"abc"),
        (compressed(0b0000, b"abc"), b"abc"),
        (compressed(0b0010, b"a" + struct.pack(">H", 208 << 4)), b"a{\\"),
        (compressed(0b0010, b"a\0"), b"a"),
        # A reference to where the writing is now: the end.
        (compressed(0b0010, b"a" + struct.pack(">H", 208 << 4) + b"later"), b"a"),
    ],
    ids=["whole", "size", "short", "reference", "half a reference", "end"],
)
def test_what_is_compressed_in_a_container(content: bytes, out: bytes) -> None:
    found = tnef.decompressed(content)
    assert found == out or (out == b"a{\\" and found[:1] == b"a")


def test_a_property_of_a_kind_that_nobody_knows_ends_the_list() -> None:
    odd = listed(long(0x1E, 0x1000, b"Words"), struct.pack("<HH", 0x0999, 0x3001) + b"\0" * 8)
    found = tnef.read(winmail(attribute(1, 0x9003, odd)))
    assert found is None or found.text in ("", "Words")


def test_an_end_tag_without_its_beginning_is_none() -> None:
    assert text_of("</b></p>Hej</i>").strip() == "Hej"


@pytest.mark.parametrize(
    ("enriched", "text"),
    [
        ("<bold>Hej</bold> du\n\nPris <<40 kr", "Hej du\nPris <40 kr\n"),
        ("<color><param>red</param>Rött</color>\nett\n\n\ntvå\r\n", "Rött ett\n\ntvå\n"),
    ],
)
def test_enriched_text_in_words(enriched: str, text: str) -> None:
    assert of_enriched(enriched) == text
    mail = f"From: karin@customer.example\nContent-Type: text/enriched; charset=utf-8\n\n{enriched}".encode()
    assert read(mail).text == text


def test_a_body_in_rtf_is_read_where_nothing_else_is_and_stays_a_file() -> None:
    rtf = "Content-Type: {}\n\n{{\\rtf1\\ansi Tolv stolar\\par}}\n"
    alone = read(("From: karin@customer.example\n" + rtf.format("text/rtf")).encode())
    assert (alone.text, [one.content_type for one in alone.attachments]) == ("Tolv stolar\n", ["text/rtf"])
    marked = "application/rtf\nContent-Disposition: attachment; filename=a.rtf"
    attached = read(("From: karin@customer.example\n" + rtf.format(marked)).encode())
    assert attached.text.strip() == "" and attached.attachments[0].filename == "a.rtf"
    both = "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nHej\n--b\n" + rtf.format("application/rtf") + "--b--\n"
    assert read(f"From: karin@customer.example\n{both}".encode()).text.strip() == "Hej"
    none = read(b"From: karin@customer.example\nContent-Type: text/rtf\n\nno document\n")
    assert none.text.strip() == ""


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("SGVqIGTDpSBkdQ==\n\n-- \nThe list of joiners\n", "Hej då du\n-- \nThe list of joiners\n"),
        (
            "SGVqIGTDpSBk\ndSE=\n_______\nTo leave the list write to us\n",
            "Hej då du!\n_______\nTo leave the list write to us\n",
        ),
        ("SGVqIGTDpSBkdQ==", "Hej då du"),
        ("SGVq*IGTD-pSBkdQ==\n", "Hej då du"),
        ("SGVqIGTDpSBkdQ==\n..\n", "Hej då du"),
    ],
)
def test_what_a_list_put_below_base64(body: str, text: str) -> None:
    top = "From: karin@customer.example\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64"
    assert read(f"{top}\n\n{body}".encode()).text == text


@pytest.mark.parametrize(
    "value", ["Karin <karin@customer.example", "<karin@customer.example", "Karin Ek <karin@customer.example "]
)
def test_an_angle_bracket_that_nobody_closed_is_no_part_of_the_address(value: str) -> None:
    (box,) = header.mailboxes(value)
    assert box.address == "karin@customer.example"
    assert not header.names_plainly(value)
