"""Memberships: that a user belongs to a company, with a role."""

from __future__ import annotations

from dataclasses import dataclass, replace

from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import find
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.store.people import User
from weftmail.store.store import Store

ROLES = ("admin", "agent", "reader")


def roles(store: Store, user_id: int) -> dict[str, str]:
    """Return a user's roles by the names of the companies."""
    return {one.company: one.role for one in store.users.memberships(user_id)}


@dataclass(frozen=True, slots=True)
class Left(Done):
    """A user who belongs to some companies no longer; ``left`` are their names."""

    left: tuple[str, ...] = ()


@act
def leave(setup: Setup, address: str, company: str) -> Left:
    """End one membership; who has none left is deactivated and signed out everywhere."""
    store = setup.store
    found = find.user(store, address)
    wanted = find.company(store, company)
    before, was = _fields(store, found), roles(store, found.id)
    if wanted.name not in was:
        raise RefusedAct(
            "company", "no_member_but", name=found.name, company=wanted.name, companies=find.joined(list(was)) or "-"
        )
    end(store, found, wanted.id)
    deactivate_if_alone(store, found)
    after = _fields(store, found)
    return Left("membership.remove", wanted.id, found.name, before, after, (wanted.name,))


def _fields(store: Store, user: User) -> Fields:
    return {"user": user.name, "memberships": roles(store, user.id)}


def put(store: Store, user: User, company_id: int, role: str) -> None:
    """Make the user a member, or change the role; raises RefusedAct for the only admin who would be one no more."""
    wanted = find.choice("role", role, ROLES)
    if wanted != "admin":
        keep_an_admin(store, user, company_id)
    store.users.join(company_id, user.id, wanted)


def end(store: Store, user: User, company_id: int) -> None:
    """End a membership; raises RefusedAct for the only admin."""
    keep_an_admin(store, user, company_id)
    store.users.leave(company_id, user.id)


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
