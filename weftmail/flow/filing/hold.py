"""Hold: the mail waits in the review queue; those whom it concerns are told."""

from __future__ import annotations

from weftmail.core.routing.disposition import Hold
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.delivered import Delivered
from weftmail.flow.notify import notify_admins
from weftmail.store.store import Store


def notify_of_hold(store: Store, delivered: Delivered, disposition: Hold, now: int) -> None:
    """Tell in the inbox whose name a held mail bears, or the admins of its company."""
    row, message = delivered.row, delivered.message
    if disposition.notify is not None and disposition.company_id is not None:
        text = Phrase("notice.held", {"record": disposition.record})
        store.inbox.notify(
            disposition.company_id, [disposition.notify], text, now,
            inbound_id=row.id, record_id=disposition.record_id,
        )  # fmt: skip
    if disposition.notify_admins:
        sender = message.from_[0].address if message.from_ else row.sender
        text = Phrase(
            "notice.role",
            {"recipient": row.recipient, "sender": sender, "subject": message.subject or Phrase("record.untitled")},
        )
        companies = (
            [disposition.company_id]
            if disposition.company_id is not None
            else [company.id for company in store.companies.all()]
        )
        notify_admins(store, companies, text, now, inbound_id=row.id)
