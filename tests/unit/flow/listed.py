"""Who is listed before Send is who gets it: random records and random edits of a draft, each by a seed.

python -m tests.unit.flow.listed --count 100000 [--seed N]
"""

from __future__ import annotations

import argparse
import random
import tempfile
from contextlib import closing
from pathlib import Path

from tests.unit.world import World
from weftmail.core.routing.recipients import INBOX, Recipients
from weftmail.flow.post import Draft, plan, post
from weftmail.flow.refusal import RefusedAct
from weftmail.store.people import User
from weftmail.store.record import NewParticipant

OUTSIDE = ("karin@customer.example", "erik@other.example", "sara@other.example", "mia@new.example", "Old@New.example")
WRONG = ("bjorn@acme.example", "leads@acme.example", "nobody", "")


class _Over(Exception):
    """Ends a transaction, of which nothing is to be kept."""


def prepared(folder: Path) -> World:
    """Return an installation with colleagues of all sorts, and a conversation with people of all sorts."""
    world = World(folder)
    store = world.store
    for name, prefers in (("Carl", "email"), ("Dora", "inbox"), ("Egil", "email")):
        user = store.users.add(name, f"{name.lower()}@acme.example", 1, prefers=prefers, language="sv")
        store.users.join(world.acme, user, "agent")
    world.deliver(world.mail(cc="Sara <sara@other.example>", verified=True), "leads@acme.example")
    first = world.thread("LEAD-1")[0].rfc_message_id
    world.deliver(world.mail("Erik Ek <erik@other.example>", references=[first]), "leads@acme.example")
    karin = store.contacts.by_address(world.acme, "karin@customer.example")
    assert karin is not None
    store.contacts.add_address(world.acme, karin.id, "office@customer.example", 1)
    post(store, world.installation, world.record("LEAD-1"), _user(world, world.anna), Draft("Inside", note=True))
    return world


def _user(world: World, user_id: int) -> User:
    found = world.store.users.get(user_id)
    assert found is not None
    return found


def _edited(world: World, chance: random.Random) -> None:
    """Change who follows and who takes part."""
    store, record = world.store, world.record("LEAD-1")
    users = [one.id for one in store.users.all(world.acme)]
    for user in users:
        if chance.random() < 0.5:
            store.records.follow(world.acme, record.id, user, 1)
            kinds = [one for one in ("messages", "notes", "changes") if chance.random() < 0.6]
            store.records.follow_of(world.acme, record.id, user, kinds, 1 if chance.random() < 0.2 else None)
        elif chance.random() < 0.5:
            store.records.unfollow(world.acme, record.id, user, 1)
    for address in OUTSIDE[:3]:
        contact = store.contacts.by_address(world.acme, address)
        if contact is not None and chance.random() < 0.4:
            store.records.add_participants(record, [NewParticipant(contact.id, "added")], 1)
        elif contact is not None and chance.random() < 0.3:
            store.records.remove_participant(world.acme, record.id, contact.id, 1)


def _draft(world: World, chance: random.Random) -> Draft:
    def some() -> list[str]:
        pool = [*OUTSIDE, "office@customer.example", *(WRONG if chance.random() < 0.05 else ())]
        return chance.sample(pool, chance.choice((0, 1, 1, 2, 3)))

    note, messages = chance.random() < 0.2, world.thread("LEAD-1")
    about = chance.choice(messages).id if chance.random() < 0.5 else None
    forwards = about is not None and chance.random() < 0.3
    return Draft(
        text="Words",
        note=note,
        to=None if note or chance.random() < 0.3 else some(),
        cc=() if note else some(),
        bcc=() if note else some(),
        answers_id=None if forwards else about,
        forwards_id=about if forwards else None,
        new=chance.random() < 0.1,
        mentions=[one for one in ("Carl", "bjorn@acme.example") if chance.random() < 0.15],
    )


def listed(found: Recipients) -> set[tuple[str, str]]:
    """Return by which channel each of those listed is to get it."""
    return {(one.address, "email") for one in found.outsiders} | {(one.name, one.channel) for one in found.notified}


def got_by(world: World, message_id: int) -> set[tuple[str, str]]:
    """Return by which channel each person gets the message; a colleague finds it in the inbox, too."""
    found = world.store.messages.deliveries(world.acme, message_id)
    elsewhere = {one.person for one in found if one.channel != INBOX}
    return {
        (one.address if one.contact_id is not None else one.name, one.channel)
        for one in found
        if one.channel != INBOX or one.person not in elsewhere
    }


def tried(world: World, seed: int) -> bool | None:
    """Return whether those listed got it; None where the draft is refused, before Send and at Send alike."""
    chance, right = random.Random(seed), None
    try:
        with world.store.transaction():
            _edited(world, chance)
            record, draft = world.record("LEAD-1"), _draft(world, chance)
            author = _user(world, chance.choice((world.anna, world.bjorn)))
            try:
                shown = plan(world.store, record, author, draft, world.clock()).recipients
            except RefusedAct:
                shown = None
            try:
                message_id = post(world.store, world.installation, record, author, draft)
                named = {one.address for one in world.store.messages.addressed(world.acme, message_id)}
                right = shown is not None and listed(shown) == got_by(world, message_id)
                right = right and named == {one.address for one in shown.outsiders}
            except RefusedAct:
                right = None if shown is None else False
            raise _Over
    except _Over:
        return right


def run(count: int, seed: int = 0) -> tuple[int, list[int]]:
    """Try so many; return how many were sent, and the seeds of those in which others got it than were listed."""
    with tempfile.TemporaryDirectory() as folder:
        world = prepared(Path(folder))
        with closing(world.store):
            found = {number: tried(world, number) for number in range(seed, seed + count)}
    return sum(one is not None for one in found.values()), [seed for seed, one in found.items() if one is False]


def main() -> None:
    """Run it as long as is asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    sent, wrong = run(arguments.count, arguments.seed)
    print(f"{arguments.count} drafts, {sent} sent, {len(wrong)} reached others than were listed: {wrong[:20]}")


if __name__ == "__main__":
    main()
