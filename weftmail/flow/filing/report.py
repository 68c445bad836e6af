"""Report: what a mail server says of a message that we sent becomes an event on its record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from weftmail.core.address import comparable
from weftmail.core.parsing.message import Message
from weftmail.core.reports.event import event_of
from weftmail.core.routing.disposition import Report
from weftmail.core.routing.recipients import EMAIL
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.delivered import Delivered
from weftmail.flow.events import event
from weftmail.flow.filing.outcome import Outcome
from weftmail.flow.notices import notify_of_failure
from weftmail.store.store import Store

STATES: Mapping[str, tuple[str, Sequence[str]]] = {
    "bounce": ("bounced", ("queued", "sent", "accepted", "relayed", "delayed", "delivered")),
    "delay": ("delayed", ("queued", "sent", "accepted", "relayed")),
    "receipt": ("delivered", ("queued", "sent", "accepted", "relayed", "delayed")),
}
"""What a report of a kind makes of a delivery, and of which: states move forward alone."""


def file_report(store: Store, delivered: Delivered, disposition: Report, now: int) -> Outcome:
    """Keep a mail server's report as an event on the record, and settle the delivery that it is about.

    Of a failure its author is told, or who is in line.  What is not confirmed changes nothing, and is told in the
    inbox alone.
    """
    message = delivered.message
    says = event_of(message.report)
    if not disposition.confirmed:
        says = Phrase("event.report.unconfirmed", {"report": says})
    about = event(disposition.company_id, disposition.record_id, message.subject, says, now, message.message_id)
    written = replace(
        about,
        author_name=message.from_[0].name if message.from_ else "",
        content_hash=message.content_hash,
        answers_id=disposition.message_id,
        inbound_id=delivered.row.id,
    )
    # One report that came by several return paths is told once, and settles the delivery of each.
    same = store.messages.same(disposition.company_id, disposition.record_id, message.message_id, message.content_hash)
    message_id = same or store.messages.add(written, delivered.arrived_at or now)
    if disposition.confirmed and disposition.contact_id is not None:
        _settle(store, message, disposition, disposition.contact_id, now)
    if message.kind in ("bounce", "complaint") and same is None:
        _notify(store, disposition, message_id, now)
    return Outcome("filed", disposition.record_id, message_id)


def _settle(store: Store, message: Message, disposition: Report, contact_id: int, now: int) -> None:
    """Settle the delivery that the return path was made for, whatever address the report names.

    Colleagues share a copy: of them it is the one who is named, or the only one.
    """
    if message.kind not in STATES:
        return
    people = message.report.recipients if message.report is not None else ()
    there = store.messages.deliveries(disposition.company_id, disposition.message_id)
    found = [one for one in there if one.channel == EMAIL and (one.contact_id or 0) == contact_id]
    named = {comparable(one.address): one for one in people}
    if contact_id == 0 and len(found) > 1:
        found = [one for one in found if comparable(one.address) in named]
    state, before = STATES[message.kind]
    for one in found:
        said = named.get(comparable(one.address)) or next(iter(people), None)
        reason = " ".join(filter(None, (said.status, said.diagnostic))) if said is not None else message.subject
        store.outbox.report(disposition.company_id, one.id, state, reason, before, now)


def _notify(store: Store, disposition: Report, event_id: int, now: int) -> None:
    record = store.records.get(disposition.company_id, disposition.record_id)
    failed = store.messages.get(disposition.company_id, disposition.message_id)
    author_id = failed.author_user_id if failed is not None else None
    notify_of_failure(store, record, event_id, author_id, now, by_mail=disposition.confirmed)
