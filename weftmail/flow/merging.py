"""What a record brings into the one that it is merged into, beside its messages, and what it takes with it when the two
are separated: followers, held mail, aliases, tags, and what the other one lacked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from weftmail.core.wording.phrase import Phrase
from weftmail.flow.actor import Actor
from weftmail.flow.events import SNOOZE, write_event
from weftmail.flow.moving import Passage
from weftmail.store.move import Along, Movable
from weftmail.store.record import Record
from weftmail.store.store import Store

FILLED = ("customer_id", "owner_id", "owner_team_id")
"""What a record takes over from one that is merged into it, where it has none."""


def bring(store: Store, way: Passage, actor: Actor) -> Along:
    """Let all that belongs to a record belong to the one that it is part of; return what that changed."""
    company_id, origin, goal, now = way.move.company_id, way.origin, way.goal, way.now
    held, aliases = store.moves.held(company_id, origin.id), store.moves.aliases(company_id, origin.id)
    store.moves.give_held(company_id, origin.id, goal.id, held)
    store.moves.give_aliases(company_id, origin.id, goal.id, aliases)
    activities = store.moves.activities(company_id, origin.id)
    store.moves.give_activities(company_id, origin.id, goal.id, activities)
    drafts = store.drafts.give(company_id, origin.id, goal.id)
    followers = _follow(store, way)
    tags = _tag(store, way)
    filled = _fill(store, origin, goal, now)
    state = _open(store, origin, goal, actor, now)
    store.moves.merge(company_id, origin.id, goal.id, now)
    # A record that is in no list is not brought back by its day; it is snoozed still, should the two be separated.
    store.due.remove(SNOOZE, str(origin.id))
    return Along(
        followers=followers,
        held=held,
        aliases=aliases,
        activities=activities,
        drafts=drafts,
        tags=tags,
        filled=filled,
        state=state,
    )


def _follow(store: Store, way: Passage) -> list[int]:
    before = store.moves.follower_rows(way.move.company_id, way.goal.id)
    store.moves.let_follow(way.move.company_id, way.origin.id, way.goal.id, way.now)
    after = store.moves.follower_rows(way.move.company_id, way.goal.id)
    return [one for one, removed in after.items() if not removed and before.get(one, True)]


def _tag(store: Store, way: Passage) -> list[int]:
    company_id, origin, goal = way.move.company_id, way.origin, way.goal
    tags = store.tags.of(company_id, [origin.id, goal.id])
    have = {one.id for one in tags.get(goal.id, ())}
    new = [one.id for one in tags.get(origin.id, ()) if one.id not in have]
    for tag_id in new:
        store.tags.add(company_id, goal.id, tag_id, way.now)
    return new


def _fill(store: Store, origin: Record, goal: Record, now: int) -> dict[str, Any]:
    """Let the record have the customer, owner and team that it lacked; who is nobody's is looked after since."""
    owned = goal.owner_id is not None or goal.owner_team_id is not None
    filled = {
        name: getattr(origin, name)
        for name in FILLED
        if getattr(goal, name) is None and getattr(origin, name) is not None and not (owned and name != "customer_id")
    }
    if filled:
        store.records.set(replace(goal, **filled), now)
    return filled


def _open(store: Store, origin: Record, goal: Record, actor: Actor, now: int) -> Sequence[str]:
    """Let a record that is not open be open since, if what came onto it is: else that would be out of sight."""
    if origin.counts_as != "open" or goal.counts_as == "open":
        return ()
    states = store.records.states(goal.company_id, goal.type)
    became = next((one.name for one in states if one.counts_as == "open"), goal.state)
    store.records.set_state(goal.company_id, goal.id, became, now)
    _write_state(store, goal, became, actor, now)
    return (goal.state, became)


def _write_state(store: Store, record: Record, became: str, actor: Actor, now: int) -> None:
    says = Phrase("event.state", {"actor": actor.name, "was": record.state, "became": became})
    write_event(store, record, says, now)


def part(store: Store, way: Passage, along: Along, stays: Sequence[Movable], actor: Actor) -> None:
    """Take back what a merge brought: the goal of the way is the record that is one of its own again.

    ``stays`` is what came since and stays behind.
    """
    company_id, origin, goal = way.move.company_id, way.origin, way.goal
    store.moves.separate(company_id, goal.id)
    store.moves.give_held(company_id, origin.id, goal.id, along.held)
    store.moves.give_aliases(company_id, origin.id, goal.id, along.aliases)
    store.moves.give_activities(company_id, origin.id, goal.id, along.activities)
    store.drafts.give_back(company_id, origin.id, goal.id, along.drafts)
    if goal.snoozed_until_at is not None:
        store.due.put(SNOOZE, str(goal.id), goal.snoozed_until_at, way.now, company_id)
    _part_followers(store, way, along)
    for tag_id in along.tags:
        store.tags.remove(company_id, origin.id, tag_id)
    emptied: dict[str, Any] = {name: None for name, value in along.filled.items() if getattr(origin, name) == value}
    if emptied:
        store.records.set(replace(origin, **emptied), way.now)
    heard = any(one.kind == "received" for one in stays)
    if along.state and along.state[1] == origin.state and not heard:
        store.records.set_state(company_id, origin.id, along.state[0], way.now)
        _write_state(store, origin, along.state[0], actor, way.now)


def part_people(store: Store, way: Passage, along: Along) -> None:
    """Let who was taken out since take part no more in what goes back, either."""
    company_id = way.move.company_id
    since = store.moves.parts(company_id, way.origin.id)
    for one in store.moves.parts(company_id, way.goal.id).values():
        if not one.removed and one.contact_id in since and since[one.contact_id].removed:
            store.records.remove_participant(company_id, way.goal.id, one.contact_id, way.now)
    for contact_id in along.back:
        store.records.remove_participant(company_id, way.origin.id, contact_id, way.now)


def _part_followers(store: Store, way: Passage, along: Along) -> None:
    """Let who follows the one because of the other follow it no more, and who was taken off be off both."""
    company_id, origin, goal = way.move.company_id, way.origin, way.goal
    since = store.moves.follower_rows(company_id, origin.id)
    for user_id, removed in store.moves.follower_rows(company_id, goal.id).items():
        if not removed and since.get(user_id, False):
            store.records.unfollow(company_id, goal.id, user_id, way.now)
    brought = [one for one in along.followers if not since.get(one, True) and one != origin.owner_id]
    store.moves.drop_followers(company_id, origin.id, brought)
