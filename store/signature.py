"""Signatures: what stands below the messages of a person, and of a team."""

from __future__ import annotations

from dataclasses import dataclass

from weftmail.store.connection import Connection
from weftmail.store.rows import queries


@dataclass(frozen=True, slots=True)
class Below:
    """What stands below a message: the lines of its author and of the team; "" for one that has none."""

    person: str = ""
    team: str = ""


class Signatures:
    """The signatures of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, company_id: int, text: str, *, user_id: int | None = None, team_id: int | None = None) -> None:
        """Keep the signature of a user or of a team; "" removes it."""
        queries.signature_remove(self._connection, company_id=company_id, user_id=user_id or 0, team_id=team_id or 0)
        if text:
            queries.signature_put(self._connection, company_id=company_id, user_id=user_id, team_id=team_id, text=text)

    def below(self, company_id: int, user_id: int | None, team_id: int | None) -> Below:
        """Return what stands below a message of the user on a record of the team."""
        words = {"company_id": company_id, "user_id": user_id or 0, "team_id": team_id or 0}
        found = {bool(whose): text for whose, text in queries.signatures_for(self._connection, **words).rows}
        return Below(found.get(True, ""), found.get(False, ""))
