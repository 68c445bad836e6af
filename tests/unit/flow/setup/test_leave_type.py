"""A colleague leaves all records of a type at once, and comes back to them as they were."""

from __future__ import annotations

import pytest

from tests.unit.flow.setup.conftest import Office
from tests.unit.flow.setup.test_follower import ANNA, taken_back
from weftmail.flow.setup import follower, leave_type


@pytest.fixture
def leads(office: Office) -> Office:
    """Three leads and a ticket of Anna's."""
    for alias in ("leads", "leads", "leads", "support"):
        office.world.deliver(office.world.mail(), f"{alias}@acme.example")
    return office


def follows(office: Office) -> dict[str, tuple[bool, frozenset[str]]]:
    found = {}
    for label in ("LEAD-1", "LEAD-2", "LEAD-3", "TICKET-1"):
        record = office.world.record(label)
        for one in office.store.records.followers(record.company_id, record.id):
            found[label] = (one.muted_at is not None, one.hears)
    return found


def test_all_of_a_type_and_nothing_else(leads: Office) -> None:
    leads.did(follower.change(leads.setup, "LEAD-2", ANNA, kinds=["notes"], muted=True))
    leads.did(follower.remove(leads.setup, "LEAD-3", ANNA))
    before = follows(leads)
    assert set(before) == {"LEAD-1", "LEAD-2", "TICKET-1"}
    done = leads.did(leave_type.leave(leads.setup, "lead", ANNA, company="Acme"))
    assert set(follows(leads)) == {"TICKET-1"}
    assert leads.refused(leave_type.leave(leads.setup, "lead", ANNA, company="Acme")) == ("type", "follows_none")
    back = taken_back(leads, done)
    assert follows(leads) == before, "as they were, and not what was left before"
    taken_back(leads, back)
    assert set(follows(leads)) == {"TICKET-1"}


def test_new_ones_come_as_before(leads: Office) -> None:
    leads.did(leave_type.leave(leads.setup, "lead", ANNA, company="Acme"))
    leads.world.deliver(leads.world.mail(), "leads@acme.example")
    record = leads.world.record("LEAD-4")
    assert [one.name for one in leads.store.records.followers(record.company_id, record.id)] == ["Anna"]
