"""Suppression: to whom nothing is sent, because an address refused for good or somebody complained, and why."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from weftmail.core.wording.phrase import Phrase
from weftmail.store.store import Store

REASONS: Final = {
    "no such user": Phrase("bounce.no such user"),
    "no such domain": Phrase("bounce.no such domain"),
    "moved": Phrase("bounce.moved"),
    "does not take mail": Phrase("bounce.does not take mail"),
    "suspended": Phrase("bounce.suspended"),
    "mailbox full": Phrase("bounce.mailbox full"),
    "too large": Phrase("bounce.too large"),
    "system": Phrase("bounce.system"),
    "network": Phrase("bounce.network"),
    "too many connections": Phrase("bounce.too many connections"),
    "expired": Phrase("bounce.expired"),
    "authentication": Phrase("bounce.authentication"),
    "network address refused": Phrase("bounce.network address refused"),
    "sender refused": Phrase("bounce.sender refused"),
    "spam or policy": Phrase("bounce.spam or policy"),
    "unknown": Phrase("bounce.unknown"),
    "complaint": Phrase("bounce.complaint"),
}
"""The reasons that reports give, as sentences say them."""


def reason(why: str) -> Phrase:
    """Return the reason of a report as a sentence says it."""
    return REASONS.get(why, REASONS["unknown"])


def suppressed(store: Store, company_id: int, addresses: Collection[str]) -> dict[str, Phrase]:
    """Return those of these canonical addresses to which nothing is sent, each with why not."""
    return {one.address: reason(one.why) for one in store.suppressions.of(company_id, addresses).values()}
