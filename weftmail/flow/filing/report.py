"""Report: what a mail server says of a message that we sent becomes an event on its record."""

from __future__ import annotations

from dataclasses import replace

from weftmail.core.reports.event import event_of
from weftmail.core.routing.disposition import Report
from weftmail.flow.delivered import Delivered
from weftmail.flow.events import event
from weftmail.flow.filing.outcome import Outcome
from weftmail.flow.notices import notify_of_failure
from weftmail.store.store import Store


def file_report(store: Store, delivered: Delivered, disposition: Report, now: int) -> Outcome:
    """Keep a mail server's report as an event on the record; of a failure its author is told, or who is in line."""
    message = delivered.message
    says = event_of(message.report)
    about = event(disposition.company_id, disposition.record_id, message.subject, says, now, message.message_id)
    written = replace(
        about,
        author_name=message.from_[0].name if message.from_ else "",
        content_hash=message.content_hash,
        answers_id=disposition.message_id,
        inbound_id=delivered.row.id,
    )
    message_id = store.messages.add(written, delivered.arrived_at or now)
    if message.kind == "bounce":
        _notify(store, disposition, message_id, now)
    return Outcome("filed", disposition.record_id, message_id)


def _notify(store: Store, disposition: Report, event_id: int, now: int) -> None:
    record = store.records.get(disposition.company_id, disposition.record_id)
    failed = store.messages.get(disposition.company_id, disposition.message_id)
    notify_of_failure(store, record, event_id, failed.author_user_id if failed is not None else None, now)
