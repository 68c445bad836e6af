"""Records by hand: opened without a mail, and changed; who takes part in their conversations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from weftmail.core.role import Role
from weftmail.flow.events import write_event
from weftmail.flow.giving import event_of, give_new
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import find, values
from weftmail.flow.setup.act import Done, Setup, act
from weftmail.flow.setup.record_change import RecordChanges, assign, carry_out, check_sees, owner_of, said, written
from weftmail.flow.setup.undo import check_unchanged
from weftmail.store.audit import AuditRow
from weftmail.store.record import NewParticipant, NewRecord, Record
from weftmail.store.store import Store


@act
def add(
    setup: Setup,
    type_: str,
    *,
    title: str,
    company: str | None = None,
    owner: str | None = None,
    customer: str | None = None,
    alias: str | None = None,
    fields_: Mapping[str, str] | None = None,
    reference: str | None = None,
    reference_url: str | None = None,
) -> Done:
    """Open a record by hand; its ``owner`` follows it, and it writes as its ``alias``."""
    store, now = setup.store, setup.clock()
    whose = find.company(store, company)
    owned = owner_of(store, whose.id, owner or "")
    kept = find.record_type(store, whose.id, type_, field="type")
    about = find.contact(store, whose.id, customer, field="customer").id if customer else None
    given = give_new(store, whose.id, owned.owner.team_id, kept, about)
    record = store.records.open(
        NewRecord(
            whose.id,
            kept,
            find.line("title", title),
            owner_id=given.user_id if given is not None else owned.owner.user_id,
            owner_team_id=owned.owner.team_id,
            customer_id=about,
            alias_id=_alias_id(store, whose.id, alias) if alias else None,
            fields=written(values.checked(store, whose.id, kept, fields_ or {})),
            reference=_reference(setup, whose.id, type_, reference) if reference else None,
            reference_url=_url(reference_url) if reference_url else None,
        ),
        now,
    )
    if record.customer_id is not None:
        # Whom the record is about is in its conversation: the first message goes to them, and their answer is theirs.
        store.records.add_participants(record, [NewParticipant(record.customer_id, "added")], now)
    check_sees(store, record, owned)
    assign(setup, record, owned, now)
    if given is not None:
        write_event(store, record, event_of(given, owned.name), now, setup.actor.user_id)
    return Done("record.add", whose.id, record.label, {}, said(store, record))


@act
def _add_back(setup: Setup, row: AuditRow) -> Done:
    """Move a record that was opened to the trash, and let nothing leave of it that has not left."""
    store, now = setup.store, setup.clock()
    found = find.record(store, row.subject, row.company, field="")
    if found.hidden_as is not None or found.id != row.now["id"]:
        raise RefusedAct("", "changed_since", subject=row.subject)
    was = said(store, found)
    for one in store.messages.thread(found.company_id, found.id):
        for copy in store.withdrawals.copies(found.company_id, one.id):
            store.outbox.cancel(found.company_id, copy, now)
    stands = carry_out(setup, found, RecordChanges(place="trash"))
    return Done("record.set", found.company_id, found.label, was, said(store, stands))


def _alias_id(store: Store, company_id: int, text: str) -> int:
    found = find.alias(store, text, field="alias")
    if found.company_id != company_id:
        raise RefusedAct("alias", "alias_of_another", address=found.address, company=found.company)
    return found.id


def _former(setup: Setup, company_id: int, type_: str, reference: str) -> Record | None:
    """Return the record with this reference that was of this type before, where whoever asks may know of it."""
    found = setup.store.records.by_former_reference(company_id, type_, reference)
    asks = setup.actor.user_id
    hidden = [] if asks is None else setup.store.record_types.hidden_from(company_id, asks)
    return None if found is None or found.type in hidden else found


def _reference(setup: Setup, company_id: int, type_: str, text: str) -> str:
    store, reference = setup.store, find.line("reference", text)
    there = store.records.by_reference(company_id, type_, reference) or _former(setup, company_id, type_, reference)
    if there is not None:
        raise RefusedAct("reference", "reference_taken", number=there.label, reference=reference)
    return reference


def _url(text: str) -> str:
    """A link that a page shows must not be a script."""
    if not text.startswith(("https://", "http://")):
        raise RefusedAct("reference_url", "url_malformed", url=text)
    return find.line("reference_url", text)


@act
def change(
    setup: Setup,
    number: str,
    changes: RecordChanges | None = None,
    *,
    company: str | None = None,
    add_participants: Sequence[str] = (),
    remove_participants: Sequence[str] = (),
    revoke_reply_addresses: bool = False,
) -> Done:
    """Change a record and who takes part in its conversation; a new owner follows it.

    ``revoke_reply_addresses`` revokes every reply address that the record gave out so far.
    """
    asked = changes or RecordChanges()
    if not asked and not (add_participants or remove_participants or revoke_reply_addresses):
        raise RefusedAct("", "nothing_to_change", noun="record")
    store, now = setup.store, setup.clock()
    found = find.record(store, number, company)
    was = said(store, found)
    _change_participants(store, found, add_participants, remove_participants, now)
    after = said(store, carry_out(setup, found, asked))
    if revoke_reply_addresses:
        store.messages.raise_epoch(found.company_id, found.id)
        was, after = {**was, "reply_addresses": "valid"}, {**after, "reply_addresses": "revoked"}
    return Done("record.set", found.company_id, found.label, was, after)


def _change_participants(store: Store, record: Record, more: Sequence[str], fewer: Sequence[str], now: int) -> None:
    for text in more:
        person = find.contact(store, record.company_id, text, field="add_participants")
        store.records.add_participants(record, [NewParticipant(person.id, "added")], now)
    for text in fewer:
        person = find.contact(store, record.company_id, text, field="remove_participants")
        if not store.records.remove_participant(record.company_id, record.id, person.id, now):
            raise RefusedAct("remove_participants", "no_participant", address=text, number=record.label)


@act
def _change_back(setup: Setup, row: AuditRow) -> Done:
    store, before, left = setup.store, row.before, row.now
    found = find.record(store, row.subject, row.company, field="")
    was = said(store, found)
    if before.get("participants") != left.get("participants") or "reply_addresses" in left:
        raise RefusedAct("", "not_undoable")
    check_unchanged(row, was)
    return Done(
        "record.set", found.company_id, found.label, was, said(store, carry_out(setup, found, back(before, left)))
    )


def back(before: Mapping[str, Any], left: Mapping[str, Any]) -> RecordChanges:
    """Return the changes that lead from what an act left to what stood there before, both as ``said`` says them."""
    moved = {name for name in before if before[name] != left.get(name)}
    return RecordChanges(
        title=before["title"] if "title" in moved else None,
        state=before["state"] if "state" in moved else None,
        owner=(before["owner_address"] or "") if "owner_address" in moved else None,
        team=(before["team"] or "") if "team" in moved else None,
        customer=(before["customer_address"] or "") if "customer_address" in moved else None,
        priority=before["priority"] if "priority" in moved else None,
        place=before["place"] if "place" in moved else None,
        awaits=before["awaits_us"] if "awaits_us" in moved else None,
        fields={**dict.fromkeys(left["fields"], ""), **before["fields"]} if "fields" in moved else {},
        add_tags=[one for one in before["tags"] if one not in left["tags"]],
        remove_tags=[one for one in left["tags"] if one not in before["tags"]],
    )


reverses = {"record.add": _add_back, "record.set": _change_back}
undone_by = Role.AGENT
