"""Complaints that have lost the form of RFC 5965, or never had it: the fields stand in the text, or a provider writes.

``dsn`` reads those in the standard form.
"""

from __future__ import annotations

import re

from weftmail.core.limits import REPORT_LETTER
from weftmail.core.parsing import header
from weftmail.core.parsing.message import DeliveryReport, Evidence, Failure
from weftmail.core.reports import dsn

_FIELDS = re.compile(r"(?im)^Feedback-Type:")
_SPAMCOP = re.compile(r"(?i)^\w{1,40}@(?:reports|admin)\.spamcop\.net$")
_SPAMCOP_TITLE = re.compile(r"\[SpamCop \([\w.:, -]{1,100}\) ?id:\d{1,20}\]")
_MESSAGE_ID = re.compile(r"(?im)^[ \t>]*message-id:[ \t]*(?:\n[ \t]+)?(<[^<>\s]{1,500}>)")


def read(evidence: Evidence) -> tuple[dsn.Reported, DeliveryReport] | None:
    """Return what such a complaint says, or None for a mail that is none."""
    text = evidence.text[:REPORT_LETTER]
    if _SPAMCOP.match(evidence.author.address) and _SPAMCOP_TITLE.search(evidence.subject):
        return "complaint", DeliveryReport((), _original(text))
    begin = _FIELDS.search(text) if _declared(evidence) else None
    if begin is None:
        return None
    named = [group["original-rcpt-to"] for group in dsn.groups_of(text[begin.start() :]) if "original-rcpt-to" in group]
    people = dict.fromkeys(dsn.address_in(one) for one in named)
    failures = tuple(Failure(one, "", "complained", "", False, "complaint") for one in people)
    return "complaint", DeliveryReport(failures, dsn.returned_id(evidence.leaves) or _original(text))


def _declared(evidence: Evidence) -> bool:
    """The mail says itself that it is a complaint; a person who quotes one makes none."""
    kind, parameters = header.parameters(evidence.fields.first("content-type"))
    return kind == "multipart/report" and parameters.get("report-type", "").lower() == "feedback-report"


def _original(text: str) -> str | None:
    found = _MESSAGE_ID.search(text)
    return found[1] if found else None
