"""Fate: what the mail server's log says of each copy that left settles the delivery it was made for.

A far server that took a message made itself answerable for it (RFC 5321, 4.5.5): *accepted*.  One that did not yet
makes it *delayed*, with the next attempt.  A message that bounces is reported by mail; the log says nothing of it here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from weftmail.core.address import comparable
from weftmail.core.next_hop import NextHop
from weftmail.core.routing.recipients import EMAIL
from weftmail.core.tokens import reply_token
from weftmail.core.tokens.reply_token import Token
from weftmail.flow.installation import Installation
from weftmail.store.store import Store

BEFORE: Mapping[str, Sequence[str]] = {
    "accepted": ("queued", "sent", "delayed"),
    "relayed": ("queued", "sent", "delayed"),
    "delayed": ("sent", "delayed"),
}
"""What the log makes of a delivery, and of which: states move forward alone, but a delay may be told again."""


def follow(store: Store, installation: Installation, attempts: Sequence[NextHop]) -> int:
    """Settle the deliveries that some attempts are about, in one transaction; return how many attempts were of ours.

    What names no return path of ours is passed over, whatever else it says.
    """
    found = [(token, one) for one in attempts if (token := _token(installation, one.sender)) is not None]
    if not found:
        return 0
    with store.transaction():
        facts = store.messages.facts({token.message for token, _ in found})
        for token, attempt in found:
            about = facts.get(token.message)
            if about is not None:
                _settle(store, about.company_id, token, attempt)
    return len(found)


def _token(installation: Installation, sender: str) -> Token | None:
    local_part, _, domain = sender.rpartition("@")
    token = reply_token.resolve(installation.keyring, local_part, domain)
    return token if token is not None and token.purpose == "bounce" else None


def _settle(store: Store, company_id: int, token: Token, attempt: NextHop) -> None:
    """Settle the delivery of the recipient; of a personal copy its only one, whatever address an alias made of it."""
    if not attempt.taken and not token.contact:
        # A copy that colleagues share may be handed over once more for one of them: nobody else goes back a step.
        return
    there = store.messages.deliveries(company_id, token.message)
    people = [one for one in there if one.channel == EMAIL and (one.contact_id or 0) == token.contact]
    named = [one for one in people if comparable(one.address) == comparable(attempt.recipient)]
    state = "delayed" if not attempt.taken else "relayed" if attempt.relay else "accepted"
    for one in named or (people if token.contact else ()):
        store.outbox.follow(company_id, one.id, state, attempt, BEFORE[state])
