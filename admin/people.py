"""People as pages name them: whom a visitor may manage, to whom work can pass, and which contacts somebody means."""

from __future__ import annotations

from collections.abc import Sequence

from weftmail.admin.visit import Visit, nothing_here
from weftmail.store.contact_card import NamePlace
from weftmail.store.member import Member
from weftmail.store.team import Team

OFFERED = 8
"""Contacts that are offered to somebody who types."""


def member_of(visit: Visit) -> Member:
    """Return the member whom the path names; raise 404 for everybody else, and for nobody."""
    found = visit.store.members.get(visit.company_id, visit.request.path_params["user"])
    if found is None:
        raise nothing_here()
    return found


def may_manage(visit: Visit, member: Member) -> bool:
    """Say whether the visitor may change who this is, and not only what they are in the company.

    An admin of a company may where the person is theirs alone: whoever belongs to another company as well, or looks
    after all of them, is the business of an admin of all.  Who did not come yet chooses their name themselves.
    """
    theirs = member.companies == 1 and member.has_password and not member.installation_admin
    return visit.owner or theirs


def substitutes(visit: Visit, user_id: int) -> list[tuple[str, str]]:
    """Return who can stand in for a user, as acts name them, and as people do: other colleagues who may write."""
    people = visit.store.members.all(visit.company_id)
    here = (one for one in people if one.active and one.role != "reader" and one.id != user_id)
    return [(one.address, one.name) for one in here if one.address]


def heirs(
    visit: Visit, leaving: str = "", members: Sequence[Member] | None = None, teams: Sequence[Team] | None = None
) -> list[tuple[str, str]]:
    """Return who can take work over, as the acts name them, and as people do: colleagues who may write, and teams.

    The ``members`` and ``teams`` of the company are asked for where they are not given.
    """
    members = visit.store.members.all(visit.company_id) if members is None else members
    people = [one for one in members if one.active and one.role != "reader"]
    teams = visit.store.teams.all(visit.company_id) if teams is None else teams
    manned = {one.team_id for one in visit.store.members.of_teams(visit.company_id)} if teams else set()
    return [
        *((one.address, one.name) for one in people if one.address and one.address != leaving),
        *((one.name, one.name) for one in teams if one.id in manned),
    ]


def contacts_called(visit: Visit, words: str) -> list[tuple[str, str]]:
    """Return the address and the name of contacts that hold the words, as somebody types them."""
    wanted = " ".join(words.split())[:100]
    if not wanted:
        return []
    found = visit.store.contact_cards.found(visit.company_id, wanted, NamePlace(), OFFERED)
    addresses = visit.store.contacts.addresses_of(visit.company_id, [one.id for one in found])
    return [(addresses[one.id][0], one.name) for one in found if addresses.get(one.id)]
