"""Append: the mail goes onto a record that is there, as a message or as an internal note."""

from __future__ import annotations

from weftmail.core.routing.disposition import Append, Note
from weftmail.core.routing.recipients import Skipped
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.crossing import tell_of_another
from weftmail.flow.delivered import Delivered
from weftmail.flow.events import note_message, reopen, write_event
from weftmail.flow.filing.brought import bring
from weftmail.flow.filing.entry import contact_of, new_message
from weftmail.flow.filing.outcome import Outcome
from weftmail.flow.identity import identity_of
from weftmail.flow.installation import Installation
from weftmail.flow.notices import notify_of_failure
from weftmail.flow.notify import notify, planned
from weftmail.flow.outgoing import outgoing
from weftmail.flow.referred import foreign_ids
from weftmail.flow.turns import note_mail
from weftmail.store.record import NewParticipant, Record
from weftmail.store.store import Store


def file_append(
    store: Store, installation: Installation, delivered: Delivered, disposition: Append | Note, now: int
) -> Outcome:
    """File on a thread; a second way of the same mail to the same thread adds only whom it names."""
    message, company_id = delivered.message, disposition.company_id
    record = store.records.get(company_id, disposition.record_id)
    if record is None:
        raise LookupError(f"record {disposition.record_id} is gone")
    who_gets = planned(store, disposition, message, verified=delivered.verified, record=record)
    same = store.messages.same(company_id, record.id, message.message_id, message.content_hash)
    if same is not None:
        if delivered.verified:
            # The copy that came first may have been a forger's, or came while our filter was away.
            store.messages.verify(company_id, same, delivered.proof_words)
        copies = notify(store, record, same, who_gets, now, again=True, wait=delivered.wait)
        return Outcome("duplicate", record.id, same, copies)
    contact_id, author = contact_of(store, company_id, disposition.author, now)
    if isinstance(disposition, Append) and disposition.add_participant and contact_id is not None:
        store.records.add_participants(record, [NewParticipant(contact_id, "added")], now)
    post = isinstance(disposition, Append) and disposition.post
    # What a person let through has been read beside the other answer.
    if isinstance(disposition, Append) and disposition.post and who_gets.outsiders and delivered.arrived_at:
        tell_of_another(store, installation, message, disposition, record, now)
    new = new_message(
        store,
        delivered,
        record,
        author,
        contact_id,
        verified=disposition.verified,
        automatic=disposition.automatic,
        kind="note" if isinstance(disposition, Note) else "post" if post else "received",
        answers_id=disposition.answers,
        sent_as=identity_of(store, record).sender.address if post else "",
        words=outgoing(store, installation, message, disposition).text
        if post or isinstance(disposition, Note)
        else None,
        now=now,
    )
    message_id = store.messages.add(new, delivered.arrived_at or now)
    bring(store, delivered, record, message_id, now, by_colleague=post, sent_to=who_gets.outsiders)
    if new.kind == "received":
        store.references.keep(company_id, message_id, foreign_ids(installation, message))
    user_id = disposition.author.user_id
    from_outside = user_id is None and not disposition.automatic and isinstance(disposition, Append)
    note_message(store, record, message_id, "outside" if from_outside else "ours" if post else "inside", user_id, now)
    if from_outside:
        reopen(store, record, new.author_name, now)
    note_mail(
        store, delivered.traffic, record, delivered.row.id, now,
        quiet=disposition.reach != "everybody", by_mail=who_gets.beyond_inbox,
    )  # fmt: skip
    copies = notify(store, record, message_id, who_gets, now, wait=delivered.wait)
    for one in who_gets.skipped:
        _tell_of(store, record, one, user_id, now)
    if user_id is not None and not disposition.automatic:
        store.records.follow_by_post(company_id, record.id, user_id, now)
        store.inbox.read(company_id, record.id, user_id, now)
        store.read_state.read(company_id, user_id, [record.id])
    return Outcome("filed", record.id, message_id, copies)


def _tell_of(store: Store, record: Record, skipped: Skipped, author_id: int | None, now: int) -> None:
    """Write down who did not get what its author wanted them to get, and tell the author of anybody outside."""
    if skipped.why.code in ("skipped.hidden", "skipped.unclear"):
        write_event(store, record, Phrase("event.not mentioned", {"name": skipped.name, "why": skipped.why}), now)
    elif skipped.why.code == "skipped.suppressed":
        event_id = write_event(store, record, Phrase("event.not sent", {"name": skipped.name, "why": skipped.why}), now)
        notify_of_failure(store, record, event_id, author_id, now)
