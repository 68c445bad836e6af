"""Teams: colleagues of one company who own records and aliases together."""

from __future__ import annotations

from dataclasses import dataclass

from weftmail.core.routing.giving import GivingRule, TeamTurn
from weftmail.store.connection import Connection
from weftmail.store.rows import column, many, one, queries

RECENT = 20
"""Of a customer's records so many are looked through for who wrote to them."""


@dataclass(frozen=True, slots=True)
class Team:
    """Some colleagues under one name."""

    id: int
    company_id: int
    name: str
    takes: bool
    """Whether a record of the team that nobody owns becomes that of the colleague who answers."""
    gives: GivingRule
    """Who gets a new record of the team."""
    holds_crossing: bool
    """Whether a member's answer by email waits that was written before somebody else wrote."""
    created_at: int


@dataclass(frozen=True, slots=True)
class TeamPerson:
    """An active member of a team, with the first address."""

    user_id: int
    name: str
    address: str | None


class Teams:
    """The teams of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, company_id: int, name: str, now: int) -> int:
        """Add a team without members; return its id.  Raises Conflict where the company has one of that name."""
        team_id: int = queries.team_add(self._connection, company_id=company_id, name=name, now=now)
        return team_id

    def all(self, company_id: int) -> list[Team]:
        """Return the company's teams by name."""
        return many(Team, queries.teams(self._connection, company_id=company_id))

    def by_name(self, company_id: int, name: str) -> Team | None:
        """Return the company's team of this exact name."""
        return one(Team, queries.team_by_name(self._connection, company_id=company_id, name=name))

    def get(self, company_id: int, team_id: int) -> Team | None:
        """Return one team, if it is of this company."""
        return one(Team, queries.team_by_id(self._connection, company_id=company_id, id=team_id))

    def rename(self, company_id: int, team_id: int, name: str) -> None:
        """Give the team another name.  Raises Conflict where the company has one of that name."""
        queries.team_rename(self._connection, company_id=company_id, id=team_id, name=name)

    def set_ways(self, team: Team) -> None:
        """Store how the team works: who takes a record and who is given one, and whether what crosses waits."""
        queries.team_ways(
            self._connection,
            company_id=team.company_id,
            id=team.id,
            takes=team.takes,
            gives=team.gives,
            holds_crossing=team.holds_crossing,
        )

    def turns(self, company_id: int, team_id: int, record_type: str) -> list[TeamTurn]:
        """Return the members of a team in its round, as they stand for a record of a type."""
        found = queries.team_turns(self._connection, company_id=company_id, team_id=team_id, record_type=record_type)
        return many(TeamTurn, found)

    def take_turn(self, company_id: int, team_id: int, user_id: int) -> None:
        """Let a member be the last one who had a turn."""
        queries.team_take_turn(self._connection, company_id=company_id, team_id=team_id, user_id=user_id)

    def wrote_to(self, company_id: int, contact_id: int) -> list[int]:
        """Return the colleagues who wrote on the newest records of a customer, the last one first."""
        found = queries.team_wrote_to(self._connection, company_id=company_id, contact_id=contact_id, most=RECENT)
        return column(found)

    def remove(self, company_id: int, team_id: int) -> None:
        """Remove a team that owns nothing, with its signature and what it sees.

        Raises Conflict where it owns something, saved replies among it, or one assigns records to it.
        """
        queries.record_type_teams_remove(self._connection, company_id=company_id, team_id=team_id)
        queries.signature_remove(self._connection, company_id=company_id, user_id=0, team_id=team_id)
        queries.team_members_remove(self._connection, company_id=company_id, team_id=team_id)
        queries.team_remove(self._connection, company_id=company_id, id=team_id)

    def of_user(self, company_id: int, user_id: int) -> list[Team]:
        """Return the teams that the user is a member of, by name."""
        return many(Team, queries.teams_of_user(self._connection, company_id=company_id, user_id=user_id))

    def left_alone(self, company_id: int, user_id: int) -> list[Team]:
        """Return the teams that own something and have this user as their only active member."""
        return many(Team, queries.teams_left_alone(self._connection, company_id=company_id, user_id=user_id))

    def people(self, company_id: int, team_id: int) -> list[TeamPerson]:
        """Return the members who are active in the company, with names and addresses."""
        return many(TeamPerson, queries.team_people(self._connection, company_id=company_id, team_id=team_id))

    def join(self, company_id: int, team_id: int, user_id: int) -> None:
        """Make the user a member; one who is stays."""
        queries.team_member_add(self._connection, company_id=company_id, team_id=team_id, user_id=user_id)

    def leave(self, company_id: int, team_id: int, user_id: int) -> bool:
        """End it; say whether the user was a member."""
        removed: int = queries.team_member_remove(
            self._connection, company_id=company_id, team_id=team_id, user_id=user_id
        )
        return removed == 1

    def members(self, company_id: int, team_id: int) -> list[int]:
        """Return the members who are active in the company."""
        return column(queries.team_members(self._connection, company_id=company_id, team_id=team_id))
