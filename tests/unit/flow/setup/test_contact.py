"""Contacts: people outside, each of one company, with one or more addresses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.flow.setup.conftest import Office
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import company, contact, undo
from weftmail.flow.setup.act import FieldChange

KARIN = "karin@customer.example"


@pytest.fixture
def karin(office: Office) -> Office:
    office.did(contact.add(office.setup, "Karin@Customer.Example", name="Karin Ek"))
    office.did(contact.add(office.setup, "erik@other.example", name="Erik Ek"))
    return office


def test_a_contact_from_beginning_to_end(karin: Office) -> None:
    setup = karin.setup
    changed = karin.did(contact.change(setup, KARIN, name="Karin Ek-Lund", add_addresses=["k@other.example", KARIN]))
    assert changed.subject == "Karin Ek-Lund"
    assert changed.changes == (
        FieldChange("name", "Karin Ek", "Karin Ek-Lund"),
        FieldChange("addresses", KARIN, f"{KARIN}, k@other.example"),
    )
    changed = karin.did(contact.change(setup, "k@other.example", remove_addresses=[KARIN]))
    assert changed.now["addresses"] == ["k@other.example"]
    removed = karin.did(contact.remove(setup, "k@other.example", company="Acme"))
    assert (removed.was["name"], removed.now) == ("Karin Ek-Lund", {})
    said = karin.refused(contact.remove(setup, "k@other.example"))
    assert said == ("address", "no_such_contact_to_remove")
    back = karin.did(contact.add(setup, "k@other.example", name="Karin Ek"))
    assert (back.subject, back.now["name"], back.now["id"]) == ("Karin Ek <k@other.example>", "Karin Ek", 1)


@pytest.mark.parametrize(
    ("address", "name", "said"),
    [
        (KARIN, "Karin", ("address", "contact_there")),
        ("erik", "Erik", ("address", "address_malformed")),
        ("e@other.example", "E\nX", ("name", "text_break")),
        ("leads@acme.example", "Leads", ("address", "contact_address_ours")),
        ("anna@acme.example", "Anna", ("address", "contact_is_colleague")),
    ],
)
def test_contacts_that_cannot_be(karin: Office, address: str, name: str, said: tuple[str, str]) -> None:
    assert karin.refused(contact.add(karin.setup, address, name=name)) == said


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, ("", "nothing_to_change")),
        ({"add_addresses": ["anna@acme.example"]}, ("add_addresses", "contact_is_colleague")),
        ({"add_addresses": ["reply@acme.example"]}, ("add_addresses", "contact_address_ours")),
        ({"add_addresses": ["erik@other.example"]}, ("add_addresses", "contact_address_taken")),
        ({"remove_addresses": [KARIN]}, ("remove_addresses", "only_address")),
        ({"remove_addresses": ["x@other.example"]}, ("remove_addresses", "not_their_address")),
    ],
)
def test_changes_that_cannot_be(karin: Office, values: dict[str, Any], said: tuple[str, str]) -> None:
    assert karin.refused(contact.change(karin.setup, KARIN, **values)) == said


def test_a_contact_is_put_back_as_they_were(karin: Office) -> None:
    setup = karin.setup
    done = karin.did(
        contact.change(setup, KARIN, name="K", note="N", add_addresses=["k@other.example"], remove_addresses=[KARIN])
    )
    back = karin.did(undo.undo(setup, done.trace))
    assert (back.now["name"], back.now["note"], back.now["addresses"]) == ("Karin Ek", "", [KARIN])
    gone = karin.did(contact.remove(setup, KARIN))
    assert karin.refused(undo.undo(setup, done.trace)) == ("", "changed_since")
    assert karin.did(contact.restore(setup, KARIN)).now["name"] == "Karin Ek"
    assert karin.refused(contact.restore(setup, KARIN)) == ("address", "not_archived")
    assert karin.refused(undo.undo(setup, gone.trace)) == ("", "undone_already")


def test_a_user_of_another_company_may_be_a_contact(karin: Office) -> None:
    karin.did(company.add(karin.setup, "Beta"))
    made = karin.did(contact.add(karin.setup, "anna@acme.example", name="Anna", company="Beta"))
    assert made.now["company"] == "Beta"


def test_whose_contact_where_two_companies_have_one(karin: Office) -> None:
    karin.did(company.add(karin.setup, "Beta"))
    assert contact.named(karin.store, KARIN, None).name == "Karin Ek"
    karin.did(contact.add(karin.setup, KARIN, name="Karin of Beta", company="Beta"))
    assert karin.refused(contact.remove(karin.setup, KARIN)) == ("company", "several_contacts")
    assert contact.named(karin.store, KARIN, "Beta").name == "Karin of Beta"
    with pytest.raises(RefusedAct, match="company_wanted"):
        contact.named(karin.store, "nobody@other.example", None)


def test_a_sender_is_blocked_whether_a_contact_already_or_not(office: Office) -> None:
    world = office.world
    done = office.did(contact.block(office.setup, "Spam@shop.example"))
    assert (done.subject, done.now) == ("spam@shop.example", {"blocked": True})
    assert office.did(contact.block(office.setup, "spam@shop.example")).changes == ()
    for number in range(2):
        row = world.deliver(world.mail("Shop <spam@shop.example>", subject=f"Offer {number}"), "leads@acme.example")
        assert (row.state, row.why.code if row.why else "") == ("discarded", "blocked.discarded")
    (blocked,) = office.store.contacts.blocked(world.acme)
    assert (blocked.address, blocked.blocked_by, blocked.stopped) == ("spam@shop.example", "Anna", 2)
    office.did(undo.undo(office.setup, done.trace))
    assert world.deliver(world.mail("Shop <spam@shop.example>"), "leads@acme.example").state == "filed"
    assert office.refused(contact.unblock(office.setup, "spam@shop.example")) == ("address", "not_blocked")
    back = office.did(contact.block(office.setup, "spam@shop.example"))
    lifted = office.did(contact.unblock(office.setup, "spam@shop.example", company="Acme"))
    office.did(undo.undo(office.setup, lifted.trace))
    assert back.trace and len(office.store.contacts.blocked(world.acme)) == 1


def test_nobody_of_ours_is_blocked(office: Office) -> None:
    assert office.refused(contact.block(office.setup, "bjorn@acme.example")) == ("address", "contact_is_colleague")
    assert office.refused(contact.block(office.setup, "leads@acme.example")) == ("address", "contact_address_ours")


def test_another_company_takes_the_mail_of_whom_one_blocked(office: Office) -> None:
    office.did(company.add(office.setup, "Beta"))
    office.did(contact.block(office.setup, "shop@customer.example", company="Beta"))
    assert (
        office.world.deliver(office.world.mail("Shop <shop@customer.example>"), "leads@acme.example").state == "filed"
    )
