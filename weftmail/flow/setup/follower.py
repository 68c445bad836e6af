"""Followers: colleagues who are notified of what happens on a record, and of what."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, cast

from weftmail.core.role import Role
from weftmail.core.routing.recipients import Kind
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.events import write_event
from weftmail.flow.notices import notify_of_record
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup import find
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.store.audit import AuditRow
from weftmail.store.people import User
from weftmail.store.record import Record, RecordFollower
from weftmail.store.store import Store

KINDS: Final[tuple[Kind, ...]] = ("messages", "notes", "changes")
"""What a follower can be told of, in the order in which it is said."""


@dataclass(frozen=True, slots=True)
class Followed(Done):
    """Who follows a record now or no longer, and how they are notified."""

    name: str = ""
    prefers: str = ""


def names(store: Store, record: Record, user: User) -> Fields:
    """Return the names of those who follow a record, and of what the one is told whom an act was about, if they chose
    another thing than is usual.
    """
    found: Fields = {
        "user": next(iter(store.users.addresses(user.id)), ""),
        "record": record.label,
        "followers": _names(store, record),
    }
    chosen = _chosen(store, record, user)
    return found | chosen if chosen and chosen != _USUAL else found


def _chosen(store: Store, record: Record, user: User) -> Fields:
    people = store.records.followers(record.company_id, record.id)
    return next((_said(one) for one in people if one.user_id == user.id), {})


def _said(one: RecordFollower) -> Fields:
    return {"kinds": in_order(one), "muted": one.muted_at is not None}


_USUAL: Final[Fields] = {"kinds": ["messages", "notes"], "muted": False}


def in_order(one: RecordFollower) -> list[Kind]:
    """Return of what a follower chose to be told."""
    return [kind for kind in KINDS if kind in one.hears]


@act
def add(setup: Setup, number: str, address: str, *, company: str | None = None) -> Followed:
    """Let a colleague follow a record; one who does already stays."""
    store = setup.store
    record = find.record(store, number, company)
    user = find.insider(store, address, record, field="address")
    was = names(store, record, user)
    now = setup.clock()
    if store.records.follow(record.company_id, record.id, user.id, now):
        _added(setup, record, user.id, user.name, now)
    return _followed("follower.add", store, record, was, user)


def _added(setup: Setup, record: Record, user_id: int, name: str, now: int) -> None:
    notify_of_record(setup.store, record, user_id, setup.actor, "added", now)
    own = setup.actor.user_id == user_id
    says = (
        Phrase("event.follower", {"name": name})
        if own
        else Phrase("event.added", {"actor": setup.actor.name, "name": name})
    )
    write_event(setup.store, record, says, now, setup.actor.user_id)


@act
def add_team(setup: Setup, number: str, name: str, *, company: str | None = None) -> Done:
    """Let all who are in a team now follow a record; who follows already stays as they are."""
    store, now = setup.store, setup.clock()
    record = find.record(store, number, company)
    team = find.team(store, record.company_id, name, field="address")
    people = store.teams.people(record.company_id, team.id)
    hidden = [
        one.name for one in people if record.type in store.record_types.hidden_from(record.company_id, one.user_id)
    ]
    if hidden:
        raise RefusedAct(
            "address", "not_in_named_team", name=find.joined(hidden), number=record.label, type=record.type
        )
    was: Fields = {"team": team.name, "added": [], "followers": _names(store, record)}
    new = [one for one in people if store.records.follow(record.company_id, record.id, one.user_id, now)]
    for one in new:
        _added(setup, record, one.user_id, one.name, now)
    return Done(
        "follower.add_team", record.company_id, record.label, was,
        {"team": team.name, "added": [one.address or "" for one in new], "followers": _names(store, record)},
    )  # fmt: skip


def _names(store: Store, record: Record) -> list[str]:
    return [one.name for one in store.records.followers(record.company_id, record.id)]


@act
def remove(setup: Setup, number: str, address: str, *, company: str | None = None) -> Followed:
    """Let a colleague follow a record no longer."""
    store = setup.store
    record = find.record(store, number, company)
    user = find.user(store, address)
    was = names(store, record, user)
    now = setup.clock()
    _take_off(setup, record, user, now)
    return _followed("follower.remove", store, record, was, user)


def _take_off(setup: Setup, record: Record, user: User, now: int) -> None:
    if not setup.store.records.unfollow(record.company_id, record.id, user.id, now):
        raise RefusedAct("address", "no_follower", name=user.name, number=record.label)
    says = Phrase("event.taken off", {"actor": setup.actor.name, "name": user.name})
    if setup.actor.user_id == user.id:
        says = Phrase("event.unfollowed", {"name": user.name})
    write_event(setup.store, record, says, now, setup.actor.user_id)


@act
def change(
    setup: Setup,
    number: str,
    address: str,
    *,
    kinds: Collection[str] | None = None,
    muted: bool | None = None,
    company: str | None = None,
) -> Followed:
    """Say of which kinds a follower is told, or let them mute the record; nobody is muted by others."""
    if kinds is None and muted is None:
        raise RefusedAct("", "nothing_to_change", noun="follower")
    store, now = setup.store, setup.clock()
    record = find.record(store, number, company)
    user = find.user(store, address)
    was = names(store, record, user) | _chosen(store, record, user)
    there = [one for one in store.records.followers(record.company_id, record.id) if one.user_id == user.id]
    if not there:
        raise RefusedAct("address", "no_follower", name=user.name, number=record.label)
    if muted and setup.actor.user_id not in (None, user.id):
        raise RefusedAct("muted", "muted_by_others", name=user.name)
    hears = there[0].hears if kinds is None else _kinds(kinds)
    since = there[0].muted_at if muted is None else now if muted else None
    store.records.follow_of(record.company_id, record.id, user.id, hears, since)
    is_ = names(store, record, user) | _chosen(store, record, user)
    _write_changes(setup, record, user, was, is_, now)
    return Followed("follower.set", record.company_id, record.label, was, is_, user.name, user.prefers)


def _kinds(kinds: Collection[str]) -> frozenset[Kind]:
    return frozenset(cast(Kind, find.choice("kinds", one, KINDS)) for one in kinds)


def _write_changes(setup: Setup, record: Record, user: User, was: Fields, is_: Fields, now: int) -> None:
    found = []
    if was["muted"] != is_["muted"]:
        code = (
            Phrase("event.muted", {"name": user.name}) if is_["muted"] else Phrase("event.unmuted", {"name": user.name})
        )
        found.append(code)
    if was["kinds"] != is_["kinds"]:
        chosen = cast(Sequence[Kind], is_["kinds"])
        found.append(Phrase("event.kinds", {"name": user.name, "kinds": kinds_of(chosen)}))
    for says in found:
        write_event(setup.store, record, says, now, setup.actor.user_id)


KIND_SETS: Final[dict[tuple[Kind, ...], Phrase]] = {
    (): Phrase("kinds.none"),
    ("messages",): Phrase("kinds.messages"),
    ("notes",): Phrase("kinds.notes"),
    ("changes",): Phrase("kinds.changes"),
    ("messages", "notes"): Phrase("kinds.messages notes"),
    ("messages", "changes"): Phrase("kinds.messages changes"),
    ("notes", "changes"): Phrase("kinds.notes changes"),
    KINDS: Phrase("kinds.all"),
}
"""Each choice of kinds as it is said."""


def kinds_of(kinds: Sequence[Kind]) -> Phrase:
    """Return a choice of kinds in words."""
    return KIND_SETS[tuple(kinds)]


def _followed(name: str, store: Store, record: Record, was: Fields, user: User) -> Followed:
    now = names(store, record, user)
    return Followed(name, record.company_id, record.label, was, now, user.name, user.prefers)


def _taken_off_again(setup: Setup, row: AuditRow) -> Done | Refusal:
    return remove(setup, row.subject, row.now["user"], company=row.company)


@act
def _back_on(setup: Setup, row: AuditRow) -> Done:
    """Let somebody follow again, of what they were told before."""
    store, now = setup.store, setup.clock()
    record = find.record(store, row.subject, row.company, field="")
    user = find.insider(store, row.now["user"], record, field="")
    was = names(store, record, user)
    if store.records.follow(record.company_id, record.id, user.id, now):
        _added(setup, record, user.id, user.name, now)
    chosen = {**_USUAL, **row.before}
    store.records.follow_of(
        record.company_id, record.id, user.id, _kinds(chosen["kinds"]), now if chosen["muted"] else None
    )
    return _followed("follower.add", store, record, was, user)


@act
def _team_off(setup: Setup, row: AuditRow) -> Done:
    """Take those off again whom the act brought, as far as they still follow."""
    store, now = setup.store, setup.clock()
    record = find.record(store, row.subject, row.company, field="")
    for user in (find.user(store, one, field="") for one in row.now["added"] if one):
        if store.records.unfollow(record.company_id, record.id, user.id, now):
            says = Phrase("event.taken off", {"actor": setup.actor.name, "name": user.name})
            write_event(store, record, says, now, setup.actor.user_id)
    was: Fields = {"team": row.now["team"], "added": row.now["added"]}
    return Done("follower.remove_team", record.company_id, record.label, was, {"team": row.now["team"], "added": []})


def _team_on(setup: Setup, row: AuditRow) -> Done | Refusal:
    return add_team(setup, row.subject, row.now["team"], company=row.company)


def _as_it_was(setup: Setup, row: AuditRow) -> Done | Refusal:
    before = row.before
    return change(
        setup, row.subject, row.now["user"], kinds=before["kinds"], muted=before["muted"], company=row.company
    )


reverses = {
    "follower.add": _taken_off_again,
    "follower.remove": _back_on,
    "follower.set": _as_it_was,
    "follower.add_team": _team_off,
    "follower.remove_team": _team_on,
}
undone_by = Role.AGENT
