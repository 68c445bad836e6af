"""By which server a copy leaves, within what limits, and which is asked where one is down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tests.unit.world import World
from weftmail.core.outgoing_server import OutgoingServer
from weftmail.core.ports import Deferred, Outcome, Refused, Sent
from weftmail.flow.channels.channel import Means
from weftmail.flow.channels.email import EmailChannel
from weftmail.flow.deliver import OutboxSender
from weftmail.flow.post import Draft, post
from weftmail.flow.servers import LATER, MINUTE, Parcel, hand_over

KARIN, ERIK = "karin@customer.example", "erik@other.example"
DOWN = Deferred("4.4.1 down", at_server=True)


class Box:
    """A server that says the same to everybody, and keeps whom it was asked for."""

    def __init__(self) -> None:
        self.answer: Outcome = Sent("250 ok")
        self.asked: list[str] = []

    def submit(self, return_path: str, recipients: Sequence[str], data: bytes) -> dict[str, Outcome]:
        self.asked += recipients
        return dict.fromkeys(recipients, self.answer)

    def close(self) -> None:
        """Nothing to give back."""


class Boxes:
    """The ways to servers, by name."""

    def __init__(self) -> None:
        self.boxes: dict[str, Box] = {}

    def to(self, server: OutgoingServer) -> Box:
        return self.boxes.setdefault(server.name, Box())

    def probe(self, server: OutgoingServer) -> None:
        """It answers."""

    def close(self) -> None:
        """Nothing to give back."""

    def asked(self) -> dict[str, list[str]]:
        found = {name: box.asked for name, box in self.boxes.items() if box.asked}
        for box in self.boxes.values():
            box.asked = []
        return found


def server(world: World, name: str, senders: str, position: int, **changes: object) -> OutgoingServer:
    made = OutgoingServer(
        0,
        name,
        f"{name}.example",
        587,
        "starttls",
        "none",
        "",
        senders,
        "",
        "",
        "",
        None,
        None,
        None,
        True,
        "on",
        position,
    )
    return world.store.servers.put(replace(made, **changes))  # type: ignore[arg-type]


def leave(world: World, boxes: Boxes, *to: str, sender: str = "sales@acme.example") -> dict[str, Outcome]:
    parcel = Parcel(sender, "bounce@acme.example", b"x")
    return dict(hand_over(world.store, boxes, parcel, to or (KARIN,), world.clock()))


def test_the_first_that_takes_the_sender_is_asked_and_others_leave_from_here(tmp_path: Path) -> None:
    world, boxes = World(tmp_path), Boxes()
    server(world, "wide", "acme.example", 20)
    server(world, "narrow", "sales@acme.example other.example", 10)
    server(world, "off", "acme.example", 5, state="off")
    leave(world, boxes)
    assert boxes.asked() == {"narrow": [KARIN]}
    leave(world, boxes, sender="leads@acme.example")
    assert boxes.asked() == {"wide": [KARIN]}
    leave(world, boxes, sender="leads@elsewhere.example")
    assert boxes.asked() == {"local": [KARIN]}


def test_where_one_is_down_the_next_is_asked_unless_it_is_to_wait(tmp_path: Path) -> None:
    world, boxes = World(tmp_path), Boxes()
    first = server(world, "first", "acme.example", 10)
    server(world, "second", "acme.example", 20)
    boxes.to(first).answer = DOWN
    assert leave(world, boxes) == {KARIN: Sent("250 ok")}
    assert boxes.asked() == {"first": [KARIN], "second": [KARIN]}
    for final in (Refused("550 no"), Deferred("450 busy")):
        boxes.to(first).answer = final
        assert leave(world, boxes) == {KARIN: final}
        assert boxes.asked() == {"first": [KARIN]}
    boxes.to(first).answer = DOWN
    world.store.servers.put(replace(first, falls_back=False))
    assert leave(world, boxes) == {KARIN: DOWN}
    assert boxes.asked() == {"first": [KARIN]}


def test_where_all_are_down_it_waits(tmp_path: Path) -> None:
    world, boxes = World(tmp_path), Boxes()
    for one in world.store.servers.all():
        boxes.to(one).answer = DOWN
    assert leave(world, boxes) == {KARIN: DOWN}


def test_what_is_refused_counts_towards_no_limit(tmp_path: Path) -> None:
    world, boxes = World(tmp_path), Boxes()
    boxes.to(server(world, "relay", "acme.example", 10, per_day=1)).answer = Refused("550 no")
    for _ in range(2):
        assert leave(world, boxes) == {KARIN: Refused("550 no")}


def test_no_more_leaves_than_may(tmp_path: Path) -> None:
    world, boxes = World(tmp_path), Boxes()
    server(world, "relay", "acme.example", 10, per_minute=2, per_domain=1)
    assert isinstance(leave(world, boxes)[KARIN], Sent)
    waits = leave(world, boxes, KARIN, ERIK)
    assert isinstance(waits[ERIK], Sent) and isinstance(waits[KARIN], Deferred)
    assert waits[KARIN].until == (world.clock() // MINUTE + 1) * MINUTE and not waits[KARIN].at_server
    assert "customer.example" in waits[KARIN].text
    third = leave(world, boxes, "a@third.example")["a@third.example"]
    assert isinstance(third, Deferred) and "within a minute" in third.text
    world.clock.now += MINUTE
    assert isinstance(leave(world, boxes)[KARIN], Sent)


def test_a_copy_for_many_keeps_to_the_limit_as_well(tmp_path: Path) -> None:
    """They count as they are chosen, not only once they have left."""
    world, boxes = World(tmp_path), Boxes()
    server(world, "relay", "acme.example", 10, per_minute=5, per_domain=3)
    people = [f"p{number}@customer.example" for number in range(4)] + [
        f"p{number}@other.example" for number in range(4)
    ]
    found = leave(world, boxes, *people)
    assert [one for one, outcome in found.items() if isinstance(outcome, Sent)] == [*people[:3], *people[4:6]]
    assert boxes.asked() == {"relay": [*people[:3], *people[4:6]]}
    world.clock.now += MINUTE
    left = [one for one, outcome in found.items() if isinstance(outcome, Deferred)]
    assert all(isinstance(one, Sent) for one in leave(world, boxes, *left).values())
    (tmp_path / "day").mkdir()
    day = World(tmp_path / "day")
    server(day, "relay", "acme.example", 10, per_day=6)
    assert len([one for one in leave(day, boxes, *people).values() if isinstance(one, Sent)]) == 6


def test_a_day_has_a_limit_too(tmp_path: Path) -> None:
    world, boxes = World(tmp_path), Boxes()
    server(world, "relay", "acme.example", 10, per_day=1)
    leave(world, boxes)
    world.clock.now += 2 * 3600_000
    waits = leave(world, boxes)[KARIN]
    assert isinstance(waits, Deferred) and waits.until > world.clock.now + LATER - 1000
    world.clock.now += 24 * 3600_000
    assert isinstance(leave(world, boxes)[KARIN], Sent)
    world.store.servers.expire(world.clock.now // MINUTE + 1)
    assert world.store.servers.use(2, "customer.example", world.clock.now // MINUTE).day == 0


def test_a_copy_beyond_the_limit_leaves_once_the_minute_has_passed(tmp_path: Path) -> None:
    world, boxes = World(tmp_path), Boxes()
    server(world, "relay", "acme.example", 10, per_domain=1)
    world.deliver(world.mail(verified=True), "leads@acme.example")
    anna = world.store.users.get(world.anna)
    assert anna is not None
    for _ in range(2):
        post(world.store, world.installation, world.record("LEAD-1"), anna, Draft(text="Yes"))
    means = Means(world.store, world.installation, Box(), lambda domain: [], boxes)
    sender = OutboxSender(world.store, world.installation, {"email": EmailChannel(means)}, "me", lambda: 0.5)
    sender.round()
    states = sorted(one.row.state for one in world.store.listings.outbox() if one.row.audience == "outsider")
    assert states == ["delayed", "sent"]
    (waits,) = [one.row for one in world.store.listings.outbox() if one.row.state == "delayed"]
    assert waits.next_at == (waits.changed_at // MINUTE + 1) * MINUTE
    world.clock.now = waits.next_at
    world.store.outbox.ready(waits.id, world.clock())
    sender.round()
    assert boxes.boxes["relay"].asked.count(KARIN) == 2
