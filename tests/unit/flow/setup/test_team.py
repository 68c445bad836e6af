"""Teams: who belongs to one, and that what it owns is never nobody's."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.flow.setup.conftest import Office
from weftmail.flow.setup import find, record, team, undo, user
from weftmail.flow.setup.act import FieldChange
from weftmail.flow.setup.record_change import RecordChanges
from weftmail.store.ownership import Owner
from weftmail.store.record import NewRecord

ANNA, BJORN = "anna@acme.example", "bjorn@acme.example"


@pytest.fixture
def sales(office: Office) -> Office:
    """The team Sales, Anna and Björn, which owns leads@ and LEAD-1."""
    office.did(team.add(office.setup, " Sales ", add_members=[ANNA, BJORN]))
    found = office.store.teams.by_name(office.world.acme, "Sales")
    assert found is not None
    office.store.records.open(NewRecord(office.world.acme, "lead", "Chairs", owner_team_id=found.id), 1)
    holdings = office.store.ownership.of_user(office.world.acme, office.world.anna)
    office.store.ownership.give(office.world.acme, holdings, Owner(team_id=found.id), 1)
    return office


def owned(office: Office, name: str) -> tuple[list[str], list[str]]:
    """Return the records and the aliases of a team, or of a person by name."""
    acme = office.world.acme
    found = office.store.teams.by_name(acme, name)
    if found is not None:
        holdings = office.store.ownership.of_team(acme, found.id)
    else:
        holdings = office.store.ownership.of_user(acme, office.world.bjorn)
    return [one.name for one in holdings.records], [one.name for one in holdings.aliases]


ALIASES = ["leads@acme.example", "support@acme.example"]


def test_a_team_with_members_is_added_renamed_and_changed(office: Office) -> None:
    made = office.did(team.add(office.setup, "Sales", add_members=[ANNA]))
    assert made.now["members"] == [{"name": "Anna", "address": ANNA}]
    changed = office.did(
        team.change(office.setup, "Sales", new_name="Sellers", add_members=[BJORN], remove_members=[ANNA])
    )
    assert changed.subject == "Sellers"
    assert changed.changes == (
        FieldChange("name", "Sales", "Sellers"),
        FieldChange("members", f"Anna {ANNA}", f"Björn {BJORN}"),
    )
    gone = office.did(team.remove(office.setup, "Sellers"))
    assert (gone.now, office.store.teams.all(office.world.acme)) == ({}, [])


def test_a_team_that_owns_something_is_removed_with_somebody_who_takes_over(sales: Office) -> None:
    assert owned(sales, "Sales") == (["LEAD-1"], ALIASES)
    assert sales.refused(team.remove(sales.setup, "Sales")) == ("to", "team_owns")
    assert sales.refused(team.remove(sales.setup, "Sales", to="Sales")) == ("to", "heir_same")
    gone = sales.did(team.remove(sales.setup, "Sales", to=BJORN))
    assert (gone.was["passed_to"], gone.was["aliases"]) == (BJORN, ALIASES)
    assert owned(sales, "Björn") == (["LEAD-1"], ALIASES)
    record = sales.store.records.by_label("LEAD-1", sales.world.acme)[0]
    assert (record.owner, record.team) == ("Björn", None)
    assert [one.name for one in sales.store.records.followers(record.company_id, record.id)] == ["Björn"]


def test_a_team_owns_a_record_that_somebody_gives_it(office: Office) -> None:
    office.did(team.add(office.setup, "Sales", add_members=[ANNA, BJORN]))
    office.did(team.add(office.setup, "Empty"))
    office.did(record.add(office.setup, "lead", title="Chairs", owner="Sales"))
    found = office.store.records.by_label("LEAD-1")[0]
    assert (found.owner, found.team) == (None, "Sales")
    assert [one.name for one in office.store.records.followers(found.company_id, found.id)] == ["Anna", "Björn"]
    changed = office.did(record.change(office.setup, "LEAD-1", RecordChanges(owner=BJORN)))
    assert changed.changes == (FieldChange("owner", "", "Björn"),)
    office.did(record.change(office.setup, "LEAD-1", RecordChanges(owner="Sales")))
    said = [one.says.values for one in office.world.thread("LEAD-1") if one.says is not None]
    assert [(one["was"], one["became"]) for one in said] == [("-", "Björn"), ("Björn", "-")]
    assert office.refused(record.change(office.setup, "LEAD-1", RecordChanges(owner="Empty"))) == (
        "owner",
        "team_empty",
    )
    assert office.refused(record.change(office.setup, "LEAD-1", RecordChanges(owner="Nobody"))) == (
        "owner",
        "address_malformed",
    )


def test_a_removed_team_comes_back_with_its_members_and_what_it_owned(sales: Office) -> None:
    gone = sales.did(team.remove(sales.setup, "Sales", to=BJORN))
    sales.did(user.add(sales.setup, "eva@office.example"))
    back = sales.did(undo.undo(sales.setup, gone.trace))
    assert back.now["members"] == [{"name": "Anna", "address": ANNA}, {"name": "Björn", "address": BJORN}]
    assert owned(sales, "Sales") == (["LEAD-1"], ALIASES)
    assert sales.refused(undo.undo(sales.setup, gone.trace)) == ("", "undone_already")


def test_who_left_meanwhile_does_not_come_back_with_the_team(office: Office) -> None:
    office.did(team.add(office.setup, "Sales", add_members=[BJORN, ANNA]))
    gone = office.did(team.remove(office.setup, "Sales"))
    office.did(user.remove(office.setup, BJORN))
    back = office.did(undo.undo(office.setup, gone.trace))
    assert back.now["members"] == [{"name": "Anna", "address": ANNA}]


def test_a_change_of_a_team_is_undone_unless_it_was_changed_since(office: Office) -> None:
    added = office.did(team.add(office.setup, "Sales", add_members=[ANNA]))
    changed = office.did(team.change(office.setup, "Sales", new_name="Sellers", add_members=[BJORN]))
    back = office.did(undo.undo(office.setup, changed.trace))
    assert (back.now["name"], back.now["members"]) == ("Sales", added.now["members"])
    swapped = office.did(team.change(office.setup, "Sales", add_members=[BJORN], remove_members=[ANNA]))
    office.did(undo.undo(office.setup, swapped.trace))
    office.did(team.change(office.setup, "Sales", add_members=[BJORN]))
    assert office.refused(undo.undo(office.setup, swapped.trace)) == ("", "changed_since")
    office.did(undo.undo(office.setup, added.trace))
    assert office.store.teams.all(office.world.acme) == []


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        ("Sales", {}, ("", "nothing_to_change")),
        ("Buyers", {"new_name": "X"}, ("name", "no_such_team")),
        ("Sales", {"new_name": "Finance"}, ("new_name", "team_there")),
        ("Sales", {"new_name": "a@b"}, ("new_name", "team_name_address")),
        ("Sales", {"new_name": "A\nB"}, ("new_name", "text_break")),
        ("Sales", {"add_members": ["nobody@acme.example"]}, ("add_members", "no_such_user")),
        ("Finance", {"remove_members": [ANNA]}, ("remove_members", "no_team_member")),
        ("Sales", {"remove_members": [ANNA, BJORN]}, ("remove_members", "team_needs_member")),
    ],
)
def test_changes_that_cannot_be(sales: Office, name: str, values: dict[str, Any], said: tuple[str, str]) -> None:
    sales.did(team.add(sales.setup, "Finance"))
    assert sales.refused(team.change(sales.setup, name, **values)) == said


def test_teams_that_cannot_be(office: Office) -> None:
    office.did(team.add(office.setup, "Sales"))
    assert office.refused(team.add(office.setup, "Sales")) == ("name", "team_there")
    assert office.refused(team.add(office.setup, "Eva", add_members=["eva@acme.example"]))[1] == "no_such_user"
    assert office.store.teams.by_name(office.world.acme, "Eva") is None
    with pytest.raises(LookupError):
        find.company_by_id(office.store, 99)


@pytest.mark.parametrize("name", ["sales", "SALES", "Sales"])
def test_a_name_is_taken_however_it_is_written(office: Office, name: str) -> None:
    office.did(team.add(office.setup, "Sales"))
    assert office.refused(team.add(office.setup, name)) == ("name", "team_there")
    office.did(team.add(office.setup, "Support"))
    assert office.refused(team.change(office.setup, "Support", new_name=name)) == ("new_name", "team_there")
    done = office.did(team.change(office.setup, "Sales", new_name="sales"))
    assert done.subject == "sales" and office.did(undo.undo(office.setup, done.trace)).subject == "Sales"
