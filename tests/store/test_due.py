"""What is due: claimed by one holder at a time, oldest first, and gone with the transaction of its effect."""

from __future__ import annotations

import threading

from tests.store.conftest import Office
from weftmail.store.due import Due

LEASE = 100


def keys(office: Office) -> list[tuple[str, int, int]]:
    return [(one.key, one.due_at, one.attempts) for one in office.store.due.all()]


def claimed(office: Office, holder: str, now: int) -> Due:
    due = office.store.due.claim(holder, now, LEASE)
    assert due is not None
    return due


def test_the_oldest_comes_first_and_nothing_before_its_time(office: Office) -> None:
    due = office.store.due
    due.put("remind", "later", 30, 1, office.acme)
    due.put("remind", "first", 10, 1)
    due.put("remind", "second", 20, 1)
    assert due.next_at(5) == 10
    assert due.claim("a", 9, LEASE) is None
    assert [claimed(office, "a", 25).key, claimed(office, "b", 25).key] == ["first", "second"]
    assert due.claim("c", 25, LEASE) is None
    assert due.next_at(25) == 30
    last = claimed(office, "c", 30)
    assert (last.key, last.company_id, last.attempts, last.error) == ("later", office.acme, 1, "")
    assert due.next_at(40) is None


def test_a_lease_passes_on_when_it_has_run_out_and_its_holder_does_nothing(office: Office) -> None:
    due = office.store.due
    due.put("remind", "x", 10, 1)
    slow = claimed(office, "slow", 10)
    assert due.hold(slow, "slow")
    assert due.claim("quick", 10 + LEASE - 1, LEASE) is None
    quick = claimed(office, "quick", 10 + LEASE)
    assert quick.attempts == 2
    assert not due.hold(slow, "slow") and due.hold(quick, "quick")
    due.postpone(slow, "slow", 10**6, "too late")
    assert due.all()[0].error == ""
    # The second lease is twice as long as the first.
    assert due.claim("third", 10 + 2 * LEASE, LEASE) is None
    assert claimed(office, "third", 10 + 3 * LEASE).attempts == 3


def test_a_holder_takes_up_again_what_it_left(office: Office) -> None:
    office.store.due.put("remind", "x", 10, 1)
    first = claimed(office, "a", 10)
    again = claimed(office, "a", 11)
    assert (again.id, again.attempts) == (first.id, 2)
    assert not office.store.due.hold(first, "a") and office.store.due.hold(again, "a")


def test_what_is_done_is_gone_or_comes_again(office: Office) -> None:
    due = office.store.due
    due.put("remind", "once", 10, 1)
    due.put("remind", "hourly", 11, 1)
    due.done(claimed(office, "a", 20))
    due.again(claimed(office, "a", 20), 50)
    assert keys(office) == [("hourly", 50, 0)]
    assert claimed(office, "b", 50).key == "hourly"


def test_what_failed_waits_and_says_why(office: Office) -> None:
    due = office.store.due
    due.put("remind", "x", 10, 1)
    due.postpone(claimed(office, "a", 10), "a", 60, "no such record")
    assert due.claim("a", 59, LEASE) is None
    again = claimed(office, "b", 60)
    assert (again.attempts, again.error) == (2, "no such record")


def test_one_kind_and_key_stand_once_and_can_be_moved_or_taken_off(office: Office) -> None:
    due = office.store.due
    due.put("remind", "x", 10, 1)
    due.put("other", "x", 10, 1)
    held = claimed(office, "a", 10)
    due.put("remind", "x", 40, 2)
    assert not due.hold(held, "a"), "whoever had it in hand must not do it at the old time"
    assert [(one.kind, one.due_at, one.attempts) for one in due.all()] == [("other", 10, 0), ("remind", 40, 0)]
    assert due.remove("remind", "x") and not due.remove("remind", "x")
    due.ensure("daily", 5)
    due.ensure("daily", 7)
    assert [(one.kind, one.key, one.due_at) for one in due.all(1)] == [("daily", "", 5)]


def test_no_two_holders_get_the_same_thing(office: Office) -> None:
    for number in range(40):
        office.store.due.put("remind", str(number), 10, 1)
    found: list[str] = []
    start = threading.Barrier(4)

    def work(holder: str) -> None:
        store = office.again()
        start.wait()
        while (one := store.due.claim(holder, 50, LEASE)) is not None:
            with store.transaction():
                assert store.due.hold(one, holder)
                found.append(one.key)
                store.due.done(one)
        store.close()

    threads = [threading.Thread(target=work, args=(f"runner {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found, key=int) == [str(number) for number in range(40)]
