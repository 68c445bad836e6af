"""Why a delivery failed, and whether trying again could help (RFC 3463, and the words that servers use).

Servers give the same code to "there is no such person" and "we do not like your network"; the words beside it are
read first, the enhanced status where they say nothing.
"""

from __future__ import annotations

import re
from functools import lru_cache

from weftmail.core.limits import REPORT_DIAGNOSTIC
from weftmail.core.reports import phase
from weftmail.core.reports.causes import CAUSES, UNKNOWN_USER

_BY_STATUS = {
    "1.0": "no such user",
    "1.1": "no such user",
    "1.2": "no such domain",
    "1.3": "no such user",
    "1.4": "no such user",
    "1.6": "moved",
    "1.8": "sender refused",
    "1.10": "does not take mail",
    "2.1": "suspended",
    "2.2": "mailbox full",
    "2.3": "too large",
    "3.4": "too large",
    "3.5": "system",
    "4.1": "network",
    "4.2": "network",
    "4.4": "no such domain",
    "4.6": "network",
    "4.7": "expired",
    "7.1": "spam or policy",
    "7.20": "authentication",
    "7.23": "authentication",
    "7.25": "network address refused",
    "7.26": "authentication",
}
# What the second number of a status says where the exact pair is not known.
_BY_SUBJECT = {
    "2": "suspended",
    "3": "system",
    "4": "network",
    "5": "system",
    "6": "spam or policy",
    "7": "spam or policy",
}
_LASTING = {"no such user", "no such domain", "moved", "does not take mail"}
_OF_THE_ADDRESS = {"550", "551", "553"}
"""Replies that, to RCPT and without a reason, are about the recipient (RFC 5321, 4.2.3)."""
_UNKNOWN = ("1.1", "1.6")
_BLOCKED = re.compile(r"(?<!\w)(?:block|black ?list|deny ?list|reputation|spam|banned|policy)", re.I)
_ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_REPLY = re.compile(r"(?<![\d.\w-])([45](?:[0-5]\d|7\d))(?![\d.]*\d)(?=[ \-,:;])")
_ADDRESSES = re.compile(r"[^\s<>()\[\],;:\"']{1,64}@[\w.-]{1,255}|https?://[^\s<>]{1,1000}")


def without_addresses(text: str) -> str:
    """Return the text with "@" for each address and link: a name in them says nothing of a cause."""
    return _ADDRESSES.sub("@", text)


def status_in(text: str) -> str:
    """Return the enhanced status that stands in ``text``, one made of its SMTP reply code, or ""."""
    found = _ENHANCED.search(text)
    if found:
        return found[1]
    code = reply_code(text)
    return f"{code[0]}.0.0" if code else ""


def reply_code(text: str) -> str:
    """Return the first SMTP reply code that refuses, such as 550, in ``text``, or ""."""
    found = _REPLY.search(text)
    return found[1] if found else ""


def better(stated: str, diagnostic: str) -> str:
    """Return the status that says more: the far server's own, else what the reporting server stated.

    Many a server states 5.0.0, or 5.1.1 for whatever was refused.
    """
    inside = next((one for one in _ENHANCED.findall(diagnostic[:REPORT_DIAGNOSTIC]) if not one.endswith(".0.0")), "")
    if inside:
        return inside
    return stated or status_in(diagnostic)


@lru_cache(maxsize=64)
def reason(status: str, diagnostic: str) -> str:
    """Return the reason in plain words; "unknown" where neither says one."""
    exact = _BY_STATUS.get(status[2:], "")
    far = status in diagnostic
    if exact in ("mailbox full", "moved") or (far and status[2:4] == "7." and status[2:] not in ("7.0", "7.1")):
        return exact or _BY_SUBJECT["7"]
    said = _in_words(diagnostic)
    if far and status[2:] == "1.1" and said not in ("mailbox full", "too large"):
        return exact
    return said or exact or _BY_SUBJECT.get(status[2:3], "unknown")


def _in_words(diagnostic: str) -> str:
    text = without_addresses(diagnostic[:REPORT_DIAGNOSTIC])
    return next((name for name, words in CAUSES if words.search(text)), "")


def is_hard(status: str, why: str, diagnostic: str, at: phase.Phase = "") -> bool:
    """Say whether a failure tells against the address itself: then nothing should be sent to it again.

    That takes a status or a word about the address, or 550, 551 or 553 as the answer to RCPT, ``at`` which command
    the server said no.  A full mailbox, a policy, a network fault are failures as well, but the address may be good.  A
    temporary failure never tells against it, unless it names the person as unknown.
    """
    unknown = bool(UNKNOWN_USER.search(without_addresses(diagnostic[:REPORT_DIAGNOSTIC])))
    if status.startswith("4"):
        return why == "no such user" and unknown
    if at in ("connection", "hello", "sender"):
        return False
    if at == "data":
        return status[2:] in _UNKNOWN or (why == "no such user" and unknown)
    if why == "does not take mail":
        return not _BLOCKED.search(diagnostic[:REPORT_DIAGNOSTIC])
    return why in _LASTING or (why == "unknown" and reply_code(diagnostic) in _OF_THE_ADDRESS)
