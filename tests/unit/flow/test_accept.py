"""Accept: one commit for all who wait, and nobody told yes before it."""

from __future__ import annotations

import io
import sqlite3

import pytest

from tests.unit.faults import raising, store_with
from tests.unit.world import World
from weftmail.core.envelope import Envelope
from weftmail.core.failure import TempFail
from weftmail.flow.accept import GROUP_BYTES, AcceptQueue, Bell, accept_group

TO = Envelope("leads@acme.example", "karin@customer.example")


def test_all_who_wait_are_committed_together(world: World):
    door = AcceptQueue()
    futures = [door.accept([TO], b"one\n"), door.accept([TO, Envelope("support@acme.example")], b"two\n")]
    assert door.something.is_set()
    assert not any(one.done() for one in futures)
    assert accept_group(world.store, world.clock, door.take()) == 3
    assert [one.result(0) for one in futures] == [[True], [True, True]]
    assert world.store.inbound.waiting_count() == 3
    assert door.take() == []


def test_a_large_mail_comes_as_a_file_from_where_it_stands(world: World):
    door = AcceptQueue()
    file = io.BytesIO(b"envelope\nSubject: big\n\n" + b"x" * 3_000_000)
    file.readline()
    future = door.accept([TO], file)
    accept_group(world.store, world.clock, door.take())
    assert future.result(0) == [True]
    (row,) = world.store.inbound.waiting()
    assert row.size == 3_000_014
    opened = world.store.blobs.open(row.blob_id, row.size)
    assert not isinstance(opened, bytes)
    assert opened.read(12) == b"Subject: big"
    opened.close()


def test_who_gave_up_waiting_is_left_out(world: World):
    door = AcceptQueue()
    future = door.accept([TO], b"one\n")
    assert future.cancel()
    assert door.take() == []


def test_a_group_is_bounded(world: World):
    door = AcceptQueue()
    raw = bytes(GROUP_BYTES * 3 // 4)
    for _ in range(3):
        door.accept([TO], raw)
    assert [len(door.take()), len(door.take()), len(door.take())] == [2, 1, 0]


def test_where_the_group_does_not_fit_each_mail_is_tried_alone(world: World):
    door = AcceptQueue()
    small, large = door.accept([TO], b"small\n"), door.accept([TO], bytes(1_000_000))
    (pages,) = world.store.connection.execute("pragma page_count").fetchone()
    world.store.connection.execute(f"pragma max_page_count = {pages + 20}")
    assert accept_group(world.store, world.clock, door.take()) == 1
    assert small.result(0) == [True]
    with pytest.raises(TempFail):
        large.result(0)


def test_a_locked_store_is_not_asked_once_for_each_mail(world: World, tmp_path):
    world.store.connection.execute("pragma busy_timeout = 10")
    other = sqlite3.connect(tmp_path / "weftmail.db", isolation_level=None)
    other.execute("begin immediate")
    door = AcceptQueue()
    futures = [door.accept([TO], b"one\n") for _ in range(3)]
    assert accept_group(world.store, world.clock, door.take()) == 0
    for one in futures:
        with pytest.raises(TempFail):
            one.result(0)
    other.execute("rollback")
    other.close()


def test_a_fault_of_our_own_reaches_those_who_wait(world: World):
    broken = store_with(world.store, inbound_accept=raising(TypeError("a bug")))
    door = AcceptQueue()
    future = door.accept([TO], b"one\n")
    with pytest.raises(TypeError):
        accept_group(broken, world.clock, door.take())
    with pytest.raises(TypeError):
        future.result(0)


def test_a_bell_rings_until_it_is_silenced() -> None:
    bell = Bell()
    assert not bell.wait(0)
    bell.clear()
    bell.set()
    bell.set()
    assert bell.is_set() and bell.wait(5) and bell.fileno() > 2
    bell.clear()
    assert not bell.is_set()
