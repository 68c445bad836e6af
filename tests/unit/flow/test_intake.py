"""The one writer: accept, collect from the folder, settle, and how a drain comes to its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.unit.faults import raising, store_with
from tests.unit.world import Lock, World
from weftmail.core.envelope import Envelope
from weftmail.core.failure import TempFail
from weftmail.core.limits import BATCH_BEHIND, BATCH_YIELDS
from weftmail.core.ports import Raw, Reading
from weftmail.flow.intake import SPOOL_AT_ONCE, Intake, drain
from weftmail.flow.reading import Here
from weftmail.flow.settle import Batch
from weftmail.store.errors import Full


class Folder:
    """The folder of the pipe program in memory."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[Envelope, Raw] | None] = {}

    def waiting(self) -> Iterator[str]:
        return iter(sorted(self.files))

    def open(self, name: str) -> tuple[Envelope, Raw] | None:
        found = self.files[name]
        if found is None:
            del self.files[name]
        return found

    def remove(self, *names: str) -> None:
        for name in names:
            del self.files[name]


class Bell:
    """Counts how often the sender was woken."""

    def __init__(self) -> None:
        self.rung = 0

    def wake(self) -> None:
        self.rung += 1


@pytest.fixture
def folder() -> Folder:
    return Folder()


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def intake(world: World, folder: Folder, bell: Bell) -> Intake:
    return Intake(world.store, world.installation, world.lock, folder, bell, Here())


def with_fault(world: World, folder: Folder, **acts: Callable[..., object]) -> Intake:
    return Intake(store_with(world.store, **acts), world.installation, world.lock, folder, Bell(), Here())


def spooled(world: World, recipient: str = "leads@acme.example") -> tuple[Envelope, bytes]:
    return Envelope(recipient, "karin@customer.example", entrance="spool"), world.mail()


def test_without_the_lock_it_only_accepts(world: World, intake: Intake, bell: Bell):
    world.lock.free = False
    assert not intake.take_lock()
    future = intake.accept_queue.accept([Envelope("leads@acme.example", "k@customer.example")], world.mail())
    assert intake.accept() == 1
    assert future.result(0) == [True]
    assert intake.settle().settled == 0
    assert (intake.settles, intake.something_waits(), bell.rung) == (False, True, 0)
    intake.give_lock()
    assert not world.lock.free


def test_it_waits_for_a_lock_that_is_taken(world: World, intake: Intake):
    world.lock.free = False
    assert not intake.take_lock(pytest.fail)
    assert world.lock.wanted is pytest.fail
    assert not intake.take_lock()
    world.lock.free = True
    assert intake.take_lock(pytest.fail)
    intake.give_lock()
    assert world.lock.wanted is None


def test_while_it_waits_after_a_fault_no_reader_is_tried(world: World, folder: Folder, bell: Bell):
    class Failing(Here):
        tried = 0

        def ended(self, seconds: float, wake: int | None = None) -> list[tuple[int, Reading]]:
            self.tried += 1
            raise TempFail("no reader can be started")

    readers = Failing()
    intake = Intake(world.store, world.installation, world.lock, folder, bell, readers)
    assert intake.take_lock()
    world.accept(world.mail(), "leads@acme.example")
    assert intake.settle() == Batch()
    tried = readers.tried
    for _ in range(5):
        intake.wait(0.0)
        assert intake.settle() == Batch()
    assert (readers.tried, tried) == (1, 1)


def test_settling_makes_room_for_mail_that_comes_meanwhile(world: World, folder: Folder):
    def slow(*values: object, **named: object) -> object:
        world.clock.now += BATCH_YIELDS + 1
        if not intake.accept_queue.waits:
            intake.accept_queue.accept([Envelope("leads@acme.example", "k@customer.example")], world.mail())
        return world.store.records.open(*values, **named)  # type: ignore[arg-type]

    intake = with_fault(world, folder, records_open=slow)
    assert intake.take_lock()
    for _ in range(2):
        world.accept(world.mail(), "leads@acme.example")
    assert intake.settle().settled == 1
    assert intake.accept() == 1
    assert not intake.accept_queue.waits


def test_while_mail_waits_settling_does_not_fall_behind(world: World, folder: Folder):
    """Else what is accepted would pile up for as long as mail comes in."""

    def slow(*values: object, **named: object) -> object:
        world.clock.now += BATCH_YIELDS + 1
        if not intake.accept_queue.waits:
            come()
        return world.store.records.open(*values, **named)  # type: ignore[arg-type]

    def come() -> None:
        intake.accept_queue.accept([Envelope("leads@acme.example", "k@customer.example")], world.mail())

    intake = with_fault(world, folder, records_open=slow)
    assert intake.take_lock()
    for _ in range(BATCH_BEHIND + 3):
        come()
    assert intake.accept() == BATCH_BEHIND + 3
    assert intake.settle().settled == 3
    # No further behind than that, whoever waits comes first again.
    assert intake.settle().settled == 1
    assert intake.accept() == 1
    world.store.connection.execute("update inbound set state = 'discarded' where state = 'accepted'")
    # Nothing is left to settle: what was accepted before no longer counts.
    assert intake.settle() == Batch()
    for _ in range(BATCH_BEHIND):
        come()
    assert intake.accept() == BATCH_BEHIND
    assert intake.settle().settled == 1


class ClosedLock(Lock):
    """A lock whose file may not be opened."""

    def acquire(self) -> bool:
        raise PermissionError("settle.lock")


def test_a_lock_that_cannot_be_used_is_a_fault_of_the_machine(world: World, folder: Folder, bell: Bell):
    intake = Intake(world.store, world.installation, ClosedLock(), folder, bell, Here())
    with pytest.raises(TempFail, match="its lock"):
        intake.take_lock()
    assert not intake.settles


def test_with_the_lock_it_settles_and_wakes_the_sender(world: World, intake: Intake, bell: Bell):
    assert intake.accept() == 0
    assert intake.take_lock() and intake.take_lock() and intake.settles
    world.accept(world.mail(), "leads@acme.example")
    assert intake.settle().copies == 1
    assert bell.rung == 1
    world.alias("quiet", "lead", owner_id=world.bjorn)
    world.accept(world.mail(), "quiet@acme.example")
    assert intake.settle().settled == 1
    assert bell.rung == 1
    intake.give_lock()
    assert world.lock.free


def test_the_folder_is_emptied_in_order_and_after_the_commit(world: World, intake: Intake, folder: Folder):
    folder.files = {f"{number:03}": spooled(world) for number in range(3)} | {"002x": None}
    assert intake.collect() == 3
    assert folder.files == {}
    assert [row.entrance for row in world.store.inbound.waiting()] == ["spool"] * 3
    assert intake.collect() == 0


def test_the_folder_is_taken_in_portions(world: World, intake: Intake, folder: Folder):
    folder.files = {f"{number:03}": spooled(world) for number in range(SPOOL_AT_ONCE + 1)}
    assert [intake.collect(), intake.collect()] == [SPOOL_AT_ONCE, 1]


@pytest.mark.parametrize(("error", "raised"), [(Full("disk I/O error"), TempFail), (TypeError("a bug"), TypeError)])
def test_what_cannot_be_kept_stays_in_the_folder(world: World, folder: Folder, error, raised):
    folder.files = {"001": spooled(world)}
    with pytest.raises(raised):
        with_fault(world, folder, inbound_accept=raising(error)).collect()
    assert list(folder.files) == ["001"]


def full(world: World, folder: Folder, times: int) -> Intake:
    """An intake whose disk is full so many times."""
    error = Full("database or disk is full")
    return with_fault(world, folder, records_open=raising(error, times, world.store.records.open))


def test_a_fault_makes_settling_wait(world: World, folder: Folder):
    intake = full(world, folder, 1)
    intake.take_lock()
    (row,) = world.accept(world.mail(), "leads@acme.example")
    assert intake.settle().settled == 0
    assert 0 < intake.waits_for() <= 1
    assert intake.settle().settled == 0
    world.clock.now += 1000
    assert intake.settle().settled == 1
    assert world.row(row).state == "filed"
    assert intake.waits_for() == 0


def test_a_drain_files_all_and_ends(world: World, intake: Intake, folder: Folder):
    folder.files = {f"{number:03}": spooled(world) for number in range(5)}
    assert drain(intake, pytest.fail) == 5
    assert world.lock.free
    assert len(world.store.records.all()) == 5


def test_a_drain_leaves_it_to_whoever_settles(world: World, intake: Intake, folder: Folder):
    world.lock.free = False
    folder.files = {"001": spooled(world)}
    assert drain(intake, pytest.fail) == 0
    assert list(folder.files) == ["001"]


def test_a_drain_backs_off_and_keeps_the_lock(world: World, folder: Folder):
    folder.files = {"001": spooled(world)}
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        assert not world.lock.free
        slept.append(seconds)
        world.clock.now += int(seconds * 1000) + 1

    assert drain(full(world, folder, 2), sleep) == 1
    assert len(slept) == 2
    assert slept[1] > slept[0]


def test_a_drain_gives_up_in_the_end(world: World, folder: Folder):
    intake = with_fault(world, folder, inbound_accept=raising(Full("disk I/O error")))
    folder.files = {"001": spooled(world)}
    slept: list[float] = []
    assert drain(intake, slept.append, most_failures=3) == 0
    assert slept == [1, 2, 4]
    assert world.lock.free


def test_a_drain_looks_once_more_after_it_gave_the_lock_back(world: World, folder: Folder, bell: Bell):
    late = spooled(world)

    class Overtaken(Lock):
        def release(self) -> None:
            super().release()
            if not world.store.records.all():
                folder.files["009"] = late

    intake = Intake(world.store, world.installation, Overtaken(), folder, bell, Here())
    assert drain(intake, pytest.fail) == 1
    assert folder.files == {}


def test_a_drain_that_is_asked_to_stop_ends_after_its_batch(world: World, intake: Intake, folder: Folder):
    folder.files = {f"{number:03}": spooled(world) for number in range(SPOOL_AT_ONCE + 1)}
    # How many a batch holds depends on how long they take.
    assert 0 < drain(intake, pytest.fail, stopping=lambda: len(world.store.records.all()) > 0) <= SPOOL_AT_ONCE
    assert world.lock.free and len(folder.files) == 1
    assert drain(intake, pytest.fail, stopping=lambda: True) == 0


class Slow(Here):
    """Readers that need a moment: the first time that they are asked nothing is read yet."""

    def __init__(self, fault: Exception | None = None) -> None:
        super().__init__()
        self.asked = 0
        self._fault = fault

    def ended(self, seconds, wake=None):
        self.asked += 1
        if self._fault is not None and wake is not None:
            raise self._fault
        return super().ended(seconds) if self.asked > 2 else []


def test_it_waits_for_what_is_handed_over_or_read(world: World, folder: Folder, bell: Bell):
    readers = Slow()
    intake = Intake(world.store, world.installation, world.lock, folder, bell, readers)
    intake.accept_queue.something.set()
    intake.wait(10)
    assert readers.asked == 0
    assert intake.take_lock()
    (row,) = world.accept(world.mail(), "leads@acme.example")
    assert intake.settle().reading
    intake.wait(0.1)
    assert intake.settle().settled == 1 and world.row(row).state == "filed"


def test_a_drain_waits_for_its_readers(world: World, folder: Folder, bell: Bell):
    world.accept(world.mail(), "leads@acme.example")
    intake = Intake(world.store, world.installation, world.lock, folder, bell, Slow())
    assert drain(intake, lambda _: None) == 1


def test_readers_that_cannot_be_waited_for_make_settling_wait(world: World, folder: Folder, bell: Bell):
    intake = Intake(world.store, world.installation, world.lock, folder, bell, Slow(OSError("no processes")))
    assert intake.take_lock()
    world.accept(world.mail(), "leads@acme.example")
    assert intake.settle().reading
    intake.wait(0.1)
    assert intake.waits_for() > 0


def test_a_drain_gives_up_although_all_can_be_read(world: World, folder: Folder, bell: Bell):
    world.accept(world.mail(), "leads@acme.example")
    full_ = store_with(world.store, records_open=raising(Full("database or disk is full")))
    intake = Intake(full_, world.installation, world.lock, folder, bell, Slow())
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        world.clock.now += int(seconds * 1000) + 1

    assert drain(intake, sleep) == 0
    assert len(slept) == 6 and world.lock.free
