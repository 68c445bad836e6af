"""Hand-over: what somebody owns and follows passes to a colleague or a team, so that nothing is left with nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from weftmail.core.wording.phrase import Phrase
from weftmail.flow.events import write_event
from weftmail.flow.notices import notify
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import find
from weftmail.flow.setup.act import Fields, Setup
from weftmail.store.company import Company
from weftmail.store.ownership import Holdings, Owned, Owner
from weftmail.store.people import User
from weftmail.store.store import Store
from weftmail.store.team import Team


@dataclass(frozen=True, slots=True)
class Heir:
    """Who takes something over: a colleague, or a team with its members."""

    owner: Owner
    name: str
    known_as: str
    """The address of a colleague, the name of a team: what ``heir`` reads."""
    people: Sequence[int]


@dataclass(frozen=True, slots=True)
class Estate:
    """What somebody has in one company: what they own and follow, and the teams whose last member they are."""

    company: Company
    holdings: Holdings
    last_of: Sequence[Team] = ()

    def __bool__(self) -> bool:
        return bool(self.holdings or self.last_of)


def heir(store: Store, company: Company, text: str, *, field: str = "to") -> Heir:
    """Return who is named: a colleague who may write, by an address, or a team with members, by its name."""
    if "@" not in text:
        team = find.team(store, company.id, text, field=field)
        members = store.teams.members(company.id, team.id)
        if not members:
            raise RefusedAct(field, "team_empty", name=team.name)
        return Heir(Owner(team_id=team.id), team.name, team.name, members)
    user = find.member(store, text, company.id, field=field)
    if store.users.follower(company.id, user.id) is None:
        raise RefusedAct(field, "heir_reads", name=user.name, company=company.name)
    return Heir(Owner(user_id=user.id), user.name, store.users.addresses(user.id)[0], [user.id])


def estate(store: Store, user: User, company_id: int) -> Estate:
    """Return what the user has in a company that is there."""
    company = find.company_by_id(store, company_id)
    alone = store.teams.left_alone(company_id, user.id)
    return Estate(company, store.ownership.of_user(company_id, user.id), alone)


def fields(estates: Sequence[Estate]) -> Fields:
    """Return what is said of all that somebody has; nothing of what they have none of."""
    said: Fields = {
        "records": [_named(one.company, each) for one in estates for each in one.holdings.records],
        "aliases": [each.name for one in estates for each in one.holdings.here],
        "follows": [_named(one.company, each) for one in estates for each in one.holdings.follows],
        "last_member_of": [{"company": one.company.name, "team": each.name} for one in estates for each in one.last_of],
    }
    return {name: value for name, value in said.items() if value}


def _named(company: Company, record: Owned) -> Fields:
    return {"company": company.name, "number": record.name}


def hand_over(setup: Setup, left: Estate, giver: User, to: str | None) -> Heir | None:
    """Let what ``giver`` has in a company pass to the colleague or the team that ``to`` names; None: there is nothing.

    Raises RefusedAct where there is something, and nobody is named who can take it.
    """
    holdings = left.holdings
    if not left:
        setup.store.ownership.give(left.company.id, holdings, Owner(), setup.clock())
        return None
    if not to:
        raise RefusedAct(
            "to",
            "heir_wanted",
            name=giver.name,
            company=left.company.name,
            records=len(holdings.records),
            aliases=len(holdings.here),
            follows=len(holdings.follows),
        )
    found = heir(setup.store, left.company, to)
    if list(found.people) == [giver.id]:
        raise RefusedAct("to", "heir_same", name=giver.name)
    pass_on(setup, left.company.id, left.holdings, giver.name, found)
    records = [one.id for one in left.holdings.follows]
    setup.store.ownership.unfollow(left.company.id, records, giver.id, setup.clock())
    for team in left.last_of:
        for person in found.people:
            setup.store.teams.join(left.company.id, team.id, person)
    return found


def pass_on(setup: Setup, company_id: int, holdings: Holdings, giver: str, to: Heir) -> None:
    """Let somebody own and follow all of this, say so on the records, and tell them."""
    store, now = setup.store, setup.clock()
    store.ownership.give(company_id, holdings, to.owner, now)
    followed = [one.id for one in (*holdings.records, *holdings.follows)]
    store.ownership.follow(company_id, followed, to.people, now)
    says = Phrase("event.owner", {"actor": setup.actor.name, "was": giver, "became": to.name})
    for one in holdings.records:
        for record in store.records.by_label(one.name, company_id):
            write_event(store, record, says, now, setup.actor.user_id)
    _notify(setup, company_id, holdings, giver, to, now)


def give_back(setup: Setup, company: Company, had: Mapping[str, Any], heir_name: str, to: Heir) -> None:
    """Let ``to`` have again what ``had`` names, as ``fields`` says it: as much of it as the heir still has."""
    store, found = setup.store, heir_of_before(setup.store, company, heir_name)
    kept = [store.ownership.of_user(company.id, one) for one in found.people]
    if found.owner.team_id is not None:
        kept.append(store.ownership.of_team(company.id, found.owner.team_id))
    names = {name: {one["number"] for one in had.get(name, ()) if one["company"] == company.name} for name in _NUMBERED}
    back = Holdings(
        [one for each in kept for one in each.records if one.name in names["records"]],
        [one for each in kept for one in each.aliases if one.name in had.get("aliases", ())],
        [one for each in kept for one in each.follows if one.name in names["follows"]],
    )
    pass_on(setup, company.id, back, found.name, to)


_NUMBERED = ("records", "follows")


def heir_of_before(store: Store, company: Company, text: str) -> Heir:
    """Return who took over then, whether or not they could now."""
    if "@" not in text:
        team = find.team(store, company.id, text, field="")
        return Heir(Owner(team_id=team.id), team.name, team.name, store.teams.members(company.id, team.id))
    user = find.user(store, text, field="")
    return Heir(Owner(user_id=user.id), user.name, text, [user.id])


def _notify(setup: Setup, company_id: int, holdings: Holdings, giver: str, to: Heir, now: int) -> None:
    """Tell those who take something over, once for all of it; nobody is told of what they did themselves."""
    others = [one for one in to.people if one != setup.actor.user_id]
    people = [one for each in others if (one := setup.store.users.follower(company_id, each)) is not None]
    says = Phrase(
        "notice.passed on",
        {
            "actor": setup.actor.name,
            "name": giver,
            "records": len(holdings.records),
            "aliases": len(holdings.here),
            "follows": len(holdings.follows),
        },
    )
    notify(setup.store, company_id, people, says, now, by_mail="passed on")
