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


def test_a_group_may_lack_the_blank_line_before_it() -> None:
    one = (
        "Original-Recipient: rfc822; a@x.example\nFinal-Recipient: rfc822; b@x.example\nAction: failed\nStatus: 5.2.2\n"
    )
    two = "Action: failed\nFinal-Recipient: rfc822; c@x.example\nStatus: 5.1.1\n"
    found = dsn.read(NONE, [status(one + two + two.replace("c@", "d@"))], "")
    assert found is not None and found[1] is not None
    assert [(each.address, each.status) for each in found[1].recipients] == [
        ("a@x.example", "5.2.2"),
        ("c@x.example", "5.1.1"),
        ("d@x.example", "5.1.1"),
    ]


def test_a_field_may_have_lost_its_fold() -> None:
    text = "Diagnostic-Code: smtp; 550-Go away,\n550-your server is on\n\ta blocklist: see 17\nAction: failed"
    (group,) = dsn.groups_of(text)
    assert group["diagnostic-code"] == "smtp; 550-Go away, 550-your server is on a blocklist: see 17"
    assert group["action"] == "failed"


def test_groups_are_bounded() -> None:
    assert len(dsn.groups_of("Action: failed\n\n" * 1000)) <= 201
    assert len(dsn.groups_of("X-Long: y\n" + " y\n" * 10_000)[0]["x-long"]) <= 4000


def test_the_command_may_stand_in_the_letter_alone() -> None:
    text = "Final-Recipient: rfc822; a@x.example\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 Not so"
    for letter, hard in (
        ("<a@x.example>: host mx said: 550 Not so (in reply to RCPT TO command)", True),
        ("<a@x.example>: host mx said: 550 Not so (in reply to end of DATA command)", False),
        ("a@x.example\n>>> MAIL From:<b@y.example>\n<<< 550 Not so\n>>> RCPT To:<a@x.example>\n<<< 250 ok", False),
    ):
        found = dsn.read(NONE, [status(text)], letter)
        assert found is not None and found[1] is not None and found[1].recipients[0].hard is hard


def test_a_program_behind_an_address() -> None:
    text = "Final-Recipient: rfc822; a@x.example\nX-Actual-Recipient: X-Unix; |/bin/x\nAction: failed\nStatus: 5.0.0\n"
    letter = '"|/bin/x"\n    (reason: 70)\n    (expanded from: <a@x.example>)\n\n554 5.3.0 unknown mailer error 70\n'
    found = dsn.read(NONE, [status(text + "Diagnostic-Code: X-Unix; 70")], letter)
    assert found is not None and found[1] is not None
    assert (found[1].recipients[0].hard, found[1].recipients[0].reason) == (False, "system")


def test_what_an_address_was_made_of() -> None:
    text = "Final-Recipient: rfc822; a@x.example\nAction: failed\nStatus: 5.1.1\n"
    found = dsn.read(NONE, [status(text)], "  a@x.example\n    (ultimately generated from b@y.example)\n")
    assert found is not None and found[1] is not None and found[1].recipients[0].address == "b@y.example"


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
