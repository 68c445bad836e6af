"""Threads in stretches: numbers count for each record, and a stretch holds what is between its ends."""

from __future__ import annotations

from tests.store.conftest import Office
from weftmail.store.message import Addressed
from weftmail.store.thread import BUDGET, Stretch


def test_numbers_count_from_one_for_each_record(office: Office) -> None:
    first, other = office.record(), office.record()
    ids = [office.message(record) for record in (first, other, first, other, first)]
    threads = office.store.threads
    assert [one.number for one in threads.after(office.acme, first.id)] == [1, 2, 3]
    assert [one.number for one in threads.before(office.acme, other.id)] == [1, 2]
    found = threads.numbered(office.acme, first.id, 3)
    assert found is not None and found.id == ids[4]
    assert threads.numbered(office.acme, first.id, 4) is None
    assert threads.last_number(office.acme, first.id) == 3
    assert threads.last_number(office.acme, office.record().id) == 0


def test_a_stretch_holds_what_is_between_its_ends(office: Office) -> None:
    record, other = office.record(), office.record()
    ids = [office.message(one) for one in (record, record, other, record, record)]
    for one in ids:
        office.store.messages.address(office.acme, one, [Addressed("to", "", f"m{one}@other.example", None)])
    threads = office.store.threads
    stretch = Stretch(office.acme, record.id, ids[1], ids[3])
    assert [one.message_id for one in threads.addressed(stretch)] == [ids[1], ids[3]]
    assert [one.id for one in threads.before(office.acme, record.id, ids[4], 2)] == [ids[1], ids[3]]
    assert [one.id for one in threads.after(office.acme, record.id, ids[0], 2)] == [ids[1], ids[3]]
    assert threads.addressed(Stretch(office.acme + 1, record.id, ids[0], ids[4])) == []


def test_a_page_ends_before_it_holds_too_much_and_reads_the_beginning_of_each(office: Office) -> None:
    record = office.record()
    large = BUDGET // 2
    ids = [office.message(record, text="x" * large, html="y" * 100) for _ in range(5)]
    threads = office.store.threads
    assert [one.id for one in threads.before(office.acme, record.id)] == ids[3:]
    assert [one.id for one in threads.after(office.acme, record.id, ids[1])] == ids[2:4]
    cut = threads.before(office.acme, record.id, words=10)
    assert [(one.text, len(one.html)) for one in cut] == [("x" * 10, 40)] * 2
    # One that is larger than a page has a page of its own, and what is read again counts anew.
    office.store.connection.execute("update message set flag = 'unreadable' where id = ?", [ids[4]])
    assert office.store.messages.fill(office.acme, ids[4], "z" * (BUDGET + 1), "", "z")
    assert [one.id for one in threads.before(office.acme, record.id)] == ids[4:]
    small = office.record()
    many = [office.message(small) for _ in range(60)]
    assert [one.id for one in threads.before(office.acme, small.id)] == many[10:]
