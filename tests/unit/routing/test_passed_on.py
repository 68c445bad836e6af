"""Who passed a mail on, read from its envelope and its fields alone."""

from __future__ import annotations

import pytest

from weftmail.core.envelope import Envelope
from weftmail.core.limits import FORWARDING_FIELD, FORWARDING_FIELDS
from weftmail.core.parsing.passed_on import addressing
from weftmail.core.routing.passed_on import Forwarder, passed_on
from weftmail.core.wording.sentences import say

LEADS = "leads@acme.example"


def found(header: str, sender: str = "karin@customer.example", original: str = "") -> tuple[Forwarder, ...]:
    raw = f"{header}To: support@mail.example\nSubject: Quote\n\nHello\n".encode()
    return passed_on(Envelope(LEADS, sender, original), addressing(raw))


@pytest.mark.parametrize(
    ("sender", "way", "address", "author"),
    [
        ("SRS0=HHHH=TT=customer.example=karin@mail.example", "srs", "mail.example", "karin@customer.example"),
        ("srs0+HHHH=TT=customer.example=karin=ek@Mail.Example", "srs", "mail.example", "karin=ek@customer.example"),
        ("SRS0-HHHH=TT=customer.example=karin@mail.example", "srs", "mail.example", "karin@customer.example"),
        ("SRS1=HHHH=first.example==HHHH=TT=customer.example=k@mail.example", "srs", "mail.example", "first.example"),
        ("support+SRS=Q7xUZ=4K=customer.example=karin@mail.example", "srs", "mail.example", "karin@customer.example"),
        ("bounces+SRS=Q7xUZ=4K@tenant.mail.example", "srs", "tenant.mail.example", ""),
        ("support+caf_=leads=acme.example@mail.example", "mailbox", "support@mail.example", ""),
        ("team+bncBDQ3NJ6V7AIRBO4QXSBQ@mail.example", "list", "team@mail.example", ""),
    ],
)  # fmt: skip
def test_a_sender_that_was_rewritten(sender: str, way: str, address: str, author: str) -> None:
    (one,) = found("", sender)
    assert (one.way, one.fields, one.address, one.author) == (way, ("MAIL FROM",), address, author)
    assert address in say(one.phrase) and author in say(one.phrase) and "MAIL FROM" in say(one.phrase)


@pytest.mark.parametrize(
    "sender",
    [
        "", "karin@customer.example", "SRS0@mail.example", "SRS0=x@mail.example", "srs@mail.example",
        "support+srs@mail.example", "karin+bnc@mail.example", "prvs=0123456789=karin@customer.example",
        "bounces+karin=customer.example@list.example", "x" * 1000,
    ],
)  # fmt: skip
def test_a_sender_that_was_not(sender: str) -> None:
    assert [one.way for one in found("", sender)] == ["unmarked"]


@pytest.mark.parametrize(
    ("header", "way", "address"),
    [
        ("Delivered-To: support@mail.example", "recipient", "support@mail.example"),
        ("delivered-to:SUPPORT@Mail.Example", "recipient", "SUPPORT@mail.example"),
        ("X-Original-To: support@mail.example", "recipient", "support@mail.example"),
        ("Envelope-To: leads@acme.example, support@mail.example", "recipient", "support@mail.example"),
        ("Original-Recipient: rfc822;support@mail.example", "recipient", "support@mail.example"),
        ("X-Forwarded-For: support@mail.example leads@acme.example", "mailbox", "support@mail.example"),
        ("X-Forwarded-To: leads@acme.example", "mailbox", ""),
        ("Resent-From: The desk <support@mail.example>", "redirect", "support@mail.example"),
        ("X-MS-Exchange-Inbox-Rules-Loop: 1", "redirect", ""),
        ("X-MS-Exchange-ForwardingLoop: support@mail.example;9b1c6a52", "redirect", "support@mail.example"),
        ("List-Id: Our list <support.mail.example>", "list", "support.mail.example"),
        ("X-Mailing-List: <support@mail.example> archive/latest/7", "list", "support@mail.example"),
        ("X-Google-Group-Id: 411100000000", "list", ""),
    ],
)
def test_a_field_that_tells_of_it(header: str, way: str, address: str) -> None:
    (one,) = found(f"{header}\n")
    assert (one.way, one.address.lower()) == (way, address.lower())
    assert one.fields[0].lower() == header.partition(":")[0].lower() and one.fields[0] in say(one.phrase)
    assert address.lower() in say(one.phrase).lower()


@pytest.mark.parametrize(
    "header",
    [
        "Delivered-To: leads@acme.example", "Delivered-To: leads+plus@acme.example", "Delivered-To:", "Envelope-To: x",
        "X-Forwarded-For: 203.0.113.7", "X-Forwarded-By: a form", "Return-Path: <karin@customer.example>",
        "Return-Path: <>", "X-Forwarded: yes", "Resent-From: nobody",
    ],
)  # fmt: skip
def test_a_field_that_does_not(header: str) -> None:
    assert [one.way for one in found(f"{header}\n")] == ["unmarked"]


def test_those_who_passed_it_on_come_last_first() -> None:
    ways = found(
        "X-Forwarded-To: leads@acme.example\nX-Forwarded-For: desk@mail.example leads@acme.example\n"
        "Delivered-To: desk@mail.example\nReceived: by mx.mail.example; Mon, 23 Nov 2026 10:00:00 +0000\n"
        "List-Id: <team.list.example>\nX-BeenThere: team@list.example\nDelivered-To: old@first.example\n",
        original="front@acme.example",
    )
    assert [(one.way, one.address) for one in ways] == [
        ("alias", "front@acme.example"),
        ("mailbox", "desk@mail.example"),
        ("list", "team@list.example"),
        ("recipient", "old@first.example"),
    ]
    assert ways[1].fields == ("X-Forwarded-To", "X-Forwarded-For", "Delivered-To")


def test_to_that_names_us_came_straight_and_other_names_are_said() -> None:
    raw = b"To: Sales <LEADS+x@acme.example>\n\nHello\n"
    assert [one.way for one in passed_on(Envelope(LEADS), addressing(raw))] == ["straight"]
    (one,) = passed_on(Envelope(LEADS), addressing(b"Subject: none\n\nHello\n"))
    assert (one.way, one.address) == ("unmarked", "")
    assert "Bcc" in say(one.phrase) and "  " not in say(one.phrase)


def test_what_stands_there_is_bounded_and_shows_no_token() -> None:
    many = "".join(f"Delivered-To: box{number}@mail.example\n" for number in range(FORWARDING_FIELDS + 10))
    assert len(found(many)) == FORWARDING_FIELDS
    (one,) = found(f"Delivered-To: {'x' * 5000}@mail.example\nX-Original-To: a@mail.example\n")
    assert one.address == "a@mail.example" and FORWARDING_FIELD < 5000
    token = "a" * 32
    (one,) = found(f"X-Original-To: reply+{token}@acme.example\n")
    assert token not in say(one.phrase) and "reply+" in say(one.phrase)
