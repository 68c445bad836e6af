"""Report: what a mail server says of a message that we sent becomes an event on its record."""

from __future__ import annotations

from weftmail.core.reports.event import event_of
from weftmail.core.routing.disposition import Report
from weftmail.flow.delivered import Delivered
from weftmail.flow.filing.outcome import Outcome
from weftmail.flow.notices import notify_of_failure
from weftmail.store.message import NewMessage
from weftmail.store.store import Store


def file_report(store: Store, delivered: Delivered, disposition: Report, now: int) -> Outcome:
    """Keep a mail server's report as an event on the record; of a failure its author is told, or who is in line."""
    message = delivered.message
    message_id = store.messages.add(
        NewMessage(
            company_id=disposition.company_id,
            record_id=disposition.record_id,
            kind="event",
            public=False,
            author_name=message.from_[0].name if message.from_ else "",
            author_address="",
            subject=message.subject,
            text="",
            html="",
            reply_text="",
            phrase=event_of(message.report).as_json(),
            written_at=now,
            rfc_message_id=message.message_id,
            content_hash=message.content_hash,
            answers_id=disposition.message_id,
            inbound_id=delivered.row.id,
            automatic=True,
        ),
        delivered.arrived_at or now,
    )
    if message.kind == "bounce":
        _notify(store, disposition, message_id, now)
    return Outcome("filed", disposition.record_id, message_id)


def _notify(store: Store, disposition: Report, event_id: int, now: int) -> None:
    record = store.records.get(disposition.company_id, disposition.record_id)
    failed = store.messages.get(disposition.company_id, disposition.message_id)
    notify_of_failure(store, record, event_id, failed.author_user_id if failed is not None else None, now)
