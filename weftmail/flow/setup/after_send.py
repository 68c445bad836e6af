"""What becomes of a record once somebody has answered: its state as they chose, who owns it then, its tags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from weftmail.core.wording.phrase import Phrase
from weftmail.flow.events import write_event
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import record as records
from weftmail.flow.setup.act import Done, Setup
from weftmail.flow.setup.record_change import RecordChanges, check_sees, owner_of
from weftmail.store.people import User
from weftmail.store.record import Record
from weftmail.store.store import Store

STATES = {"close": "closed", "wait": "waiting"}


@dataclass(frozen=True, slots=True)
class AfterSend:
    """What an author wants: the record's ``state`` as ``keep``, ``wait`` or ``close``, who gets it (an address or a
    team's name, "" for nobody else), and the tags that it bears then.
    """

    state: str = "keep"
    assign: str = ""
    tags: Sequence[str] = ()


def after_send(setup: Setup, record: Record, author: User, wanted: AfterSend) -> Done | None:
    """Close the record or let it wait, give it away and tag it, where the author wanted it so; otherwise they own it
    where nobody does.  What cannot be done any more is an event on the record, and the rest is done.
    """
    stands = setup.store.records.get(record.company_id, record.id) or record
    done = _change(setup, stands, author, wanted)
    if not isinstance(done, Refusal):
        return done
    says = Phrase("event.not carried out", {"name": author.name, "why": done.phrase})
    write_event(setup.store, stands, says, setup.clock(), author.id)
    again = _change(setup, stands, author, AfterSend(wanted.state))
    return None if isinstance(again, Refusal) else again


def check_assign(store: Store, record: Record, assign: str) -> None:
    """Raise RefusedAct where the record cannot be given to whom ``assign`` names; "" is nobody."""
    if assign:
        check_sees(store, record, owner_of(store, record.company_id, assign))


def _change(setup: Setup, stands: Record, author: User, wanted: AfterSend) -> Done | Refusal | None:
    addresses = setup.store.users.addresses(author.id)
    takes = not wanted.assign and addresses and _takes(setup, stands, author)
    changes = RecordChanges(
        state=_state(setup, stands, wanted.state),
        owner=wanted.assign or (addresses[0] if takes else None),
        add_tags=wanted.tags,
    )
    return records.change(setup, stands.label, changes, company=stands.company) if changes else None


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
