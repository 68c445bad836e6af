"""What a quote asks of the store: who had a message, and in which language somebody writes."""

from __future__ import annotations

from collections.abc import Sequence

from weftmail.store.connection import Connection
from weftmail.store.rows import column, queries


class QuotedMessages:
    """Messages as they are quoted."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def delivered_to(self, company_id: int, message_id: int, states: Sequence[str]) -> list[str]:
        """Return the addresses outside whose delivery of the message is in one of the states."""
        words = {"company_id": company_id, "message_id": message_id, "states": [*states]}
        return column(queries.quoted_reached(self._connection, **words))

    def last_words(self, company_id: int, record_id: int, contact_id: int) -> str:
        """Return what somebody outside wrote last on a record; "" where they wrote nothing."""
        found: str | None = queries.quoted_last_words(
            self._connection, company_id=company_id, record_id=record_id, contact_id=contact_id
        )
        return found or ""
