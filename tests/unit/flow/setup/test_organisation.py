"""Organisations: proposed by the domain of an address, never by one of anybody's."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.flow.setup.conftest import Office
from weftmail.core.freemail import anybodys
from weftmail.flow.setup import contact, organisation, undo
from weftmail.flow.setup.organisation import proposal


@pytest.fixture
def people(office: Office) -> Office:
    for name, address in (
        ("Karin", "karin@ek-mobler.example"),
        ("Nils", "nils@ek-mobler.example"),
        ("Eva", "eva@gmail.com"),
    ):
        office.did(contact.add(office.setup, address, name=name))
    return office


def proposed(office: Office, address: str) -> organisation.Proposal | None:
    found = office.store.contacts.by_address(office.world.acme, address)
    assert found is not None
    card = office.store.contact_cards.get(office.world.acme, found.id)
    assert card is not None
    return proposal(office.store, card, office.store.contacts.addresses(office.world.acme, found.id))


@pytest.mark.parametrize(
    "domain", ["gmail.com", "Hotmail.SE", "telia.com", "sub.hotmail.com", "bredband.net", "tuta.io"]
)
def test_domains_of_anybody(domain: str) -> None:
    assert anybodys(domain)


@pytest.mark.parametrize("domain", ["customer.example", "notgmail.com", "gmail.com.example", "volvo.se"])
def test_domains_of_somebody(domain: str) -> None:
    assert not anybodys(domain)


def test_a_domain_proposes_one(people: Office) -> None:
    first = proposed(people, "karin@ek-mobler.example")
    assert first is not None and (first.domain, first.there, first.alone, first.name) == (
        "ek-mobler.example", None, 2, "Ek Mobler",
    )  # fmt: skip
    assert proposed(people, "eva@gmail.com") is None
    made = people.did(organisation.add(people.setup, "Ek", domains=["ek-mobler.example"]))
    assert proposed(people, "karin@ek-mobler.example") is None
    people.did(contact.add(people.setup, "lena@ek-mobler.example", name="Lena"))
    later = proposed(people, "lena@ek-mobler.example")
    assert later is not None and later.there is not None and later.there.name == "Ek"
    people.did(contact.change(people.setup, "lena@ek-mobler.example", organisation="ek"))
    assert proposed(people, "lena@ek-mobler.example") is None
    # Taken back, it belongs to nobody, and is proposed anew.
    back = people.did(undo.undo(people.setup, made.trace))
    assert back.act == "organisation.remove" and proposed(people, "lena@ek-mobler.example") is not None
    people.did(undo.undo(people.setup, back.trace))
    assert proposed(people, "lena@ek-mobler.example") is None
    people.did(contact.remove(people.setup, "lena@ek-mobler.example"))
    assert proposed(people, "lena@ek-mobler.example") is None


def test_it_is_changed_and_back(people: Office) -> None:
    people.did(organisation.add(people.setup, "Ek"))
    done = people.did(
        organisation.change(people.setup, "Ek", new_name="Ek AB", note=" Oak \r\n", add_domains=["ek.example"])
    )
    assert (done.now["name"], done.now["note"], done.now["domains"]) == ("Ek AB", "Oak", ["ek.example"])
    less = people.did(organisation.change(people.setup, "Ek AB", remove_domains=["ek.example"]))
    assert less.now["domains"] == []
    assert people.refused(undo.undo(people.setup, done.trace)) == ("", "changed_since")
    people.did(undo.undo(people.setup, less.trace))
    back = people.did(undo.undo(people.setup, done.trace))
    assert (back.now["name"], back.now["domains"]) == ("Ek", [])
    gone = people.did(organisation.remove(people.setup, "Ek"))
    people.did(organisation.add(people.setup, "EK"))
    assert people.refused(undo.undo(people.setup, gone.trace)) == ("name", "organisation_there")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, ("", "nothing_to_change")),
        ({"new_name": "other"}, ("name", "organisation_there")),
        ({"new_name": ""}, ("name", "text_empty")),
        ({"note": "x" * 5001}, ("note", "text_long")),
        ({"add_domains": ["gmail.com"]}, ("add_domains", "domain_of_anybody")),
        ({"add_domains": ["other.example"]}, ("add_domains", "domain_of_organisation")),
        ({"add_domains": ["x"]}, ("add_domains", "domain_one_label")),
        ({"remove_domains": ["other.example"]}, ("remove_domains", "not_their_domain")),
    ],
)
def test_changes_that_cannot_be(people: Office, values: dict[str, Any], said: tuple[str, str]) -> None:
    people.did(organisation.add(people.setup, "Other", domains=["other.example"]))
    people.did(organisation.add(people.setup, "Ek"))
    assert people.refused(organisation.change(people.setup, "Ek", **values)) == said


def test_one_that_is_not_there(people: Office) -> None:
    assert people.refused(organisation.remove(people.setup, "Moon")) == ("name", "no_such_organisation")
    said = people.refused(contact.change(people.setup, "eva@gmail.com", organisation="Moon"))
    assert said == ("organisation", "no_such_organisation")
