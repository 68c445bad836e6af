"""Another type for a record: a new number, and the old one leads on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.flow.setup.conftest import Office
from weftmail.core.wording.sentences import say
from weftmail.flow.actor import Actor
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import record, record_type, retype, team, undo
from weftmail.flow.setup.act import Done
from weftmail.flow.setup.record_change import RecordChanges
from weftmail.flow.setup.record_type import TypeChanges
from weftmail.locale import language


def test_the_old_number_leads_on_both_ways(office: Office) -> None:
    office.world.deliver(office.world.mail(verified=True), "leads@acme.example")
    office.did(record.change(office.setup, "LEAD-1", RecordChanges(state="waiting")))
    done = office.did(retype.change(office.setup, "LEAD-1", "order"))
    assert (done.subject, done.now["type"], done.now["state"]) == ("ORDER-1", "order", "open")
    assert office.world.record("LEAD-1").label == "ORDER-1"
    said = [say(one.says) for one in office.world.thread("ORDER-1") if one.says is not None]
    assert said[-1] == "Anna changed the type: LEAD-1 → ORDER-1"
    back = office.did(undo.undo(office.setup, done.trace))
    stands = office.world.record("ORDER-1")
    assert (back.subject, stands.label, stands.state, stands.counts_as) == ("ORDER-1", "LEAD-1", "waiting", "waiting")
    assert office.refused(undo.undo(office.setup, done.trace)) == ("", "undone_already")
    # The number that an answer bears finds the record.
    first = office.world.thread("LEAD-1")[0].rfc_message_id
    row = office.world.deliver(office.world.mail(verified=True, references=[first]), "leads@acme.example")
    assert row.record_id == stands.id


def test_what_cannot_be(office: Office) -> None:
    office.did(team.add(office.setup, "Staff", add_members=["anna@acme.example"]))
    office.did(record.add(office.setup, "lead", title="T", owner="bjorn@acme.example"))
    assert office.refused(retype.change(office.setup, "LEAD-1", "lead")) == ("type", "type_already")
    assert office.refused(retype.change(office.setup, "LEAD-1", "moon")) == ("type", "no_such_record_type")
    only = TypeChanges(teams_only=True, add_teams=["Staff"])
    office.did(record_type.change(office.setup, None, "ticket", only))
    assert office.refused(retype.change(office.setup, "LEAD-1", "ticket")) == ("type", "not_in_named_team")
    office.did(record.change(office.setup, "LEAD-1", RecordChanges(owner="")))
    assert office.did(retype.change(office.setup, "LEAD-1", "ticket")).subject == "TICKET-1"


def test_a_reference_of_outside_leads_on_and_stands_once(office: Office) -> None:
    """What an outside application calls by the old type is the same record, and no other gets its reference."""
    acme, store = office.world.acme, office.store
    office.did(record.add(office.setup, "lead", title="Order", reference="4711"))
    done = office.did(retype.change(office.setup, "LEAD-1", "ticket"))
    for type_ in ("lead", "ticket"):
        found = store.records.by_reference(acme, type_, "4711") or store.records.by_former_reference(
            acme, type_, "4711"
        )
        assert found is not None and found.label == "TICKET-1"
        refused = office.refused(record.add(office.setup, type_, title="Again", reference="4711"))
        assert refused == ("reference", "reference_taken")
    assert store.records.by_former_reference(acme, "order", "4711") is None
    office.did(record.add(office.setup, "order", title="Other", reference="4711"))
    assert office.refused(retype.change(office.setup, "TICKET-1", "order")) == ("type", "reference_taken")
    office.did(undo.undo(office.setup, done.trace))
    assert office.world.record("TICKET-1").label == "LEAD-1"


def test_what_is_for_others_now_gives_its_reference_away_and_is_not_taken_back_over_another(office: Office) -> None:
    office.did(record.add(office.setup, "lead", title="Order", reference="4711", owner=""))
    done = office.did(retype.change(office.setup, "LEAD-1", "ticket"))
    office.did(record_type.change(office.setup, None, "ticket", TypeChanges(teams_only=True)))
    bjorn = replace(office.setup, actor=Actor("Björn", office.world.bjorn))
    made = record.add(bjorn, "lead", title="New", reference="4711")
    assert isinstance(made, Done) and made.subject == "LEAD-2"
    assert office.refused(undo.undo(office.setup, done.trace)) == ("", "reference_taken")


def test_who_will_see_a_record_is_said_before_it_gets_another_type(office: Office) -> None:
    """Each type says who sees its records, in both languages, and looking changes nothing."""
    for name in ("Staff", "Legal"):
        office.did(team.add(office.setup, name, add_members=["anna@acme.example"]))
    office.did(record.add(office.setup, "lead", title="T"))
    office.did(
        record_type.change(office.setup, None, "ticket", TypeChanges(teams_only=True, add_teams=["Staff", "Legal"]))
    )
    office.did(record_type.change(office.setup, None, "task", TypeChanges(teams_only=True)))
    seen = retype.seen_by(office.store, office.world.acme)
    assert say(seen["ticket"]) == "Legal, Staff and the admins, nobody else"
    assert say(seen["task"]) == "the admins, nobody else"
    assert {say(one) for name, one in seen.items() if name not in ("ticket", "task")} == {"everybody in Acme"}
    assert list(seen) == [one.name for one in office.store.companies.record_types(office.world.acme)]
    swedish = language("sv")
    assert say(seen["ticket"], swedish) == "Legal, Staff och administratörerna, ingen annan"
    assert say(seen["order"], swedish) == "alla i Acme"
    found, wanted, who = retype.plan(office.setup, "LEAD-1", "ticket")
    assert (found.label, wanted, who) == ("LEAD-1", "ticket", seen["ticket"])
    assert office.world.record("LEAD-1").type == "lead"
    with pytest.raises(RefusedAct):
        retype.plan(office.setup, "LEAD-1", "lead")


def test_a_team_says_whether_who_answers_takes(office: Office) -> None:
    office.did(team.add(office.setup, "Staff", add_members=["anna@acme.example"]))
    changed = office.did(team.change(office.setup, "Staff", takes=False))
    assert [one.takes for one in office.store.teams.all(office.world.acme)] == [False]
    office.did(undo.undo(office.setup, changed.trace))
    assert [one.takes for one in office.store.teams.all(office.world.acme)] == [True]
