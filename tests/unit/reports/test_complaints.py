"""Complaints as providers send them: whose, and about which email (RFC 5965, and what does without it)."""

from __future__ import annotations

import base64

import pytest

from weftmail.flow.reading import read

RETURNED = (
    "From: Leads <leads@acme.example>\nTo: erik@other.example\nSubject: Offer\nMessage-ID: <1@acme.example>\n\nHello"
)
FEEDBACK = {
    "the least": "Feedback-Type: abuse\nUser-Agent: SomeGenerator/1.0\nVersion: 1",
    "with recipient": "Feedback-Type: abuse\nUser-Agent: X/1\nVersion: 1\nOriginal-Rcpt-To: <erik@other.example>",
    "typed recipient": "Feedback-Type: abuse\nVersion: 0.1\nOriginal-Rcpt-To: rfc822;erik@other.example",
    "yahoo": "Feedback-Type: abuse\nUser-Agent: Yahoo!\nVersion: 0.1\nOriginal-Mail-From: <leads@acme.example>",
    "comcast": "Feedback-Type: abuse\nUser-Agent: FBL/1.0\nOriginal-Mail-From: leads@acme.example\nVersion: 1",
    "fraud": "Feedback-Type: fraud\nUser-Agent: X/1\nVersion: 1\nReported-Domain: acme.example",
    "virus": "Feedback-Type: virus\nUser-Agent: X/1\nVersion: 1",
    "not spam": "Feedback-Type: not-spam\nUser-Agent: X/1\nVersion: 1",
    "opt out": "Feedback-Type: opt-out\nUser-Agent: X/1\nVersion: 1",
    "folded": "Feedback-Type: abuse\nUser-Agent: Mail\n Feedback/1\nVersion: 1\nSource-IP: 192.0.2.9",
    "two groups": "Feedback-Type: abuse\nVersion: 1\n\nOriginal-Rcpt-To: erik@other.example\n\nReported-URI: x.y",
    "lower case": "feedback-type: abuse\nuser-agent: x/1\nversion: 1\noriginal-rcpt-to: erik@other.example",
}  # fmt: skip


def complaint(fields: str, returned: str = "message/rfc822", top: str = "", encoding: str = "") -> bytes:
    return (
        f"Return-Path: <fbl@provider.example>\nFrom: <fbl@provider.example>\nTo: leads@acme.example\n{top}"
        "Subject: FW: Offer\nMIME-Version: 1.0\n"
        "Content-Type: multipart/report; report-type=feedback-report;\n boundary=b\n\n"
        "--b\nContent-Type: text/plain\n\nThis is an email abuse report.\n\n"
        f"--b\nContent-Type: message/feedback-report\n{encoding}\n{fields}\n\n"
        f"--b\nContent-Type: {returned}\n\n{RETURNED}\n\n--b--\n"
    ).encode()


@pytest.mark.parametrize("returned", ["message/rfc822", "text/rfc822-headers", "text/rfc822-headers; charset=utf-8"])
@pytest.mark.parametrize("name", FEEDBACK)
def test_it_is_seen_and_says_of_which_email(name: str, returned: str) -> None:
    message = read(complaint(FEEDBACK[name], returned))
    assert message.kind == "complaint" and message.report is not None
    assert message.report.original_message_id == "<1@acme.example>"
    named = [one.address for one in message.report.recipients]
    assert named == (["erik@other.example"] if "riginal-rcpt-to" in FEEDBACK[name].lower() else [])
    assert not any(one.hard for one in message.report.recipients)


def test_a_part_without_its_frame_is_one_as_well() -> None:
    raw = complaint(FEEDBACK["with recipient"]).replace(
        b"multipart/report; report-type=feedback-report", b"multipart/mixed"
    )
    assert read(raw).kind == "complaint"


FRAMED: dict[str, dict[str, str | bool]] = {
    "in base64": {"encoding": "Content-Transfer-Encoding: base64\n", "coded": True},
    "as a file": {"encoding": "Content-Disposition: attachment; filename=feedback.txt\n"},
    "as text": {"kind": "text/plain"},
    "as text in capitals": {"kind": "Text/Plain; charset=us-ascii"},
    "with a name": {"kind": 'message/feedback-report; name="report.txt"'},
    "in capitals": {"kind": "Message/Feedback-Report"},
}  # fmt: skip


@pytest.mark.parametrize("name", FRAMED)
def test_however_the_fields_are_framed(name: str) -> None:
    how = FRAMED[name]
    fields = FEEDBACK["with recipient"]
    if how.get("coded"):
        fields = base64.encodebytes(fields.encode()).decode()
    raw = complaint(fields, encoding=str(how.get("encoding", "")))
    message = read(
        raw.replace(b"message/feedback-report\n", str(how.get("kind", "message/feedback-report")).encode() + b"\n")
    )
    assert message.kind == "complaint" and message.report is not None
    assert message.report.original_message_id == "<1@acme.example>"
    assert [one.address for one in message.report.recipients] == ["erik@other.example"]


def spamcop(author: str, subject: str) -> bytes:
    return (
        f"Return-Path: <{author}>\nFrom: {author}\nTo: bounce@acme.example\nSubject: {subject}\n"
        "Content-Type: text/plain\n\n[ SpamCop V5.3.0 ]\nThis message is brief for your comfort.\n\n"
        f"[ Offending message ]\n{RETURNED}\n"
    ).encode()


@pytest.mark.parametrize("subject", ["[SpamCop (192.0.2.1) id:7123456789]Offer", "[SpamCop (2001:db8::1) id:712]Offer"])
def test_a_providers_letter(subject: str) -> None:
    message = read(spamcop("7123456789@reports.spamcop.net", subject))
    assert message.kind == "complaint" and message.report is not None
    assert message.report.original_message_id == "<1@acme.example>"
    assert read(spamcop("karin@customer.example", subject)).kind == "mail"
    assert read(spamcop("7123456789@reports.spamcop.net", "Offer")).kind == "mail"


def test_one_that_returns_nothing_names_no_message() -> None:
    top = b"Return-Path: <fbl@provider.example>\nFrom: fbl@provider.example\nSubject: FW\nMIME-Version: 1.0\n"
    frame = b"Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\n\n"
    body = frame + b"Feedback-Type: abuse\n--b--\n"
    message = read(top + body)
    assert message.kind == "complaint" and message.report is not None and message.report.original_message_id is None


def test_a_person_who_forwards_a_complaint_makes_none() -> None:
    raw = (
        b"From: karin@customer.example\nTo: leads@acme.example\nSubject: Fwd: complaint\nMIME-Version: 1.0\n"
        b"Content-Type: text/plain\n\nFeedback-Type: abuse\nUser-Agent: X/1\nVersion: 1\n\nPlease look at this.\n"
    )
    assert read(raw).kind == "mail"
