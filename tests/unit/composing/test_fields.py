"""Header fields on their way out: whatever goes in, one field comes out that reads back as what was meant."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage, Message
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weftmail.core.address import BadAddress, Mailbox
from weftmail.core.composing import fields
from weftmail.core.parsing import header


def read(name: str, value: str) -> tuple[EmailMessage, Message]:
    raw = f"{name}: {value}\r\nX-After: after\r\n\r\nbody\r\n".encode()
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    strict = cast(EmailMessage, email.message_from_bytes(raw, policy=email.policy.default))
    plain: Message = email.message_from_bytes(raw, policy=email.policy.compat32)
    assert plain.keys() == [name, "X-After"] and plain["X-After"] == "after"
    assert plain.get_payload() == "body\r\n"
    return strict, plain


@given(st.text(max_size=300))
def test_words_read_back_as_the_cleaned_text(text: str) -> None:
    strict, plain = read("Subject", fields.words("Subject", text))
    assert header.text(plain["Subject"]) == header.clean(text)
    assert "\n" not in strict["Subject"]


@pytest.mark.parametrize(
    "text",
    [
        "=?utf-8?q?x?=",
        "a" * 3000,
        "word " * 60,
        "åäö " * 100,
        "x\r\nBcc: evil@evil.example",
        "a\u2028b\u0085c\x00d",
        "",
    ],
)
def test_words_of_odd_kinds(text: str) -> None:
    value = fields.words("Subject", text)
    assert value.isascii() and "\r\nBcc" not in value
    assert header.text(value) == header.clean(text)[:2000]


@given(st.text(max_size=100))
def test_a_mailbox_reads_back_with_its_name_and_nothing_more(name: str) -> None:
    value = fields.mailbox(Mailbox(name, "anna@acme.example"))
    strict, plain = read("To", value)
    assert header.mailboxes(plain["To"]) == (Mailbox(header.clean(name), "anna@acme.example"),)
    assert [address.addr_spec for address in strict["To"].addresses] == ["anna@acme.example"]


def test_addresses_keep_their_local_part_and_get_an_a_label() -> None:
    assert fields.mailbox(Mailbox("", "Anna.L@Bücher.example")) == "<Anna.L@xn--bcher-kva.example>"
    assert fields.mailbox(Mailbox('O"H, x', "a@b.example")) == '"O\\"H, x" <a@b.example>'
    assert fields.sendable_address("jösé@acme.example") == "jösé@acme.example"


@pytest.mark.parametrize("address", ["", "a", "a@", "a b@c.example", "a@b.example\r\nX: y", "-x@b.example", "<a@b.c>"])
def test_what_cannot_be_an_address(address: str) -> None:
    with pytest.raises(BadAddress):
        fields.mailbox(Mailbox("x", address))
    assert fields.mailboxes([Mailbox("x", address), Mailbox("", "a@b.example")]) == "<a@b.example>"


def test_a_list_has_one_mailbox_a_line() -> None:
    value = fields.mailboxes([Mailbox("Å, Ä", "a@b.example"), Mailbox("C", "c@d.example")])
    assert [box.address for box in header.mailboxes(value)] == ["a@b.example", "c@d.example"]
    assert value.count("\r\n ") == 1


def test_identifiers_are_whole_bounded_and_clean() -> None:
    long = f"<{'x' * 890}@y>"
    assert fields.identifiers(["<a@b>", "<a@b>", "junk", "<a b@c>", "<å@c>", "<a@b>\r\nX: y", long, ""]) == (
        f"<a@b>\r\n {long}"
    )
    many = [f"<{number}@b>" for number in range(50)]
    kept = fields.identifiers(many).split("\r\n ")
    assert kept == [many[0], *many[-19:]]
    assert fields.identifiers([f"<{'x' * 901}>"]) == ""


def test_date() -> None:
    assert fields.date(1_790_000_000_999) == "Mon, 21 Sep 2026 14:13:20 +0000"


@given(st.text(max_size=400))
def test_a_file_name_reads_back(name: str) -> None:
    clean = fields.file_name(name)
    strict, plain = read("Content-Disposition", "attachment" + fields.parameter("filename", clean))
    assert header.parameters(plain["Content-Disposition"]) == ("attachment", {"filename": clean})
    assert clean and not set(clean) & set("/\\\r\n\x00") and len(clean) <= 200
    assert strict.get_filename() is not None


@pytest.mark.parametrize(
    ("name", "shown"),
    [("../../etc/passwd", "_.._etc_passwd"), ("", "file"), ("..", "file"), ("plån\u202egpj.exe", "plångpj.exe")],
)
def test_file_names_of_odd_kinds(name: str, shown: str) -> None:
    assert fields.file_name(name) == shown


def test_long_names_are_cut_between_characters() -> None:
    value = fields.parameter("filename", "å" * 70 + '"\\x')
    assert "filename*0*=utf-8''%C3" in value and "filename*1*=" in value
    assert header.parameters(f"attachment{value}")[1] == {"filename": "å" * 70 + '"\\x'}
    assert fields.parameter("filename", 'a"b\\c') == ';\r\n filename="a\\"b\\\\c"'
