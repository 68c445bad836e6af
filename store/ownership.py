"""Ownership: what a person or a team owns and follows in a company, and that it passes to somebody else."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from weftmail.store.connection import Connection
from weftmail.store.rows import many, queries
from weftmail.store.sets import portions


@dataclass(frozen=True, slots=True)
class Owned:
    """A record, by its number, or an alias, by its address; ``gone``: it was removed, and its row is left."""

    id: int
    name: str
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Holdings:
    """What somebody owns and follows in one company; a team follows nothing."""

    records: Sequence[Owned] = ()
    aliases: Sequence[Owned] = ()
    follows: Sequence[Owned] = ()

    def __bool__(self) -> bool:
        """Whether anybody has to take something over."""
        return bool(self.records or self.here or self.follows)

    @property
    def here(self) -> Sequence[Owned]:
        """The aliases that are in use, or come back with their domain."""
        return [one for one in self.aliases if not one.gone]


@dataclass(frozen=True, slots=True)
class Owner:
    """A person or a team of a company."""

    user_id: int | None = None
    team_id: int | None = None


class Ownership:
    """Who owns what in a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_user(self, company_id: int, user_id: int) -> Holdings:
        """Return what a user owns and follows, in whatever state it is."""
        whose = {"company_id": company_id, "user_id": user_id}
        return Holdings(
            many(Owned, queries.owned_records(self._connection, **whose)),
            many(Owned, queries.owned_aliases(self._connection, **whose)),
            many(Owned, queries.followed_records(self._connection, **whose)),
        )

    def followed_of_type(self, company_id: int, user_id: int, type_: str) -> Sequence[Owned]:
        """Return the records of a type that a user follows."""
        whose = {"company_id": company_id, "user_id": user_id}
        return many(Owned, queries.followed_of_type(self._connection, **whose, type=type_))

    def follow_again(self, company_id: int, record_ids: Collection[int], user_id: int) -> None:
        """Let a colleague follow records again that they left, of what they were told before."""
        for portion in portions(list(record_ids)):
            queries.followers_return(self._connection, company_id=company_id, user_id=user_id, ids=portion)

    def of_team(self, company_id: int, team_id: int) -> Holdings:
        """Return what a team owns alone, in whatever state it is."""
        whose = {"company_id": company_id, "team_id": team_id}
        return Holdings(
            many(Owned, queries.owned_records_of_team(self._connection, **whose)),
            many(Owned, queries.owned_aliases_of_team(self._connection, **whose)),
        )

    def give(self, company_id: int, holdings: Holdings, to: Owner, now: int) -> None:
        """Let records and aliases belong to somebody else; who follows stays as it is."""
        whose = {"company_id": company_id, "owner_id": to.user_id, "owner_team_id": to.team_id}
        for portion in portions([one.id for one in holdings.records]):
            queries.records_hand_over(self._connection, **whose, ids=portion)
        for portion in portions([one.id for one in holdings.aliases]):
            queries.aliases_hand_over(self._connection, **whose, now=now, ids=portion)

    def pass_shared(self, company_id: int, team_id: int, to_team_id: int | None) -> None:
        """Let records that have an owner beside a team be another team's, or no team's."""
        queries.team_records_pass(self._connection, company_id=company_id, team_id=team_id, owner_team_id=to_team_id)

    def follow(self, company_id: int, record_ids: Collection[int], user_ids: Collection[int], now: int) -> None:
        """Let each of these colleagues follow each of these records."""
        rows = [
            {"company_id": company_id, "record_id": record, "user_id": user, "now": now}
            for record in dict.fromkeys(record_ids)
            for user in user_ids
        ]
        for portion in portions(rows):
            queries.followers_add(self._connection, portion)

    def unfollow(self, company_id: int, record_ids: Collection[int], user_id: int, now: int) -> None:
        """Let a colleague follow these records no longer."""
        for portion in portions(list(record_ids)):
            queries.followers_remove(self._connection, company_id=company_id, user_id=user_id, ids=portion, now=now)
