"""Messages on their way from one record to another: who goes with them, who waits for an answer, and what is unread.

An undo goes by what answers what: a message that came since and answers one that goes back goes back with it, and any
other one stays.  So a conversation is whole again, however late that is.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from weftmail.flow.events import end_snooze, reopen
from weftmail.store.move import Along, Movable, Move
from weftmail.store.record import Record
from weftmail.store.store import Store


@dataclass(frozen=True, slots=True)
class Passage:
    """From which record to which, by which move, who moves it, and when."""

    move: Move
    origin: Record
    goal: Record
    actor_id: int | None
    now: int
    quiet: bool = False
    """Whether only what waits or was unread before is unread where it goes: the messages are no news by themselves."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What went: the messages, and the contacts who take part in the goal since."""

    messages: Sequence[Movable]
    joined: frozenset[int]
    back: frozenset[int]

    @property
    def along(self) -> Along:
        """The people, as the move keeps them."""
        return Along(joined=sorted(self.joined), back=sorted(self.back))


def awaited(messages: Sequence[Movable], since: int | None) -> list[Movable]:
    """Return the messages that somebody outside waits for an answer to, who does ``since`` then; none if it is None.

    They are the ones after our last answer, from the one that began it: *No answer needed* may have ended it before.
    """
    if since is None:
        return []
    last = max((one.id for one in messages if one.kind == "post"), default=0)
    outside = [one for one in messages if one.kind == "received" and not one.automatic and one.id > last]
    began = max((one.id for one in outside if one.created_at <= since), default=0)
    return [one for one in outside if one.id >= began]


def carry(
    store: Store, way: Passage, ids: Collection[int], *, leaving: Collection[int] | None = None, whole: bool = False
) -> Carried:
    """Carry messages from one record to another, with all that belongs to them.

    Who has nothing left on the record that they leave does not take part in it any more; ``leaving`` bounds who that
    may be.  ``whole``: the record goes as it is, with all who take part in it, and keeps them for an undo.
    """
    company_id, origin, goal = way.move.company_id, way.origin, way.goal
    there = store.moves.messages(company_id, origin.id)
    moved = [one for one in there if one.id in ids]
    joining = _joining(store, way, [one.id for one in moved], whole=whole)
    store.moves.let_join(company_id, origin.id, goal.id, joining.joined, way.now)
    store.moves.carry(way.move, [one.id for one in moved], origin.id, goal.id, way.now)
    if whole:
        store.moves.pass_on(company_id, origin.id, goal.id, way.now)
    elif way.quiet:
        store.moves.share_unread(company_id, origin.id, goal.id, way.now)
    if not whole:
        _leave(store, way, [one.id for one in moved], leaving)
    waits = _wait(store, way, there, moved)
    _tell(store, way, waits if way.quiet else moved)
    return Carried(moved, joining.joined, joining.back)


def _joining(store: Store, way: Passage, ids: Sequence[int], *, whole: bool) -> Carried:
    """Return who takes part in the goal because of these messages, and who of them had been taken out of it."""
    company_id = way.move.company_id
    here = store.moves.parts(company_id, way.origin.id)
    there = store.moves.parts(company_id, way.goal.id)
    theirs = here.keys() if whole else store.moves.people_of(company_id, ids) & here.keys()
    active = {
        one
        for one in theirs
        if not here[one].removed and (whole or here[one].message_id is None or here[one].message_id in ids)
    }
    joined = frozenset(one for one in active if one not in there or there[one].removed)
    return Carried((), joined, frozenset(one for one in joined if one in there))


def _leave(store: Store, way: Passage, ids: Sequence[int], leaving: Collection[int] | None) -> None:
    """Let those take part no more who have nothing left on the record: neither a message, nor a person's word."""
    company_id, origin = way.move.company_id, way.origin
    here = store.moves.parts(company_id, origin.id)
    left = store.moves.people_on(company_id, origin.id) | {origin.customer_id}
    may = (store.moves.people_of(company_id, ids) if leaving is None else frozenset(leaving)) & here.keys()
    gone = [
        one
        for one in may
        if not here[one].removed
        and (here[one].message_id in ids or (one not in left and (leaving is not None or here[one].reason != "added")))
    ]
    store.moves.drop_people(company_id, origin.id, gone)


def _wait(store: Store, way: Passage, there: Sequence[Movable], moved: Sequence[Movable]) -> list[Movable]:
    """Let each of the two records say since when somebody waits; return the moved messages that wait for an answer."""
    company_id, origin, goal = way.move.company_id, way.origin, way.goal
    waiting = awaited(there, origin.awaits_since_at)
    gone = {one.id for one in moved}
    went, stayed = ([one for one in waiting if (one.id in gone) is side] for side in (True, False))
    since = min((one.created_at for one in went), default=None)
    both = [one for one in (goal.awaits_since_at, since) if one is not None]
    store.moves.stands(company_id, origin.id, min((one.created_at for one in stayed), default=None), way.now)
    store.moves.stands(company_id, goal.id, min(both, default=None), way.now)
    if went and goal.snoozed_until_at is not None and goal.hidden_as is None:
        end_snooze(store, goal, way.now, answered=True)
    return went


def _tell(store: Store, way: Passage, news: Sequence[Movable]) -> None:
    """Let what is news be unread for those whose record it is now, but not for who moved it."""
    if news:
        store.read_state.came(way.move.company_id, way.goal.id, news[0].id, way.actor_id, way.now)
        store.moves.news(way.move.company_id, way.goal.id, news[0].id)


def returning(store: Store, move: Move, stands_on: int) -> list[Movable]:
    """Return what an undo of a move takes back from the record on which its messages stand.

    That is what it brought, and what came since and answers one of these, or an answer to one.
    """
    brought = set(store.moves.brought(move, stands_on))
    found = []
    for one in store.moves.messages(move.company_id, stands_on):
        since = one.id > move.last_message_id and one.kind != "event" and one.answers_id in brought
        if one.id in brought or since:
            brought.add(one.id)
            found.append(one)
    return found


def reopen_for(store: Store, record: Record, came: Sequence[Movable], now: int) -> None:
    """Open a record again onto which came what somebody outside wrote since, as their answer would have."""
    outside = [one for one in came if one.kind == "received" and not one.automatic]
    if outside and record.snoozed_until_at is not None:
        end_snooze(store, record, now, answered=True)
    if outside:
        reopen(store, record, outside[-1].author_name, now)
