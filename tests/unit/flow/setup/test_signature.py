"""Signatures: set, shown below what leaves, and taken back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.flow.setup.conftest import Office
from weftmail.flow.setup import signature, team, undo
from weftmail.flow.signing_off import signing_off

ANNA = "anna@acme.example"


def below(office: Office) -> tuple[str, ...]:
    world = office.world
    record = world.record("LEAD-1")
    return signing_off(world.store, record, world.anna, "Anna", "Acme Sales")


@pytest.fixture
def lead(office: Office) -> Office:
    """An office with LEAD-1, which the team Sales owns."""
    office.world.deliver(office.world.mail(verified=True), "leads@acme.example")
    office.did(team.add(office.setup, "Sales", company="Acme", add_members=[ANNA]))
    found = office.store.teams.by_name(office.world.acme, "Sales")
    assert found is not None
    record = office.world.record("LEAD-1")
    office.store.records.set(replace(record, owner_id=None, owner_team_id=found.id), 1)
    return office


def test_names_stand_there_until_signatures_do(lead: Office) -> None:
    assert below(lead) == ("Anna", "Acme Sales")
    first = lead.did(signature.of_person(lead.setup, ANNA, " Anna Ek \n+46 8 123 \n\n"))
    lead.did(signature.of_team(lead.setup, "Sales", "Acme Sales\nOpen 8 to 17"))
    assert below(lead) == ("Anna Ek", "+46 8 123", "Acme Sales", "Open 8 to 17")
    lead.did(undo.undo(lead.setup, first.trace))
    assert below(lead)[0] == "Anna"
    assert lead.refused(undo.undo(lead.setup, first.trace))[1] == "undone_already"


def test_a_team_that_is_removed_takes_its_signature_along(lead: Office) -> None:
    set_ = lead.did(signature.of_team(lead.setup, "Sales", "Acme Sales\nOpen"))
    lead.did(undo.undo(lead.setup, set_.trace))
    lead.did(signature.of_team(lead.setup, "Sales", "Acme Sales\nOpen"))
    lead.did(team.remove(lead.setup, "Sales", to=ANNA))
    assert below(lead) == ("Anna", "Acme Sales")


@pytest.mark.parametrize("text", ["x" * 1001, "\n".join("x" * 13)])
def test_a_signature_is_no_letter(lead: Office, text: str) -> None:
    assert lead.refused(signature.of_person(lead.setup, ANNA, text)) == ("signature", "signature_long")
