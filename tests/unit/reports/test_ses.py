"""Notifications of Amazon SES."""

from __future__ import annotations

import json

import pytest

from weftmail.core.parsing.message import DeliveryReport, Message
from weftmail.flow.reading import read

SNS = "no-reply@sns.amazonaws.com"


def notified(body: str, author: str = SNS) -> Message:
    """Return a mail with this body, read."""
    return read(
        f"From: SES <{author}>\nTo: leads@acme.example\nSubject: AWS Notification Message\n"
        f"Content-Type: text/plain; charset=utf-8\n\n{body}\n".encode()
    )


def notice(kind: str, part: str, **more: object) -> dict[str, object]:
    """Return what SES tells."""
    return {"notificationType": kind, part: more, "mail": {"commonHeaders": {"messageId": "<offer@acme.example>"}}}


def report(message: Message) -> DeliveryReport:
    """Return what a message reports."""
    assert message.report is not None
    return message.report


GONE = {"emailAddress": "erik@other.example", "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 unknown user"}
FULL = {"emailAddress": "eva@other.example", "status": "5.0.0", "diagnosticCode": "smtp; 552 5.2.2 mailbox full"}


@pytest.mark.parametrize("author", [SNS, "no-reply@sns.eu-north-1.amazonaws.com"])
@pytest.mark.parametrize("wrapped", [True, False])
def test_bounces(author: str, wrapped: bool) -> None:
    inner = json.dumps(notice("Bounce", "bounce", bouncedRecipients=[GONE, FULL]))
    body = json.dumps({"Type": "Notification", "Message": inner}) if wrapped else f"{inner}\n--\nUnsubscribe"
    message = notified(body, author)
    assert message.kind == "bounce"
    assert [(one.address, one.status, one.hard) for one in report(message).recipients] == [
        ("erik@other.example", "5.1.1", True),
        ("eva@other.example", "5.2.2", False),
    ]
    assert report(message).original_message_id == "<offer@acme.example>"


def test_a_long_line_that_a_server_broke() -> None:
    body = json.dumps(notice("Bounce", "bounce", bouncedRecipients=[GONE])).replace("erik", "er!\n ik")
    assert report(notified(body)).recipients[0].address == "erik@other.example"


def test_delays_deliveries_complaints() -> None:
    late = notice("DeliveryDelay", "deliveryDelay", delayedRecipients=[GONE])
    late["eventType"] = late.pop("notificationType")
    assert notified(json.dumps(late)).kind == "delay"
    assert not report(notified(json.dumps(late))).recipients[0].hard
    arrived = notified(json.dumps(notice("Delivery", "delivery", recipients=["erik@other.example"])))
    assert (arrived.kind, report(arrived).recipients[0].action) == ("receipt", "delivered")
    complained = notified(json.dumps(notice("Complaint", "complaint", complainedRecipients=[GONE])))
    assert (complained.kind, report(complained).recipients[0].action) == ("complaint", "complained")
    assert not report(complained).recipients[0].hard


@pytest.mark.parametrize(
    "body",
    [
        "Hello",
        "[1, 2]",
        '{"Message": "no object"}',
        '{"notificationType": "AmazonSnsSubscriptionSucceeded"}',
        "[" * 100_000,
    ],
)
def test_what_notifies_of_nothing(body: str) -> None:
    assert notified(body).kind == "machine"


@pytest.mark.parametrize(
    "listed", ["erik@other.example", [7], [{"emailAddress": 7}], [{"emailAddress": "nobody"}], None]
)
def test_what_names_nobody(listed: object) -> None:
    message = notified(json.dumps(notice("Bounce", "bounce", bouncedRecipients=listed)))
    assert (message.kind, report(message).recipients) == ("bounce", ())
    odd = {**notice("Bounce", "bounce", bouncedRecipients=[GONE]), "mail": 7}
    assert report(notified(json.dumps(odd))).original_message_id is None


def test_from_anybody_else_it_is_a_text() -> None:
    body = json.dumps(notice("Bounce", "bounce", bouncedRecipients=[GONE]))
    for author in ("karin@customer.example", "no-reply@sns.amazonaws.com.customer.example"):
        assert notified(body, author).kind in ("mail", "machine")
