"""Messages moved to another record, split off into one of their own, and records merged; each can be undone for good.

A number, a link and a reply address of before lead to where the message is now.  Nothing moves between companies, nor
between types of which one is for other people than the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from weftmail.core.role import Role
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.events import write_event
from weftmail.flow.merging import bring, part, part_people
from weftmail.flow.moving import Passage, carry, reopen_for, returning
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import find
from weftmail.flow.setup.act import Done, Setup, act
from weftmail.store.audit import AuditRow
from weftmail.store.move import Movable, Move
from weftmail.store.record import NewRecord, Record
from weftmail.store.store import Store


@act
def move(setup: Setup, number: str, messages: Sequence[int], to: str, *, company: str | None = None) -> Done:
    """Move messages of a record, by their numbers in it, onto another record of its company."""
    found = find.record(setup.store, number, company)
    goal = _goal(setup, found, to)
    return _moved(setup, found, goal, _chosen(setup.store, found, messages), "move")


@act
def split(
    setup: Setup,
    number: str,
    messages: Sequence[int],
    *,
    title: str,
    type_: str | None = None,
    company: str | None = None,
) -> Done:
    """Move messages of a record into a new one, whose owner and followers are those of the first.

    Its customer is who wrote the first of them, where that is somebody outside.
    """
    store, now = setup.store, setup.clock()
    found = find.record(store, number, company)
    chosen = _chosen(store, found, messages)
    wanted = find.record_type(store, found.company_id, type_ or found.type, field="type")
    _check_alike(store, found, wanted)
    customer = next((one.author_contact_id for one in chosen if one.author_contact_id), found.customer_id)
    new = store.records.open(
        NewRecord(
            found.company_id,
            wanted,
            find.line("title", title),
            owner_id=found.owner_id,
            owner_team_id=found.owner_team_id,
            customer_id=customer,
            alias_id=found.alias_id,
        ),
        now,
    )
    store.moves.let_follow(found.company_id, found.id, new.id, now)
    return _moved(setup, found, new, chosen, "split")


@act
def merge(setup: Setup, number: str, into: str, *, company: str | None = None) -> Done:
    """Let a record be part of another one: all that it has goes there, and its number leads there."""
    found = find.record(setup.store, number, company)
    return _merged(setup, found, _goal(setup, found, into, field="into"))


# --- what they share ------------------------------------------------------------------------------------------------


def _goal(setup: Setup, found: Record, number: str, field: str = "to") -> Record:
    """Return the record onto which something is to go, as far as who acts may know of it."""
    store, user_id = setup.store, setup.actor.user_id
    there = store.records.by_label(number.strip(), found.company_id)
    hidden = () if user_id is None else store.record_types.hidden_from(found.company_id, user_id)
    if not there or there[0].type in hidden:
        _refuse_of_another(setup, found, number.strip(), field)
        raise find.no_record(field, number)
    (goal,) = there
    if goal.id == found.id:
        raise RefusedAct(field, "move_same", number=goal.label)
    for one in (found, goal):
        if one.hidden_as is not None:
            raise RefusedAct(field, "move_hidden", number=one.label)
    _check_alike(store, found, goal.type, field)
    return goal


def _refuse_of_another(setup: Setup, found: Record, number: str, field: str) -> None:
    """Refuse a record of another company as that, if who acts may see that company."""
    others = setup.store.records.by_label(number)
    user = None if setup.actor.user_id is None else setup.store.users.get(setup.actor.user_id)
    seen = None if user is None else {one.company_id for one in setup.store.users.enters(user)}
    for one in others:
        if one.company_id != found.company_id and (seen is None or one.company_id in seen):
            raise RefusedAct(field, "move_of_another", number=one.label, company=one.company, other=found.company)


def _check_alike(store: Store, found: Record, type_: str, field: str = "type") -> None:
    """Refuse what others would see, or others would see no longer, than those who see the record."""
    only = {one.name for one in store.companies.record_types(found.company_id) if one.teams_only}
    if found.type == type_ or not {found.type, type_} & only:
        return
    teams = [
        frozenset(one.name for one in store.record_types.teams(found.company_id, name)) if name in only else None
        for name in (found.type, type_)
    ]
    if teams[0] != teams[1]:
        names = find.joined(sorted(teams[0] or teams[1] or ()))
        limited = found.type if teams[0] is not None else type_
        raise RefusedAct(field, "move_seen_by_others", number=found.label, type=type_, limited=limited, names=names)


def _chosen(store: Store, found: Record, numbers: Sequence[int]) -> list[Movable]:
    if not numbers:
        raise RefusedAct("messages", "no_message_chosen")
    if found.hidden_as is not None:
        raise RefusedAct("messages", "move_hidden", number=found.label)
    there = {one.number: one for one in store.moves.messages(found.company_id, found.id)}
    for number in numbers:
        if number not in there:
            raise RefusedAct("messages", "no_such_message", number=found.label, message=number)
        if there[number].kind == "event":
            raise RefusedAct("messages", "event_stays", number=found.label, message=number)
    return [there[number] for number in sorted(set(numbers))]


def _moved(setup: Setup, found: Record, goal: Record, chosen: Sequence[Movable], kind: str) -> Done:
    store, now, company_id = setup.store, setup.clock(), found.company_id
    ids = [one.id for one in chosen]
    if store.moves.there_already(company_id, ids, goal.id):
        raise RefusedAct("to", "message_there", number=goal.label)
    begun = store.moves.add(company_id, kind, found.id, goal.id, now)
    actor = setup.actor.name
    if kind == "split":
        # Said before anything goes, so that no number of a message that went is given again.
        write_event(store, found, Phrase("event.split off", {"actor": actor, "record": goal.label}), now)
        write_event(store, goal, Phrase("event.split from", {"actor": actor, "record": found.label}), now)
    else:
        _write_moved(setup, found, goal, len(ids), now)
    carried = carry(store, Passage(begun, found, goal, setup.actor.user_id, now), ids)
    authors = {one.author_user_id for one in carried.messages if one.author_user_id is not None}
    new = [one for one in authors if store.records.follow_by_post(company_id, goal.id, one, now)]
    store.moves.keep(begun, replace(carried.along, followers=new))
    was = {"record": found.label}
    numbers = [one.number for one in chosen]
    subject, chain = (goal.label, goal.id) if kind == "split" else (found.label, begun.id)
    return Done(
        f"record.{kind}",
        company_id,
        subject,
        dict(was),
        _now(goal, begun, chain, numbers),
    )


def _now(goal: Record, begun: Move, chain: int, messages: Sequence[int]) -> dict[str, object]:
    """Return what an act left: by ``id`` it is known which acts undo one another, by ``move`` what it moved."""
    return {"record": goal.label, "messages": list(messages), "id": chain, "move": begun.id}


def _write_moved(setup: Setup, found: Record, goal: Record, count: int, now: int) -> None:
    actor = setup.actor.name
    out = Phrase("event.moved out", {"actor": actor, "record": goal.label, "count": count})
    write_event(setup.store, found, out, now)
    in_ = Phrase("event.moved in", {"actor": actor, "record": found.label, "count": count})
    write_event(setup.store, goal, in_, now)


def _merged(setup: Setup, found: Record, goal: Record) -> Done:
    store, now, company_id, actor = setup.store, setup.clock(), found.company_id, setup.actor.name
    there = store.moves.messages(company_id, found.id)
    both = store.moves.there_already(company_id, [one.id for one in there], goal.id)
    going = [one for one in there if one.id not in both]
    count = sum(one.kind != "event" for one in going)
    begun = store.moves.add(company_id, "merge", found.id, goal.id, now)
    write_event(store, found, Phrase("event.merged into", {"actor": actor, "record": goal.label}), now)
    merged = Phrase("event.merged", {"actor": actor, "record": found.label, "title": found.title, "count": count})
    write_event(store, goal, merged, now)
    way = Passage(begun, found, goal, setup.actor.user_id, now, quiet=True)
    carried = carry(store, way, {one.id for one in going}, whole=True)
    more = bring(store, way, setup.actor)
    store.moves.keep(begun, replace(more, joined=carried.along.joined, back=carried.along.back))
    now_ = {"record": goal.label, "count": count, "id": found.id, "move": begun.id}
    return Done("record.merge", company_id, found.label, {"record": found.label}, dict(now_))


# --- undo -----------------------------------------------------------------------------------------------------------


def _move_of(store: Store, row: AuditRow) -> tuple[Move, Record, Record]:
    """Return the move that a row tells of, the record on which it stands now, and the one where it came from."""
    found = store.moves.get(row.company_id or 0, row.now["move"])
    ends = [] if found is None else [store.records.get(found.company_id, one) for one in (found.to_id, found.from_id)]
    if found is None or found.undone_at is not None or None in ends:
        raise RefusedAct("", "changed_since", subject=row.subject)
    stands, home = (store.records.standing(one) for one in ends if one is not None)
    return found, stands, home


@act
def _move_back(setup: Setup, row: AuditRow) -> Done:
    """Take messages back to where they were moved from, with what came since and answers them."""
    store, now = setup.store, setup.clock()
    done, stands, home = _move_of(store, row)
    if stands.id == home.id:
        raise RefusedAct("", "moved_together", number=home.label)
    going = returning(store, done, stands.id)
    if not going or store.moves.there_already(done.company_id, [one.id for one in going], home.id):
        raise RefusedAct("", "changed_since", subject=row.subject)
    _check_back(store, stands, home)
    numbers = [one.number for one in going]
    begun = store.moves.add(done.company_id, "move", stands.id, home.id, now)
    _write_moved(setup, stands, home, len(going), now)
    way = Passage(begun, stands, home, setup.actor.user_id, now, quiet=True)
    carried = carry(store, way, {one.id for one in going}, leaving={*done.along.joined} - {*done.along.back})
    part_people(store, way, done.along)
    store.moves.drop_followers(done.company_id, stands.id, done.along.followers)
    store.moves.keep(begun, carried.along)
    store.moves.undone(done, now)
    reopen_for(store, home, _since(done, going), now)
    now_ = _now(home, begun, row.now["id"], numbers)
    return Done("record.move", done.company_id, row.subject, {"record": stands.label}, now_)


@act
def _split_back(setup: Setup, row: AuditRow) -> Done:
    """Merge what was split off into what it was split off from, with all that came to it since."""
    store = setup.store
    done, stands, home = _move_of(store, row)
    if stands.id == home.id:
        raise RefusedAct("", "moved_together", number=home.label)
    _check_back(store, stands, home)
    store.moves.undone(done, setup.clock())
    return _merged(setup, stands, home)


@act
def separate(setup: Setup, number: str, *, company: str | None = None) -> Done:
    """Let a merged record be one of its own again: what it brought goes back, and what came since and answers that."""
    found = find.record(setup.store, number, company)
    alone = next(one for one in setup.store.records.numbered(number, found.company_id))
    merged = setup.store.moves.of_merged(alone.company_id, alone.id) if alone.hidden_as == "merged" else None
    if merged is None:
        raise RefusedAct("", "not_merged", number=alone.label)
    return _separated(setup, merged, found, alone)


@act
def _separate(setup: Setup, row: AuditRow) -> Done:
    done, stands, _ = _move_of(setup.store, row)
    home = setup.store.records.get(done.company_id, done.from_id)
    assert home is not None  # noqa: S101 - records are never deleted
    return _separated(setup, done, stands, home)


def _separated(setup: Setup, done: Move, stands: Record, home: Record) -> Done:
    store, now = setup.store, setup.clock()
    _check_back(store, stands, home)
    going = returning(store, done, stands.id)
    since = _since(done, going)
    gone = {one.id for one in going}
    stays = [
        one for one in store.moves.messages(done.company_id, stands.id, done.last_message_id) if one.id not in gone
    ]
    begun = store.moves.add(done.company_id, "move", stands.id, home.id, now)
    _write_separated(setup, stands, home, going, since, now)
    way = Passage(begun, stands, home, setup.actor.user_id, now, quiet=True)
    # Who came in since with what goes back is in it from now on; whom the merge brought leaves the other one.
    carry(store, way, gone, leaving={*done.along.joined} - {*done.along.back})
    part_people(store, way, done.along)
    part(store, way, done.along, stays, setup.actor)
    store.moves.undone(done, now)
    reopen_for(store, home, since, now)
    count = sum(one.kind != "event" for one in going)
    now_ = {"record": home.label, "count": count, "id": home.id, "move": done.id}
    return Done("record.separate", done.company_id, home.label, {"record": stands.label}, dict(now_))


def _write_separated(
    setup: Setup, stands: Record, home: Record, going: Sequence[Movable], since: Sequence[Movable], now: int
) -> None:
    store, actor = setup.store, setup.actor.name
    count = sum(one.kind != "event" for one in going)
    off = Phrase("event.separated", {"actor": actor, "record": home.label, "count": count, "since": len(since)})
    write_event(store, stands, off, now)
    own = Phrase("event.separated from", {"actor": actor, "record": stands.label, "count": count, "since": len(since)})
    write_event(store, home, own, now)


def _since(done: Move, going: Sequence[Movable]) -> list[Movable]:
    """Return what came after the move."""
    return [one for one in going if one.id > done.last_message_id]


def _check_back(store: Store, stands: Record, home: Record) -> None:
    for one in (stands, home):
        if one.hidden_as in ("spam", "trash"):
            raise RefusedAct("", "move_hidden", number=one.label)
    _check_alike(store, stands, home.type, "")


@act
def _merge_again(setup: Setup, row: AuditRow) -> Done:
    """Merge a record once more that was separated."""
    store = setup.store
    done = store.moves.get(row.company_id or 0, row.now["move"])
    ends = [] if done is None else [store.records.get(done.company_id, one) for one in (done.from_id, done.to_id)]
    if len(ends) < 2 or ends[0] is None or ends[1] is None or ends[0].hidden_as is not None:
        raise RefusedAct("", "changed_since", subject=row.subject)
    goal = store.records.standing(ends[1])
    if goal.id == ends[0].id:
        raise RefusedAct("", "moved_together", number=goal.label)
    _check_back(store, ends[0], goal)
    return _merged(setup, ends[0], goal)


reverses = {
    "record.move": _move_back,
    "record.split": _split_back,
    "record.merge": _separate,
    "record.separate": _merge_again,
}
undone_by = Role.AGENT
