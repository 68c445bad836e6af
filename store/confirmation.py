"""When an address was confirmed last that a mail of its came: one a day and address."""

from __future__ import annotations

from weftmail.store.connection import Connection
from weftmail.store.rows import queries


class Confirmations:
    """The confirmations of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take(self, company_id: int, address: str, now: int, before: int) -> bool:
        """Say whether the address may have one now: the last one was at ``before`` or earlier."""
        taken: int = queries.confirmation_take(
            self._connection, company_id=company_id, address=address, now=now, before=before
        )
        return taken == 1
