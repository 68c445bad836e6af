"""Letters that say in their own words that a mail did not arrive."""

from __future__ import annotations

from email.message import Message

import pytest

from tests.unit.mail import kept
from weftmail.core.address import Mailbox
from weftmail.core.parsing.block import read_block
from weftmail.core.parsing.message import DeliveryReport
from weftmail.core.parsing.mime import Fields, bounded_tree, parse_header
from weftmail.core.reports import letter as letters

DAEMON = Mailbox("Mail Delivery System", "mailer-daemon@mx.other.example")
KARIN = Mailbox("Karin Ek", "karin@customer.example")


def tree(raw: bytes) -> Message:
    top = read_block(raw)
    return bounded_tree(top, raw[top.end :])


def fields(header: str = "X: y") -> Fields:
    return parse_header(header.encode() + b"\n\n")


def letter(
    text: str, header: str = "To: anna@acme.example", subject: str = "failure notice"
) -> tuple[str, DeliveryReport] | None:
    return letters.read(fields(header), DAEMON, subject, text, lambda: None)


@pytest.mark.parametrize(
    ("header", "author", "subject", "plausible"),
    [
        ("X: y", KARIN, "Stolar", False),
        ("X: y", KARIN, "Undeliverable: Stolar", False),
        ("Return-Path: <>", KARIN, "Undeliverable: Stolar", True),
        ("Return-Path: <>", KARIN, "Stolar", False),
        ("Return-Path: <>", Mailbox("", "postmaster@x.example"), "Stolar", True),
        ("X: y", Mailbox("", "postmaster@x.example"), "Kan inte", False),
        ("X: y", Mailbox("", "postmaster@x.example"), "Mail delivery failed", True),
        ("X: y", DAEMON, "", True),
        ("X-Failed-Recipients: a@x.example", KARIN, "", False),
        ("X-Failed-Recipients: a@x.example\nReturn-Path: <>", KARIN, "", True),
        ("X: y", Mailbox("Mail Delivery System", "karin@customer.example"), "Delivery of 12 chairs failed", False),
        ("X: y", Mailbox("System Administrator", "it@customer.example"), "New mailboxes", False),
        ("X: y", Mailbox("", "admin@customer.example"), "Delivery problem with the chairs", False),
        ("Return-Path: <>", Mailbox("", "admin@customer.example"), "Stolar", True),
    ],
)
def test_what_the_header_lets_through(header: str, author: Mailbox, subject: str, plausible: bool) -> None:
    assert letters.plausible(fields(header), author, subject) is plausible


def test_people_are_not_read_as_daemons() -> None:
    assert letters.read(fields(), KARIN, "Hej", "550 user unknown erik@other.example", lambda: None) is None
    assert letter("Nothing in it", subject="Hej") is None


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("<erik@other.example>: user unknown", ["erik@other.example"]),
        ("Recipient: erik@other.example\nReason: none", ["erik@other.example"]),
        ("could not be delivered to erik@other.example", ["erik@other.example"]),
        ("erik@other.example: no\nkarin@customer.example: no", ["erik@other.example", "karin@customer.example"]),
        ("no such user\n\n--- original message ---\nTo: Erik <erik@other.example>\n", ["erik@other.example"]),
    ],
)
def test_addresses_in_the_letter(text: str, addresses: list[str]) -> None:
    found = letter(text)
    assert found is not None and [each.address for each in found[1].recipients] == addresses


@pytest.mark.parametrize(
    "text",
    [
        "from anna@acme.example\nask postmaster@other.example",
        "no such user\n\n--- original message ---\nTo: anna@acme.example\n",
        "see erik@other.example for help",
    ],
)
def test_what_names_nobody_is_no_bounce(text: str) -> None:
    assert letter(text) is None


def test_the_field_that_names_them() -> None:
    found = letter("gone", "X-Failed-Recipients: erik@other.example, karin@customer.example")
    assert found is not None and len(found[1].recipients) == 2


def test_delays_and_failures() -> None:
    late = letter("erik@other.example: delayed, will keep trying", subject="Warning: message delayed 4 hours")
    assert late is not None and late[0] == "delay" and late[1].recipients[0].action == "delayed"
    final = letter("erik@other.example: was delayed, giving up")
    assert final is not None and final[0] == "bounce"


def test_the_id_of_what_came_back() -> None:
    found = letter("erik@other.example: no\n\nMessage-ID: <offer@acme.example>\n")
    assert found is not None and found[1].original_message_id == "<offer@acme.example>"


def test_the_library_is_asked_and_may_fail() -> None:
    raw = kept("13-qmail-letter")
    text = raw.decode().partition("\n\n")[2]
    found = letters.read(fields(), DAEMON, "failure notice", text, lambda: tree(raw))
    assert found is not None and [each.address for each in found[1].recipients] == ["erik@other.example"]
    broken = Message()
    broken["Content-Type"] = "multipart/report; report-type=delivery-status"
    broken.set_payload([None])
    found = letters.read(fields(), DAEMON, "failure notice", "<erik@other.example>: no", lambda: broken)
    assert found is not None and [each.address for each in found[1].recipients] == ["erik@other.example"]


def test_the_tree_is_bounded() -> None:
    assert len(tree(b"Subject: x\n\n" + b"x\n" * 300_000).as_bytes()) < 2000
    assert len(tree(b"Subject: x\n\n" + b"x" * 300_000).as_bytes()) < 400
    assert tree(b"Content-Type: message/rfc822\n\n" * 20).get_payload()[0].get_payload() == ""
