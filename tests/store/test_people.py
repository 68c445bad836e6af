"""Users with their memberships, and contacts of one company each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.store.conftest import Office
from weftmail.store.errors import Conflict


def test_a_user_is_found_by_every_address_exactly(office: Office) -> None:
    users = office.store.users
    users.add_address(office.anna, "anna@home.example")
    assert users.addresses(office.anna) == ["anna@acme.example", "anna@home.example"]
    for address in users.addresses(office.anna):
        found = users.by_address(address)
        assert found is not None and (found.id, found.name, found.prefers, found.active) == (
            office.anna,
            "Anna",
            "email",
            True,
        )
    for address in ("ANNA@acme.example", "anna%", "nn", ""):
        assert users.by_address(address) is None
    with pytest.raises(Conflict):
        users.add_address(office.bjorn, "anna@home.example")


def test_a_user_has_a_language_and_a_zone(office: Office) -> None:
    users = office.store.users
    anna = users.get(office.anna)
    assert anna is not None and (anna.language, anna.zone) == ("en", "")
    users.set(replace(anna, language="sv", zone="Europe/Stockholm"))
    eva = users.get(users.add("Eva", "eva@acme.example", 1, language="sv", zone="Asia/Kathmandu"))
    assert eva is not None and (eva.language, eva.zone) == ("sv", "Asia/Kathmandu")
    again = users.get(office.anna)
    assert again is not None and (again.language, again.zone) == ("sv", "Europe/Stockholm")


def test_the_order_of_addresses_survives_a_removal(office: Office) -> None:
    users = office.store.users
    for address in ("b@home.example", "a@home.example"):
        users.add_address(office.anna, address)
    assert users.remove_address(office.anna, "b@home.example")
    assert not users.remove_address(office.bjorn, "a@home.example")
    users.add_address(office.anna, "0@home.example")
    assert users.addresses(office.anna) == ["anna@acme.example", "a@home.example", "0@home.example"]


def test_a_user_can_change_and_leave(office: Office) -> None:
    users = office.store.users
    user = users.get(office.bjorn)
    assert user is not None and user.prefers == "inbox"
    users.set(replace(user, name="Björn B", prefers="email", language="sv", active=False))
    assert users.get(office.bjorn) == replace(user, name="Björn B", prefers="email", language="sv", active=False)
    assert [one.name for one in users.colleagues(office.acme)] == ["Anna"]
    assert [one.name for one in users.all(office.acme)] == ["Anna", "Björn B"]
    with pytest.raises(Conflict):
        users.set(replace(user, prefers="pigeon"))
    assert users.get(99) is None


def test_roles_say_who_may_write_and_who_is_an_admin(office: Office) -> None:
    users = office.store.users
    beta = office.store.companies.add("Beta", 2)
    users.join(beta, office.anna, "reader")
    assert users.writes_in(office.anna) == {office.acme}
    assert [(one.company, one.role) for one in users.memberships(office.anna)] == [
        ("Acme", "admin"),
        ("Beta", "reader"),
    ]
    assert [one.name for one in users.admins(office.acme)] == ["Anna"]
    users.join(beta, office.anna, "agent")
    assert users.writes_in(office.anna) == {office.acme, beta}
    users.leave(office.acme, office.anna)
    assert users.writes_in(office.anna) == {beta} and users.admins(office.acme) == []
    with pytest.raises(Conflict):
        users.join(beta, office.anna, "owner")
    assert {one.name for one in users.all()} == {"Anna", "Björn"}


def test_a_password_is_kept_as_it_is_given(office: Office) -> None:
    users = office.store.users
    assert users.password(office.anna) is None and users.password(99) is None
    users.set_password(office.anna, "$argon2id$hash")
    assert users.password(office.anna) == "$argon2id$hash"
    assert users.password(office.bjorn) is None


def test_an_address_is_one_contact_of_a_company(office: Office) -> None:
    contacts = office.store.contacts
    karin = office.contact("", "karin@customer.example")
    assert office.contact("Karin Ek") == karin
    found = contacts.by_address(office.acme, "karin@customer.example")
    assert found is not None and (found.name, found.archived_at) == ("Karin Ek", None)
    office.contact("Somebody Else")
    found = contacts.get(office.acme, karin)
    assert found is not None and found.name == "Karin Ek"
    beta = office.store.companies.add("Beta", 2)
    other = contacts.add(beta, "Karin of Beta", "karin@customer.example", 2)
    assert other != karin
    assert contacts.by_address(beta, "karin@customer.example") == contacts.get(beta, other)
    assert contacts.get(office.acme, other) is None
    assert [one.id for one in contacts.all(office.acme)] == [karin]
    assert len(contacts.all()) == 2


def test_no_pattern_matches_a_contact(office: Office) -> None:
    office.contact()
    for address in ("karin%customer.example", "%", "_arin@customer.example", "KARIN@customer.example"):
        assert office.store.contacts.by_address(office.acme, address) is None


def test_addresses_are_given_and_taken(office: Office) -> None:
    contacts = office.store.contacts
    karin, erik = office.contact(), office.contact("Erik Ek", "erik@other.example")
    assert contacts.add_address(office.acme, karin, "k@customer.example", 2)
    assert not contacts.add_address(office.acme, erik, "k@customer.example", 2)
    assert contacts.addresses(office.acme, karin) == ["karin@customer.example", "k@customer.example"]
    assert contacts.remove_address(office.acme, "k@customer.example")
    assert not contacts.remove_address(office.acme, "k@customer.example")
    assert contacts.addresses(office.acme, karin) == ["karin@customer.example"]


def test_a_contact_archived_is_known_and_not_listed(office: Office) -> None:
    contacts, karin = office.store.contacts, office.contact()
    contacts.archive(99, karin, 2)
    assert contacts.all() != []
    contacts.archive(office.acme, karin, 2)
    assert contacts.all() == []
    found = contacts.by_address(office.acme, "karin@customer.example")
    assert found is not None and found.archived_at == 2
    contacts.restore(office.acme, karin)
    assert [one.id for one in contacts.all(office.acme)] == [karin]


def test_two_programs_that_meet_one_new_address_make_one_contact(office: Office) -> None:
    other = office.again()
    with office.store.transaction():
        first = office.contact()
    with other.transaction():
        second = other.contacts.add(office.acme, "Karin", "karin@customer.example", 2)
    assert first == second
