"""A mail is routed once more: by this program, or by the one that settles meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tests.unit.flow.setup.conftest import Office
from tests.unit.flow.test_ahead import Ending, hostile, settled
from tests.unit.flow.test_intake import Slow
from tests.unit.world import World
from weftmail.flow.reading import Here
from weftmail.flow.refusal import Refusal
from weftmail.flow.replay import Settling, replay
from weftmail.flow.setup import alias
from weftmail.store.inbound import InboundRow


class Waker:
    """Counts the hints."""

    def __init__(self) -> None:
        self.hints = 0

    def wake(self) -> None:
        self.hints += 1


def settling(world: World, pause: Callable[[], None]) -> tuple[Settling, Waker]:
    """Return what settles, with a patience of a second."""
    waker = Waker()
    return Settling(world.installation, world.lock, waker, pause, 1000, Here()), waker


def nobody_waits() -> None:
    raise AssertionError("the lock is free")


def replayed(answer: InboundRow | Refusal) -> InboundRow:
    """Return the row that came of it."""
    assert isinstance(answer, InboundRow), answer
    return answer


def test_mail_that_fits_nowhere_is_filed_once_its_alias_is_there(world: World) -> None:
    office = Office(world)
    row = world.deliver(world.mail(to="sales@acme.example"), "sales@acme.example")
    own, waker = settling(world, nobody_waits)
    assert replayed(replay(office.setup, own, row.id)).state == "unmatched"
    office.did(alias.add(office.setup, "sales@acme.example", opens="order"))
    after = replayed(replay(office.setup, own, row.id))
    assert (after.state, after.record) == ("filed", "ORDER-1")
    assert waker.hints == 2 and world.lock.free
    (entry, *_) = office.store.audit.all()
    assert (entry.act, entry.subject, entry.was) == (
        "inbound.replay",
        "Quote for 40 chairs · karin@customer.example",
        f'{{"id": {row.id}, "state": "unmatched"}}',
    )


def test_what_was_filed_is_not_filed_again(world: World) -> None:
    office = Office(world)
    row = world.deliver(world.mail(), "leads@acme.example")
    own, _ = settling(world, nobody_waits)
    assert office.refused(replay(office.setup, own, row.id)) == ("id", "not_for_replay")  # type: ignore[arg-type]
    assert office.refused(replay(office.setup, own, 4711)) == ("id", "no_such_inbound")  # type: ignore[arg-type]


def test_the_program_that_settles_takes_it(world: World) -> None:
    office = Office(world)
    row = world.deliver(world.mail(to="sales@acme.example"), "sales@acme.example")
    world.lock.free = False

    def other_settles() -> None:
        world.settler().settle()

    other, _ = settling(world, other_settles)
    assert replayed(replay(office.setup, other, row.id)).state == "unmatched"


def test_nobody_waits_for_it_for_ever(world: World) -> None:
    office = Office(world)
    row = world.deliver(world.mail(to="sales@acme.example"), "sales@acme.example")
    world.lock.free = False

    def a_second_passes() -> None:
        world.clock.now += 600

    busy, _ = settling(world, a_second_passes)
    assert replayed(replay(office.setup, busy, row.id)).state == "accepted"


def test_what_was_filed_unread_is_filled_in_place(world: World) -> None:
    office = Office(world)
    row = hostile(world)
    settled(world, Ending("fault", "fault"))
    own, _ = settling(world, nobody_waits)
    assert world.thread("LEAD-1")[0].flag == "unreadable"
    assert replayed(replay(office.setup, own, row)).state == "filed"
    assert [one.flag for one in world.thread("LEAD-1")] == [""]
    assert isinstance(replay(office.setup, own, row), Refusal)


def test_a_replay_waits_for_its_readers(world: World) -> None:
    office = Office(world)
    row = world.deliver(world.mail(to="sales@acme.example"), "sales@acme.example")
    own, _ = settling(world, nobody_waits)
    assert replayed(replay(office.setup, replace(own, readers=Slow()), row.id)).state == "unmatched"
