"""Participants by hand: added, removed with their reply addresses, and an address that was wrong."""

from __future__ import annotations

import pytest

from tests.unit.flow.setup.conftest import Office
from tests.unit.flow.setup.test_follower import events, taken_back
from tests.unit.flow.test_filing import reply_address
from tests.unit.world import ERIK
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import participant
from weftmail.flow.setup.act import Done

KARIN = "karin@customer.example"


@pytest.fixture
def lead(office: Office) -> Office:
    """Karin's LEAD-1."""
    office.world.deliver(office.world.mail(), "leads@acme.example")
    return office


def people(office: Office) -> list[str | None]:
    record = office.world.record("LEAD-1")
    return [one.address for one in office.store.records.participants(record.company_id, record.id)]


def test_somebody_new_takes_part_and_is_a_contact(lead: Office) -> None:
    done = lead.did(participant.add(lead.setup, "LEAD-1", "Nils Ask <nils@new.example>"))
    assert people(lead) == [KARIN, "nils@new.example"]
    found = lead.store.contacts.by_address(lead.world.acme, "nils@new.example")
    assert found is not None and found.name == "Nils Ask"
    assert events(lead) == ["Anna added Nils Ask <nils@new.example> to the conversation"]
    assert lead.did(participant.add(lead.setup, "LEAD-1", "nils@new.example")).changes == ()
    taken_back(lead, done)
    assert people(lead) == [KARIN]


def test_who_is_removed_cannot_answer_by_the_address_that_they_were_given(lead: Office) -> None:
    karins = reply_address(lead.world, 1, 1)
    done = lead.did(participant.remove(lead.setup, "LEAD-1", KARIN))
    assert done.now["reply_addresses"] == "revoked" and people(lead) == []
    assert "the reply addresses that they were given no longer work" in events(lead)[-1]
    assert lead.world.deliver(lead.world.mail(), karins).state == "unmatched"
    taken_back(lead, done)
    assert people(lead) == [KARIN]
    assert lead.world.deliver(lead.world.mail(text="Again\n"), karins).state == "filed"


def test_an_address_that_was_wrong_is_put_right_and_back(lead: Office) -> None:
    done = lead.did(participant.correct(lead.setup, "LEAD-1", KARIN, "ek@customer.example"))
    assert people(lead) == ["ek@customer.example"]
    assert events(lead) == ["Anna corrected the address of Karin Ek: karin@customer.example → ek@customer.example"]
    taken_back(lead, done)
    assert people(lead) == [KARIN]
    assert lead.did(participant.correct(lead.setup, "LEAD-1", KARIN, KARIN)).changes == ()


def refusals(lead: Office) -> list[tuple[Done | Refusal, tuple[str, str]]]:
    setup = lead.setup
    lead.world.deliver(lead.world.mail(ERIK), "support@acme.example")
    return [
        (participant.add(setup, "LEAD-1", "karin"), ("participant", "address_malformed")),
        (participant.add(setup, "LEAD-1", "bjorn@acme.example"), ("participant", "post_to_colleague")),
        (participant.add(setup, "LEAD-1", "leads@acme.example"), ("participant", "post_to_ours")),
        (participant.remove(setup, "LEAD-1", "nobody@x.example"), ("address", "no_participant")),
        (participant.remove(setup, "LEAD-1", "erik@other.example"), ("address", "no_participant")),
        (participant.correct(setup, "LEAD-1", "erik@other.example", "e@other.example"), ("address", "no_participant")),
        (participant.correct(setup, "LEAD-1", KARIN, "karin"), ("new_address", "address_malformed")),
        (participant.correct(setup, "LEAD-1", KARIN, "erik@other.example"), ("address", "contact_address_taken")),
    ]


def test_what_does_not_fit_is_refused(lead: Office) -> None:
    for refused, where in refusals(lead):
        assert lead.refused(refused) == where
