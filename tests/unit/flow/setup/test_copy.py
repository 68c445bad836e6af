"""Copies in the outbox by hand: sent now, taken back, sent elsewhere; and all of them paused."""

from __future__ import annotations

import pytest

from tests.unit.flow.setup.conftest import Office
from weftmail.flow.post import Draft, post
from weftmail.flow.setup import copy, undo
from weftmail.store.outbox import Claimed


def test_a_copy_is_due_at_once_until_it_has_left(office: Office) -> None:
    world = office.world
    world.deliver(world.mail(), "leads@acme.example")
    (waiting,) = [one.row for one in office.store.listings.outbox()]
    assert office.did(copy.retry(office.setup, waiting.id)).now == {"id": waiting.id, "state": "waiting", "due": "now"}
    later = world.clock() + 10**12
    (claimed,) = office.store.outbox.claim("sender", later, later + 1000, 10)
    office.store.outbox.settle(claimed.id, "sender", "sent", "", 0, later)
    assert office.refused(copy.retry(office.setup, waiting.id)) == ("id", "copy_left")
    assert office.refused(copy.retry(office.setup, 4711)) == ("id", "no_such_copy")


@pytest.fixture
def answer(office: Office) -> int:
    """The number of the copy that takes Anna's answer to Karin."""
    world = office.world
    world.deliver(world.mail(), "leads@acme.example")
    anna = office.store.users.get(world.anna)
    assert anna is not None
    post(office.store, world.installation, world.record("LEAD-1"), anna, Draft(text="Yes"))
    (copy_id,) = [one.row.id for one in office.store.listings.outbox() if one.row.audience == "outsider"]
    return copy_id


def claimed(office: Office) -> list[Claimed]:
    """Claim all that is due."""
    now = office.world.clock() + 1
    return office.store.outbox.claim("sender", now, now + 1000, 10)


def states(office: Office, copy_id: int) -> set[str]:
    """Return the states of the deliveries of a copy."""
    found = office.store.connection.execute("select state from delivery where outbox_id = :id", {"id": copy_id})
    return {state for (state,) in found.rows}


def test_a_copy_is_taken_back_and_waits_again(office: Office, answer: int) -> None:
    done = office.did(copy.cancel(office.setup, answer))
    assert (done.company_id, done.now, states(office, answer)) == (
        1,
        {"id": answer, "state": "cancelled"},
        {"cancelled"},
    )
    assert done.subject == "Re: Quote for 40 chairs · karin@customer.example"
    assert answer not in {one.id for one in claimed(office)}
    assert office.refused(copy.cancel(office.setup, answer)) == ("id", "copy_left")
    office.did(undo.undo(office.setup, done.trace))
    assert states(office, answer) == {"queued"} and answer in {one.id for one in claimed(office)}
    assert office.refused(undo.undo(office.setup, done.trace)) == ("", "undone_already")


def test_one_that_is_on_its_way_cannot_be_taken_back(office: Office, answer: int) -> None:
    assert answer in {one.id for one in claimed(office)}
    assert office.refused(copy.cancel(office.setup, answer)) == ("id", "copy_left")
    assert office.refused(copy.redirect(office.setup, answer, "k@customer.example")) == ("id", "copy_left")


def test_a_copy_goes_to_the_right_address_which_replaces_the_wrong_one(office: Office, answer: int) -> None:
    done = office.did(copy.redirect(office.setup, answer, "Karin.Ek@customer.example"))
    assert done.changes[0].now == "karin.ek@customer.example"
    assert office.store.outbox.addresses(1, answer) == ["karin.ek@customer.example"]
    contacts = office.store.contacts
    assert contacts.by_address(1, "karin@customer.example") is None
    found = contacts.by_address(1, "karin.ek@customer.example")
    assert found is not None and found.name == "Karin Ek"
    office.did(copy.redirect(office.setup, answer, "karin.ek@customer.example"))
    assert contacts.by_address(1, "karin.ek@customer.example") is not None


def test_the_address_that_it_had_comes_back_until_it_has_left(office: Office, answer: int) -> None:
    contacts = office.store.contacts
    done = office.did(copy.redirect(office.setup, answer, "ek@customer.example"))
    back = office.did(undo.undo(office.setup, done.trace))
    assert (back.act, office.store.outbox.addresses(1, answer)) == ("outbox.redirect", ["karin@customer.example"])
    assert contacts.by_address(1, "ek@customer.example") is None
    assert office.refused(undo.undo(office.setup, done.trace)) == ("", "undone_already")
    office.did(undo.undo(office.setup, back.trace))
    assert office.store.outbox.addresses(1, answer) == ["ek@customer.example"]
    again = office.did(copy.redirect(office.setup, answer, "karin@customer.example"))
    now = office.world.clock() + 1
    office.store.outbox.claim("sender", now, now + 1, 10)
    office.store.outbox.settle(answer, "sender", "sent", "", 0, now)
    assert office.refused(undo.undo(office.setup, again.trace)) == ("id", "copy_left")


@pytest.mark.parametrize(
    ("address", "refused"),
    [
        ("karin", ("address", "address_malformed")),
        ("bjorn@acme.example", ("address", "contact_is_colleague")),
        ("erik@other.example", ("address", "contact_address_taken")),
    ],
)
def test_not_to_an_address_that_is_somebody_elses(
    office: Office, answer: int, address: str, refused: tuple[str, str]
) -> None:
    office.store.contacts.add(1, "Erik Ek", "erik@other.example", 1)
    assert office.refused(copy.redirect(office.setup, answer, address)) == refused
    assert office.store.outbox.addresses(1, answer) == ["karin@customer.example"]


def test_a_copy_of_colleagues_has_no_other_address(office: Office, answer: int) -> None:
    theirs = next(one.row.id for one in office.store.listings.outbox() if one.row.audience == "colleagues")
    assert office.refused(copy.redirect(office.setup, theirs, "x@y.example")) == ("id", "copy_of_colleagues")


def test_another_company_knows_no_copy_of_this_one(office: Office, answer: int) -> None:
    for made in (
        copy.retry(office.setup, answer, company_id=2),
        copy.cancel(office.setup, answer, company_id=2),
        copy.redirect(office.setup, answer, "x@y.example", company_id=2),
    ):
        assert office.refused(made) == ("id", "no_such_copy")


def test_while_sending_is_paused_nothing_is_claimed_and_nothing_is_due(office: Office, answer: int) -> None:
    office.did(copy.pause(office.setup))
    assert claimed(office) == [] and office.store.outbox.next_at() is None
    office.did(copy.resume(office.setup))
    assert answer in {one.id for one in claimed(office)}
