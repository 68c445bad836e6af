"""The line of who is told: who owns what a message is about, who looks after the company, and after all of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from weftmail.core.routing.line import first_in_line
from weftmail.store.connection import Connection
from weftmail.store.follower import Follower
from weftmail.store.rows import many, one, queries


@dataclass(frozen=True, slots=True)
class InLine(Follower):
    """Somebody in the line; those of the lowest step come first."""

    step: int = 0
    silent: bool = False
    away: bool = False
    stands_in_for: str = ""
    """The colleague who is away and in whose place they stand."""


class Line:
    """Who is told what nobody who may act follows; all of them are active and may act on it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def first(self, company_id: int, record_id: int | None = None, alias_id: int | None = None) -> list[InLine]:
        """Return the owner of the record, else its team, else who owns the alias, else the company's admins, else the
        installation's.

        Who muted the record, or wants no messages of it, and who is away, is passed over while anybody else is left;
        where nobody is but those who muted it, they are told in the inbox alone.
        """
        line = many(
            InLine, queries.line(self._connection, company_id=company_id, record_id=record_id, alias_id=alias_id)
        )
        # Those of the installation are asked for where nobody before them is here and listens.
        enough = any(not (one.silent or one.away) for one in line)
        found, inbox_alone = first_in_line(line, [] if enough else self.installation())
        return [replace(one, prefers="inbox") for one in found] if inbox_alone else found

    def bearer(self, company_id: int, address: str, record_id: int | None, alias_id: int | None) -> Follower | None:
        """Return the active member of the company whose address this is, and whether they may act on it."""
        found = queries.bearer(
            self._connection, company_id=company_id, address=address, record_id=record_id, alias_id=alias_id
        )
        return one(Follower, found)

    def installation(self) -> list[InLine]:
        """Return the active admins of the installation."""
        return many(InLine, queries.installation_admins(self._connection))

    def appoint(self, user_id: int) -> None:
        """Make the user an admin of the installation; one who is stays."""
        queries.installation_admin_add(self._connection, user_id=user_id)

    def dismiss(self, user_id: int) -> bool:
        """End it; say whether the user was one."""
        removed: int = queries.installation_admin_remove(self._connection, user_id=user_id)
        return removed == 1
