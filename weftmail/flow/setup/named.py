"""What the history calls a thing that has no name of its own: an email that came, or a copy that leaves.

People know an email by its subject and by who wrote it or gets it, in whatever language they read the history.
"""

from __future__ import annotations

from weftmail.core.tokens.reply_token import mask
from weftmail.store.inbound import InboundRow
from weftmail.store.outbox import Claimed
from weftmail.store.store import Store

LONGEST = 80
"""Of a subject, so many characters are said."""


def mail(row: InboundRow | None) -> str:
    """Return what an email that came is called: "Chairs · karin@customer.example"; "" where there is none."""
    if row is None:
        return ""
    return _joined(row.subject, row.from_address or row.sender or row.recipient)


def copy(store: Store, claimed: Claimed) -> str:
    """Return what a copy in the outbox is called: the subject of its message, and who gets it."""
    message = store.messages.get(claimed.company_id, claimed.message_id) if claimed.message_id else None
    people = store.outbox.addresses(claimed.company_id, claimed.id)
    if not people and claimed.user_id is not None:
        people = store.users.addresses(claimed.user_id)[:1]
    return _joined(message.subject if message is not None else "", ", ".join(people))


def _joined(subject: str, who: str) -> str:
    said = " ".join(subject.split())
    if len(said) > LONGEST:
        said = f"{said[:LONGEST]}…"
    return " · ".join(mask(one) for one in (said, who) if one)
