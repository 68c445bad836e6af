"""Reports about mail that was sent: failed, late, delivered, read, or complained about (RFC 3464, 6533, 8098, 5965)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from weftmail.core import charset, header, reason
from weftmail.core.mime import Fields, Leaf, parse_header

RECIPIENTS = 1000
"""More recipients of one report are not read."""

Reported = Literal["bounce", "delay", "receipt", "complaint"]


@dataclass(frozen=True, slots=True)
class Failure:
    """What a report says about one recipient."""

    address: str
    status: str
    action: str
    diagnostic: str
    hard: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a report says, and about which message."""

    recipients: tuple[Failure, ...]
    original_message_id: str | None


_STATUS_TYPES = ("message/delivery-status", "message/global-delivery-status")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_FOLD = re.compile(r"\n[ \t]+")
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_UNITEXT = re.compile(r"\\x\{([0-9A-Fa-f]{1,6})\}")
_XTEXT = re.compile(r"\+([0-9A-F]{2})")
_DELIVERED = {"delivered", "relayed", "expanded", "deliverable"}


def read(fields: Fields, leaves: Iterable[Leaf]) -> tuple[Reported, Report | None] | None:
    """Return what kind of report this is and what it says, or None for what is no report in a standard form."""
    leaves = list(leaves)
    by_type = {leaf.content_type: leaf for leaf in reversed(leaves)}
    if "message/feedback-report" in by_type:
        return "complaint", _complaint(by_type["message/feedback-report"], leaves)
    if "message/disposition-notification" in by_type or "message/global-disposition-notification" in by_type:
        return "receipt", None
    for kind in _STATUS_TYPES:
        if kind in by_type:
            return _status(by_type[kind], returned_id(leaves) or _answered(fields))
    return None


def returned_id(leaves: Iterable[Leaf]) -> str | None:
    """Return the Message-ID in the returned message or in its returned header."""
    for leaf in leaves:
        if leaf.content_type in ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"):
            found = header.identifiers(Fields(parse_header(leaf.content.lstrip())).first("message-id"))
            if found:
                return found[0]
    return None


def _answered(fields: Fields) -> str | None:
    found = header.identifiers(fields.first("in-reply-to")) or header.identifiers(fields.first("references"))
    return found[-1] if found else None


def groups(leaf: Leaf) -> list[dict[str, str]]:
    """Return the groups of fields of a status part; names in lower case, values unfolded."""
    text = charset.decode(leaf.content)[0].strip("\n")
    found = []
    for block in _BLANK_LINE.split(text, RECIPIENTS):
        group: dict[str, str] = {}
        for line in _FOLD.sub(" ", block).split("\n"):
            name, colon, value = line.partition(":")
            if colon:
                group.setdefault(name.strip().lower(), header.clean(value[:4000]))
        found.append(group)
    return found


def address_in(value: str) -> str:
    """Return the address of a typed address field such as ``rfc822; karin@customer.example``."""
    kind, semicolon, rest = value.partition(";")
    address = (rest if semicolon else kind).strip()
    if kind.strip().lower() == "utf-8":
        address = _UNITEXT.sub(lambda match: _letter(match[1]), address)
    boxes = header.mailboxes(address)
    return boxes[0].address if boxes and boxes[0].address else address.strip("<>\"' ")


def _letter(digits: str) -> str:
    number = int(digits, 16)
    return chr(number) if 0x20 < number < 0xD800 or 0xE000 <= number <= 0x10FFFF else ""


def _status(leaf: Leaf, original: str | None) -> tuple[Reported, Report]:
    found: dict[str, Failure] = {}
    for group in groups(leaf):
        failure = _recipient(group)
        if failure and (failure.address not in found or found[failure.address].action != "failed"):
            found[failure.address] = failure
    report = Report(tuple(found.values()), original)
    actions = {failure.action for failure in report.recipients}
    if actions and actions <= _DELIVERED:
        return "receipt", report
    return ("delay" if actions and actions <= _DELIVERED | {"delayed"} else "bounce"), report


def _recipient(group: dict[str, str]) -> Failure | None:
    address = ""
    for name in ("final-recipient", "original-recipient", "x-actual-recipient"):
        candidate = address_in(group.get(name, ""))
        if candidate and ("@" not in address):
            address = candidate if "@" in candidate or not address else address
    if not address:
        return None
    diagnostic = group.get("diagnostic-code", "")
    kind, semicolon, rest = diagnostic.partition(";")
    diagnostic = rest.strip() if semicolon and len(kind) < 20 else diagnostic
    stated = _ENHANCED.search(group.get("status", ""))
    status = reason.better(stated[0] if stated else "", diagnostic)
    action = group.get("action", "").partition(" ")[0].partition(";")[0].lower()
    if not action:
        action = {"2": "delivered", "4": "delayed"}.get(status[:1], "failed")
    if action == "failure":
        action = "failed"
    return failure(address, status, action, diagnostic)


def failure(address: str, status: str, action: str, diagnostic: str) -> Failure:
    """Return a Failure with its reason found and weighed."""
    why = reason.reason(status, diagnostic)
    hard = action == "failed" and reason.is_hard(status, why)
    return Failure(address, status, action, diagnostic, hard, why)


def _complaint(leaf: Leaf, leaves: list[Leaf]) -> Report:
    named = [address_in(group["original-rcpt-to"]) for group in groups(leaf) if "original-rcpt-to" in group]
    people = tuple(Failure(address, "", "complained", "", False, "complaint") for address in dict.fromkeys(named))
    return Report(people, returned_id(leaves))
