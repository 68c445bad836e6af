"""Records by hand: opened without a mail, and changed; who takes part in their conversations."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from weftmail.core.wording.phrase import Phrase
from weftmail.flow import vocabulary
from weftmail.flow.events import write_event
from weftmail.flow.notices import notify_of_record
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import find, values
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.flow.setup.handover import Heir, heir
from weftmail.store.ownership import Owner
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
    owned = _owner(store, whose.id, owner) if owner else Heir(Owner(), "", "", [])
    kept = find.record_type(store, whose.id, type_, field="type")
    record = store.records.open(
        NewRecord(
            whose.id,
            kept,
            find.line("title", title),
            owner_id=owned.owner.user_id,
            owner_team_id=owned.owner.team_id,
            customer_id=find.contact(store, whose.id, customer, field="customer").id if customer else None,
            alias_id=_alias_id(store, whose.id, alias) if alias else None,
            fields=_written(values.checked(store, whose.id, kept, fields_ or {})),
            reference=_reference(store, whose.id, type_, reference) if reference else None,
            reference_url=_url(reference_url) if reference_url else None,
        ),
        now,
    )
    if record.customer_id is not None:
        # Whom the record is about is in its conversation: the first message goes to them, and their answer is theirs.
        store.records.add_participants(record, [NewParticipant(record.customer_id, "added")], now)
    _assign(setup, record, owned, now)
    return Done("record.add", whose.id, record.label, {}, vocabulary.record(record))


def _alias_id(store: Store, company_id: int, text: str) -> int:
    found = find.alias(store, text, field="alias")
    if found.company_id != company_id:
        raise RefusedAct("alias", "alias_of_another", address=found.address, company=found.company)
    return found.id


def _reference(store: Store, company_id: int, type_: str, text: str) -> str:
    reference = find.line("reference", text)
    there = store.records.by_reference(company_id, type_, reference)
    if there is not None:
        raise RefusedAct("reference", "reference_taken", number=there.label, reference=reference)
    return reference


def _url(text: str) -> str:
    """A link that a page shows must not be a script."""
    if not text.startswith(("https://", "http://")):
        raise RefusedAct("reference_url", "url_malformed", url=text)
    return find.line("reference_url", text)


def _written(given: Mapping[str, str]) -> str:
    return json.dumps({name: value for name, value in given.items() if value}, ensure_ascii=False)


@act
def change(
    setup: Setup,
    number: str,
    *,
    company: str | None = None,
    title: str | None = None,
    state: str | None = None,
    owner: str | None = None,
    fields_: Mapping[str, str] | None = None,
    add_participants: Sequence[str] = (),
    remove_participants: Sequence[str] = (),
    revoke_reply_addresses: bool = False,
) -> Done:
    """Change a record and who takes part in its conversation; a new owner follows it.

    ``revoke_reply_addresses`` revokes every reply address that the record gave out so far.
    """
    given = (title, state, owner, *(fields_ or ()), *add_participants, *remove_participants)
    if all(one is None for one in given) and not revoke_reply_addresses:
        raise RefusedAct("", "nothing_to_change", noun="record")
    store, now = setup.store, setup.clock()
    found = find.record(store, number, company)
    was = _with_people(store, found)
    new = None if owner is None else _owner(store, found.company_id, owner)
    changed = replace(
        found,
        title=found.title if title is None else find.line("title", title),
        state=found.state if state is None else find.choice("state", state, _states(store, found)),
        owner_id=found.owner_id if new is None else new.owner.user_id,
        owner_team_id=found.owner_team_id if new is None else new.owner.team_id,
        fields=_written({**found.values, **values.checked(store, found.company_id, found.type, fields_ or {})}),
    )
    if changed != found:
        store.records.set(changed, now)
    if new is not None and (changed.owner_id, changed.owner_team_id) != (found.owner_id, found.owner_team_id):
        _assign(setup, changed, new, now)
    _change_participants(store, found, add_participants, remove_participants, now)
    stands = find.record(store, found.label, found.company)
    _write_events(setup, found, stands, now)
    after = _with_people(store, stands)
    if revoke_reply_addresses:
        store.messages.raise_epoch(found.company_id, found.id)
        was, after = {**was, "reply_addresses": "valid"}, {**after, "reply_addresses": "revoked"}
    return Done("record.set", found.company_id, found.label, was, after)


def _write_events(setup: Setup, before: Record, after: Record, now: int) -> None:
    actor = setup.actor.name
    if before.state != after.state:
        says = Phrase("event.state", {"actor": actor, "was": before.state, "became": after.state})
        write_event(setup.store, after, says, now)
    if (before.owner_id, before.owner_team_id) != (after.owner_id, after.owner_team_id):
        was, became = (one.owner or one.team or "-" for one in (before, after))
        says = Phrase("event.owner", {"actor": actor, "was": was, "became": became})
        write_event(setup.store, after, says, now)


def _states(store: Store, record: Record) -> list[str]:
    return [one.name for one in store.records.states(record.company_id, record.type)]


def _with_people(store: Store, record: Record) -> Fields:
    names = [one.name or one.address or "" for one in store.records.participants(record.company_id, record.id)]
    # Who owns it is what people look for first in a change.
    return {"owner": record.owner, "team": record.team, **vocabulary.record(record), "participants": names}


def _owner(store: Store, company_id: int, text: str) -> Heir:
    """Return who is to own a record: a colleague by an address, or a team by its name."""
    if "@" not in text and store.teams.by_name(company_id, text.strip()) is not None:
        return heir(store, find.company_by_id(store, company_id), text, field="owner")
    user = find.member(store, text, company_id, field="owner")
    return Heir(Owner(user_id=user.id), user.name, text, [user.id])


def _assign(setup: Setup, record: Record, to: Heir, now: int) -> None:
    """Let those who own a record follow it, and tell them."""
    setup.store.records.follow_all(record.company_id, record.id, to.people, now)
    for person in to.people:
        notify_of_record(setup.store, record, person, setup.actor, "assigned", now)


def _change_participants(store: Store, record: Record, more: Sequence[str], fewer: Sequence[str], now: int) -> None:
    for text in more:
        person = find.contact(store, record.company_id, text, field="add_participants")
        store.records.add_participants(record, [NewParticipant(person.id, "added")], now)
    for text in fewer:
        person = find.contact(store, record.company_id, text, field="remove_participants")
        if not store.records.remove_participant(record.company_id, record.id, person.id, now):
            raise RefusedAct("remove_participants", "no_participant", address=text, number=record.label)
