"""Records: numbers without gaps, followers, participants, and what is left of a record that is gone."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from tests.store.conftest import Office
from weftmail.store.errors import Conflict
from weftmail.store.record import NewParticipant, NewRecord, UnknownRecordType


def test_numbers_count_for_each_company_and_type(office: Office) -> None:
    beta = office.store.companies.add("Beta", 2)
    labels = [
        office.record().label,
        office.record().label,
        office.record(type="order").label,
        office.record(company_id=beta).label,
    ]
    assert labels == ["LEAD-1", "LEAD-2", "ORDER-1", "LEAD-1"]
    assert office.store.records.count(office.acme) == 3
    assert [one.company for one in office.store.records.by_label("lead-1")] == ["Acme", "Beta"]
    assert [one.company for one in office.store.records.by_label("LEAD-1", beta)] == ["Beta"]
    assert office.store.records.by_label("LEAD-9") == []


def test_a_number_whose_record_failed_is_not_skipped(office: Office) -> None:
    with office.store.transaction():
        with pytest.raises(ZeroDivisionError), office.store.savepoint():
            office.record()
            _ = 1 / 0
        assert office.record().label == "LEAD-1"


def test_programs_that_open_at_once_share_no_number(office: Office) -> None:
    labels: list[str] = []

    def work() -> None:
        store = office.again()
        for _ in range(10):
            with store.transaction():
                labels.append(store.records.open(NewRecord(office.acme, "lead", "T"), 1).label)
        store.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(labels) == sorted(f"LEAD-{number}" for number in range(1, 41))


def test_a_record_as_it_was_opened_and_changed(office: Office) -> None:
    karin, leads = office.contact(), office.alias()
    record = office.record(
        owner_id=office.anna, customer_id=karin, alias_id=leads, fields='{"value": "23 500"}', reference="4711",
        reference_url="https://shop.acme.example/4711",
    )  # fmt: skip
    assert (record.owner, record.customer, record.values, record.state) == (
        "Anna",
        "Karin Ek",
        {"value": "23 500"},
        "open",
    )
    changed = replace(record, title="38 chairs", state="closed", counts_as="closed", owner_id=office.bjorn, fields="{}")
    office.store.records.set(changed, 9)
    found = office.store.records.get(office.acme, record.id)
    assert found == replace(changed, owner="Björn", owner_address="bjorn@acme.example", changed_at=9)
    assert office.store.records.by_reference(office.acme, "lead", "4711") == found
    assert office.store.records.by_reference(office.acme, "order", "4711") is None
    with pytest.raises(Conflict):
        office.record(reference="4711")
    with pytest.raises(Conflict):
        office.store.records.set(replace(record, state="won"), 9)


def test_a_type_that_the_company_does_not_keep(office: Office) -> None:
    with pytest.raises(UnknownRecordType, match="contract"):
        office.record(type="contract")
    assert office.store.connection.execute("select count(*) from counter").fetchone()[0] == 0


def test_what_changed_last_comes_first(office: Office) -> None:
    first, second, third = office.record(), office.record(), office.record()
    office.store.records.heard(office.acme, first.id, 1, "inside", 9)
    assert [one.id for one in office.store.records.all()] == [first.id, third.id, second.id]
    assert [one.id for one in office.store.records.all(office.acme, most=1, skip=1)] == [third.id]
    assert office.store.records.all(99) == []


def test_only_active_members_are_told(office: Office) -> None:
    records, record = office.store.records, office.record()
    for _ in range(2):
        records.follow(office.acme, record.id, office.anna, 2)
    records.follow(office.acme, record.id, office.bjorn, 3)
    assert [(one.name, one.prefers, one.address) for one in records.followers(office.acme, record.id)] == [
        ("Anna", "email", "anna@acme.example"),
        ("Björn", "inbox", "bjorn@acme.example"),
    ]
    office.store.users.leave(office.acme, office.bjorn)
    assert [one.name for one in records.followers(office.acme, record.id)] == ["Anna"]
    user = office.store.users.get(office.anna)
    assert user is not None
    office.store.users.set(replace(user, active=False))
    assert records.followers(office.acme, record.id) == []
    assert records.unfollow(office.acme, record.id, office.anna, 2) and not records.unfollow(
        office.acme, record.id, office.anna, 2
    )


def test_a_participant_of_one_message_is_in_that_message_alone(office: Office) -> None:
    records, record, erik = office.store.records, office.record(), office.contact("Erik Ek", "erik@other.example")
    first, second = office.message(record), office.message(record)
    records.add_participants(record, [NewParticipant(erik, "copied", first)], 2)
    assert records.takes_part(office.acme, erik, [first])
    assert not records.takes_part(office.acme, erik, [second])
    records.add_participants(record, [NewParticipant(erik, "added")], 3)
    assert records.takes_part(office.acme, erik, [second])
    records.add_participants(record, [NewParticipant(erik, "copied", second)], 4)
    (found,) = records.participants(office.acme, record.id)
    assert (found.name, found.address, found.message_id, found.reason) == (
        "Erik Ek",
        "erik@other.example",
        None,
        "added",
    )


def test_who_was_removed_comes_back_only_by_a_persons_word(office: Office) -> None:
    records, record, erik = office.store.records, office.record(alias_id=office.alias()), office.contact()
    message = office.message(record)
    records.add_participants(record, [NewParticipant(erik, "opened")], 2)
    assert record.alias_id is not None and records.takes_part_by_alias(office.acme, record.alias_id, erik)
    assert records.remove_participant(office.acme, record.id, erik, 3) and not records.remove_participant(
        office.acme, record.id, erik, 4
    )
    assert not records.takes_part(office.acme, erik, [message])
    assert not records.takes_part_by_alias(office.acme, record.alias_id, erik)
    records.add_participants(record, [NewParticipant(erik, "copied", message)], 5)
    assert not records.takes_part(office.acme, erik, [message])
    records.add_participants(record, [NewParticipant(erik, "added")], 6)
    assert records.takes_part(office.acme, erik, [message])


def test_a_record_that_is_gone_says_where_it_went(office: Office) -> None:
    record = office.record()
    assert office.store.moves.tombstone(office.acme, 77) is None
    office.store.connection.execute(
        "insert into tombstone (company_id, record_id, label, moved_to_id, reason, created_at)"
        " values (?, 77, 'LEAD-77', ?, 'merged', 2)",
        (office.acme, record.id),
    )
    found = office.store.moves.tombstone(office.acme, 77)
    assert found is not None and (found.label, found.moved_to_id, found.reason) == ("LEAD-77", record.id, "merged")
