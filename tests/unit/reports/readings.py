"""Reports, and all that is read of each: kind, failed addresses with status, action, reason and words, the original.

``readings.txt`` keeps it.  To write it anew after a change that is meant:
``python -m tests.unit.reports.readings > tests/unit/reports/readings.txt``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from tests.unit.reports.test_complaints import FEEDBACK, complaint
from tests.unit.reports.test_forms import letter, report
from tests.unit.reports.test_servers import AUTHORS, LETTERS, REPLIES
from tests.unit.reports.test_ses import FULL, GONE, notice, notified
from weftmail.core.parsing.message import Message
from weftmail.flow.reading import read

RETURNED = "--b\nContent-Type: {}\n\nMessage-ID: <1@acme.example>\nTo: eva@third.example\nSubject: Offer\n\nHello\n"
HERE = Path(__file__).parent
_ROWS = [line.split("\t") for line in (HERE / "forms.tsv").read_text(encoding="utf-8").splitlines()]
FORMS = {name: fields.replace("\\n", "\n").replace("\\\\", "\\") for name, fields in _ROWS}
"""Groups of fields of a status part, by what is odd about them; a line end stands as a backslash and an n."""
SAID = {
    "says nothing": "It failed.",
    "says why": "<erik@other.example>: mailbox is full\n<eva@third.example>: no such user",
    "says of whom it is made": "erik@other.example (generated from eva@third.example)\n    no such user",
    "dialogue": "... talking to mx:\n>>> MAIL From:<leads@acme.example>\n<<< 550 no\n550 <erik@other.example>... no",
}
RECEIPTS = {
    "read": ("Disposition: manual-action/MDN-sent-manually; displayed", "It was read."),
    "deleted unread": ("Disposition: automatic-action/MDN-sent-automatically; deleted", "It was deleted."),
    "filter rejects": ("Disposition: automatic-action/MDN-sent; deleted", "It was rejected: no such user"),
    "refused by hand": ("Disposition: manual-action/MDN-sent-manually; deleted", "It was refused."),
    "not delivered": ("Disposition: automatic-action; deleted", "It could not be delivered."),
}  # fmt: skip


def said(message: Message) -> str:
    """Return in one line what is read of a report."""
    about = message.report
    if about is None:
        return message.kind
    people = [
        f"{one.address} {one.status or '-'} {one.action} "
        f"{'hard' if one.hard else 'soft'} {one.reason} “{one.diagnostic}”"
        for one in about.recipients
    ]
    return f"{message.kind} of {about.original_message_id}: " + " + ".join(people)


def multipart(kind: str, status: str, text: str, returned: str = "message/rfc822", top: str = "") -> Message:
    """Return a report of this type with these fields, read."""
    frame = RETURNED.format(returned) if returned else ""
    return read(
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.acme.example\nTo: leads@acme.example\nSubject: Report\n"
        f"{top}MIME-Version: 1.0\n"
        "Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n"
        f"{text}\n--b\nContent-Type: message/{kind}\n\nReporting-MTA: dns; mx.acme.example\n\n"
        f"{status}\n\n{frame}--b--\n".encode()
    )


def lines() -> Iterator[str]:
    """Yield the line of each report."""
    for what, name, subject, body in LETTERS:
        yield f"letter, {name}, {what}: {said(letter(body, AUTHORS[0], subject))}"
    for at, (what, status, words) in enumerate(REPLIES):
        yield f"reply {at}, {what}: {said(report('smtp; ' + words, status=status))}"
    for name, fields in FORMS.items():
        for how, text in SAID.items():
            yield f"form, {name}, {how}: {said(multipart('delivery-status', fields, text))}"
        yield f"form, {name}, header alone: {said(multipart('delivery-status', fields, '', 'text/rfc822-headers'))}"
        yield f"form, {name}, international: {said(multipart('global-delivery-status', fields, '', 'message/global'))}"
    for top in ("In-Reply-To: <2@acme.example>\n", "References: <3@acme.example> <4@acme.example>\n", ""):
        message = multipart("delivery-status", FORMS["plain"], "", "", top)
        yield f"form, nothing returned, {top.strip()}: {said(message)}"
    for name, (fields, text) in RECEIPTS.items():
        for kind in ("disposition-notification", "global-disposition-notification"):
            status = f"Final-Recipient: rfc822; erik@other.example\nOriginal-Message-ID: <5@acme.example>\n{fields}"
            yield f"{kind}, {name}: {said(multipart(kind, status, text))}"
            yield f"{kind}, {name}, of no email: {said(multipart(kind, fields, text, ''))}"
    for name, fields in FEEDBACK.items():
        yield f"complaint, {name}: {said(read(complaint(fields)))}"
    for kind, part, people in (
        ("Bounce", "bounce", "bouncedRecipients"), ("Complaint", "complaint", "complainedRecipients"),
        ("DeliveryDelay", "deliveryDelay", "delayedRecipients"), ("Delivery", "delivery", "recipients"),
    ):  # fmt: skip
        listed = [
            GONE,
            FULL,
            {"emailAddress": "nobody"},
            {},
            "plain@other.example",
            7,
            {"emailAddress": "bare@other.example"},
        ]
        listed.append({"emailAddress": "x@other.example", "diagnosticCode": 5, "status": "5.1.1"})
        body = json.dumps(notice(kind, part, **{people: listed}))
        yield f"ses, {kind}: {said(notified(body))}"
        yield f"ses, {kind}, wrapped: {said(notified(json.dumps({'Message': body})))}"
        yield f"ses, {kind}, as an event: {said(notified(body.replace('notificationType', 'eventType')))}"
        yield f"ses, {kind}, of others: {said(notified(json.dumps(notice(kind, part, **{people: 'x'}))))}"


if __name__ == "__main__":
    print("\n".join(lines()))
