"""The line of who is told: who owns what a message is about, who looks after the company, and after all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from weftmail.store.connection import Connection
from weftmail.store.record import Follower
from weftmail.store.rows import many, queries


@dataclass(frozen=True, slots=True)
class _Standing:
    """Somebody in the line; those of the lowest step come first."""

    step: int
    user_id: int
    name: str
    prefers: str
    language: str
    address: str | None
    reached_at: str | None
    may_act: bool
    email_for: str
    silent: bool

    @property
    def person(self) -> Follower:
        return Follower(
            self.user_id, self.name, self.prefers, self.language, self.address, self.reached_at, self.may_act,
            self.email_for,
        )  # fmt: skip


def _first_of(found: Sequence[_Standing]) -> list[Follower]:
    """Return those of the lowest step, each once."""
    return list({one.user_id: one.person for one in found if one.step == found[0].step}.values())


class Line:
    """Who is told what nobody who may act follows; all of them are active and may act on it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def first(self, company_id: int, record_id: int | None = None, alias_id: int | None = None) -> list[Follower]:
        """Return the owner of the record, else its team, else who owns the alias, else the company's admins, else the
        installation's.

        Who muted the record, or wants no messages of it, is passed over while anybody else is left; where nobody is,
        they are told in the inbox alone.
        """
        found = many(
            _Standing, queries.line(self._connection, company_id=company_id, record_id=record_id, alias_id=alias_id)
        )
        silent = {one.user_id for one in found if one.silent}
        listening = _first_of([one for one in found if not one.silent])
        others = listening or [one for one in self.installation() if one.user_id not in silent]
        return others or [replace(one, prefers="inbox") for one in _first_of(found)]

    def installation(self) -> list[Follower]:
        """Return the active admins of the installation."""
        return many(Follower, queries.installation_admins(self._connection))

    def appoint(self, user_id: int) -> None:
        """Make the user an admin of the installation; one who is stays."""
        queries.installation_admin_add(self._connection, user_id=user_id)

    def dismiss(self, user_id: int) -> bool:
        """End it; say whether the user was one."""
        removed: int = queries.installation_admin_remove(self._connection, user_id=user_id)
        return removed == 1
