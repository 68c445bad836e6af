"""Aliases: on and off, a team as owner, names that are near, and each act taken back."""

from __future__ import annotations

import pytest

from tests.unit.flow.setup.conftest import Office
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import alias, domain, team, user
from weftmail.flow.setup.act import Done, FieldChange
from weftmail.flow.setup.undo import undo
from weftmail.store.record import NewRecord

LEADS = "leads@acme.example"


def said(office: Office, address: str = LEADS) -> dict[str, object]:
    """What is said of an alias, times of change aside."""
    found = office.store.aliases.by_address(address)
    assert found is not None
    return alias._now(office.store, found.company_id, found.id) | {"changed_at": ""}


def undone(office: Office, done: Done) -> Done:
    return office.did(undo(office.setup, done.trace))


def test_one_that_is_off_is_refused_and_comes_back_on(office: Office) -> None:
    before = said(office)
    off = office.did(alias.switch_off(office.setup, LEADS))
    assert off.changes == (FieldChange("state", "on", "off"),)
    assert LEADS not in office.map.recipients
    assert office.did(alias.switch_off(office.setup, LEADS)).changes == ()
    changed = office.did(alias.change(office.setup, LEADS, accepts="known"))
    assert changed.now["state"] == "off" and LEADS not in office.map.recipients
    assert office.refused(alias.add(office.setup, LEADS, opens="lead")) == ("address", "alias_there")
    undone(office, changed)
    undone(office, off)
    assert said(office) == before and LEADS in office.map.recipients
    on = office.did(alias.switch_on(office.setup, LEADS))
    assert on.trace == 0
    office.did(alias.switch_off(office.setup, LEADS))
    on = office.did(alias.switch_on(office.setup, LEADS))
    assert undone(office, on).now["state"] == "off"


def test_a_team_owns_one_in_place_of_a_colleague(office: Office) -> None:
    setup = office.setup
    office.did(team.add(setup, "Sales", company="Acme", add_members=["bjorn@acme.example"]))
    changed = office.did(alias.change(setup, LEADS, team="Sales"))
    assert (changed.now["owner"], changed.now["team"]) == (None, "Sales")
    assert office.refused(alias.change(setup, LEADS, team="Sales", owner="anna@acme.example")) == (
        "team",
        "owner_and_team",
    )
    assert office.refused(alias.change(setup, LEADS, team="Nobody")) == ("team", "no_such_team")
    assert office.did(alias.change(setup, LEADS, accepts="known")).now["team"] == "Sales"
    kept = office.did(alias.change(setup, LEADS, owner="bjorn@acme.example"))
    assert (kept.now["owner"], kept.now["team"]) == ("Björn", None)
    assert office.did(alias.change(setup, LEADS, team="")).now["owner"] == "Björn"
    assert undone(office, kept).now["team"] == "Sales"
    assert office.did(alias.change(setup, LEADS, owner="")).now["team"] is None
    made = office.did(alias.add(setup, "new@acme.example", opens="lead", team="Sales"))
    assert made.now["team"] == "Sales"


def test_a_change_is_taken_back_whole(office: Office) -> None:
    setup = office.setup
    office.store.records.open(NewRecord(office.world.acme, "task", "Trade fair"), 1)
    office.did(alias.change(setup, LEADS, defaults={"source": "web"}, answer_as="Sales <sales@acme.example>"))
    before = said(office)
    changed = office.did(
        alias.change(
            setup, LEADS, record="TASK-1", owner="bjorn@acme.example", accepts="internal", answer_as="",
            defaults={"source": "", "tag": "b"},
        )
    )  # fmt: skip
    back = undone(office, changed)
    assert said(office) == before
    undone(office, back)
    assert said(office)["record"] == "TASK-1"
    office.did(alias.change(setup, LEADS, accepts="known"))
    assert office.refused(undo(setup, back.trace)) == ("", "changed_since")


@pytest.mark.parametrize("off", [False, True])
def test_one_that_was_removed_comes_back_as_it_was(office: Office, off: bool) -> None:
    setup = office.setup
    office.did(alias.change(setup, LEADS, accepts="known", defaults={"source": "web"}))
    if off:
        office.did(alias.switch_off(setup, LEADS))
    before = said(office)
    gone = office.did(alias.remove(setup, LEADS))
    assert LEADS not in office.map.recipients
    restored = undone(office, gone)
    assert restored.act == "alias.restore"
    assert said(office) == before and (LEADS in office.map.recipients) is not off
    assert undone(office, restored).act == "alias.remove"


def test_one_whose_place_was_taken_does_not_come_back(office: Office) -> None:
    setup = office.setup
    gone = office.did(alias.remove(setup, LEADS))
    made = office.did(alias.add(setup, LEADS, opens="task"))
    assert office.refused(undo(setup, gone.trace)) == ("address", "alias_there")
    undone(office, made)
    office.did(domain.remove(setup, "acme.example"))
    assert office.refused(undo(setup, gone.trace)) == ("address", "domain_closed")


def test_an_owner_who_left_does_not_come_back(office: Office) -> None:
    setup = office.setup
    gone = office.did(alias.change(setup, LEADS, owner="bjorn@acme.example"))
    gone = office.did(alias.remove(setup, LEADS))
    removed = user.remove(setup, "bjorn@acme.example", to="anna@acme.example")
    assert not isinstance(removed, Refusal)
    assert office.refused(undo(setup, gone.trace))[0] == "owner"


def test_what_is_said_of_a_name(office: Office) -> None:
    setup = office.setup
    office.did(alias.add(setup, "sales@acme.example", opens="lead"))
    check = alias.check_name(setup, " Sale@ACME.example ", "Acme")
    assert (check.address, check.refusal, check.near) == ("sale@acme.example", None, ("sales@acme.example",))
    taken = alias.check_name(setup, "sales@acme.example", "Acme")
    assert taken.refusal is not None and taken.refusal.code == "alias_there"
    assert alias.check_name(setup, "other@acme.example", "Acme").near == ()
    assert alias.near(office.store, "x@nowhere.example") == ()
    assert alias.foreign(office.store, office.world.acme, "x@") is None
    assert alias.foreign(office.store, office.world.acme, "x@Acme.Example") is None
    foreign = alias.foreign(office.store, office.world.acme, "x@nowhere.example")
    assert foreign is not None and foreign.values["names"] == "acme.example"
