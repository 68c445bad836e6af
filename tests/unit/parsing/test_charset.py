"""Bytes to text, whatever their label says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weftmail.core.parsing import detection, japanese
from weftmail.core.parsing.charset import codec, counted, decode, fitting, guess


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


@pytest.mark.parametrize(
    ("coded", "text"),
    [
        (b"\x1b$B8+@Q-!\x1b(B 4711", "見積① 4711"),
        (b"\x1b$B-jy!\x1b(B", "㈱纊"),
        (b"\x1b(I12\x1b(B a", "ｱｲ a"),
        (b"\x0e12\x0f a", "ｱｲ a"),
        (b"\x1b$B8+\n@Q\x1b(J!", "見\n積!"),
        ("丂".encode("iso2022_jp_ext"), "丂"),
        (b"\x1b$(P!!\x1b(B", "𠂉"),
        ("您".encode("iso2022_jp_2"), "您"),
        (b"\x1b$B8+@\x1b(B", "見\ufffd"),
    ],
)
def test_japanese_as_windows_writes_it(coded: bytes, text: str) -> None:
    assert japanese.decode(coded) == (text, "\ufffd" not in text)
    assert decode(coded, "iso-2022-jp")[0] == text


JAPANESE = "お世話になっております。椅子を十二脚お願いします。"


@pytest.mark.parametrize(
    ("data", "label", "text"),
    [
        (JAPANESE.encode(), "iso-2022-jp", JAPANESE),
        (JAPANESE.encode("cp932"), "iso-2022-jp", JAPANESE),
        (JAPANESE.encode("euc_jp"), "iso-2022-jp", JAPANESE),
        (JAPANESE.encode("cp932"), "", JAPANESE),
        ("カタログ希望".encode(), "utf-16", "カタログ希望"),
        (b"Hello", "utf-16", "Hello"),
        (b"\xd8\x00", "utf-16-be", "Ø"),
        ("您好，请报十二把椅子的价格。".encode("gbk"), "", "您好，请报十二把椅子的价格。"),
        ("您好，请报十二把椅子的价格。".encode("gbk"), "us-ascii", "您好，请报十二把椅子的价格。"),
        ("您好，请报十二把椅子的价格。".encode("gbk"), "iso-8859-1", "您好，请报十二把椅子的价格。"),
        ("안녕하세요. 의자를 주문합니다.".encode("cp949"), "", "안녕하세요. 의자를 주문합니다."),
        ("안녕".encode("iso2022_kr"), "", "안녕"),
        ("請報十二把椅子的價格，謝謝您。".encode("big5"), "", "請報十二把椅子的價格，謝謝您。"),
        ("Просим прислать предложение".encode("koi8_r"), "", "Просим прислать предложение"),
        ("Просим прислать предложение".encode("cp1251"), "iso-8859-1", "Просим прислать предложение"),
        ("Žádáme o nabídku na židle".encode("cp1250"), "", "Žádáme o nabídku na židle"),
        (b"Ch\xfang t\xf4i c\xe2\xccn gh\xea\xec", "windows-1258", "Chúng tôi cần ghế"),
        ("Vi vill ha tolv stolar till Växjö. Åke".encode("cp1252"), "", "Vi vill ha tolv stolar till Växjö. Åke"),
        ("m’établir".encode("cp1252"), "", "m’établir"),
        ("un café au lait".encode("cp1252"), "", "un café au lait"),
        (b"\xed\xa0\xbd\xed\xb9\x82 hej", "utf-8", "🙂 hej"),
        (b"Hej \x96\x96\x96\x96\x96 d\xe5", "iso-8859-1", "Hej \u2013\u2013\u2013\u2013\u2013 då"),
    ],
)
def test_labels_that_are_missing_or_wrong(data: bytes, label: str, text: str) -> None:
    assert decode(data, label)[0] == text


def test_the_rest_of_the_mail_says_what_a_few_letters_do_not() -> None:
    name = "张伟".encode("gbk")
    assert decode(name, likely="gb2312", sparing=True)[0] == "张伟"
    assert decode(name, likely="iso-8859-1", sparing=True)[0] != "张伟"
    assert decode("ツール".encode("cp932"), likely="iso-2022-jp", sparing=True)[0] == "ツール"
    long = "整体提升企业服务水平".encode("gbk")
    assert (fitting("gb2312", long), fitting("iso-8859-1", long), fitting("", long)) == ("gb2312", "gb18030", "gb18030")
    assert fitting("iso-2022-jp", long) == "iso-2022-jp" and fitting("utf-8", "å".encode()) == counted(b"a") == ""


def test_no_more_than_two_kilobytes_are_counted() -> None:
    assert detection.likely(b"a" * 100_000 + "då och här\n".encode("cp1252") * 10_000) == "cp1252"
    assert detection.likely(b"\xe5" * 10_000) and detection.likely(b"") == "cp1252"
