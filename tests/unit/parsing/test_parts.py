"""What is read of the parts of a mail, and what goes along as a file: containers, names, types, soft line ends."""

from __future__ import annotations

import binascii
import struct

import pytest

from weftmail.core import limits
from weftmail.core.calendar_card import Card
from weftmail.core.parsing import calendar, file_type, flowed, rtf, signed_data, tnef, transfer
from weftmail.core.parsing.message import Message
from weftmail.flow.reading import read

HEAD = b"From: Karin Ek <karin@customer.example>\nTo: leads@acme.example\nSubject: Stolar\nMIME-Version: 1.0\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
GIF = b"GIF89a" + b"0" * 20


def mail(*pieces: bytes, kind: bytes = b"mixed", more: bytes = b"") -> Message:
    """Return a mail of these parts, each with its own header."""
    body = b"".join(b"--b\n" + piece + b"\n" for piece in pieces)
    return read(HEAD + more + b"Content-Type: multipart/" + kind + b"; boundary=b\n\n" + body + b"--b--\n")


def one(header: bytes, content: bytes) -> Message:
    """Return a mail of one part."""
    return read(HEAD + header + b"\n\n" + content)


def coded(content: bytes) -> bytes:
    return b"Content-Transfer-Encoding: base64\n\n" + binascii.b2a_base64(content)


# --- soft line ends -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "delete_space", "words"),
    [
        ("Tolv \nstolar.\n\nOch bord.", False, "Tolv stolar.\n\nOch bord."),
        (" From Uppsala\n >no quote\n  two", False, "From Uppsala\n>no quote\n two"),
        ("> a \n> b\nc \n> d", False, "> a b\nc \n> d"),
        (">> a \n> b\n>\nc", False, ">> a \n> b\n>\nc"),
        ("Hälsningar \n-- \nKarin \nEk", False, "Hälsningar \n-- \nKarin Ek"),
        ("椅子を \n十二脚", True, "椅子を十二脚"),
        ("a ", False, "a "),
    ],
)
def test_soft_line_ends_are_undone(text: str, delete_space: bool, words: str) -> None:
    assert flowed.unflowed(text, delete_space=delete_space) == words


def test_a_part_says_that_its_lines_are_soft() -> None:
    kind = b"Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes"
    assert one(kind, b"Stol \nar\n").text == "Stolar\n"
    assert one(kind.replace(b"flowed", b"fixed"), b"Stol \nar\n").text == "Stol \nar\n"


# --- names, types, and what is body -------------------------------------------------------------------------------


def test_a_name_makes_no_file_of_the_only_text() -> None:
    alone = one(b"Content-Type: text/plain; name=brev.txt", b"Tolv stolar.")
    assert alone.text == "Tolv stolar." and not alone.attachments
    both = mail(
        b'Content-Type: text/plain; name="a.txt"\n\nFirst', b'Content-Type: text/html; name="b.html"\n\n<b>x</b>'
    )
    assert both.text.strip() == "First" and [each.filename for each in both.attachments] == ["b.html"]


def test_named_forms_of_one_text_are_one_text() -> None:
    message = mail(
        b'Content-Type: text/plain; name="a.txt"\n\nTolv', b'Content-Type: text/html; name="b.html"\n\n<b>Tolv</b>',
        kind=b"alternative",
    )  # fmt: skip
    assert message.text == "Tolv" and "<b>Tolv</b>" in message.html and not message.attachments


def test_a_named_text_beside_another_and_an_attached_one_are_files() -> None:
    both = mail(b"Content-Type: text/plain\n\nSee log.", b'Content-Type: text/plain; name="log.txt"\n\n10:01')
    assert both.text == "See log." and both.attachments[0].filename == "log.txt"
    alone = one(b"Content-Type: text/plain\nContent-Disposition: attachment; filename=log.txt", b"10:01")
    assert not alone.text and alone.attachments[0].filename == "log.txt"


@pytest.mark.parametrize(
    ("label", "content", "name", "kind"),
    [
        ("application/pdf", PNG, "a.pdf", "image/png"),
        ("image/jpg", b"\xff\xd8\xff\xe0", "", "image/jpeg"),
        ("image/png", b"<html><script>", "a.png", "application/octet-stream"),
        ("application/octet-stream", b"%PDF-1.4", "a", "application/pdf"),
        ("application/octet-stream", b"PK\x03\x04", "offert.docx", file_type._OFFICE + "wordprocessingml.document"),
        ("application/vnd.oasis.opendocument.text", b"PK\x03\x04", "", "application/vnd.oasis.opendocument.text"),
        ("text/plain", b"PK\x03\x04", "a.txt", "application/zip"),
        ("audio/x-unknown", b"RIFF0000WEBP", "", "image/webp"),
        ("text/csv", b"a;b", "a.csv", "text/csv"),
    ],
)
def test_the_type_is_what_the_bytes_tell(label: str, content: bytes, name: str, kind: str) -> None:
    assert file_type.type_of(label, content, name) == kind


def test_a_picture_that_is_called_a_text_is_no_text() -> None:
    message = mail(b"Content-Type: text/plain\n\nHej", b"Content-Type: text/plain\n" + coded(PNG))
    assert message.text == "Hej" and message.attachments[0].content_type == "image/png"


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (b"message/rfc822", "Stolar-bord.eml"),
        (b"application/pgp-signature", "signature.asc"),
        (b"application/x-pkcs7-signature", "smime.p7s"),
        (b"text/calendar; name=m\xc3\xb6te", "möte.ics"),
        (b"image/png", ""),
    ],
)
def test_names_come_from_the_type(kind: bytes, name: str) -> None:
    message = mail(b"Content-Type: text/plain\n\nHej", b"Content-Type: " + kind + b"\n\nSubject: Stolar/bord\n\nHej")
    assert message.attachments[0].filename == name


@pytest.mark.parametrize(
    ("name", "kind", "kept"),
    [
        ("a.pdf", "application/pdf", "a.pdf"),
        ("", "image/jpeg", "image-3.jpg"),
        ("", "application/x-odd", "file-3.bin"),
    ],
)
def test_a_file_without_a_name_is_kept_under_one(name: str, kind: str, kept: str) -> None:
    assert file_type.name_of(name, kind, 3) == kept


# --- uuencode -----------------------------------------------------------------------------------------------------


def uu(content: bytes, name: bytes) -> bytes:
    lines = (content[at : at + 45] for at in range(0, len(content), 45))
    return b"begin 644 " + name + b"\n" + b"".join(map(binascii.b2a_uu, lines)) + b"`\nend\n"


def test_whole_files_in_a_text_are_files() -> None:
    text = b"Two files.\n\n" + uu(b"oak\n" * 30, b"list.txt") + b"\n" + uu(PNG, b"chair.png") + b"Karin\n"
    message = one(b"Content-Type: text/plain", text)
    assert message.text == "Two files.\n\n\nKarin\n"
    assert [(each.filename, each.content_type) for each in message.attachments] == [
        ("list.txt", "text/plain"),
        ("chair.png", "image/png"),
    ]
    assert message.attachments[0].content == b"oak\n" * 30


@pytest.mark.parametrize(
    "text",
    [
        b"begin 644 a\nThis is how it begins.\nend\n",
        uu(b"oak", b"a").replace(b"end\n", b""),
        uu(b"oak", b"a").replace(b"`\n", b""),
        uu(b"oak", b"a").replace(b"end", b"more"),
        b"begin 644 a\n" + b"M" * 200,
        b"begin 644 a\n\nend\n",
        b"begin 644 a\n",
    ],
)
def test_what_is_not_whole_stays_in_the_text(text: bytes) -> None:
    message = one(b"Content-Type: text/plain", text)
    assert "begin 644 a" in message.text and not message.attachments


def test_no_more_than_so_many_files_of_one_text() -> None:
    message = one(b"Content-Type: text/plain", uu(b"oak", b"a") * (limits.UUENCODED_FILES + 1))
    assert len(message.attachments) == limits.UUENCODED_FILES and "begin" in message.text


def test_a_file_ends_where_the_text_does() -> None:
    assert transfer.uu_file(b"#;V%K\n`\nend", 0) == (b"oak", 11)


# --- calendars ----------------------------------------------------------------------------------------------------

EVENT = "BEGIN:VCALENDAR\nMETHOD:{method}\nBEGIN:{kind}\n{lines}\nEND:{kind}\nEND:VCALENDAR\n"


@pytest.mark.parametrize(
    ("method", "kind", "lines", "words"),
    [
        (
            "REQUEST", "VEVENT",
            (
                "SUMMARY:Möte\\, stolar\nDTSTART;TZID=Europe/Stockholm:20261130T091500\nDURATION:PT1H\nLOCATION:Sal 4\n"
                "DESCRIPTION:Ta med\\nprover\nRRULE:FREQ=WEEKLY;COUNT=4\nSTATUS:CONFIRMED"
            ),
            "Möte, stolar\n2026-11-30 09:15 \u2013 10:15 (Europe/Stockholm) \u21bb WEEKLY\nSal 4\n\nTa med\nprover",
        ),
        ("CANCEL", "VEVENT", "SUMMARY:Möte\nDTSTART:20261130T091500Z", "Möte (CANCEL)\n2026-11-30 09:15 (UTC)"),
        (
            "REPLY", "VEVENT", "SUMMARY:Möte\nATTENDEE;PARTSTAT=ACCEPTED:mailto:a@x.example\nATTENDEE:mailto:b@y",
            "Möte (ACCEPTED)",
        ),
        (
            "PUBLISH", "VEVENT", "SUMMARY:Mässa\nDTSTART;VALUE=DATE:20261201\nDTEND;VALUE=DATE:20261204",
            "Mässa\n2026-12-01 \u2013 2026-12-03",
        ),
        (
            "PUBLISH", "VEVENT", "SUMMARY:Natt\nDTSTART:20261201T220000\nDTEND:20261202T060000",
            "Natt\n2026-12-01 22:00 \u2013 2026-12-02 06:00",
        ),
        ("PUBLISH", "VTODO", "SUMMARY:R\nDUE;VALUE=DATE:20261201\nSTATUS:IN-PROCESS", "R (IN-PROCESS)\n2026-12-01"),
        ("PUBLISH", "VEVENT", "SUMMARY:Fel\nDTSTART:igår", "Fel"),
        ("PUBLISH", "VALARM", "SUMMARY:Fel", ""),
        ("REPLY", "VEVENT", "DESCRIPTION:Bara så", "Bara så"),
    ],
)  # fmt: skip
def test_a_calendar_in_words(method: str, kind: str, lines: str, words: str) -> None:
    assert calendar.words(EVENT.format(method=method, kind=kind, lines=lines)).strip() == words


def test_what_is_no_calendar_says_nothing() -> None:
    assert calendar.words("garbage") == calendar.words("BEGIN:VCALENDAR\nBEGIN:VEVENT\n") == ""
    assert calendar.words("BEGIN:VCALENDAR\n" + "X-A:b\n" * limits.CALENDAR_SIZE + "END:VCALENDAR\n") == ""


def test_a_calendar_is_read_where_nothing_else_is() -> None:
    event = EVENT.format(method="REQUEST", kind="VEVENT", lines="SUMMARY:Möte").encode()
    alone = one(b"Content-Type: text/calendar; charset=utf-8", event)
    assert alone.text == "Möte\n" and alone.attachments[0].filename == "invite.ics"
    both = mail(b"Content-Type: text/plain\n\nSe inbjudan.", b"Content-Type: text/calendar\n\n" + event)
    assert both.text == "Se inbjudan." and both.attachments[0].content_type == "text/calendar"
    long = one(b"Content-Type: text/calendar", event + b"\n" * limits.CALENDAR_SIZE)
    assert not long.text and long.attachments
    assert not one(b"Content-Type: text/calendar", b"garbage").text


@pytest.mark.parametrize(
    ("method", "lines", "card"),
    [
        (
            "REQUEST",
            (
                "SUMMARY:Möte\\, stolar\nDTSTART;TZID=Europe/Stockholm:20261130T091500\nDURATION:PT1H\nLOCATION:Sal 4\n"
                "ORGANIZER;CN=Karin Ek:mailto:karin@customer.example\nRRULE:FREQ=WEEKLY;COUNT=4"
            ),
            Card(
                "Möte, stolar", 1796026500000, 1796030100000, "Sal 4", "Karin Ek", "karin@customer.example", "",
                "WEEKLY", 0,
            ),
        ),
        (
            "CANCEL",
            "SUMMARY:Ledigt\nDTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261227\nORGANIZER:http://a.example",
            Card("Ledigt", "2026-12-24", "2026-12-26", "", "", "", "CANCEL", "", 0),
        ),
        ("", "DTSTART:20261130T091500", Card("", "2026-11-30T09:15:00", None, "", "", "", "", "", 0)),
        ("", f"SUMMARY:{'x' * 400}\nORGANIZER:MAILTO:a@b.example\nORGANIZER:mailto:c@b.example", None),
    ],
)  # fmt: skip
def test_a_calendar_as_a_card(method: str, lines: str, card: Card | None) -> None:
    found = calendar.card(EVENT.format(method=method, kind="VEVENT", lines=lines))
    expected = card or Card("x" * 300, None, None, "", "", "a@b.example", "", "", 0)
    assert found == expected
    whole = mail(
        b"Content-Type: text/plain\n\nHej",
        b"Content-Type: text/calendar; charset=utf-8\n\n"
        + EVENT.format(method=method, kind="VEVENT", lines=lines).encode(),
    )
    assert whole.attachments[0].card == expected.as_json


def test_a_card_tells_of_the_first_entry_and_how_many_more_there_are() -> None:
    event = EVENT.format(method="", kind="VEVENT", lines="SUMMARY:One")
    two = event.replace("END:VEVENT\n", "END:VEVENT\nBEGIN:VTODO\nSUMMARY:Two\nEND:VTODO\n")
    found = calendar.card(two)
    assert found is not None and (found.summary, found.more) == ("One", 1)
    assert calendar.card("garbage") is calendar.card("") is None
    assert calendar.card("BEGIN:VCALENDAR\nEND:VCALENDAR\n") is None
    long = mail(b"Content-Type: text/calendar\n\n" + event.encode() + b"\n" * limits.CALENDAR_SIZE)
    assert long.attachments[0].card == ""
    named = b'Content-Type: application/octet-stream\nContent-Disposition: attachment; filename="visit.%s"\n\n'
    for suffix, kept in ((b"ICS", True), (b"txt", False)):
        (file,) = mail(b"Content-Type: text/plain\n\nHej", named % suffix + event.encode()).attachments
        assert bool(file.card) is kept


# --- winmail.dat --------------------------------------------------------------------------------------------------


def attribute(level: int, name: int, value: bytes) -> bytes:
    return struct.pack("<BHHI", level, name, 0, len(value)) + value + b"\0\0"


def long(kind: int, name: int, value: bytes, named: bytes = b"") -> bytes:
    padded = value + b"\0" * (-len(value) % 4)
    return struct.pack("<HH", kind, name) + named + struct.pack("<II", 1, len(value)) + padded


def listed(*properties: bytes) -> bytes:
    return struct.pack("<I", len(properties)) + b"".join(properties)


def winmail(*attributes: bytes) -> bytes:
    return tnef.SIGNATURE + b"\1\0" + b"".join(attributes)


NEW_FILE = attribute(2, 0x9002, b"\0" * 14)
INTEGER = struct.pack("<HHI", 3, 0x3FDE, 65001)
MANY = struct.pack("<HHI", 0x1002, 0x6001, 3) + b"\0" * 8
BOOLEAN = struct.pack("<HHI", 11, 0x6002, 1)
NUMBERED = b"\0" * 16 + struct.pack("<II", 0, 7)
CALLED = b"\0" * 16 + struct.pack("<II", 1, 6) + "abc".encode("utf-16-le") + b"\0\0"


def test_the_body_and_the_files_of_a_container() -> None:
    inner = winmail(attribute(1, 0x8004, b"Inner\0"), attribute(1, 0x800C, b"Words within\0"), NEW_FILE,
                    attribute(2, 0x8010, b"deep.txt\0"), attribute(2, 0x800F, b"deep"))  # fmt: skip
    described = listed(
        long(0x1F, 0x3707, "Måtten på stolen.png\0".encode("utf-16-le")), long(0x1E, 0x370E, b"image/png\0"),
        long(0x1E, 0x3712, b"<a@b>\0"), long(0x1E, 0x8001, b"x", NUMBERED), long(0x1E, 0x8002, b"x", CALLED),
        BOOLEAN, MANY, long(0x102, 0x3701, PNG),
    )  # fmt: skip
    content = winmail(
        attribute(1, 0x9007, struct.pack("<I", 1252)),
        attribute(1, 0x9003, listed(INTEGER, long(0x1E, 0x1000, "Tolv å\0".encode()), long(0x1E, 0x0037, b"S\0"))),
        NEW_FILE, attribute(2, 0x8010, b"SHORT~1.PNG\0"), attribute(2, 0x9005, described),
        NEW_FILE, attribute(2, 0x9005, listed(long(0x0D, 0x3701, b"\0" * 16 + inner))),
        attribute(1, 0x1234, b"?"),
    )  # fmt: skip
    message = one(b"Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64",
                  binascii.b2a_base64(content))  # fmt: skip
    assert message.text == "Tolv å"
    assert [(each.filename, each.content) for each in message.attachments] == [
        ("Måtten på stolen.png", PNG),
        ("deep.txt", b"deep"),
        ("Inner.txt", b"Words within"),
    ]
    assert message.attachments[0].content_id == "a@b"


def test_its_body_counts_where_there_is_none() -> None:
    container = coded(winmail(attribute(1, 0x800C, b"Inside\0")))
    part = b"Content-Type: application/octet-stream; name=winmail.dat\n" + container
    assert mail(b"Content-Type: text/plain\n\nOutside", part).text == "Outside"
    assert mail(b"Content-Type: text/plain\n\n", part).text.strip() == "Inside"


def test_a_body_in_html_or_in_rtf() -> None:
    page = winmail(attribute(1, 0x9003, listed(INTEGER, long(0x102, 0x1013, "<p>Tolv å</p>".encode()))))
    assert one(b"Content-Type: application/ms-tnef\n" + coded(page).rstrip(), b"").text == "Tolv å"
    plain = b"{\\rtf1\\ansi Tolv \\'e5\\par}"
    raw = struct.pack("<IIII", 0, len(plain), 0x414C454D, 0) + plain
    container = winmail(attribute(1, 0x9003, listed(long(0x102, 0x1009, raw))))
    assert one(b"Content-Type: application/ms-tnef\n" + coded(container).rstrip(), b"").text == "Tolv å"


@pytest.mark.parametrize(
    "content",
    [
        winmail(attribute(1, 0x9003, struct.pack("<IHHI", 2**32 - 1, 0x101E, 0x1000, 2**32 - 1))),
        winmail(attribute(1, 0x9003, struct.pack("<IHH", 2**32 - 1, 0x7777, 0x1000))),
        winmail(attribute(1, 0x9003, struct.pack("<IHHII", 1, 0x1E, 0x1000, 1, 2**31))),
        winmail(attribute(1, 0x9003, b"")),
        winmail(attribute(1, 0x9003, struct.pack("<IHHI", 2**32 - 1, 0x1003, 0x6001, 2**32 - 1))),
        winmail(attribute(1, 0x9007, b"\1"), attribute(1, 0x9007, struct.pack("<I", 99999))),
        winmail(attribute(2, 0x800F, b"no file begun")),
    ],
)
def test_a_damaged_container_holds_what_it_holds(content: bytes) -> None:
    found = tnef.read(content)
    assert found is not None and not found.text and not found.files


def test_a_container_is_bounded() -> None:
    assert len(tnef.read(winmail(*[NEW_FILE] * (limits.TNEF_FILES + 9))).files) == limits.TNEF_FILES  # type: ignore[union-attr]
    within = winmail(attribute(1, 0x800C, b"deepest"))
    for _ in range(limits.TNEF_NESTING + 2):
        within = winmail(NEW_FILE, attribute(2, 0x9005, listed(long(0x0D, 0x3701, b"\0" * 16 + within))))
    found = tnef.read(within)
    assert found is not None and len(found.files) == limits.TNEF_NESTING + 1
    html = winmail(attribute(1, 0x9003, listed(long(0x1E, 0x1013, b"<p>Hej</p>"))))
    page = tnef.read(winmail(NEW_FILE, attribute(2, 0x9005, listed(long(0x0D, 0x3701, b"\0" * 16 + html)))))
    assert page is not None and page.files[0].name == "message.html"
    assert tnef.read(b"no such") is None
    assert one(b"Content-Type: application/ms-tnef", b"no such").attachments[0].filename == "winmail.dat"


def test_compressed_rtf() -> None:
    # The example of MS-OXRTFCP, 3.1.1, and one whose references reach into themselves.
    example = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
    )
    assert tnef.decompressed(example) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    assert tnef.decompressed(b"short") == tnef.decompressed(b"\0" * 40) == b""
    assert tnef.decompressed(example[:30]).startswith(b"{\\rtf1")


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (b"{\\rtf1\\ansi\\ansicpg1251{\\fonttbl{\\f0 Arial;}}\\f0 \\'cf\\'f0\\'e8\\par b\\tab c}", "При\nb\tc"),
        (b"{\\rtf1\\uc1 \\u8211?a\\u-10179?\\u-8704? {\\*\\generator x;}\\~\\{\\-b}", "\u2013a \xa0{b"),
        (b"{\\rtf1{\\*\\htmltag64 <p>}\\htmlrtf {\\htmlrtf0 Hej{\\*\\htmltag72 </p>}\\htmlrtf\\par}\\htmlrtf0}", "Hej"),
        (b"{\\rtf1" + b"{" * 300 + b"a" + b"}" * 400 + b"\\emdash\\", "a\u2014"),
        (b"no rtf", ""),
    ],
)
def test_the_words_of_rtf(document: bytes, words: str) -> None:
    assert rtf.words(document) == words


# --- S/MIME and PGP -----------------------------------------------------------------------------------------------

SIGNED, ENCRYPTED = bytes.fromhex("06092a864886f70d010702"), bytes.fromhex("06092a864886f70d010703")


def tlv(tag: int, value: bytes) -> bytes:
    size = bytes((len(value),)) if len(value) < 128 else b"\x84" + len(value).to_bytes(4, "big")
    return bytes((tag,)) + size + value


def endless(tag: int, value: bytes) -> bytes:
    return bytes((tag, 0x80)) + value + b"\0\0"


def signed(content: bytes) -> bytes:
    data = tlv(0x30, tlv(6, b"x") + tlv(0xA0, tlv(4, content)))
    return tlv(0x30, SIGNED + tlv(0xA0, tlv(0x30, tlv(2, b"\1") + tlv(0x31, b"") + data + tlv(0x31, b""))))


def streamed(content: bytes) -> bytes:
    pieces = b"".join(tlv(4, content[at : at + 10]) for at in range(0, len(content), 10))
    data = endless(0x30, tlv(6, b"x") + endless(0xA0, endless(0x24, pieces)))
    inside = endless(0x30, tlv(2, b"\1") + endless(0x31, endless(0x30, tlv(5, b""))) + data)
    return endless(0x30, SIGNED + endless(0xA0, inside))


SMIME = b"Content-Type: application/pkcs7-mime; name=smime.p7m\nContent-Disposition: attachment"
INNER = b"Content-Type: text/plain; charset=iso-8859-1\r\n\r\nSkicka avtalet, \xc5ke.\r\n"


@pytest.mark.parametrize("seal", [signed, streamed])
def test_the_signed_content_is_the_mail(seal: object) -> None:
    content = seal(INNER)  # type: ignore[operator]
    assert signed_data.kind_of(content) == "signed" and signed_data.content_of(content) == INNER
    message = one(SMIME + b"\n" + coded(content).rstrip(), b"")
    assert message.text == "Skicka avtalet, Åke.\n" and not message.attachments


def test_signatures_within_each_other_end_somewhere() -> None:
    content = INNER
    for _ in range(limits.SIGNED_NESTING + 1):
        content = SMIME + b"\n" + coded(signed(content))
    message = one(content.rstrip(), b"")
    assert not message.text and message.attachments[0].content_type == "application/pkcs7-signature"


def test_a_signed_mail_that_would_take_too_long_stays_a_file() -> None:
    deep = b"".join(b"--%d\nContent-Type: multipart/mixed; boundary=%d\n\n" % (n, n + 1) for n in range(40))
    content = signed(b"Content-Type: multipart/mixed; boundary=0\n\n" + deep)
    message = one(SMIME + b"\n" + coded(content).rstrip(), b"")
    assert message.attachments[0].filename == "smime.p7m" and "too complex" in message.defects[-1]


def test_encrypted_mail_stays_sealed() -> None:
    sealed = tlv(0x30, ENCRYPTED + tlv(0xA0, tlv(0x30, b"")))
    assert signed_data.kind_of(sealed) == "encrypted" and signed_data.content_of(sealed) is None
    message = one(SMIME.replace(b"pkcs7", b"x-pkcs7") + b"\n" + coded(sealed).rstrip(), b"")
    assert message.attachments[0].content_type == "application/pkcs7-mime"
    assert one(SMIME, b"no such").attachments[0].content_type == "application/octet-stream"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x1f\x00",
        tlv(0x30, SIGNED),
        tlv(0x30, SIGNED + tlv(0x30, b"")),
        tlv(0x30, SIGNED + tlv(0xA0, b"")),
        tlv(0x30, SIGNED + tlv(0xA0, tlv(0x31, b""))),
        tlv(0x30, SIGNED + tlv(0xA0, tlv(0x30, tlv(2, b"\1")))),
        tlv(0x30, SIGNED + tlv(0xA0, tlv(0x30, tlv(2, b"\1") + tlv(0x31, b"") + tlv(0x30, tlv(6, b"x"))))),
        tlv(0x30, SIGNED + tlv(0xA0, tlv(0x30, tlv(2, b"") + tlv(5, b"") + tlv(0x30, tlv(6, b"") + tlv(0xA0, b""))))),
        b"\x30\x89" + b"\1" * 20,
        b"\x30\x84\0",
    ],
)  # fmt: skip
def test_what_holds_no_content(data: bytes) -> None:
    assert signed_data.content_of(data) is None


@pytest.mark.parametrize("inside", [tlv(5, b""), endless(0x24, tlv(5, b"")), b"\x24\x80" * 9 + b"\0\0" * 9])
def test_content_that_is_no_string(inside: bytes) -> None:
    data = tlv(0x30, tlv(6, b"x") + tlv(0xA0, inside))
    broken = tlv(0x30, SIGNED + tlv(0xA0, tlv(0x30, tlv(2, b"\1") + tlv(0x31, b"") + data)))
    assert signed_data.content_of(broken) is None


# --- pictures and pages -------------------------------------------------------------------------------------------


def related(page: bytes, *pictures: bytes) -> Message:
    return mail(b"Content-Type: text/html; charset=utf-8\n\n" + page, *pictures, kind=b"related")


def picture(header: bytes, content: bytes = PNG) -> bytes:
    return b"Content-Type: image/png\n" + header + b"\n" + coded(content)


@pytest.mark.parametrize(
    ("source", "header"),
    [
        (b"cid:a@b", b"Content-ID: <a@b>"),
        (b"CID:a%40b", b"Content-ID: <a@b>"),
        (b"cid:a%25b@c", b"Content-ID: <a%b@c>"),
        (b"a@b", b"Content-ID: <a@b>"),
        (b"cid:a@b", b"Content-ID: <=?us-ascii?Q?a=40b?=>"),
        (b"bild%201.png", b'Content-Disposition: inline; filename="bild 1.png"'),
        (b"images/stol.png", b"Content-Location: images/stol.png"),
        (b"https://customer.example/stol.png", b"Content-Location: https://customer.example/stol.png"),
        (b"cid:x&amp;y", b"Content-ID: <x&y>"),
    ],
)
def test_a_picture_by_every_name_that_it_has(source: bytes, header: bytes) -> None:
    message = related(b"<p>Stolen: <img src='" + source + b"'></p>", picture(header))
    assert message.attachments[0].inline and message.attachments[0].content_id
    assert 'src="cid:' in message.page and "data-remote-src" not in message.page


@pytest.mark.parametrize(
    ("page", "header", "content"),
    [
        (b"<img src='cid:a'>", b"Content-ID: <a>", b"%PDF-1.4"),
        (b"<style>p{background:url(cid:a)}</style><p>Hej", b"Content-ID: <a>", PNG),
        (b"<img src='cid:b'>", b"Content-ID: <a>", PNG),
        (b"<img src='cid:" + b"a" * 2000 + b"'>", b"Content-ID: <a>", PNG),
        (b"<!-- <img src='cid:a'> -->Hej", b"Content-ID: <a>", PNG),
    ],
)
def test_what_the_page_does_not_show_is_a_file(page: bytes, header: bytes, content: bytes) -> None:
    assert not related(page, picture(header, content)).attachments[0].inline


def test_relative_addresses_lead_nowhere() -> None:
    message = related(
        b"<a href='/x'>a</a><a href='//evil.example'>b</a><img src='x.png'><img src='cid:remote:http://x'>"
    )
    assert "href" not in message.page and "src" not in message.page


# --- words ----------------------------------------------------------------------------------------------------------


def test_words_come_from_the_html_where_the_text_only_names_it() -> None:
    page = (
        b"<p>Vi vill ha tolv stolar i ek och fyra bord i bj\xc3\xb6rk, allt senast den tredje december i Uppsala.</p>"
    )
    html = b"Content-Type: text/html; charset=utf-8\n\n" + page

    def said(text: bytes) -> str:
        return mail(b"Content-Type: text/plain\n\n" + text, html, kind=b"alternative").reply_text

    assert "tolv stolar" in said(b"Your mail program cannot show HTML.")
    assert "tolv stolar" in said(b"-")
    assert said(b"Vi vill ha tolv stolar i ek") == "Vi vill ha tolv stolar i ek"
    assert said(b"Something else that is written here, and that is nearly as long as what the page says.").startswith(
        "Some"
    )


def test_the_charset_that_a_page_names() -> None:
    page = "<meta http-equiv=content-type content='text/html; charset=windows-1250'>Žádáme".encode("cp1250")
    assert one(b"Content-Type: text/html", page).text == "Žádáme"
    assert one(b"Content-Type: text/html; charset=us-ascii", page).text == "Žádáme"
    assert one(b"Content-Type: text/html", b"<meta charset=utf-16>Hej").text == "Hej"


def test_raw_letters_of_the_header_are_read_together() -> None:
    gbk = "Subject: 整体提升企业服务水平\nFrom: 张伟 <zhang@customer.example>\n".encode("gbk")
    for kind in (
        b"Content-Type: text/plain; charset=iso-8859-1\n\nHi\n",
        "\n您好，请报十二把椅子的价格。\n".encode("gbk"),
    ):
        message = read(gbk + kind)
        assert (message.subject, message.from_[0].name) == ("整体提升企业服务水平", "张伟")
    named = mail(b"Content-Type: text/plain; charset=koi8-r\n\n" + "Заказ".encode("koi8-r"),
                 b"Content-Type: application/pdf; name=\"" + "счёт.pdf".encode("koi8-r") + b"\"\n\n%PDF-")  # fmt: skip
    assert named.attachments[0].filename == "счёт.pdf"
