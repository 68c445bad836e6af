"""The foot of a notification says what an answer does, and no copy for outside holds what is for colleagues.

Over records made at random: who is outside, who follows and of what, who muted it, who wrote what.
"""

from __future__ import annotations

import random
import re

import pytest

from tests.unit.flow.test_deliver import Postbox, sender
from tests.unit.thorough import examples
from tests.unit.world import ANNA, World
from weftmail.flow.post import Draft, post

FOLKS = ("Karin Ek", "Erik Ek", "Sara Lind", "Nils Al")
COLLEAGUES = ("Quintus", "Xerxes", "Zebulon")
FOOT = re.compile(r"Reply to this email and (.*?) gets? it, from Acme(?:, with (.*?) in Cc)?\. Your reply")
ADDRESS = re.compile(r"<([^<>]+)>")
INSIDE = re.compile(r"it stays internal: (.*?)\. Your reply")


def address(name: str) -> str:
    return f"{name.split()[0].lower()}@{'customer' if name < 'L' else 'other'}.example"


def made(world: World, chance: random.Random) -> None:
    """LEAD-1 at random."""
    store = world.store
    named = chance.sample(FOLKS, chance.randint(1, 4))
    cc = ", ".join(f"{one} <{address(one)}>" for one in named[1:])
    headers = [("Cc", cc)] if cc else []
    world.deliver(
        world.mail(f"{named[0]} <{address(named[0])}>", verified=chance.random() < 0.8, headers=headers),
        "leads@acme.example",
    )
    record = world.record("LEAD-1")
    for name in COLLEAGUES:
        one = store.users.add(name, f"{name.lower()}@acme.example", 1, prefers=chance.choice(["email", "inbox"]))
        store.users.join(world.acme, one, "agent")
        if chance.random() < 0.7:
            store.records.follow(world.acme, record.id, one, 1)
            hears = frozenset(kind for kind in ("messages", "notes") if chance.random() < 0.7)
            store.records.follow_of(world.acme, record.id, one, hears, 1 if chance.random() < 0.2 else None)
    if chance.random() < 0.6:
        bjorn = store.users.get(world.bjorn)
        assert bjorn is not None
        note = chance.random() < 0.5
        draft = Draft(text="Look.", note=True) if note else Draft(text="Yes.", to=[address(chance.choice(FOLKS))])
        post(store, world.installation, record, bjorn, draft)
    if chance.random() < 0.3:
        at = chance.choice(named)
        store.suppressions.add(world.acme, address(at), "hard", "550 5.1.1 no", None, world.clock())


def notified(world: World, box: Postbox) -> str:
    """The last notification that Anna got."""
    sender(world, box).round()
    mine = [number for number, one in enumerate(box.taken) if "anna@acme.example" in one[1]]
    return box.text(mine[-1])


@pytest.mark.parametrize("seed", examples(range(60)) if False else range(60))
def test_an_answer_goes_to_those_whom_the_foot_names(world: World, seed: int) -> None:
    chance, box = random.Random(seed), Postbox()
    made(world, chance)
    said = notified(world, box)
    reply_to = str(box.mail(max(n for n, one in enumerate(box.taken) if "anna@acme.example" in one[1]))["Reply-To"])
    to = ADDRESS.findall(reply_to)[0]
    found, inside = FOOT.search(said), INSIDE.search(said)
    named = {one for group in found.groups() if group for one in ADDRESS.findall(group) or [group]} if found else set()
    row = world.deliver(
        world.mail(ANNA, to, verified=True, login="anna@acme.example", text="We can."), to, "anna@acme.example"
    )
    assert row.state == "filed", row.why
    (answer,) = [one for one in world.thread("LEAD-1") if one.reply_text.strip() == "We can."]
    got = world.store.messages.deliveries(world.acme, answer.id)
    assert {one.address for one in got if one.contact_id is not None} == named
    assert answer.public is not bool(inside)
    assert found or inside or "nobody outside gets it: nothing is sent to" in said
    if inside:
        colleagues = {world.store.users.get(one.user_id).name for one in got if one.user_id is not None}
        assert colleagues == set(inside[1].split(", ")) - {"Anna"}


@pytest.mark.parametrize("seed", range(1000, 1000 + examples(200)))
def test_no_copy_for_outside_holds_what_is_for_colleagues(world: World, seed: int) -> None:
    """Neither a link, nor a follower's name, nor the reply address of another; and nothing that calls it automatic."""
    chance, box = random.Random(seed), Postbox()
    made(world, chance)
    anna = world.store.users.get(world.anna)
    assert anna is not None
    to = [address(one) for one in chance.sample(FOLKS, chance.randint(1, 4))]
    for one in to:
        world.store.suppressions.lift(world.acme, one)
    post(world.store, world.installation, world.record("LEAD-1"), anna, Draft(text="Our offer.", to=to))
    sender(world, box).round()
    outside = {one[1][0]: n for n, one in enumerate(box.taken) if not one[1][0].endswith("@acme.example")}
    assert set(to) <= set(outside)
    own = {one: ADDRESS.findall(str(box.mail(n)["Reply-To"]))[0] for one, n in outside.items()}
    assert len(set(own.values())) == len(own)
    for one, number in outside.items():
        mail = box.mail(number)
        parts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
        whole = "\n".join([*(f"{name}: {value}" for name, value in mail.items()), *parts])
        assert not any(name in whole for name in COLLEAGUES)
        assert "/records/" not in whole and "https://" not in whole and "LEAD-1" not in whole
        assert not any(theirs in whole for other, theirs in own.items() if other != one)
        assert not [name for name in mail if name.lower().startswith("list-") or name.lower() == "auto-submitted"]
