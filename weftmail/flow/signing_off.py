"""The lines below what a colleague writes to somebody outside: their signature and the team's, else their names."""

from __future__ import annotations

from weftmail.store.record import Record
from weftmail.store.store import Store


def signing_off(store: Store, record: Record, user_id: int | None, name: str, sender: str) -> tuple[str, ...]:
    """Return the lines; without a signature of their own it is the ``name``, without one of the team the ``sender``."""
    below = store.signatures.below(record.company_id, user_id, record.owner_team_id)
    return (*((below.person or name).splitlines()), *((below.team or sender).splitlines()))
