"""Settle: batches, the mail that our code fails on, the mail that kills its settler, the store that fails."""

from __future__ import annotations

import pytest

from tests.unit.faults import raising, store_with
from tests.unit.world import Lock, World
from weftmail.core.failure import TempFail
from weftmail.core.limits import BATCH_BYTES, BATCH_MILLISECONDS, BATCH_YIELDS
from weftmail.core.wording.sentences import say
from weftmail.flow.reading import Here, read
from weftmail.flow.settle import Batch, Settler, backoff
from weftmail.store.errors import Full


def test_nothing_waits(world: World):
    assert world.settler().settle() == Batch()


def test_a_batch_is_settled_oldest_first(world: World):
    rows = [world.accept(world.mail(), "leads@acme.example")[0] for _ in range(3)]
    done = world.settler().settle()
    assert (done.settled, done.failed, done.copies) == (3, 0, 3)
    assert [world.row(row).record for row in rows] == ["LEAD-1", "LEAD-2", "LEAD-3"]
    assert world.lock.marked == []


def test_a_mail_for_two_aliases_is_read_once(world: World):
    seen = []

    def counting(raw):
        seen.append(raw)
        return read(raw)

    world.accept(
        world.mail(to="leads@acme.example, support@acme.example"), "leads@acme.example", "support@acme.example"
    )
    assert world.settler(counting).settle().settled == 2
    assert len(seen) == 1
    assert [one.label for one in world.store.records.all()] == ["TICKET-1", "LEAD-1"]
    (blobs,) = world.store.connection.execute("select count(*) from blob").fetchone()
    assert blobs == 1


def test_a_batch_ends_where_it_is_large_enough(world: World):
    for _ in range(3):
        world.accept(world.mail(files=[("large.bin", bytes(BATCH_BYTES // 2))]), "leads@acme.example")
    assert world.settler().settle().settled == 1


def test_a_batch_ends_where_it_takes_too_long(world: World):
    def slow(*values, **named):
        world.clock.now += BATCH_MILLISECONDS + 1
        return world.store.records.open(*values, **named)

    for _ in range(3):
        world.accept(world.mail(), "leads@acme.example")
    assert world.settler(store=store_with(world.store, records_open=slow)).settle().settled == 1
    assert world.settler().settle().settled == 2


@pytest.mark.parametrize(("wanted", "at_once"), [(False, 4), (True, 2)])
def test_a_batch_makes_room_for_who_waits_to_hand_mail_over(world: World, wanted: bool, at_once: int):
    def slow(*values, **named):
        world.clock.now += BATCH_YIELDS // 2 + 1
        return world.store.records.open(*values, **named)

    store = store_with(world.store, records_open=slow)
    for _ in range(4):
        world.accept(world.mail(), "leads@acme.example")
    settler = Settler(store, world.installation, world.lock, Here(read), wanted=lambda: wanted)
    assert [settler.settle().settled for _ in range(4 // at_once)] == [at_once] * (4 // at_once)


def test_what_our_reader_fails_on_is_set_aside_and_the_others_are_filed(world: World):
    def failing(raw):
        if b"poison" in raw:
            raise ValueError("cannot read this")
        return read(raw)

    rows = [world.accept(world.mail(text="poison" if n == 3 else "fine"), "leads@acme.example")[0] for n in range(6)]
    done = world.settler(failing).settle()
    assert (done.settled, done.failed) == (5, 1)
    errors = world.row(rows[3])
    assert errors.state == "error"
    assert "cannot read this" in say(errors.why)
    assert "Traceback" in errors.error
    assert [world.row(row).state for row in rows].count("filed") == 5


def test_what_filing_fails_on_leaves_nothing_half_written(world: World):
    failing = store_with(world.store, messages_address=raising(RuntimeError("no addresses today")))
    (row,) = world.accept(world.mail(), "leads@acme.example")
    assert world.settler(store=failing).settle() == Batch(failed=1)
    assert world.row(row).state == "error"
    assert world.store.records.all() == []
    assert world.store.contacts.all() == []
    world.store.inbound.again(row)
    world.settle()
    assert world.row(row).record == "LEAD-1"


@pytest.mark.parametrize("fault", [Full("database or disk is full"), OSError(28, "No space"), MemoryError()])
def test_a_fault_of_the_machine_leaves_everything_accepted(world: World, fault: Exception):
    def failing(raw):
        raise fault

    (row,) = world.accept(world.mail(), "leads@acme.example")
    with pytest.raises(TempFail):
        world.settler(failing).settle()
    assert world.row(row).state == "accepted"
    world.settle()
    assert world.row(row).state == "filed"


def test_a_fault_of_the_store_while_filing_leaves_everything_accepted(world: World):
    full = store_with(world.store, records_open=raising(Full("database or disk is full")))
    (row,) = world.accept(world.mail(), "leads@acme.example")
    with pytest.raises(TempFail):
        world.settler(store=full).settle()
    assert world.row(row).state == "accepted"


def test_a_fault_outside_any_mail_is_raised_as_it_is(world: World):
    class NotOurs(Lock):
        def unfinished(self) -> list[int]:
            raise RuntimeError("the lock file is not ours")

    with pytest.raises(RuntimeError):
        Settler(world.store, world.installation, NotOurs(), Here()).settle()


class Killed(BaseException):
    """Stands for the death of the process: nothing catches it."""


def test_a_mail_that_kills_its_settler_is_put_aside_at_the_third_death(world: World):
    def killing(new, now):
        if "deadly" in new.text:
            raise Killed
        return world.store.messages.add(new, now)

    rows = [world.accept(world.mail(text="deadly" if n == 7 else "fine"), "leads@acme.example")[0] for n in range(50)]
    deaths = 0
    while world.store.inbound.waiting_count():
        settler = world.settler(store=store_with(world.store, messages_add=killing))
        try:
            while settler.settle() != Batch():
                pass
        except Killed:
            deaths += 1
            if world.store.connection.in_transaction:
                world.store.connection.execute("rollback")
    assert deaths == 3
    states = [world.row(row).state for row in rows]
    assert (states.count("filed"), states.count("error")) == (49, 1)
    assert states[7] == "error"
    assert "died 3 times" in say(world.row(rows[7]).why)
    assert len(world.store.records.all(most=200)) == 49
    assert world.lock.marked == []


def test_what_a_dead_settler_had_committed_is_not_done_again(world: World):
    (row,) = world.accept(world.mail(), "leads@acme.example")
    world.settle()
    world.lock.marked = [row]
    (other,) = world.accept(world.mail(), "leads@acme.example")
    world.settle()
    assert world.row(other).record == "LEAD-2"
    assert world.row(row).attempts == 0


def test_settling_waits_longer_after_each_failure():
    assert [backoff(n) for n in (0, 1, 2, 3, 7, 40)] == [1, 1, 2, 4, 60, 60]
