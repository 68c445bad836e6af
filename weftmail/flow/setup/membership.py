"""Memberships: that a user belongs to a company, with a role."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import find, handover
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.flow.setup.handover import Estate, Heir
from weftmail.store.audit import AuditRow
from weftmail.store.company import Company
from weftmail.store.ownership import Owner
from weftmail.store.people import User
from weftmail.store.store import Store
from weftmail.store.team import Team

ROLES = ("admin", "agent", "reader")


def roles(store: Store, user_id: int) -> dict[str, str]:
    """Return a user's roles by the names of the companies."""
    return {one.company: one.role for one in store.users.memberships(user_id)}


@dataclass(frozen=True, slots=True)
class Left(Done):
    """A user who belongs to some companies no longer; ``left`` are their names."""

    left: tuple[str, ...] = ()


@act
def leave(setup: Setup, address: str, company: str, *, to: str | None = None) -> Left:
    """End one membership; who has none left is deactivated and signed out everywhere.

    What they own and follow there passes to the colleague or the team that ``to`` names.
    """
    store = setup.store
    found = find.user(store, address)
    wanted = find.company(store, company)
    was = roles(store, found.id)
    before = _fields(store, found, wanted)
    if wanted.name not in was:
        raise RefusedAct(
            "company", "no_member_but", name=found.name, company=wanted.name, companies=find.joined(list(was)) or "-"
        )
    had, has = summary([end(setup, found, wanted.id, to)])
    deactivate_if_alone(store, found)
    called = str(before["user"])
    before, after = {**before, **had}, {**_fields(store, found, wanted), "user": called, **has}
    return Left("membership.remove", wanted.id, called, before, after, (wanted.name,))


def _fields(store: Store, user: User, company: Company) -> Fields:
    """What is said of one membership: the company's history says nothing of others."""
    member = store.members.get(company.id, user.id)
    said: Fields = {"id": user.id, "user": member.name if member is not None else user.name, "company": company.name}
    invited: Fields = {"invited_address": member.address} if member is not None and member.pending else {}
    return {**said, "role": roles(store, user.id).get(company.name), **invited}


def home(store: Store, user: User) -> int | None:
    """Return the one company that the user belongs to, in whose history stands what is done with them; else None."""
    found = store.users.memberships(user.id)
    return found[0].company_id if len(found) == 1 and not user.installation_admin else None


def put(store: Store, user: User, company_id: int, role: str) -> None:
    """Make the user a member, or change the role; raises RefusedAct for the only admin who would be one no more."""
    wanted = find.choice("role", role, ROLES)
    if wanted != "admin":
        keep_an_admin(store, user, company_id)
    store.users.join(company_id, user.id, wanted)


@dataclass(frozen=True, slots=True)
class Ended:
    """A membership that ended: what somebody had by it, the teams that they were in, and who has it all since."""

    estate: Estate
    teams: Sequence[Team]
    heir: Heir | None


def end(setup: Setup, user: User, company_id: int, to: str | None) -> Ended:
    """End a membership, and let all that the user has by it pass to whom ``to`` names.

    Raises RefusedAct for the only admin, and where there is something and nobody is named who can take it.
    """
    store = setup.store
    keep_an_admin(store, user, company_id)
    left, teams = handover.estate(store, user, company_id), store.teams.of_user(company_id, user.id)
    heir = handover.hand_over(setup, left, user, to)
    for one in teams:
        store.teams.leave(company_id, one.id, user.id)
    store.users.leave(company_id, user.id)
    return Ended(left, teams, heir)


def summary(ended: Sequence[Ended]) -> tuple[Fields, Fields]:
    """Return what is said of memberships that ended, apart from the memberships: what there was, and who has it."""
    teams = [{"company": one.estate.company.name, "team": each.name} for one in ended for each in one.teams]
    was = handover.fields([one.estate for one in ended]) | ({"teams": teams} if teams else {})
    heir = next((one.heir for one in ended if one.heir is not None), None)
    return was, {} if heir is None else {"passed_to": heir.known_as}


def deactivate_if_alone(store: Store, user: User) -> None:
    """Deactivate who belongs to no company any more, and sign them out everywhere.

    Raises RefusedAct for the only admin of the installation.
    """
    if not store.users.memberships(user.id):
        keep_an_installation_admin(store, user)
        store.users.set(replace(user, active=False))
        store.sessions.end_all(user.id)


def keep_an_installation_admin(store: Store, user: User) -> None:
    """Raise RefusedAct where the user is the only active admin of the installation."""
    if [one.user_id for one in store.line.installation()] == [user.id]:
        raise RefusedAct("address", "only_installation_admin", name=user.name)


def keep_an_admin(store: Store, user: User, company_id: int) -> None:
    """Raise RefusedAct where the user is the only admin of the company."""
    if [one.id for one in store.users.admins(company_id)] == [user.id]:
        company = store.companies.get(company_id)
        raise RefusedAct("role", "only_admin", name=user.name, company=company.name if company is not None else "")


@act
def restore(setup: Setup, row: AuditRow) -> Done:
    """Make somebody a member again of the company that they left, with what their heir still has of theirs."""
    store = setup.store
    user, company = by_id(store, row), find.company_by_id(store, row.company_id or 0)
    before = _fields(store, user, company)
    come_back(setup, user, company.id, row.before["role"], row)
    if "invited_address" in row.before:
        store.users.invited(company.id, user.id, row.before["user"], row.before["invited_address"])
    after = _fields(store, user, company)
    return Done("membership.restore", company.id, str(after["user"]), {**before, "user": after["user"]}, after)


def by_id(store: Store, row: AuditRow) -> User:
    """Return the user whom a row of the audit log is about."""
    user = store.users.get(row.before["id"])
    if user is None:
        raise LookupError(f"user {row.before['id']} is gone")
    return user


def come_back(setup: Setup, user: User, company_id: int, role: str, row: AuditRow) -> None:
    """Make the user active and a member again, in their teams, with what their heir still has of theirs."""
    store, company = setup.store, find.company_by_id(setup.store, company_id)
    store.users.set(replace(user, active=True))
    store.users.join(company_id, user.id, role)
    for one in row.before.get("teams", ()):
        team = store.teams.by_name(company_id, one["team"]) if one["company"] == company.name else None
        if team is not None:
            store.teams.join(company_id, team.id, user.id)
    if "passed_to" in row.now:
        back = Heir(Owner(user_id=user.id), user.name, store.users.addresses(user.id)[0], [user.id])
        handover.give_back(setup, company, row.before, row.now["passed_to"], back)


reverses = {"membership.remove": restore}
