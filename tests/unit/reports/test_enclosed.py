"""A message within a message: what it is judged by, to the letter."""

from __future__ import annotations

from weftmail.core.address import Mailbox
from weftmail.core.reports.enclosed import evidence_of
from weftmail.flow.reading import read

INNER = (
    b"\n\nReturn-Path: <>\nFrom: Mail <mailer-daemon@mx.other.example>\nSubject: Undelivered =?utf-8?q?=C3=A5?=\n"
    b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=i\n\n--i\nContent-Type: text/plain\n\nOne.\n"
    b"--i\nContent-Type: text/html\n\n<p>Two.</p>\n--i\nContent-Type: message/delivery-status\n\n"
    b"Reporting-MTA: dns; mx.other.example\n--i--\n"
)


def test_what_an_enclosed_message_is_judged_by() -> None:
    found = evidence_of(INNER)
    assert found is not None
    assert (found.author, found.subject) == (Mailbox("Mail", "mailer-daemon@mx.other.example"), "Undelivered å")
    assert [one.content_type for one in found.leaves] == ["message/delivery-status"]
    assert found.text.split("\n")[0] == "One." and found.text.endswith("\nTwo.")
    tree = found.bounded_tree()
    assert [one.get_content_type() for one in tree.walk()][:3] == ["multipart/mixed", "text/plain", "text/html"]
    assert tree["subject"].startswith("Undelivered")


def test_of_one_without_an_author_nobody_wrote_it() -> None:
    found = evidence_of(b"Subject: x\n\nHej\n")
    assert found is not None and (found.author, found.text) == (Mailbox("", ""), "Hej\n")


def test_what_would_take_too_long_is_not_read() -> None:
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (each, each) for each in range(300))
    assert evidence_of(b"Subject: x\n" + deep) is None


def test_the_letter_of_a_gateway_is_judged_by_the_message_in_it() -> None:
    inner = (
        "Return-Path: <>\nFrom: postmaster@other.example\nSubject: Undelivered mail\n\n"
        "<erik@other.example>: 550 5.1.1 user unknown\n"
    )
    for author in ("mailer-daemon@gw.example", "postmaster@gw.example"):
        top = f"Return-Path: <>\nFrom: {author}\nSubject: Notice\nMIME-Version: 1.0\n"
        body = f"--b\n\nSee below: a mail could not be delivered.\n--b\nContent-Type: message/rfc822\n\n{inner}--b--\n"
        message = read(f"{top}Content-Type: multipart/mixed; boundary=b\n\n{body}".encode())
        assert message.kind == "bounce" and message.report is not None
        assert [one.address for one in message.report.recipients] == ["erik@other.example"]
