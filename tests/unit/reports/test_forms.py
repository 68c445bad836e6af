"""Reports as servers write them: whole mails, each with what it says of the address."""

from __future__ import annotations

import pytest

from weftmail.core.parsing.message import Message
from weftmail.flow.reading import read

ERIK = "erik@other.example"


def report(diagnostic: str, *, status: str = "5.0.0", letter: str = "It failed.") -> Message:
    """Return a report in the standard form, read."""
    said = f"Diagnostic-Code: {diagnostic}\n" if diagnostic else ""
    return read(
        f"""Return-Path: <>
From: MAILER-DAEMON@mx.acme.example
To: leads@acme.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain; charset=utf-8

{letter}

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.acme.example

Final-Recipient: rfc822; {ERIK}
Action: failed
Status: {status}
{said}
--b--
""".encode()
    )


def letter(
    body: str, author: str = "MAILER-DAEMON@mx.acme.example", subject: str = "failure notice", header: str = ""
) -> Message:
    """Return a letter, read."""
    top = header or ("Return-Path: <>\n" if author.startswith("MAILER") else "")
    return read(
        f"{top}From: {author}\nTo: leads@acme.example\nSubject: {subject}\n"
        f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{body}\n".encode()
    )


def hard(message: Message) -> bool:
    """Return whether the one failure of a bounce tells against its address."""
    assert message.kind == "bounce" and message.report is not None
    (failure,) = message.report.recipients
    assert failure.address == ERIK
    return failure.hard


@pytest.mark.parametrize(
    ("status", "diagnostic"),
    [
        ("5.0.0", "501 Syntax error in parameters"),
        ("5.0.0", "554 Transaction failed"),
        ("5.0.0", "550 Relaying not allowed"),
        ("5.7.0", "530 5.7.0 Must issue a STARTTLS command first"),
        ("5.0.0", "535 Authentication credentials invalid"),
        ("5.0.0", "550 Please sign in first"),
        ("5.0.0", "550 SMTP AUTH required"),
        ("5.0.0", "550 You are not authorized to send here"),
        ("5.1.1", "553 sorry, your mailserver is listed at bl.example"),
        ("5.1.1", "550 5.7.606 Access denied, banned sending IP"),
        ("5.1.1", "552 5.2.2 Mailbox over limit"),
        ("5.1.1", "452 4.2.2 The account is over quota"),
        ("5.1.1", "552 5.1.1 the mailbox has reached its size limit"),
        ("5.7.23", "550-5.7.23 SPF failed; we do not accept messages from hosts that fail"),
        ("5.3.2", "521 5.3.2 blocked by our list, we accept no mail"),
        ("4.1.1", "450 4.1.1 <erik@other.example>: Recipient address rejected: unverified address"),
        ("4.2.0", "450 4.2.0 <erik@other.example>: Recipient address rejected: Greylisted"),
        ("5.4.6", "554 5.4.6 mail for other.example loops back to myself"),
        ("5.3.5", "553 5.3.5 system config error"),
        ("5.2.3", "552 5.2.3 Message exceeds the size that we take"),
        ("5.0.0", "550 Message contains a suspicious attachment"),
        ("5.0.0", "550 Your mail looks like junk"),
        ("5.0.0", "554 rejected due to virus"),
        ("5.0.0", "550 Sender not on the allow list of this group"),
        ("5.0.0", "550 Reverse DNS lookup failed for 192.0.2.1"),
        ("5.0.0", "550 DMARC policy of acme.example"),
        ("5.0.0", "550 Too many mails from you today"),
        ("5.0.0", "550 Mailbox is temporarily disabled"),
        ("5.0.0", "550 Malformed header (in reply to end of DATA command)"),
        ("5.0.0", "551 we do not relay"),
    ],
)
def test_what_is_about_us_or_the_message_is_soft(status: str, diagnostic: str) -> None:
    assert not hard(report(f"smtp; {diagnostic}", status=status))


@pytest.mark.parametrize(
    ("status", "diagnostic"),
    [
        ("5.0.0", "550 <erik@other.example>: Recipient refused"),
        ("5.0.0", "553 Recipient not allowed"),
        ("5.1.3", "553 5.1.3 Malformed recipient address"),
        ("5.3.2", "521 5.3.2 We do not accept mail here"),
        ("5.0.0", "521 this host never accepts mail"),
        ("5.0.0", "556 the domain publishes a null MX"),
        ("5.0.0", "550 Unknown local part erik in <erik@other.example>"),
        ("5.1.2", "550 5.1.2 Bad destination system"),
        ("5.0.0", "550 5.1.1 The account that you tried to reach does not exist"),
        ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied"),
        ("5.1.6", "551 5.1.6 Recipient has moved"),
    ],
)
def test_what_is_about_the_address_is_hard(status: str, diagnostic: str) -> None:
    assert hard(report(f"smtp; {diagnostic}", status=status))


@pytest.mark.parametrize(
    ("diagnostic", "said"),
    [
        ("smtp; 550 go home", "<erik@other.example>: host mx.other.example refused to talk to me: 550 go home"),
        ("smtp; 553 no", "<erik@other.example>: said: 553 no (in reply to MAIL FROM command)"),
        ("x-unix; Command died with status 1: /usr/bin/sort", ""),
        ("", '"|/usr/bin/vacation"\n (reason: 75)\n (expanded from: <erik@other.example>)\n\n550 Can\'t create output'),
    ],
)
def test_what_the_letter_alone_says(diagnostic: str, said: str) -> None:
    assert not hard(report(diagnostic, letter=said))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<erik@other.example>:\nConnected to 192.0.2.7 but sender was rejected.\nRemote host said: 550 no", False),
        ("<erik@other.example>:\nConnected to 192.0.2.7 but greeting failed.\nRemote host said: 550 no", False),
        ("<erik@other.example>:\n192.0.2.7 failed after I sent the message.\nRemote host said: 550 no", False),
        ("<erik@other.example>:\n192.0.2.7 does not like recipient.\nRemote host said: 550 no", True),
        ("<erik@other.example>: 554 the inbox is out of storage (#5.1.1)", False),
        ("<erik@other.example>: Host or domain name not found. Name service error: Host not found, try again", False),
        ("<erik@other.example>: type=MX: Malformed or unexpected name server reply", False),
        ("<erik@other.example>: Temporary failure in name resolution", False),
        ("Your mail for <erik@other.example> failed.\n\nThe domain other.example could not be found", True),
        ("<erik@other.example>: host other.example does not exist", True),
        ("We know no person with the address <erik@other.example>.", True),
        ("The user <erik@other.example> could not be located here.", True),
        ("<erik@other.example> does not live here any more.", True),
        ("erik@other.example: code 450, the host did not answer. This is a permanent error.", False),
        (
            "  |/usr/bin/procmail\n    (generated from erik@other.example)\n    Child process of the pipe returned 127",
            False,
        ),
        (
            "All of its recipients were invalid\n\nOriginal message:\nFrom: leads@acme.example\nTo: erik@other.example",
            True,
        ),
    ],
)
def test_letters(body: str, expected: bool) -> None:
    assert hard(letter(body)) is expected


@pytest.mark.parametrize(
    ("author", "subject", "body"),
    [
        ("Mail_System@gw.other.example", "Your mail could not be delivered", "<erik@other.example>: unknown here"),
        ("pasarela@other.example", "RE: Oferta: no entregado", "Su correo no ha llegado a\nerik@other.example"),
        ("postmaster@other.example", "系统退信", "收件人邮箱已满。\n<erik@other.example>"),
        (
            "noreply@mail.other.example",
            "Mail delivery error: not delivered",
            "It was not delivered, the box is full:\n <erik@other.example>",
        ),
        ("<>", "", "The message that you sent to erik@other.example was returned: there is no user of that name."),
    ],
)
def test_letters_of_others_than_daemons(author: str, subject: str, body: str) -> None:
    assert letter(body, author, subject).kind == "bounce"


@pytest.mark.parametrize(
    "body",
    [
        "It could not yet be handed to\n\n  erik@other.example\n\nWe go on trying for three days.",
        "Your mail to\n\n<erik@other.example>\n\nhas been put off: the box is full. A new attempt follows.",
    ],
)
def test_late_letters(body: str) -> None:
    assert letter(body, "postmaster@other.example", "Notice about your mail").kind == "delay"


@pytest.mark.parametrize(
    ("author", "subject", "body"),
    [
        ("Karin Ek <karin@customer.example>", "Delivery failed", "The delivery to\nerik@other.example\nwas refused."),
        ("post@customer.example", "Undelivered chairs", "Leveransen kunde inte levereras till\nerik@other.example"),
        ("transport@customer.example", "Delivery failure", "It was not delivered to:\nerik@other.example"),
        ("postmaster@other.example", "Our new mail server", "Write to\nerik@other.example\nabout it."),
    ],
)
def test_people_write_about_deliveries(author: str, subject: str, body: str) -> None:
    assert letter(body, author, subject).kind == "mail"


def test_a_name_of_many_machines_is_read_at_once() -> None:
    assert letter("x", "mail-" * 2000 + "@x.example", "y").kind == "mail"
