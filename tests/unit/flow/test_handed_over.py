"""The mail server's count beside ours: what it handed over is here, or is named."""

from __future__ import annotations

from pathlib import Path

from tests.unit.flow.test_status import FakeMachine
from tests.unit.world import World
from weftmail.core.envelope import Envelope
from weftmail.core.next_hop import HandedOver
from weftmail.flow.handed_over import GRACE, HOUR, compare
from weftmail.flow.status import status

LEADS = "leads@acme.example"


def accept(world: World, queue_id: str, recipient: str = LEADS) -> None:
    with world.store.transaction():
        envelope = Envelope(recipient, "k@customer.example", recipient, queue_id, "192.0.2.9", "lmtp")
        world.store.inbound.accept([envelope], world.mail(), world.clock())


def handed(world: World, queue_id: str, recipient: str = LEADS) -> HandedOver:
    return HandedOver(queue_id, recipient, world.clock())


def test_what_is_here_comes_out(tmp_path: Path) -> None:
    world = World(tmp_path)
    accept(world, "4F2C1A0B3D")
    accept(world, "4F2C1A0B3D", "Support@acme.example")
    said = [handed(world, "4F2C1A0B3D"), handed(world, "4F2C1A0B3D", "support@acme.example")]
    compare(world.store, said, world.clock())
    found = status(world.store, world.clock(), None, FakeMachine())
    assert (found.handed.handed, found.handed.here, found.missing) == (2, 2, [])


def test_what_is_missing_is_named_by_its_queue_id_until_it_comes(tmp_path: Path) -> None:
    world = World(tmp_path)
    compare(world.store, [handed(world, "5A2C1A0B3D")], world.clock())
    assert status(world.store, world.clock(), None, FakeMachine()).missing == []
    world.clock.now += GRACE
    found = status(world.store, world.clock(), None, FakeMachine())
    assert [one.queue_id for one in found.missing] == ["5A2C1A0B3D"] and "missing" in found.to_look_at
    assert (found.handed.handed, found.handed.here) == (1, 0)
    # Whoever looks after one company is told nothing of the mail server's.
    assert status(world.store, world.clock(), world.acme).missing == ()
    accept(world, "5A2C1A0B3D")
    compare(world.store, [], world.clock())
    compare(world.store, [], world.clock())
    found = status(world.store, world.clock(), None, FakeMachine())
    assert (found.handed.handed, found.handed.here, found.missing) == (1, 1, [])


def test_a_queue_id_that_was_used_before_is_another_mail(tmp_path: Path) -> None:
    world = World(tmp_path)
    accept(world, "4F2C1A0B3D")
    world.clock.now += 26 * HOUR
    compare(world.store, [handed(world, "4F2C1A0B3D")], world.clock())
    world.clock.now += GRACE
    assert len(status(world.store, world.clock(), None, FakeMachine()).missing) == 1
    world.store.handed_over.expire(world.clock(), world.clock() // HOUR + 1)
    found = status(world.store, world.clock(), None, FakeMachine())
    assert (found.missing, found.handed.handed) == ([], 0)
