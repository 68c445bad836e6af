"""What stands in the store, in words for people: states, and who vouches for an author.

A state is a word with a mark, never colour alone: ● good, ▲ look, ✕ broken, ○ not yet.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from markupsafe import Markup, escape

from weftmail.core.address import domain_of, in_full
from weftmail.core.tokens.reply_token import mask
from weftmail.core.wording.phrase import Phrase
from weftmail.store.delivery import Delivery
from weftmail.store.message import ThreadMessage

_BIDI = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C])
_LINK = re.compile(r"https?://[^\s<>\"'\u00ab\u00bb\u201c\u201d]{3,2000}")
_AFTER_LINK = ".,;:!?)]}…"


@dataclass(frozen=True, slots=True)
class Mark:
    """A state in words; ``tone`` (good, look, broken, open) chooses its colour."""

    sign: str
    says: Phrase
    tone: str


def one_way(value: object) -> object:
    """Return text without the characters that turn the reading direction round; anything else as it is."""
    return mask(value.translate(_BIDI)) if type(value) is str else value


def linked(text: str) -> Markup:
    """Return text with its web addresses as links, everything else escaped."""
    text = mask(text.translate(_BIDI))
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
    """Return how somebody outside is shown: name and address, as far as they are known."""
    return mask(in_full(name, address))


_FAILED = ("fail", "softfail", "permerror", "policy")
"""Results of a check that speak against the sender (RFC 8601); any other one says nothing."""


def vouched(message: ThreadMessage) -> Mark | None:
    """Return who vouches for the author of a mail; None for what was written on our own pages."""
    if message.inbound_id is None or message.kind == "event":
        return None
    proof: dict[str, str] = json.loads(message.proof)
    if not message.verified:
        return _not_verified(proof)
    domain = domain_of(message.author_address)
    if proof.get("login"):
        return Mark("✓", Phrase("vouched.login"), "good")
    if proof.get("dkim") == "pass":
        return Mark("✓", Phrase("vouched.signed", {"domain": domain}), "good")
    if "pass" in (proof.get("spf"), proof.get("dmarc")):
        return Mark("✓", Phrase("vouched.server", {"domain": domain}), "good")
    return Mark("✓", Phrase("vouched.person"), "good")


def _not_verified(proof: dict[str, str]) -> Mark:
    failed = [name.upper() for name in ("dmarc", "dkim", "spf") if proof.get(name) in _FAILED]
    if failed:
        return Mark("▲", Phrase("vouched.failed", {"check": failed[0]}), "look")
    return Mark("○", Phrase("vouched.not"), "open")


JOINED = {
    "opened": Phrase("joined.opened"),
    "addressed": Phrase("joined.addressed"),
    "copied": Phrase("joined.copied"),
    "added": Phrase("joined.added"),
}
"""How somebody outside came into a conversation."""

RECORD_STATES = {name: Phrase(f"record.{name}") for name in ("open", "waiting", "closed")}
"""The states that every company has; one that a company adds is called what they call it."""

_DELIVERY = {
    "queued": ("○", Phrase("delivery.queued"), "open"),
    "sent": ("●", Phrase("delivery.sent"), "good"),
    "accepted": ("●", Phrase("delivery.mailbox"), "good"),
    "relayed": ("●", Phrase("delivery.mailbox"), "good"),
    "delivered": ("●", Phrase("delivery.delivered"), "good"),
    "delayed": ("▲", Phrase("delivery.delayed"), "look"),
    "bounced": ("✕", Phrase("delivery.bounced"), "broken"),
    "failed": ("✕", Phrase("delivery.failed"), "broken"),
    "cancelled": ("○", Phrase("delivery.cancelled"), "open"),
    "unread": ("○", Phrase("delivery.unread"), "open"),
    "read": ("●", Phrase("delivery.read"), "good"),
}


def state(delivery: Delivery, now: int) -> Mark:
    """Return how far a message got on its way to one person."""
    sign, word, tone = _DELIVERY[delivery.state]
    if delivery.is_quiet(now):
        word = Phrase("delivery.quiet")
    elif delivery.host and delivery.state == "accepted":
        word = Phrase("delivery.accepted", {"host": delivery.host})
    elif delivery.host and delivery.state == "relayed":
        word = Phrase("delivery.relayed", {"host": delivery.host})
    colleague = delivery.name if delivery.user_id is not None else ""
    name = colleague or in_full(delivery.name, delivery.address) or Phrase("delivery.somebody")
    return Mark(sign, Phrase("delivery", {"name": name, "state": word}), tone)
