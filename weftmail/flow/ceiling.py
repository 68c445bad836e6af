"""What one mail may cost beyond its own place: the records that it opens, and that admins hear of one left unread."""

from __future__ import annotations

from weftmail.core.limits import MAIL_RECORDS
from weftmail.core.parsing.message import Message
from weftmail.core.routing.disposition import Asked, Decision, Hold, Open
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.notify import notify_admins
from weftmail.store.inbound import Accepted
from weftmail.store.store import Store


def within_ceiling(store: Store, row: Accepted, decision: Decision) -> Decision:
    """Return the decision, or to hold a mail that has opened as many records as one mail may."""
    opens = decision.disposition
    if not isinstance(opens, Open):
        return decision
    if store.inbound.records_of(opens.company_id, row.blob_id) < MAIL_RECORDS:
        return decision
    why = Phrase("ceiling.records", {"count": MAIL_RECORDS})
    return Decision(
        Hold("held", why, opens.company_id, alias_id=opens.alias_id), (*decision.trace, Asked("ceiling", True, why))
    )


def notify_of_unread(store: Store, row: Accepted, message: Message, company_id: int | None, now: int) -> None:
    """Tell the admins of a mail that was not read to its end."""
    if not message.missing or company_id is None:
        return
    sender = message.from_[0].address if message.from_ else row.sender
    says = Phrase(
        "notice.unreadable", {"recipient": row.recipient, "sender": sender, "subject": message.subject or "-"}
    )
    notify_admins(store, [company_id], says, now, inbound_id=row.id)
