"""What stands in the store, in words for people: times, sizes, states, and who vouches for an author.

A state is a word with a mark, never colour alone: ● good, ▲ look, ✕ broken, ○ not yet.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from markupsafe import Markup, escape

from weftmail.core.address import domain_of
from weftmail.store.message import Delivery, ThreadMessage

DAY = 24 * 3600 * 1000
_BIDI = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C])
_LINK = re.compile(r"https?://[^\s<>\"'\u00ab\u00bb\u201c\u201d]{3,2000}")
_AFTER_LINK = ".,;:!?)]}…"


@dataclass(frozen=True, slots=True)
class Mark:
    """A state in words; ``tone`` (good, look, broken, open) chooses its colour."""

    sign: str
    text: str
    tone: str


def one_way(value: object) -> object:
    """Return text without the characters that turn the reading direction round; anything else as it is."""
    return value.translate(_BIDI) if type(value) is str else value


def when(milliseconds: int, now: int) -> Markup:
    """Return a time as people say it, with the exact one beside it for machines and for the pointer."""
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC).astimezone()
    today = datetime.fromtimestamp(now / 1000, UTC).astimezone()
    if moment.date() == today.date():
        text = f"{moment:%H:%M}"
    elif 0 <= now - milliseconds < 6 * DAY:
        text = f"{moment:%a %H:%M}"
    else:
        text = f"{moment.day} {moment:%b %H:%M}" if moment.year == today.year else f"{moment.day} {moment:%b %Y}"
    exact = datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Markup('<time datetime="{0}" title="{0}">{1}</time>').format(exact, text)


def size(count: int) -> str:
    """Return a number of bytes as people say it."""
    if count < 1000:
        return f"{count} bytes"
    if count < 1_000_000:
        return f"{count / 1000:.0f} KB"
    return f"{count / 1_000_000:.1f} MB"


def linked(text: str) -> Markup:
    """Return text with its web addresses as links, everything else escaped."""
    text = text.translate(_BIDI)
    parts: list[str] = []
    at = 0
    for found in _LINK.finditer(text):
        target = found[0].rstrip(_AFTER_LINK)
        link = Markup('<a href="{0}" rel="noopener noreferrer nofollow" target="_blank">{0}</a>').format(target)
        parts += [str(escape(text[at : found.start()])), str(link)]
        at = found.start() + len(target)
    parts.append(str(escape(text[at:])))
    return Markup("".join(parts))  # noqa: S704 - every part was escaped one line above


def person(name: str, address: str) -> str:
    """Return how somebody is called: their name, else their address."""
    return name or address or "somebody"


_FAILED = ("fail", "softfail", "permerror", "policy")
"""Results of a check that speak against the sender (RFC 8601); any other one says nothing."""


def vouched(message: ThreadMessage) -> Mark | None:
    """Return who vouches for the author of a mail; None for what was written on our own pages."""
    if message.inbound_id is None or message.kind == "event":
        return None
    proof: dict[str, str] = json.loads(message.proof)
    if not message.verified:
        return _not_verified(proof)
    domain = domain_of(message.author_address) or "its domain"
    if proof.get("login"):
        return Mark("✓", "Sent with a login of your mail server", "good")
    if proof.get("dkim") == "pass":
        return Mark("✓", f"Signed by {domain}", "good")
    return Mark("✓", f"Sent by a server of {domain}", "good")


def _not_verified(proof: dict[str, str]) -> Mark:
    failed = [name.upper() for name in ("dmarc", "dkim", "spf") if proof.get(name) in _FAILED]
    if failed:
        return Mark("▲", f"Sender not verified: {failed[0]} failed", "look")
    return Mark("○", "Sender not verified", "open")


JOINED = {
    "opened": "started this conversation",
    "addressed": "addressed in To",
    "copied": "copied in Cc",
    "added": "added by a colleague",
}
"""How somebody outside came into a conversation."""

_DELIVERY = {
    "queued": ("○", "Waiting to be sent", "open"),
    "sent": ("●", "Sent", "good"),
    "delivered": ("●", "Delivered", "good"),
    "delayed": ("▲", "Delayed", "look"),
    "bounced": ("✕", "Bounced", "broken"),
    "failed": ("✕", "Failed", "broken"),
    "cancelled": ("○", "Cancelled", "open"),
    "unread": ("○", "Unread", "open"),
    "read": ("●", "Read", "good"),
}


def state(delivery: Delivery) -> Mark:
    """Return how far a message got on its way to one person."""
    sign, word, tone = _DELIVERY[delivery.state]
    return Mark(sign, f"{person(delivery.name, delivery.address)}: {word}", tone)
