"""Teams: colleagues of one company who own records and aliases together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from weftmail.core.routing.giving import GIVING_RULES, GivingRule
from weftmail.flow import vocabulary
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup import belongings, find, handover
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.flow.setup.handover import Heir
from weftmail.flow.setup.undo import check_unchanged
from weftmail.store.audit import AuditRow
from weftmail.store.company import Company
from weftmail.store.ownership import Owner
from weftmail.store.store import Store
from weftmail.store.team import Team


def fields(store: Store, team: Team) -> Fields:
    """Return what is said of a team; its members are those who are active in the company."""
    company = find.company_by_id(store, team.company_id)
    return vocabulary.team(team, company.name, members(store, team))


def members(store: Store, team: Team) -> dict[str, str]:
    """Return the names of the members by their first addresses."""
    return {one.address or "": one.name for one in store.teams.people(team.company_id, team.id)}


@act
def add(setup: Setup, name: str, *, company: str | None = None, add_members: Sequence[str] = ()) -> Done:
    """Add a team with some members, or with none yet."""
    store, wanted = setup.store, find.line("name", name)
    whose = find.company(store, company)
    _check_name(store, whose, wanted, "name")
    store.teams.add(whose.id, wanted, setup.clock())
    made = find.team(store, whose.id, wanted)
    _change_members(store, made, add_members, ())
    return Done("team.add", whose.id, wanted, {}, fields(store, made))


@act
def change(
    setup: Setup,
    name: str,
    *,
    company: str | None = None,
    new_name: str | None = None,
    add_members: Sequence[str] = (),
    remove_members: Sequence[str] = (),
    takes: bool | None = None,
    gives: str | None = None,
    holds_crossing: bool | None = None,
) -> Done:
    """Rename a team, or change who belongs to it; what it owns stays with it.

    ``takes``: a record of the team that nobody owns becomes that of the colleague who answers.  ``gives`` is who gets a
    new record: nobody, the next in the round, or the last who wrote to its customer.  ``holds_crossing``: an answer by
    email waits that was written before somebody else wrote.
    """
    ways = (takes, gives, holds_crossing)
    if new_name is None and not add_members and not remove_members and all(one is None for one in ways):
        raise RefusedAct("", "nothing_to_change", noun="team")
    store = setup.store
    whose = find.company_with_team(store, company, name)
    found = find.team(store, whose.id, name)
    was = fields(store, found)
    wanted = found.name if new_name is None else find.line("new_name", new_name)
    if wanted != found.name:
        _check_name(store, whose, wanted, "new_name", found.id)
        store.teams.rename(whose.id, found.id, wanted)
    store.teams.set_ways(
        replace(
            found,
            takes=found.takes if takes is None else takes,
            gives=found.gives if gives is None else cast(GivingRule, find.choice("gives", gives, GIVING_RULES)),
            holds_crossing=found.holds_crossing if holds_crossing is None else holds_crossing,
        )
    )
    _change_members(store, found, add_members, remove_members)
    _keep_a_member(store, found)
    return Done("team.set", whose.id, wanted, was, fields(store, find.team(store, whose.id, wanted)))


@act
def remove(setup: Setup, name: str, *, company: str | None = None, to: str | None = None) -> Done:
    """Remove a team; what it owns passes to the colleague or the team that ``to`` names, its saved replies as well.

    Where it owns nothing and nobody is named, its replies are removed with it; an undo brings them back.
    """
    store = setup.store
    whose = find.company_with_team(store, company, name)
    found = find.team(store, whose.id, name)
    holdings = store.ownership.of_team(whose.id, found.id)
    had = belongings.fields(store, found)
    was = {**fields(store, found), **handover.fields([handover.Estate(whose, holdings)]), **had}
    taker = _taker(store, whose, found, to) if holdings or (to and belongings.reply_names(had)) else None
    store.ownership.pass_shared(whose.id, found.id, taker.owner.team_id if taker is not None else None)
    belongings.let_go(store, found, Owner() if taker is None else taker.owner, setup.clock())
    if taker is not None:
        if holdings:
            handover.pass_on(setup, whose.id, holdings, found.name, taker)
        was["passed_to"] = taker.known_as
    store.ownership.give(whose.id, store.ownership.of_team(whose.id, found.id), Owner(), setup.clock())
    store.teams.remove(whose.id, found.id)
    return Done("team.remove", whose.id, found.name, was)


def _taker(store: Store, company: Company, team: Team, to: str | None) -> Heir:
    if not to:
        raise RefusedAct("to", "team_owns", name=team.name)
    found = handover.heir(store, company, to)
    if found.owner.team_id == team.id:
        raise RefusedAct("to", "heir_same", name=team.name)
    return found


def _check_name(store: Store, company: Company, name: str, field: str, own_id: int | None = None) -> None:
    """Refuse a name that another team has, however it is written, and one that would be read as a person's address."""
    if "@" in name:
        raise RefusedAct(field, "team_name_address", name=name)
    same = [
        one.name for one in store.teams.all(company.id) if one.name.casefold() == name.casefold() and one.id != own_id
    ]
    if same:
        raise RefusedAct(field, "team_there", name=same[0], company=company.name)


def _change_members(store: Store, team: Team, more: Sequence[str], fewer: Sequence[str]) -> None:
    for text in more:
        store.teams.join(team.company_id, team.id, find.member(store, text, team.company_id, field="add_members").id)
    for text in fewer:
        user = find.user(store, text, field="remove_members")
        if not store.teams.leave(team.company_id, team.id, user.id):
            raise RefusedAct("remove_members", "no_team_member", name=user.name, team=team.name)


def _keep_a_member(store: Store, team: Team) -> None:
    """Refuse to leave what a team owns with nobody."""
    owns = store.ownership.of_team(team.company_id, team.id)
    if owns and not store.teams.members(team.company_id, team.id):
        raise RefusedAct("remove_members", "team_needs_member", name=team.name)


@act
def restore(setup: Setup, row: AuditRow) -> Done:
    """Bring a removed team back, with its members who are still there and what its heir still owns of it."""
    store, had = setup.store, row.before
    whose = find.company_by_id(store, row.company_id or 0)
    _check_name(store, whose, row.subject, "")
    store.teams.add(whose.id, row.subject, setup.clock())
    made = find.team(store, whose.id, row.subject)
    store.teams.set_ways(_as_before(made, row))
    here = {one.id for one in store.users.colleagues(whose.id)}
    for one in had["members"]:
        user = store.users.by_address(one["address"])
        if user is not None and user.id in here:
            store.teams.join(whose.id, made.id, user.id)
    heir = handover.heir_of_before(store, whose, had["passed_to"]).owner if "passed_to" in had else Owner()
    belongings.give_back(store, made, had, heir, setup.clock())
    if any(name in had for name in ("records", "aliases", "follows")):
        back = handover.Heir(Owner(team_id=made.id), made.name, made.name, store.teams.members(whose.id, made.id))
        handover.give_back(setup, whose, had, had["passed_to"], back)
    return Done("team.restore", whose.id, row.subject, {}, fields(store, made))


def _take_out(setup: Setup, row: AuditRow) -> Done | Refusal:
    return remove(setup, row.subject, company=row.company)


@act
def _change_back(setup: Setup, row: AuditRow) -> Done:
    store = setup.store
    whose = find.company_by_id(store, row.company_id or 0)
    found = find.team(store, whose.id, row.subject, field="")
    check_unchanged(row, fields(store, found))
    old, new = _addresses(row.before), _addresses(row.now)
    if row.before["name"] != found.name:
        _check_name(store, whose, row.before["name"], "", found.id)
        store.teams.rename(whose.id, found.id, row.before["name"])
    store.teams.set_ways(_as_before(found, row))
    _change_members(store, found, [one for one in old if one not in new], [one for one in new if one not in old])
    after = fields(store, find.team(store, whose.id, row.before["name"]))
    return Done("team.set", whose.id, row.before["name"], row.now, after)


def _as_before(team: Team, row: AuditRow) -> Team:
    ways = {name: row.before[name] for name in ("takes", "gives", "holds_crossing")}
    return replace(team, **ways)


def _addresses(value: Mapping[str, Any]) -> list[str]:
    return [one["address"] for one in value["members"]]


reverses = {"team.add": _take_out, "team.set": _change_back, "team.remove": restore, "team.restore": _take_out}
