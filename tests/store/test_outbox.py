"""The outbox: leases that two holders never share, and deliveries whose states only move forward."""

from __future__ import annotations

import threading

import pytest

from tests.store.conftest import Office
from weftmail.store.delivery import NewDelivery
from weftmail.store.outbox import NewCopy


def waiting(office: Office, now: int = 10) -> int:
    """A copy for Anna and Björn that waits since ``now``."""
    record = office.record()
    message = office.message(record)
    (copy,) = office.store.outbox.add(office.acme, message, [NewCopy(language="sv")], now).values()
    for user in (office.anna, office.bjorn):
        address = office.store.users.addresses(user)[0]
        people = [NewDelivery("email", address, user, outbox_id=copy)]
        office.store.messages.deliver(office.acme, record.id, message, people, now)
    return copy


def states(office: Office) -> dict[str, str]:
    rows = office.store.connection.execute("select address, state from delivery")
    return dict(rows)


def test_a_claim_takes_what_is_due_oldest_first(office: Office) -> None:
    later, first, second = waiting(office, 30), waiting(office, 10), waiting(office, 20)
    outbox = office.store.outbox
    assert outbox.next_at() == 10
    found = outbox.claim("a", 25, 100, 10)
    assert {one.id for one in found} == {first, second}
    assert {(one.audience, one.language, one.attempts) for one in found} == {("colleagues", "sv", 1)}
    assert outbox.claim("b", 25, 100, 10) == []
    assert outbox.next_at() == 30
    assert [one.id for one in outbox.claim("b", 30, 100, 10)] == [later]


def test_no_two_holders_get_the_same_copy(office: Office) -> None:
    copies = {waiting(office) for _ in range(40)}
    claimed: list[int] = []
    start = threading.Barrier(4)

    def work(holder: str) -> None:
        store = office.again()
        start.wait()
        while found := store.outbox.claim(holder, 50, 100, 3):
            claimed.extend(one.id for one in found)
        store.close()

    threads = [threading.Thread(target=work, args=(f"sender {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == sorted(copies)


def test_a_lease_that_ran_out_passes_on_and_its_holder_settles_nothing(office: Office) -> None:
    copy, outbox = waiting(office), office.store.outbox
    outbox.claim("slow", 10, 20, 1)
    (taken,) = outbox.claim("quick", 20, 30, 1)
    assert (taken.id, taken.attempts) == (copy, 2)
    assert not outbox.settle(copy, "slow", "failed", "too late", 0, 25)
    assert outbox.settle(copy, "quick", "sent", "", 0, 26)
    assert not outbox.settle(copy, "quick", "sent", "", 0, 27)
    (row,) = [one.row for one in office.store.listings.outbox()]
    assert (row.state, row.error, row.changed_at, row.record) == ("sent", "", 26, "LEAD-1")
    assert outbox.claim("quick", 10**15, 10**16, 1) == []


def test_a_lease_can_be_given_back(office: Office) -> None:
    copy, outbox = waiting(office), office.store.outbox
    outbox.claim("a", 10, 20, 1)
    outbox.release(copy, "b", 11)
    assert outbox.claim("b", 11, 20, 1) == []
    outbox.release(copy, "a", 11)
    (again,) = outbox.claim("b", 11, 20, 1)
    assert again.attempts == 1
    assert outbox.release_all(12) == 1
    assert len(outbox.claim("c", 12, 20, 1)) == 1


def test_each_recipient_is_settled_alone(office: Office) -> None:
    copy, outbox = waiting(office), office.store.outbox
    assert [one.address for one in outbox.recipients(office.acme, copy)] == ["anna@acme.example", "bjorn@acme.example"]
    outbox.settle_delivery(office.acme, copy, "anna@acme.example", "sent", "250 OK", 11)
    outbox.settle_delivery(office.acme, copy, "bjorn@acme.example", "delayed", "450 later", 11)
    assert [one.user_id for one in outbox.recipients(office.acme, copy)] == [office.bjorn]
    assert outbox.addresses(office.acme, copy) == ["anna@acme.example", "bjorn@acme.example"]
    outbox.settle_delivery(office.acme, copy, "bjorn@acme.example", "sent", "250 OK", 12)
    assert set(states(office).values()) == {"sent"}


@pytest.mark.parametrize("end", ["sent", "delivered", "bounced", "failed", "cancelled"])
def test_a_delivery_never_moves_back(office: Office, end: str) -> None:
    copy = waiting(office)
    office.store.outbox.settle_delivery(office.acme, copy, "anna@acme.example", end, "", 11)
    for state in ("queued", "delayed", "sent", "failed"):
        office.store.outbox.settle_delivery(office.acme, copy, "anna@acme.example", state, "late", 12)
        assert states(office) == {"anna@acme.example": end, "bjorn@acme.example": "queued"}


def test_a_copy_that_failed_is_tried_again_for_those_it_did_not_reach(office: Office) -> None:
    copy, outbox = waiting(office), office.store.outbox
    outbox.claim("a", 10, 20, 1)
    assert not outbox.retry(office.acme, copy, 11)  # It is on its way.
    outbox.settle_delivery(office.acme, copy, "anna@acme.example", "sent", "", 12)
    outbox.settle_delivery(office.acme, copy, "bjorn@acme.example", "failed", "550", 12)
    outbox.settle(copy, "a", "failed", "550", 0, 12)
    assert outbox.next_at() is None
    assert outbox.retry(office.acme, copy, 13)
    assert office.store.listings.outbox()[0].row.error == "550"  # The last reason stays, until there is another.
    assert states(office) == {"anna@acme.example": "sent", "bjorn@acme.example": "queued"}
    assert [one.id for one in outbox.claim("a", 13, 20, 1)] == [copy]
    outbox.settle(copy, "a", "sent", "", 0, 14)
    assert not outbox.retry(office.acme, copy, 15) and not outbox.retry(office.acme, 99, 15)


def test_copies_are_listed_by_company_and_state(office: Office) -> None:
    first, second = waiting(office), waiting(office)
    outbox = office.store.outbox
    assert [one.row.id for one in office.store.listings.outbox(office.acme, "waiting")] == [second, first]
    assert [one.row.id for one in office.store.listings.outbox(most=1)] == [second]
    assert [one.row for one in office.store.listings.outbox(office.acme + 1)] == [] and [
        one.row for one in office.store.listings.outbox(state="failed")
    ] == []
    found = outbox.get(first)
    assert found is not None and found.audience == "colleagues"
    assert outbox.get(99) is None
