"""Reports about mail that was sent: failed, late, delivered, read, or complained about (RFC 3464, 6533, 8098, 5965)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from weftmail.core.limits import REPORT_LETTER, REPORT_RECIPIENTS, REPORT_SIZE
from weftmail.core.parsing import charset, header
from weftmail.core.parsing.message import DeliveryReport, Failure
from weftmail.core.parsing.mime import Fields, Leaf, parse_header
from weftmail.core.reports import phase, reason

Reported = Literal["bounce", "delay", "receipt", "complaint"]


_STATUS_TYPES = ("message/delivery-status", "message/global-delivery-status")
NEAR = 800
"""Characters that a letter says about one address, at most."""
_REJECTED = re.compile(r"(?i)reject|refused|not be delivered")
ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,253}[A-Za-z0-9])?")
TRANSCRIPT = re.compile(r"[ \t>]{0,8}[45]\d\d[ -](?:[45]\.\d{1,3}\.\d{1,3} )?[<\"']{0,2}")
"""What stands before an address in a line of a dialogue that a letter shows."""
LEADING = re.compile(
    r"(?i)^(?:[\s>*•-]*|[ \t>]{0,8}[45]\d\d[ -](?:[45]\.\d{1,3}\.\d{1,3} )?"
    r"|.{0,60}\b(?:recipients?|address(?:es)?|user|rcpt to|to|for)\b[\w ]{0,20}[:=]\s*)[<\"'(\[]*$"
)
"""What may stand before an address that leads its line."""
_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9-]{0,60})[ \t]*:(.*)")
_MADE_OF = re.compile(
    rf"(?i)[>\"']{{0,2}}[ ,:]{{0,3}}\(?(?:ultimately )?(?:generated|expanded) (?:from|by):? ?<?({ADDRESS.pattern})"
)
_BEGINS = ("final-recipient", "original-recipient", "action")
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_UNITEXT = re.compile(r"\\x\{([0-9A-Fa-f]{1,6})\}")
_XTEXT = re.compile(r"\+([0-9A-F]{2})")
_DELIVERED = {"delivered", "relayed", "expanded", "deliverable"}


def read(fields: Fields, leaves: Iterable[Leaf], text: str) -> tuple[Reported, DeliveryReport | None] | None:
    """Return what kind of report this is and what it says, or None for what is no report in a standard form.

    ``text`` is the letter for people beside it: some servers give the reason there alone.
    """
    leaves = list(leaves)
    by_type = {leaf.content_type: leaf for leaf in reversed(leaves)}
    if "message/feedback-report" in by_type:
        return "complaint", _complaint(by_type["message/feedback-report"], leaves)
    if complained := _junked(leaves):
        return "complaint", complained
    for kind in ("message/disposition-notification", "message/global-disposition-notification"):
        if kind in by_type:
            return _disposition(by_type[kind], text)
    for kind in _STATUS_TYPES:
        if kind in by_type:
            return status(groups(by_type[kind]), text[:REPORT_LETTER], returned_id(leaves) or _answered(fields))
    return None


def returned_id(leaves: Iterable[Leaf]) -> str | None:
    """Return the Message-ID in the returned message or in its returned header."""
    for leaf in leaves:
        if leaf.content_type in ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"):
            found = header.identifiers(parse_header(leaf.content.lstrip()).first("message-id"))
            if found:
                return found[0]
    return None


def _answered(fields: Fields) -> str | None:
    found = header.identifiers(fields.first("in-reply-to")) or header.identifiers(fields.first("references"))
    return found[-1] if found else None


def groups(leaf: Leaf) -> list[dict[str, str]]:
    """Return the groups of fields of a status part; names in lower case, values unfolded."""
    return groups_of(charset.decode(leaf.content)[0])


def groups_of(text: str) -> list[dict[str, str]]:
    """Return the groups of fields that stand in ``text``.

    A blank line parts them; where it was lost, a field of a recipient that stands a second time begins a new one.  A
    line that is no field goes on the one before: its fold was lost.
    """
    found: list[dict[str, list[str]]] = [{}]
    value: list[str] = []
    for line in text[:REPORT_SIZE].split("\n"):
        field = _FIELD.match(line)
        if field is None:
            if line.strip():
                value.append(line)
            elif found[-1]:
                found.append({})
            continue
        name, value = field[1].lower(), [field[2]]
        if name in _BEGINS and name in found[-1]:
            found.append({})
        found[-1].setdefault(name, value)
        if len(found) > REPORT_RECIPIENTS:
            break
    return [{name: header.clean(" ".join(lines)[:4000]) for name, lines in group.items()} for group in found if group]


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


def status(groups: Iterable[dict[str, str]], letter: str, original: str | None) -> tuple[Reported, DeliveryReport]:
    """Return what the groups of a status part say, with the letter for people beside them."""
    found: dict[str, Failure] = {}
    for group in groups:
        failure = _recipient(group, letter)
        if failure and (failure.address not in found or found[failure.address].action != "failed"):
            found[failure.address] = failure
    report = DeliveryReport(tuple(found.values()), original)
    actions = {failure.action for failure in report.recipients}
    if actions and actions <= _DELIVERED:
        return "receipt", report
    return ("delay" if actions and actions <= _DELIVERED | {"delayed"} else "bounce"), report


def _recipient(group: dict[str, str], letter: str) -> Failure | None:
    address = ""
    for name in ("original-recipient", "final-recipient", "x-actual-recipient"):
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
    if action not in _DELIVERED | {"failed", "delayed"}:
        action = "failed" if action else {"2": "delivered", "4": "delayed"}.get(status[:1], "failed")
    about = near(address, letter)
    if not reason.status_in(diagnostic) and status[1:] in ("", ".0.0"):
        diagnostic = f"{diagnostic} {about}".strip()
        status = reason.better(status, diagnostic)
    at = phase.of(diagnostic) or phase.in_transcript(letter, diagnostic) or phase.of(about)
    return failure(original_of(address, about), status, action, diagnostic, at)


def original_of(address: str, said: str) -> str:
    """Return whom we wrote to where a letter says that this address was made of it: "(generated from ...)"."""
    found = _MADE_OF.match(said, len(address))
    return found[1] if found and said[: len(address)].lower() == address.lower() else address


def near(address: str, letter: str) -> str:
    """Return what the letter says about this address: up to the next address that leads a line.

    A line of a dialogue ("550 <address>... no") says all by itself, with the code before the address.
    """
    at = letter.lower().find(address.lower())
    if at < 0:
        return ""
    start = letter.rfind("\n", 0, at) + 1
    if TRANSCRIPT.fullmatch(letter, start, at):
        return header.clean(letter[start : start + NEAR].partition("\n")[0])
    said = letter[at : at + NEAR]
    for other in ADDRESS.finditer(said, len(address)):
        line = said[: other.start()].rpartition("\n")[2]
        if other[0].lower() != address.lower() and LEADING.match(line):
            said = said[: other.start()].rpartition("\n")[0]
            break
    return header.clean(said)


def failure(address: str, status: str, action: str, diagnostic: str, at: phase.Phase = "") -> Failure:
    """Return a Failure with its reason found and weighed; ``at`` which command the server said no."""
    why = reason.reason(status, diagnostic)
    hard = action == "failed" and reason.is_hard(status, why, diagnostic, at or phase.of(diagnostic))
    return Failure(address, status, action, diagnostic, hard, why)


def _junked(leaves: list[Leaf]) -> DeliveryReport | None:
    """A complaint as Microsoft's consumer mail sends it: the message alone, and in it a field that names whose."""
    for leaf in leaves:
        if leaf.content_type == "message/rfc822" and b"x-hmxmroriginalrecipient:" in leaf.content[:8192].lower():
            address = parse_header(leaf.content).first("x-hmxmroriginalrecipient")
            return DeliveryReport(
                (Failure(address_in(address), "", "complained", "", False, "complaint"),), returned_id([leaf])
            )
    return None


def _disposition(leaf: Leaf, text: str) -> tuple[Reported, DeliveryReport | None]:
    """A receipt; but a filter that rejects mail after delivery says so in this form, too (RFC 5429, 2.1.2)."""
    group = {name: value for each in groups(leaf) for name, value in each.items()}
    original = next(iter(header.identifiers(group.get("original-message-id", ""))), None)
    done = group.get("disposition", "").lower()
    if "automatic-action" in done and "deleted" in done and _REJECTED.search(text):
        return "bounce", DeliveryReport(
            (failure(address_in(group.get("final-recipient", "")), "", "failed", text[:1000]),), original
        )
    return "receipt", DeliveryReport((), original)


def _complaint(leaf: Leaf, leaves: list[Leaf]) -> DeliveryReport:
    named = [address_in(group["original-rcpt-to"]) for group in groups(leaf) if "original-rcpt-to" in group]
    people = tuple(Failure(address, "", "complained", "", False, "complaint") for address in dict.fromkeys(named))
    return DeliveryReport(people, returned_id(leaves))
