"""Participants by hand: who outside is in the conversation of a record, and an address of theirs that was wrong."""

from __future__ import annotations

from weftmail.core.address import in_full
from weftmail.core.role import Role
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.events import write_event
from weftmail.flow.post import outsider
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup import contact, find
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.store.audit import AuditRow
from weftmail.store.people import Contact
from weftmail.store.record import NewParticipant, Record
from weftmail.store.store import Store


def said(store: Store, record: Record, address: str) -> Fields:
    """Return who is in a conversation, and the address that an act was about."""
    people = store.records.participants(record.company_id, record.id)
    there = [one for one in people if one.message_id is None]
    return {"address": address, "participants": [in_full(one.name, one.address or "") for one in there]}


@act
def add(setup: Setup, number: str, text: str, *, company: str | None = None) -> Done:
    """Let somebody outside take part: an address, or ``Karin Ek <karin@customer.example>``; a new one is a contact."""
    store, now = setup.store, setup.clock()
    record = find.record(store, number, company)
    person = outsider(store, record, text, wrong="participant")
    was = said(store, record, person.address)
    contact_id = person.contact_id or store.contacts.add(record.company_id, person.name, person.address, now)
    if not store.records.takes_part_in(record.company_id, record.id, contact_id):
        store.records.add_participants(record, [NewParticipant(contact_id, "added")], now)
        says = Phrase("event.joined", {"actor": setup.actor.name, "name": in_full(person.name, person.address)})
        write_event(store, record, says, now, setup.actor.user_id)
    return Done("participant.add", record.company_id, record.label, was, said(store, record, person.address))


@act
def remove(setup: Setup, number: str, address: str, *, company: str | None = None) -> Done:
    """Take somebody out of the conversation; the reply addresses that they were given work no longer."""
    store, now = setup.store, setup.clock()
    record = find.record(store, number, company)
    whose, wanted = _contact(store, record, address)
    was = said(store, record, wanted)
    if not store.records.remove_participant(record.company_id, record.id, whose.id, now):
        raise RefusedAct("address", "no_participant", address=wanted, number=record.label)
    says = Phrase("event.removed", {"actor": setup.actor.name, "name": in_full(whose.name, wanted)})
    write_event(store, record, says, now, setup.actor.user_id)
    after = {**said(store, record, wanted), "reply_addresses": "revoked"}
    return Done("participant.remove", record.company_id, record.label, {**was, "reply_addresses": "valid"}, after)


@act
def correct(setup: Setup, number: str, address: str, wanted: str, *, company: str | None = None) -> Done:
    """Give a participant the right address in place of one that was wrong; it is theirs in every conversation."""
    store, now = setup.store, setup.clock()
    record = find.record(store, number, company)
    whose, old = _contact(store, record, address)
    new = find.address("new_address", wanted)
    if not store.records.takes_part_in(record.company_id, record.id, whose.id):
        raise RefusedAct("address", "no_participant", address=old, number=record.label)
    if new != old:
        contact.replace_address(setup, whose, old, new)
        name = whose.name or old
        says = Phrase("event.corrected", {"actor": setup.actor.name, "name": name, "was": old, "became": new})
        write_event(store, record, says, now, setup.actor.user_id)
    was: Fields = {"id": whose.id, "email": old}
    return Done("participant.correct", record.company_id, record.label, was, {**was, "email": new})


def _contact(store: Store, record: Record, text: str) -> tuple[Contact, str]:
    wanted = find.address("address", text)
    found = store.contacts.by_address(record.company_id, wanted)
    if found is None:
        raise RefusedAct("address", "no_participant", address=wanted, number=record.label)
    return found, wanted


def _out_again(setup: Setup, row: AuditRow) -> Done | Refusal:
    return remove(setup, row.subject, row.now["address"], company=row.company)


def _in_again(setup: Setup, row: AuditRow) -> Done | Refusal:
    return add(setup, row.subject, row.now["address"], company=row.company)


def _as_it_was(setup: Setup, row: AuditRow) -> Done | Refusal:
    return correct(setup, row.subject, row.now["email"], row.before["email"], company=row.company)


reverses = {"participant.add": _out_again, "participant.remove": _in_again, "participant.correct": _as_it_was}
undone_by = Role.AGENT
