"""Hand-over: whoever leaves leaves nothing behind that is nobody's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.flow.setup.conftest import Office
from weftmail.flow.due.kinds.notices import kind
from weftmail.flow.setup import alias, company, membership, team, undo, user
from weftmail.store.due import Due
from weftmail.store.record import NewRecord, Record

ANNA, BJORN, EVA, KARIN = "anna@acme.example", "bjorn@acme.example", "eva@office.example", "karin@office.example"


def person(office: Office, address: str) -> int:
    found = office.store.users.by_address(address)
    assert found is not None
    return found.id


def opened(office: Office, title: str, owner: str | None, follower: str) -> Record:
    """Open a lead that somebody owns and somebody follows."""
    acme, records = office.world.acme, office.store.records
    owner_id = person(office, owner) if owner else None
    record = records.open(NewRecord(acme, "lead", title, owner_id=owner_id), office.world.clock())
    records.follow(acme, record.id, person(office, follower), office.world.clock())
    return record


@pytest.fixture
def eva(office: Office) -> Office:
    """Eva, who owns LEAD-1 and sales@, follows LEAD-1 and LEAD-2, and is alone in the team Sales, which owns buy@."""
    for address in (EVA, KARIN):
        office.did(user.add(office.setup, address))
    office.did(team.add(office.setup, "Sales", add_members=[EVA]))
    opened(office, "Chairs", EVA, EVA)
    opened(office, "Desks", ANNA, EVA)
    sales = office.store.teams.by_name(office.world.acme, "Sales")
    assert sales is not None
    office.world.alias("sales", "lead", owner_id=person(office, EVA))
    office.world.alias("buy", "lead", owner_id=None, owner_team_id=sales.id)
    return office


def followers(office: Office, label: str) -> set[str]:
    record = office.store.records.by_label(label, office.world.acme)[0]
    return {one.name for one in office.store.records.followers(record.company_id, record.id)}


def owner(office: Office, label: str) -> str | None:
    record = office.store.records.by_label(label, office.world.acme)[0]
    return record.owner or record.team


def events(office: Office, label: str) -> list[str]:
    return [one.says.values["became"] for one in office.world.thread(label) if one.says is not None]  # type: ignore[misc]


def test_nobody_leaves_with_work_that_nobody_takes_over(eva: Office) -> None:
    assert eva.refused(user.remove(eva.setup, EVA)) == ("to", "heir_wanted")
    assert eva.refused(membership.leave(eva.setup, EVA, "Acme", to="")) == ("to", "heir_wanted")
    assert (owner(eva, "LEAD-1"), followers(eva, "LEAD-2")) == ("Eva", {"Eva"})


def test_a_colleague_takes_all_of_it_over_and_is_told_once(eva: Office) -> None:
    gone = eva.did(user.remove(eva.setup, EVA, to=KARIN))
    assert gone.now["passed_to"] == KARIN
    assert gone.was["records"] == [{"company": "Acme", "number": "LEAD-1"}]
    assert gone.was["aliases"] == ["sales@acme.example"]
    assert gone.was["last_member_of"] == gone.was["teams"] == [{"company": "Acme", "team": "Sales"}]
    assert (owner(eva, "LEAD-1"), events(eva, "LEAD-1")) == ("Karin", ["Karin"])
    assert (owner(eva, "LEAD-2"), followers(eva, "LEAD-1"), followers(eva, "LEAD-2")) == ("Anna", {"Karin"}, {"Karin"})
    found = eva.store.aliases.by_address("sales@acme.example")
    assert found is not None and found.owner == "Karin"
    sales = eva.store.teams.by_name(eva.world.acme, "Sales")
    assert sales is not None and eva.store.teams.members(eva.world.acme, sales.id) == [person(eva, KARIN)]
    (notice,) = eva.store.inbox.notices(person(eva, KARIN), eva.world.acme)
    assert (notice.says.code, notice.says.values["records"]) == ("notice.passed on", 1)
    due = Due(1, None, kind.name, str(person(eva, KARIN)), 0, 0, "")
    assert kind.run(eva.store, eva.world.installation, due, eva.world.clock()) is not None
    (copy,) = eva.store.outbox.claim("t", eva.world.clock(), 2**60, 9)
    assert [one.code for one in copy.sentences] == ["mail.notice.passed on"]


def test_a_team_takes_it_over_and_its_members_follow(eva: Office) -> None:
    eva.did(team.add(eva.setup, "Office", add_members=[ANNA, BJORN]))
    eva.did(membership.leave(eva.setup, EVA, "Acme", to="Office"))
    assert (owner(eva, "LEAD-1"), followers(eva, "LEAD-2")) == ("Office", {"Anna", "Björn"})
    # Who did it is told nothing.
    assert len(eva.store.inbox.notices(eva.world.bjorn, eva.world.acme)) == 1
    assert eva.store.inbox.notices(eva.world.anna, eva.world.acme) == []


@pytest.mark.parametrize(
    ("to", "code"),
    [
        ("Nobody", "no_such_team"),
        ("Sales", "heir_same"),
        ("Empty", "team_empty"),
        (EVA, "heir_same"),
        ("reader@office.example", "heir_reads"),
        ("nobody@office.example", "no_such_user"),
        ("other@office.example", "no_member"),
    ],
)
def test_who_cannot_take_over(eva: Office, to: str, code: str) -> None:
    eva.did(team.add(eva.setup, "Empty"))
    eva.did(user.add(eva.setup, "reader@office.example", role="reader"))
    eva.did(company.add(eva.setup, "Beta"))
    eva.did(user.add(eva.setup, "other@office.example", company="Beta"))
    assert eva.refused(user.remove(eva.setup, EVA, to=to)) == ("to", code)
    assert eva.store.users.memberships(person(eva, EVA)) != []


@pytest.mark.parametrize("to", [KARIN, "Office"])
@pytest.mark.parametrize("whole", [True, False])
def test_it_is_all_undone(eva: Office, to: str, whole: bool) -> None:
    eva.did(team.add(eva.setup, "Office", add_members=[BJORN]))
    gone = eva.did(user.remove(eva.setup, EVA, to=to) if whole else membership.leave(eva.setup, EVA, "Acme", to=to))
    found = eva.store.users.get(person(eva, EVA))
    assert found is not None and not found.active
    back = eva.did(undo.undo(eva.setup, gone.trace))
    assert back.act == ("user.restore" if whole else "membership.restore")
    assert (owner(eva, "LEAD-1"), "Eva" in followers(eva, "LEAD-1"), "Eva" in followers(eva, "LEAD-2")) == (
        "Eva", True, True,
    )  # fmt: skip
    sales_alias = eva.store.aliases.by_address("sales@acme.example")
    assert sales_alias is not None and sales_alias.owner == "Eva"
    sales = eva.store.teams.of_user(eva.world.acme, person(eva, EVA))
    assert [one.name for one in sales] == ["Sales"]
    assert [one.role for one in eva.store.users.memberships(person(eva, EVA))] == ["agent"]


def test_who_had_nothing_comes_back_with_nothing(eva: Office) -> None:
    for leave in (lambda: user.remove(eva.setup, KARIN), lambda: membership.leave(eva.setup, BJORN, "Acme")):
        done = eva.did(leave())
        assert "passed_to" not in done.now
        eva.did(undo.undo(eva.setup, done.trace))
    assert len(eva.store.users.colleagues(eva.world.acme)) == 4


def test_an_alias_that_was_removed_is_nobodys_to_take_over(eva: Office) -> None:
    eva.did(user.add(eva.setup, "olof@office.example"))
    eva.world.alias("old", "lead", owner_id=person(eva, "olof@office.example"))
    eva.did(alias.remove(eva.setup, "old@acme.example"))
    eva.did(user.remove(eva.setup, "olof@office.example"))
    found = eva.store.aliases.by_address("old@acme.example")
    assert found is not None and found.owner_id is None
    office = eva.store.teams.add(eva.world.acme, "Office", 1)
    eva.world.alias("older", "lead", owner_id=None, owner_team_id=office)
    eva.did(alias.remove(eva.setup, "older@acme.example"))
    assert "aliases" not in eva.did(team.remove(eva.setup, "Office")).was


def test_what_the_heir_passed_on_since_stays_where_it_is(eva: Office) -> None:
    gone = eva.did(user.remove(eva.setup, EVA, to=KARIN))
    eva.did(user.remove(eva.setup, KARIN, to=BJORN))
    eva.did(undo.undo(eva.setup, gone.trace))
    assert owner(eva, "LEAD-1") == "Björn"


def test_what_is_gone_since_does_not_come_back(eva: Office) -> None:
    gone = eva.did(user.remove(eva.setup, EVA, to=KARIN))
    eva.did(team.remove(eva.setup, "Sales", to=BJORN))
    eva.did(undo.undo(eva.setup, gone.trace))
    assert eva.store.teams.of_user(eva.world.acme, person(eva, EVA)) == []
    again = eva.did(user.remove(eva.setup, EVA, to=KARIN))
    eva.did(company.change(eva.setup, "Acme", new_name="Acme AB"))
    assert eva.did(undo.undo(eva.setup, again.trace)).now["memberships"] == []


def test_the_history_of_a_company_says_nothing_of_another(eva: Office) -> None:
    eva.did(company.add(eva.setup, "Beta"))
    joined = eva.did(user.add(eva.setup, EVA, company="Beta", role="reader"))
    assert (joined.was["memberships"], joined.now["memberships"]) == ([], [{"company": "Beta", "role": "reader"}])
    left = eva.did(membership.leave(eva.setup, EVA, "Acme", to=KARIN))
    assert "Beta" not in str(left.was) + str(left.now)
    # Of somebody in two companies, or who looks after all of them, no company's history tells.
    eva.did(user.add(eva.setup, EVA, company="Acme"))
    assert eva.did(user.change(eva.setup, EVA, name="Eva Ek")).company_id is None
    assert eva.did(user.change(eva.setup, ANNA, name="Anna Ek")).company_id is None
    assert eva.did(user.change(eva.setup, KARIN, name="Karin Ek")).company_id == eva.world.acme


def test_a_change_of_a_user_is_undone(eva: Office) -> None:
    changed = eva.did(
        user.change(
            eva.setup, EVA, name="Eva Ek", role="reader", language="sv", time_zone="Europe/Stockholm",
            add_addresses=["eva@home.example"], remove_addresses=[EVA], installation_admin=True,
        )
    )  # fmt: skip
    assert changed.company_id is None
    back = eva.did(undo.undo(eva.setup, changed.trace))
    kept = {name: value for name, value in back.now.items() if not name.endswith("_at")}
    assert kept == {name: value for name, value in changed.was.items() if not name.endswith("_at")}
    again = eva.did(user.change(eva.setup, EVA, name="Eva Berg"))
    assert eva.did(undo.undo(eva.setup, again.trace)).now["name"] == "Eva"
    again = eva.did(user.change(eva.setup, EVA, name="Eva Berg"))
    eva.did(user.change(eva.setup, EVA, name="Eva Dahl"))
    assert eva.refused(undo.undo(eva.setup, again.trace)) == ("", "changed_since")
    last = eva.did(user.change(eva.setup, EVA, name="E", role="reader"))
    eva.did(company.change(eva.setup, "Acme", new_name="Acme AB"))
    assert eva.refused(undo.undo(eva.setup, last.trace)) == ("", "changed_since")


def test_signed_out_everywhere(eva: Office) -> None:
    for token in ("one", "two"):
        eva.store.sessions.add(token, person(eva, EVA), "csrf", 1, 10**15)
    eva.did(user.sign_in_link(eva.setup, EVA, "link"))
    out = eva.did(user.sign_out(eva.setup, EVA))
    assert (out.was, out.now) == ({"sessions": 2}, {"sessions": 0})
    assert eva.store.sessions.visitor("one", 2) is None and eva.store.sessions.link_user("link", 2) is None


def test_a_user_who_is_gone_is_a_fault(eva: Office) -> None:
    (row,) = eva.store.audit.all(most=1)
    with pytest.raises(LookupError, match="user 99 is gone"):
        membership.by_id(eva.store, replace(row, was='{"id": 99}'))
