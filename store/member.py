"""What admins see of a company at a glance: its people, its teams, and of all companies how much each has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from weftmail.store.connection import Connection
from weftmail.store.rows import many, one, queries


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of a company; ``companies`` says of how many, and ``seen_at`` when they used the site last."""

    id: int
    name: str
    role: str
    prefers: str
    language: str
    active: bool
    has_password: bool
    second_factor: bool
    installation_admin: bool
    address: str | None
    seen_at: int | None
    companies: int
    pending: bool = False
    """Whether they were invited, sign in elsewhere and did not come yet; the rest is what the company knows of them."""


@dataclass(frozen=True, slots=True)
class TeamLine:
    """A team, and how much it owns."""

    id: int
    name: str
    records: int
    aliases: int


@dataclass(frozen=True, slots=True)
class TeamMember:
    """A colleague in a team."""

    team_id: int
    user_id: int
    name: str


@dataclass(frozen=True, slots=True)
class CompanyLine:
    """A company, and how much it has."""

    id: int
    name: str
    language: str
    records: int
    people: int
    domains: int


class Members:
    """People and teams of the companies of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self, company_id: int) -> list[Member]:
        """Return everybody who belongs to the company, by name."""
        return many(Member, queries.company_members(self._connection, company_id=company_id))

    def get(self, company_id: int, user_id: int) -> Member | None:
        """Return one of them; None for everybody else."""
        return one(Member, queries.company_member(self._connection, company_id=company_id, user_id=user_id))

    def teams(self, company_id: int) -> list[TeamLine]:
        """Return the company's teams, by name."""
        return many(TeamLine, queries.company_teams(self._connection, company_id=company_id))

    def of_teams(self, company_id: int) -> Sequence[TeamMember]:
        """Return who belongs to which of the company's teams."""
        return many(TeamMember, queries.company_team_members(self._connection, company_id=company_id))

    def companies(self) -> list[CompanyLine]:
        """Return all companies, by name."""
        return many(CompanyLine, queries.companies_with_counts(self._connection))
