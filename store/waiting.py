"""What waits for one colleague, as the navigation of every page counts it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from weftmail.store.connection import Connection
from weftmail.store.listing import COUNTED
from weftmail.store.rows import made, queries

Decides = Literal["own", "company", "installation"]
"""On which held mail somebody decides: what the view ``decider`` gives them, all of the company, nobody's as well."""


@dataclass(frozen=True, slots=True)
class WaitingCounts:
    """Activities that are overdue or due, ``COUNTED + 1`` for more, and mails of the review queue."""

    due: int
    review: int


class Waits:
    """What waits in a store for each of its users."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def counts(
        self, company_id: int, user_id: int, hidden_types: Sequence[str], day: str, decides: Decides
    ) -> WaitingCounts:
        """Return both counts; with "" for the ``day`` no activity counts."""
        found = queries.waiting_counts(
            self._connection,
            company_id=company_id,
            user_id=user_id,
            types=[*hidden_types] or [""],
            day=day,
            most=COUNTED + 1,
            all_mail=decides != "own",
            nobodys=decides == "installation",
        )
        return made(WaitingCounts, found)
