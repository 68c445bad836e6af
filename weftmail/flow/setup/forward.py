"""What a colleague forwarded to an alias, taken for an email of their own after all; and back.

Filing made the forwarded email's author the author of the message and the customer of the record.  One act takes both
back.
"""

from __future__ import annotations

from dataclasses import replace

from weftmail.core.address import in_full
from weftmail.core.role import Role
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.events import write_event
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup import find
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.flow.setup.undo import check_unchanged
from weftmail.store.audit import AuditRow
from weftmail.store.message import ThreadMessage
from weftmail.store.record import NewParticipant, Record
from weftmail.store.store import Store


@act
def take_back(setup: Setup, number: str, message: int, *, company: str | None = None) -> Done:
    """Make the colleague who forwarded a message its author, and take its author off the record."""
    store = setup.store
    record, found = _named(store, number, message, company)
    colleague = store.users.get(found.sent_on_by_id) if found.sent_on_by_id is not None else None
    if colleague is None:
        raise RefusedAct("number", "not_forwarded_in", message=message, number=record.label)
    row = store.inbound.get(found.inbound_id) if found.inbound_id is not None else None
    address = row.from_address if row is not None else ""
    was = _said(store, record, found)
    own = replace(
        found, author_user_id=colleague.id, author_contact_id=None, author_name=colleague.name,
        author_address=address, verified=True, via="", sent_on_by_id=None,
    )  # fmt: skip
    store.messages.set_author(own)
    _leave(setup, record, found.author_contact_id)
    author = in_full(found.author_name, found.author_address)
    says = Phrase("event.forward undone", {"actor": setup.actor.name, "name": colleague.name, "author": author})
    write_event(store, record, says, setup.clock(), setup.actor.user_id)
    return Done("forward.take_back", record.company_id, record.label, was, _said(store, _again(store, record), own))


def _leave(setup: Setup, record: Record, contact_id: int | None) -> None:
    """Take whom the forward brought off the record, unless somebody has named another customer since."""
    store, now = setup.store, setup.clock()
    if contact_id is None:
        return
    store.records.remove_participant(record.company_id, record.id, contact_id, now)
    if record.customer_id == contact_id:
        store.records.set(replace(record, customer_id=None), now)
    store.records.set_awaiting(record.company_id, record.id, None)


@act
def _forwarded(setup: Setup, row: AuditRow) -> Done:
    """Make it a forwarded email again, with the author and the customer of before."""
    store, now = setup.store, setup.clock()
    record, found = _named(store, row.subject, row.now["message"], row.company)
    was = _said(store, record, found)
    check_unchanged(row, was)
    author, address = row.before["author"], row.before["address"]
    contact = store.contacts.by_address(record.company_id, address)
    sent_on = replace(
        found, author_user_id=None, author_contact_id=contact.id if contact is not None else None, author_name=author,
        author_address=address, verified=False, sent_on_by_id=found.author_user_id,
        via=Phrase("via.forwarded", {"name": found.author_name}).as_json(),
    )  # fmt: skip
    store.messages.set_author(sent_on)
    if contact is not None:
        store.records.set(replace(record, customer_id=contact.id), now)
        store.records.add_participants(record, [NewParticipant(contact.id, "opened")], now)
        store.records.set_awaiting(record.company_id, record.id, found.created_at)
    says = Phrase("event.forward again", {"actor": setup.actor.name, "author": in_full(author, address)})
    write_event(store, record, says, now, setup.actor.user_id)
    return Done("forward.again", record.company_id, record.label, was, _said(store, _again(store, record), sent_on))


def _named(store: Store, number: str, message: int, company: str | None) -> tuple[Record, ThreadMessage]:
    record = find.record(store, number, company)
    found = store.threads.numbered(record.company_id, record.id, message)
    if found is None:
        raise RefusedAct("number", "no_such_message", message=message, number=record.label)
    return record, found


def _again(store: Store, record: Record) -> Record:
    return store.records.get(record.company_id, record.id) or record


def _said(store: Store, record: Record, one: ThreadMessage) -> Fields:
    """Return who is the author, who forwarded it, and who the customer is."""
    return {
        "id": one.id,
        "message": one.number,
        "author": one.author_name,
        "address": one.author_address,
        "forwarded": one.sent_on_by_id is not None,
        "customer": record.customer or record.customer_address or "",
    }


def _back(setup: Setup, row: AuditRow) -> Done | Refusal:
    return take_back(setup, row.subject, row.now["message"], company=row.company)


reverses = {"forward.take_back": _forwarded, "forward.again": _back}
undone_by = Role.AGENT
