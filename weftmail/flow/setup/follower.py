"""Followers: colleagues who are notified of what happens on a record."""

from __future__ import annotations

from dataclasses import dataclass

from weftmail.core.role import Role
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.events import write_event
from weftmail.flow.notices import notify_of_record
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup import find
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.store.audit import AuditRow
from weftmail.store.people import User
from weftmail.store.record import Record
from weftmail.store.store import Store


@dataclass(frozen=True, slots=True)
class Followed(Done):
    """Who follows a record now or no longer, and how they are notified."""

    name: str = ""
    prefers: str = ""


def names(store: Store, record: Record, user: User) -> Fields:
    """Return the names of those who follow a record, and the address of the one whom an act was about."""
    return {
        "user": next(iter(store.users.addresses(user.id)), ""),
        "record": record.label,
        "followers": [one.name for one in store.records.followers(record.company_id, record.id)],
    }


@act
def add(setup: Setup, number: str, address: str, *, company: str | None = None) -> Followed:
    """Let a colleague follow a record; one who does already stays."""
    store = setup.store
    record = find.record(store, number, company)
    user = find.insider(store, address, record, field="address")
    was = names(store, record, user)
    now = setup.clock()
    if store.records.follow(record.company_id, record.id, user.id, now):
        notify_of_record(store, record, user.id, setup.actor, "added", now)
        write_event(store, record, Phrase("event.added", {"actor": setup.actor.name, "name": user.name}), now)
    return _followed("follower.add", store, record, was, user)


@act
def remove(setup: Setup, number: str, address: str, *, company: str | None = None) -> Followed:
    """Let a colleague follow a record no longer."""
    store = setup.store
    record = find.record(store, number, company)
    user = find.user(store, address)
    was = names(store, record, user)
    now = setup.clock()
    if not store.records.unfollow(record.company_id, record.id, user.id, now):
        raise RefusedAct("address", "no_follower", name=user.name, number=record.label)
    write_event(store, record, Phrase("event.taken off", {"actor": setup.actor.name, "name": user.name}), now)
    return _followed("follower.remove", store, record, was, user)


def _followed(name: str, store: Store, record: Record, was: Fields, user: User) -> Followed:
    now = names(store, record, user)
    return Followed(name, record.company_id, record.label, was, now, user.name, user.prefers)


def _taken_off_again(setup: Setup, row: AuditRow) -> Done | Refusal:
    return remove(setup, row.subject, row.now["user"], company=row.company)


def _back_on(setup: Setup, row: AuditRow) -> Done | Refusal:
    return add(setup, row.subject, row.now["user"], company=row.company)


reverses = {"follower.add": _taken_off_again, "follower.remove": _back_on}
undone_by = Role.AGENT
