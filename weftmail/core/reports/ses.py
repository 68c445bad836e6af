"""Notifications of Amazon SES, which come by SNS as JSON in a mail: bounces, delays, deliveries, complaints."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from weftmail.core.limits import REPORT_RECIPIENTS, REPORT_SIZE
from weftmail.core.parsing import header
from weftmail.core.parsing.message import DeliveryReport, Evidence, Failure
from weftmail.core.reports import reason
from weftmail.core.reports.dsn import Reported, failure

_SENDER = re.compile(r"(?i)no-?reply@sns\.(?:[a-z0-9-]{1,30}\.)?amazonaws\.com")
_FOLD = re.compile(r"!\r?\n[ \t]")
"""Where a server broke a line that was too long for it."""

# What each notification is, where its recipients stand, and what became of the mail to them.
_KINDS: dict[str, tuple[Reported, str, str, str]] = {
    "Bounce": ("bounce", "bounce", "bouncedRecipients", "failed"),
    "DeliveryDelay": ("delay", "deliveryDelay", "delayedRecipients", "delayed"),
    "Delivery": ("receipt", "delivery", "recipients", "delivered"),
    "Complaint": ("complaint", "complaint", "complainedRecipients", "complained"),
}


def read(evidence: Evidence) -> tuple[Reported, DeliveryReport] | None:
    """Return what a notification says, or None for a mail that is none."""
    if not _SENDER.fullmatch(evidence.author.address):
        return None
    notice = _object(_FOLD.sub("", evidence.text[:REPORT_SIZE]).lstrip())
    inner = notice.get("Message")
    if isinstance(inner, str):
        notice = _object(inner)
    what = _KINDS.get(str(notice.get("notificationType") or notice.get("eventType")))
    if what is None:
        return None
    kind, part, people, action = what
    found = tuple(_people(_mapping(notice.get(part)).get(people), action))
    sent = _mapping(_mapping(notice.get("mail")).get("commonHeaders")).get("messageId")
    return kind, DeliveryReport(found, next(iter(header.identifiers(str(sent or ""))), None))


def _people(listed: object, action: str) -> Iterator[Failure]:
    for each in listed[:REPORT_RECIPIENTS] if isinstance(listed, list) else ():
        one = _mapping(each) or {"emailAddress": each}
        address, said = _text(one, "emailAddress"), _text(one, "diagnosticCode").removeprefix("smtp;").strip()
        if "@" not in address:
            continue
        if action == "complained":
            yield Failure(address, "", action, "", False, "complaint")
        else:
            yield failure(address, reason.better(_text(one, "status"), said), action, said)


def _object(text: str) -> Mapping[str, object]:
    """Return the object that the text begins with; of anything else an empty one."""
    try:
        return _mapping(json.JSONDecoder(strict=False).raw_decode(text)[0])
    except (ValueError, RecursionError):
        return {}


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _text(one: Mapping[str, object], name: str) -> str:
    value = one.get(name)
    return header.clean(value[:4000]) if isinstance(value, str) else ""
