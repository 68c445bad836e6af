"""Report: what a mail server says of a message that we sent becomes an event on its record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from weftmail.core.address import comparable, in_full
from weftmail.core.parsing.message import Failure, Message
from weftmail.core.reports.event import event_of
from weftmail.core.routing.disposition import Report
from weftmail.core.routing.recipients import EMAIL
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.bounces import answer, complained, refused
from weftmail.flow.delivered import Delivered
from weftmail.flow.events import event
from weftmail.flow.filing.outcome import Outcome
from weftmail.flow.notices import notify_of_failure
from weftmail.flow.suppression import reason
from weftmail.store.delivery import Delivery
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
    settled = _settled(store, message, disposition)
    says = _says(message, settled)
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
    for one, said in settled:
        _settle(store, message, disposition, one, said, now)
    if message.kind in ("bounce", "complaint") and same is None:
        _notify(store, disposition, message_id, now, bounced=message.kind == "bounce")
    return Outcome("filed", disposition.record_id, message_id)


def _settled(store: Store, message: Message, disposition: Report) -> list[tuple[Delivery, Failure | None]]:
    """Return the delivery that the return path was made for, whatever address is named, with what is said of it.

    Colleagues share a copy: of them it is the one who is named, or the only one.  What is not confirmed settles none.
    """
    if not disposition.confirmed or disposition.contact_id is None:
        return []
    people = message.report.recipients if message.report is not None else ()
    there = store.messages.deliveries(disposition.company_id, disposition.message_id)
    found = [one for one in there if one.channel == EMAIL and (one.contact_id or 0) == disposition.contact_id]
    named = {comparable(one.address): one for one in people}
    if disposition.contact_id == 0 and len(found) > 1:
        found = [one for one in found if comparable(one.address) in named]
    return [(one, named.get(comparable(one.address)) or next(iter(people), None)) for one in found]


def _says(message: Message, settled: Sequence[tuple[Delivery, Failure | None]]) -> Phrase:
    """Return the event: of one person whom it did not reach by name and with why, of all else in the report's words."""
    people = message.report.recipients if message.report is not None else ()
    if len(settled) != 1 or message.kind not in ("bounce", "complaint") or len(people) > 1:
        return event_of(message.report)
    (one, said), *_ = settled
    name = in_full(one.name, one.address)
    if message.kind == "complaint":
        return Phrase("event.complained", {"name": name})
    why, words = ("unknown", message.subject) if said is None else (said.reason, answer(said))
    return Phrase("event.bounced", {"name": name, "why": reason(why), "answer": words})


def _settle(store: Store, message: Message, disposition: Report, one: Delivery, said: Failure | None, now: int) -> None:
    """Move a delivery forward, and remember what its address refused."""
    company_id, record_id = disposition.company_id, disposition.record_id
    if message.kind in STATES:
        state, before = STATES[message.kind]
        words = answer(said) if said is not None else message.subject
        store.outbox.report(company_id, one.id, state, words, before, now)
    if one.contact_id is None:
        return
    if message.kind == "complaint":
        complained(store, company_id, record_id, one.address, in_full(one.name, one.address), now)
    elif message.kind == "bounce" and said is not None and one.state != "bounced":
        refused(store, company_id, record_id, one.address, said, now)


def _notify(store: Store, disposition: Report, event_id: int, now: int, *, bounced: bool) -> None:
    record = store.records.get(disposition.company_id, disposition.record_id)
    failed = store.messages.get(disposition.company_id, disposition.message_id)
    author_id = failed.author_user_id if failed is not None else None
    # Of a complaint nothing can be put right, and what is not confirmed changed nothing.
    failure_of = disposition.message_id if disposition.confirmed and bounced and failed is not None else None
    notify_of_failure(store, record, event_id, author_id, now, by_mail=disposition.confirmed, failure_of=failure_of)
