"""What becomes of a record once somebody has answered: its state as they chose, and who owns it then."""

from __future__ import annotations

from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import record as records
from weftmail.flow.setup.act import Done, Setup
from weftmail.flow.setup.record_change import RecordChanges
from weftmail.store.people import User
from weftmail.store.record import Record

STATES = {"close": "closed", "wait": "waiting"}


def after_send(setup: Setup, record: Record, author: User, wanted: str) -> Done | None:
    """Close the record or let it wait, where the author wanted it so; they own it where nobody does."""
    stands = setup.store.records.get(record.company_id, record.id) or record
    state = _state(setup, stands, wanted)
    addresses = setup.store.users.addresses(author.id)
    owner = addresses[0] if addresses and _takes(setup, stands, author) else None
    if state is None and owner is None:
        return None
    changes = RecordChanges(state=state, owner=owner)
    done = records.change(setup, record.label, changes, company=record.company)
    return None if isinstance(done, Refusal) else done


def _state(setup: Setup, record: Record, wanted: str) -> str | None:
    counts_as = STATES.get(wanted)
    if counts_as is None or record.counts_as == counts_as:
        return None
    states = setup.store.records.states(record.company_id, record.type)
    return next((one.name for one in states if one.counts_as == counts_as), None)


def _takes(setup: Setup, record: Record, author: User) -> bool:
    """Say whether who answers takes the record: nobody owns it, and its team, if it has one, wants it so."""
    store = setup.store
    member = any(one.company_id == record.company_id for one in store.users.memberships(author.id))
    if record.owner_id is not None or not member:
        return False
    team = store.teams.get(record.company_id, record.owner_team_id) if record.owner_team_id is not None else None
    return team is None or team.takes
