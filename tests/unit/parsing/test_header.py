"""Header fields, as they should be and as they come."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weftmail.core.address import Mailbox
from weftmail.core.limits import FIELD_ADDRESSES
from weftmail.core.parsing import header


def raw(text: str, charset: str = "utf-8") -> str:
    return text.encode(charset).decode("ascii", "surrogateescape")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Stolar", "Stolar"),
        ("=?utf-8?q?V=C3=A4ster=C3=A5s?=", "Västerås"),
        ("=?utf-8?b?VsOk?= =?utf-8?b?c3Rlcg==?=", "Väster"),
        ("=?utf-8?b?Vg==?= =?utf-8?b?w6Q=?=", "Vä"),
        ("=?utf-8?q?=C3?= =?utf-8?q?=A4?=", "ä"),
        ("=?utf-8?q?a?= =?iso-8859-1?q?=E5?=", "aå"),
        ("=?utf-8?q?a?= och =?utf-8?q?b?=", "a och b"),
        ("Re: =?utf-8*sv?q?a_b?= c", "Re: a b c"),
        (raw("Västerås"), "Västerås"),
        (raw("Västerås", "cp1252"), "Västerås"),
        ("a\r\n\tb", "a b"),
        ("=?utf-8?q?a=0D=0ABcc:_x?=", "a Bcc: x"),
        ("a\u202eb\u0085c\u2028d\x07", "ab c d"),
        ("=?no-such?q?a?=", "a"),
        ("=?utf-8?q?open", "open"),
        ("=?utf-8?b?8J+qk?= =?utf-8?b?SBUd2VsdmU=?=", "🪑 Twelve"),
        ("=?utf-8?b?8J+q?= =?utf-8?q?=91?= =?utf8?b?YQ==?=", "🪑a"),
        ("=?utf-8?q?open or not", "=?utf-8?q?open or not"),
    ],
)
def test_words(value: str, text: str) -> None:
    assert header.text(value) == text


def test_raw_letters_in_the_charset_of_the_body() -> None:
    assert header.text(raw("转发", "gb2312"), "gb2312") == "转发"


@pytest.mark.parametrize(
    ("value", "boxes"),
    [
        ("karin@customer.example", [("", "karin@customer.example")]),
        ("Karin Ek <karin@customer.example>", [("Karin Ek", "karin@customer.example")]),
        ('"Ek, Karin" <karin@customer.example>', [("Ek, Karin", "karin@customer.example")]),
        ('"Ek, \\"K\\"" <k@x.example>, a@y.example', [('Ek, "K"', "k@x.example"), ("", "a@y.example")]),
        ("Ek, Karin <karin@customer.example>", [("Ek, Karin", "karin@customer.example")]),
        ("=?utf-8?q?Ek,_K?= <k@x.example>", [("Ek, K", "k@x.example")]),
        ("'Karin' <k@x.example>", [("Karin", "k@x.example")]),
        ("k@x.example (Karin (at home) Ek)", [("Karin (at home) Ek", "k@x.example")]),
        ("Karin k@x.example", [("Karin", "k@x.example")]),
        ("undisclosed-recipients:;", []),
        ("sales: a@x.example, b@x.example;", [("", "a@x.example"), ("", "b@x.example")]),
        ("<@relay.example:k@x.example>", [("", "k@x.example")]),
        ("k @ x.example", [("", "k@x.example")]),
        ("<mailto:k@x.example>", [("", "k@x.example")]),
        ("<a@x.example> <b@x.example>", [("", "a@x.example"), ("", "b@x.example")]),
        ('"Acme " <>, "AB" <k@x.example>', [('"Acme ", "AB"', "k@x.example")]),
        ("MAILER-DAEMON", [("", "MAILER-DAEMON")]),
        ("Karin Ek", [("Karin Ek", "")]),
        ("Karin Ek, <k@x.example>", [("Karin Ek", ""), ("", "k@x.example")]),
        ('"Karin <k@x.example>', [('"Karin', "k@x.example")]),
        ('"k k"@x.example', [("", '"k k"@x.example')]),
        ("=?utf-8?q?a?=@x.example", [("", "=?utf-8?q?a?=@x.example")]),
        ("=?utf-8?q?Karin_=3Ck=40x.example=3E?=", [("Karin", "k@x.example")]),
        ("=?utf-8?q?Karin_Ek?=", [("Karin Ek", "")]),
        ("", []),
        ("<>", []),
        ("<@a:>", []),
    ],
)
def test_mailboxes(value: str, boxes: list[tuple[str, str]]) -> None:
    assert header.mailboxes(value) == tuple(Mailbox(name, address) for name, address in boxes)


@pytest.mark.parametrize(
    "name",
    [
        '"karin@customer.example"', "'karin@customer.example'", '"\'KARIN@customer.example\'"',
        "Karin@customer.example",
        "=?utf-8?q?karin=40customer.example?=", '"<karin@customer.example>"', '"mailto:karin@customer.example"',
    ],
)  # fmt: skip
def test_an_address_beside_itself_is_no_name(name: str) -> None:
    """Some programs write it so, before the address or as a comment."""
    for value in (f"{name} <Karin@customer.example>", f"<Karin@customer.example> ({name.strip(chr(34))})"):
        assert header.mailboxes(value) == (Mailbox("", "Karin@customer.example"),)
    assert header.mailboxes(f"{name} <erik@customer.example>")[0].name


def test_a_thousand_mailboxes_at_most() -> None:
    assert len(header.mailboxes("a@b.c," * 5000)) == FIELD_ADDRESSES


@pytest.mark.parametrize(
    ("value", "bare", "found"),
    [
        ("<a@b>", False, ("<a@b>",)),
        ("<a@b> (first <c@d>)\n\t<e@\n f>", False, ("<a@b>", "<c@d>", "<e@f>")),
        ("<[a1b2]@host>", False, ("<[a1b2]@host>",)),
        ("a@b, [c@d]", False, ("<a@b>", "<c@d>")),
        ("abc", False, ()),
        ("abc", True, ("<abc>",)),
        ("< >", False, ()),
    ],
)
def test_identifiers(value: str, bare: bool, found: tuple[str, ...]) -> None:
    assert header.identifiers(value, bare) == found


@pytest.mark.parametrize(
    ("value", "at"),
    [
        ("Mon, 23 Nov 2026 10:00:00 +0100", 1_795_424_400_000),
        ("23 Nov 2026 09:00 -0000", 1_795_424_400_000),
        ("Thu, 1 Jan 1970 00:00:00 +0100", None),
        ("Mon, 31 Foo 2026 10:00:00", None),
        ("Mon, 23 Nov 2026 25:61:00 +0100", None),
        ("Mon, 45 Nov 2026 10:00:00 +0100", None),
        ("Mon, 23 Nov 2026 10:00:00 +9900", None),
        ("", None),
        ("yesterday", None),
        ("Mon, 23 Nov 99999999999999999999 10:00:00 +0000", None),
    ],
)
def test_dates(value: str, at: int | None) -> None:
    assert header.date(value) == at


@pytest.mark.parametrize(
    ("value", "head", "parameters"),
    [
        ('Text/Plain; charset="UTF-8"; x=y z', "text/plain", {"charset": "UTF-8", "x": "y z"}),
        ("a/b; name*=utf-8''V%C3%A4", "a/b", {"name": "Vä"}),
        ("a/b; name=V; name*=utf-8''V%C3%A4", "a/b", {"name": "Vä"}),
        ("a/b; n*1*=%A4r; n*0*=utf-8''V%C3", "a/b", {"n": "Vär"}),
        ('a/b; n*0="a "; n*1=b', "a/b", {"n": "a b"}),
        ("a/b; n*=%C3%A4", "a/b", {"n": "ä"}),
        ("a/b; n==?utf-8?q?V=C3=A4?=", "a/b", {"n": "Vä"}),
        ("a/b; n*0==?utf-8?q?V=C3=A4?=", "a/b", {"n": "Vä"}),
        ('a/b; n="open', "a/b", {"n": "open"}),
        ('a/b; n="a\\"b;c"; n=d', "a/b", {"n": 'a"b;c'}),
        ("a/b; n=" + raw("Vä"), "a/b", {"n": "Vä"}),
    ],
)
def test_parameters(value: str, head: str, parameters: dict[str, str]) -> None:
    assert header.parameters(value) == (head, parameters)


@given(st.text(max_size=200))
def test_nothing_that_steers_gets_out(value: str) -> None:
    boxes = header.mailboxes(value)
    out = [header.text(value), *header.identifiers(value, bare=True), header.parameters(value)[0]]
    out += [part for box in boxes for part in (box.name, box.address)] + list(header.parameters(value)[1].values())
    for text in out:
        assert not set(text) & set("\r\n\0\u202e\u2028\u0085")
        text.encode()
    header.date(value)


def test_an_encoded_word_without_end_or_too_long_is_text() -> None:
    assert header.text("=?utf-8?q?Hej") == "=?utf-8?q?Hej"
    long = "=?utf-8?q?" + "a" * 5000 + " =?utf-8?q?Hej?="
    assert header.text(long).endswith(" Hej") and header.text(long).startswith("=?utf-8?q?aaa")
