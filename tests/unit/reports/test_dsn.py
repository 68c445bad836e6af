"""Reports in their standard forms."""

from __future__ import annotations

import pytest

from weftmail.core.parsing.mime import Leaf, parse_header
from weftmail.core.reports import dsn

NONE = parse_header(b"\n")


def leaf(kind: str, text: str) -> Leaf:
    return Leaf(kind, {}, "", "", None, text.encode(), ())


def status(text: str) -> Leaf:
    return leaf("message/delivery-status", "Reporting-MTA: dns; mx.other.example\n\n" + text)


@pytest.mark.parametrize(
    ("text", "kind", "action", "hard"),
    [
        ("Action: failed\nStatus: 5.1.1", "bounce", "failed", True),
        ("Action: failure (of a kind)\nStatus: 5.2.2", "bounce", "failed", False),
        ("Action: delayed\nStatus: 4.4.1", "delay", "delayed", False),
        ("Action: delivered\nStatus: 2.0.0", "receipt", "delivered", False),
        ("Status: 4.4.1 (timeout)", "delay", "delayed", False),
        ("Status: 2.0.0", "receipt", "delivered", False),
        ("Diagnostic-Code: smtp; 550 5.1.1 no", "bounce", "failed", True),
        ("Action: failed\nStatus: none", "bounce", "failed", False),
    ],
)
def test_kinds_of_status(text: str, kind: str, action: str, hard: bool) -> None:
    found = dsn.read(NONE, [status(f"Final-Recipient: rfc822; karin@customer.example\n{text}")], "")
    assert found is not None and found[0] == kind and found[1] is not None
    (failure,) = found[1].recipients
    assert (failure.address, failure.action, failure.hard) == ("karin@customer.example", action, hard)


def test_a_failure_among_deliveries_is_a_bounce() -> None:
    one = "Final-Recipient: rfc822; a@x.example\nAction: delivered\n\n"
    two = "Final-Recipient: rfc822; b@x.example\nAction: failed\n\n"
    again = "Final-Recipient: rfc822; b@x.example\nAction: delayed\n\nno field\n"
    found = dsn.read(NONE, [status(one + two + again)], "")
    assert found is not None and found[0] == "bounce" and found[1] is not None
    assert [(each.address, each.action) for each in found[1].recipients] == [
        ("a@x.example", "delivered"),
        ("b@x.example", "failed"),
    ]


def test_the_reason_may_stand_in_the_letter_alone() -> None:
    letter = "These failed:\n\n<a@x.example>: 550 5.1.1 user unknown\n<b@x.example>: mailbox full\n"
    text = (
        "Final-Recipient: rfc822; a@x.example\nAction: failed\nStatus: 5.0.0\n\nFinal-Recipient: rfc822; c@x.example\n"
    )
    found = dsn.read(NONE, [status(text)], letter)
    assert found is not None and found[1] is not None
    first, second = found[1].recipients
    assert first.reason == "no such user" and "mailbox" not in first.diagnostic
    assert second.diagnostic == ""


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("rfc822; karin@customer.example", "karin@customer.example"),
        ("rfc822;<karin@customer.example>", "karin@customer.example"),
        ("karin@customer.example", "karin@customer.example"),
        ("utf-8; bj\\x{F6}rn@acme.example", "björn@acme.example"),
        ("utf-8; a\\x{0}\\x{D800}b@acme.example", "ab@acme.example"),
        ("", ""),
    ],
)
def test_addresses(value: str, address: str) -> None:
    assert dsn.address_in(value) == address


def test_the_address_that_we_sent_to_comes_first() -> None:
    text = "Final-Recipient: rfc822; box17@inner.example\nOriginal-Recipient: rfc822;karin@customer.example\n"
    found = dsn.read(NONE, [status(text)], "")
    assert found is not None and found[1] is not None and found[1].recipients[0].address == "karin@customer.example"
    local = status("Original-Recipient: rfc822; karin\nFinal-Recipient: rfc822; inner")
    found = dsn.read(NONE, [local], "")
    assert found is not None and found[1] is not None and found[1].recipients[0].address == "karin"


def test_which_message_it_was() -> None:
    failed = status("Final-Recipient: rfc822; a@x.example\nAction: failed")
    returned = leaf("text/rfc822-headers", "Subject: x\nMessage-ID: <offer@acme.example>\n")
    empty = leaf("message/rfc822", "Subject: x\n\n")
    answered = parse_header(b"References: <a@x>\n <offer@acme.example>\n\n")
    for fields, leaves in ((NONE, [empty, failed, returned]), (answered, [failed])):
        found = dsn.read(fields, leaves, "")
        assert found is not None and found[1] is not None
        assert found[1].original_message_id == "<offer@acme.example>"
    found = dsn.read(NONE, [failed], "")
    assert found is not None and found[1] is not None and found[1].original_message_id is None


def test_receipts_and_rejections_in_their_form() -> None:
    text = "Final-Recipient: rfc822; karin@customer.example\nOriginal-Message-ID: <offer@acme.example>\nDisposition: "
    read = leaf("message/disposition-notification", text + "manual-action/MDN-sent-manually; displayed")
    found = dsn.read(NONE, [read], "was read")
    assert found is not None and found[0] == "receipt" and found[1] is not None
    assert found[1].recipients == () and found[1].original_message_id == "<offer@acme.example>"
    deleted = leaf("message/disposition-notification", text + "automatic-action/MDN-sent-automatically; deleted")
    found = dsn.read(NONE, [deleted], "was automatically rejected")
    assert found is not None and found[0] == "bounce" and found[1] is not None
    assert found[1].recipients[0].address == "karin@customer.example"


def test_complaints() -> None:
    about = leaf("message/feedback-report", "Feedback-Type: abuse\nOriginal-Rcpt-To: <karin@customer.example>\n")
    found = dsn.read(NONE, [about, leaf("message/rfc822", "Message-ID: <offer@acme.example>\n\n")], "")
    assert found is not None and found[0] == "complaint" and found[1] is not None
    assert found[1].recipients[0].address == "karin@customer.example" and not found[1].recipients[0].hard
    assert found[1].original_message_id == "<offer@acme.example>"


def test_complaints_with_the_message_alone() -> None:
    inner = "X-HmXmrOriginalRecipient: karin@customer.example\nMessage-ID: <offer@acme.example>\n\nHej"
    found = dsn.read(NONE, [leaf("message/rfc822", inner)], "")
    assert found is not None and found[0] == "complaint" and found[1] is not None
    assert found[1].recipients[0].address == "karin@customer.example"
    assert found[1].original_message_id == "<offer@acme.example>"


def test_what_is_no_report() -> None:
    assert dsn.read(NONE, [leaf("image/png", "x")], "") is None
