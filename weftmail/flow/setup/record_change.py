"""What changes on a record by hand, whichever act asks for it: one at a time, many at once, or taken back.

Each change is an event in the conversation, with what was, what is and who; a new owner is notified, and what becomes
spam blocks its sender.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from weftmail.core.wording.phrase import Phrase
from weftmail.flow import vocabulary
from weftmail.flow.events import write_event
from weftmail.flow.notices import notify_of_record
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import find, values
from weftmail.flow.setup.act import Fields, Setup
from weftmail.flow.setup.handover import Heir, heir
from weftmail.store.ownership import Owner
from weftmail.store.record import Record
from weftmail.store.store import Store

PRIORITIES = ("low", "normal", "high", "urgent")
LISTS = "lists"
PLACES = (LISTS, "spam", "trash")
"""Where a record is: in the lists, or out of them."""
STALE = 24 * 3600 * 1000
"""After so many milliseconds what waited to leave of spam is out of date, and stays taken back."""
NOBODY = Heir(Owner(), "", "", [])


@dataclass(frozen=True, slots=True)
class RecordChanges:
    """What is to change of a record; what is None stays, and "" takes an owner, a team or a customer away.

    ``owner`` is a colleague by an address, or a team by its name in place of one.  ``awaits`` says whether somebody
    outside waits for an answer.
    """

    title: str | None = None
    state: str | None = None
    owner: str | None = None
    team: str | None = None
    customer: str | None = None
    priority: str | None = None
    place: str | None = None
    awaits: bool | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    add_tags: Sequence[str] = ()
    remove_tags: Sequence[str] = ()

    def __bool__(self) -> bool:
        single = (self.title, self.state, self.owner, self.team, self.customer, self.priority, self.place, self.awaits)
        return any(one is not None for one in single) or any((self.fields, self.add_tags, self.remove_tags))


def said(store: Store, record: Record) -> Fields:
    """Return what is said of a record with its people and tags; who owns it is what people look for first."""
    people = store.records.participants(record.company_id, record.id)
    tags = store.tags.of(record.company_id, [record.id]).get(record.id, ())
    customer = store.contacts.get(record.company_id, record.customer_id) if record.customer_id is not None else None
    return {
        "owner": record.owner,
        "owner_address": record.owner_address,
        "team": record.team,
        **vocabulary.record(record),
        "tags": [one.name for one in tags],
        "place": record.hidden_as or LISTS,
        "awaits_us": record.awaits_since_at is not None,
        "sender_blocked": customer is not None and customer.blocked_at is not None,
        "participants": [one.name or one.address or "" for one in people],
    }


def written(given: Mapping[str, str]) -> str:
    """Return a record's own fields as they are kept."""
    return json.dumps({name: value for name, value in given.items() if value}, ensure_ascii=False)


def carry_out(setup: Setup, record: Record, changes: RecordChanges) -> Record:
    """Change the record as asked, inside the transaction of an act; return it as it stands.

    Raises RefusedAct for what does not fit.
    """
    store, now = setup.store, setup.clock()
    owner, team = _owners(store, record, changes)
    changed = replace(
        record,
        title=record.title if changes.title is None else find.line("title", changes.title),
        state=record.state if changes.state is None else find.choice("state", changes.state, _states(store, record)),
        owner_id=record.owner_id if owner is None else owner.owner.user_id,
        owner_team_id=record.owner_team_id if team is None else team.owner.team_id,
        customer_id=record.customer_id if changes.customer is None else _customer(store, record, changes.customer),
        priority=record.priority if changes.priority is None else find.choice("priority", changes.priority, PRIORITIES),
        fields=written({**record.values, **values.checked(store, record.company_id, record.type, changes.fields)}),
    )
    if changed != record:
        store.records.set(changed, now)
    for new, was, is_ in (
        (owner, record.owner_id, changed.owner_id),
        (team, record.owner_team_id, changed.owner_team_id),
    ):
        if new is not None and was != is_:
            assign(setup, changed, new, now)
    _retag(setup, record, changes, now)
    if changes.awaits is not None:
        _await(setup, record, now, awaits=changes.awaits)
    if changes.place is not None:
        _move(setup, changed, find.choice("place", changes.place, PLACES), now)
    stands = store.records.get(record.company_id, record.id)
    assert stands is not None  # noqa: S101 - records are never deleted
    _write_events(setup, record, stands, now)
    return stands


def _states(store: Store, record: Record) -> list[str]:
    return [one.name for one in store.records.states(record.company_id, record.type)]


def _customer(store: Store, record: Record, text: str) -> int | None:
    return find.contact(store, record.company_id, text, field="customer").id if text else None


def _owners(store: Store, record: Record, changes: RecordChanges) -> tuple[Heir | None, Heir | None]:
    """Return the new owner and the new team, None where one stays; a team named as owner owns it alone."""
    owner = None if changes.owner is None else owner_of(store, record.company_id, changes.owner)
    team = None if changes.team is None else _team(store, record.company_id, changes.team)
    if owner is not None and owner.owner.team_id is not None:
        owner, team = NOBODY, owner
    for one in (owner, team):
        if one is not None:
            check_sees(store, record, one)
    return owner, team


def owner_of(store: Store, company_id: int, text: str) -> Heir:
    """Return who is to own a record: a colleague by an address, a team by its name, or with "" nobody."""
    if not text:
        return NOBODY
    if "@" not in text and store.teams.by_name(company_id, text.strip()) is not None:
        return heir(store, find.company_by_id(store, company_id), text, field="owner")
    user = find.member(store, text, company_id, field="owner")
    return Heir(Owner(user_id=user.id), user.name, text, [user.id])


def _team(store: Store, company_id: int, name: str) -> Heir:
    if not name:
        return NOBODY
    found = find.team(store, company_id, name, field="team")
    return Heir(Owner(team_id=found.id), found.name, found.name, store.teams.members(company_id, found.id))


def check_sees(store: Store, record: Record, new: Heir) -> None:
    """Refuse an owner for whom records of this type do not exist."""
    hidden = [one for one in new.people if record.type in store.record_types.hidden_from(record.company_id, one)]
    if hidden:
        raise RefusedAct("owner", "not_in_named_team", name=new.name, number=record.label, type=record.type)


def assign(setup: Setup, record: Record, to: Heir, now: int) -> None:
    """Let those who own a record follow it, and tell them; it is unread for all of them but who gave it to them."""
    store = setup.store
    store.records.follow_all(record.company_id, record.id, to.people, now)
    for person in to.people:
        notify_of_record(store, record, person, setup.actor, "assigned", now)
        if person != setup.actor.user_id:
            store.read_state.mark(record.company_id, person, [record.id], now)


def _retag(setup: Setup, record: Record, changes: RecordChanges, now: int) -> None:
    store = setup.store
    have = {one.id for one in store.tags.of(record.company_id, [record.id]).get(record.id, ())}
    for name in changes.add_tags:
        tag = store.tags.put(record.company_id, find.line("tag", name), now)
        if tag.id not in have:
            store.tags.add(record.company_id, record.id, tag.id, now)
            says = Phrase("event.tagged", {"actor": setup.actor.name, "tag": tag.name})
            write_event(store, record, says, now, setup.actor.user_id)
    for name in changes.remove_tags:
        found = store.tags.by_name(record.company_id, name)
        if found is None or found.id not in have:
            raise RefusedAct("remove_tag", "no_such_tag", tag=name, number=record.label)
        store.tags.remove(record.company_id, record.id, found.id)
        write_event(
            store,
            record,
            Phrase("event.untagged", {"actor": setup.actor.name, "tag": found.name}),
            now,
            setup.actor.user_id,
        )


def _await(setup: Setup, record: Record, now: int, *, awaits: bool) -> None:
    if awaits is (record.awaits_since_at is not None):
        return
    setup.store.records.set_awaiting(record.company_id, record.id, now if awaits else None)
    if not awaits:
        write_event(
            setup.store, record, Phrase("event.no answer", {"actor": setup.actor.name}), now, setup.actor.user_id
        )


def _move(setup: Setup, record: Record, place: str, now: int) -> None:
    """Take the record out of the lists, or back; what becomes spam blocks its sender, until it is no spam any more.

    What waits to leave of spam is taken back, and waits again if it was no spam after all.
    """
    store, was = setup.store, record.hidden_as or LISTS
    if place == was:
        return
    if place == "spam":
        store.outbox.withhold(record.company_id, record.id, now)
    if was == "spam" and record.hidden_at is not None and now - record.hidden_at < STALE:
        store.outbox.let_go(record.company_id, record.id, record.hidden_at, now)
    store.records.hide(record.company_id, record.id, None if place == LISTS else place, now)
    customer = store.contacts.get(record.company_id, record.customer_id) if record.customer_id is not None else None
    if customer is not None and place == "spam" and customer.blocked_at is None:
        store.contacts.block(record.company_id, customer.id, setup.actor.name, now)
    if customer is not None and was == "spam" and customer.blocked_at is not None:
        store.contacts.block(record.company_id, customer.id, "", None)
    if place == LISTS:
        write_event(store, record, Phrase("event.restored", {"actor": setup.actor.name}), now, setup.actor.user_id)
    elif place == "spam":
        write_event(store, record, Phrase("event.spam", {"actor": setup.actor.name}), now, setup.actor.user_id)
    else:
        write_event(store, record, Phrase("event.trash", {"actor": setup.actor.name}), now, setup.actor.user_id)


def _write_events(setup: Setup, before: Record, after: Record, now: int) -> None:
    actor, store = setup.actor.name, setup.store
    if before.state != after.state:
        says = Phrase("event.state", {"actor": actor, "was": before.state, "became": after.state})
        write_event(store, after, says, now, setup.actor.user_id)
    if before.owner_id != after.owner_id:
        was, became = (one.owner or "-" for one in (before, after))
        write_event(
            store,
            after,
            Phrase("event.owner", {"actor": actor, "was": was, "became": became}),
            now,
            setup.actor.user_id,
        )
    if before.owner_team_id != after.owner_team_id:
        was, became = (one.team or "-" for one in (before, after))
        write_event(
            store, after, Phrase("event.team", {"actor": actor, "was": was, "became": became}), now, setup.actor.user_id
        )
    if before.customer_id != after.customer_id:
        was, became = (one.customer or one.customer_address or "-" for one in (before, after))
        write_event(
            store,
            after,
            Phrase("event.customer", {"actor": actor, "was": was, "became": became}),
            now,
            setup.actor.user_id,
        )
    if before.title != after.title:
        says = Phrase("event.title", {"actor": actor, "was": before.title, "became": after.title})
        write_event(store, after, says, now, setup.actor.user_id)
    if before.priority != after.priority:
        says = Phrase("event.priority", {"actor": actor, "was": before.priority, "became": after.priority})
        write_event(store, after, says, now, setup.actor.user_id)
    for name in dict.fromkeys((*before.values, *after.values)):
        was, became = (one.values.get(name) or "-" for one in (before, after))
        if was != became:
            says = Phrase("event.field", {"actor": actor, "name": name, "was": was, "became": became})
            write_event(store, after, says, now, setup.actor.user_id)
