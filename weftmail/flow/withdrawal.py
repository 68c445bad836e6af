"""Taking a decision on the review queue back: the mail leaves its record, and waits for a decision as it did before.

What has left is out of our hands: who was notified already is named.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from weftmail.core.routing.recipients import INBOX
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.actor import Actor
from weftmail.flow.events import SNOOZE, write_event
from weftmail.flow.refusal import RefusedAct
from weftmail.store.delivery import Delivery
from weftmail.store.inbound import InboundRow
from weftmail.store.record import Record
from weftmail.store.snooze import UNTIL_ANSWER, Snooze
from weftmail.store.store import Store
from weftmail.store.withdrawal import Undecided

UNSENT = ("queued", "delayed", "failed", "cancelled")
"""States of a delivery that has not reached anybody."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A record as it stands: its state, who takes part in the whole of it, and what keeps it out of sight."""

    state: str = ""
    taking_part: frozenset[int] = frozenset()
    hidden_as: str | None = None
    snooze: Snooze | None = None


def standing(store: Store, company_id: int, record_id: int) -> Standing:
    """Return how a record stands now."""
    record = store.records.get(company_id, record_id)
    people = store.records.participants(company_id, record_id)
    everywhere = frozenset(one.contact_id for one in people if one.message_id is None)
    if record is None:
        return Standing("", everywhere)
    return Standing(record.state, everywhere, record.hidden_as, store.snoozes.get(company_id, record_id))


def remember(store: Store, before: Undecided, row: InboundRow, stood: Standing | None) -> None:
    """Keep how a mail waited that was filed just now, as ``row`` says.

    ``stood`` is how its record stood before, None for one that the mail opened.
    """
    if row.record_id is None or row.company_id is None:
        return
    now, then = standing(store, row.company_id, row.record_id), stood or Standing()
    woken = then.snooze if now.snooze is None else None
    kept = replace(
        before,
        hidden_as=then.hidden_as if now.hidden_as is None else None,
        snoozed_until=woken.until if woken is not None else None,
        snoozed_by=woken.user_id if woken is not None else None,
        joined=tuple(sorted(now.taking_part - then.taking_part)),
        was=then.state,
        became=now.state,
        opened=stood is None,
    )
    store.withdrawals.keep(row.id, kept)


def take_back(store: Store, row: InboundRow, actor: Actor, now: int) -> tuple[str, ...]:
    """Let a mail wait for a decision again; return the names of those who were notified of it already.

    To be called inside a transaction.  Raises RefusedAct for a mail that nobody decided on, and for one of which a
    copy is leaving at this moment.
    """
    undecided = store.withdrawals.undecided(row.id)
    if undecided is None:
        raise RefusedAct("", "changed_since", subject=row.subject)
    notified: tuple[str, ...] = ()
    if row.state == "filed" and row.company_id and row.record_id and row.message_id:
        notified = _withdraw(store, row, row.company_id, row.record_id, row.message_id, actor, now)
        _record_back(store, row.company_id, row.record_id, undecided, actor, now)
    store.withdrawals.back(row.id, undecided, now)
    return notified


def _withdraw(
    store: Store, row: InboundRow, company_id: int, record_id: int, message_id: int, actor: Actor, now: int
) -> tuple[str, ...]:
    for copy in store.withdrawals.copies(company_id, message_id):
        if not store.outbox.cancel(company_id, copy, now) and store.outbox.state(company_id, copy) == "waiting":
            raise RefusedAct("", "mail_leaving", id=row.id)
    notified = [one for one in store.messages.deliveries(company_id, message_id) if _knows(one)]
    says = Phrase("event.withdrawn", {"actor": actor.name, "sender": row.from_address or row.sender})
    store.withdrawals.withdraw(company_id, record_id, message_id, says, f"{says.as_json()} at {now}")
    store.records.unheard(company_id, record_id, now)
    return tuple(dict.fromkeys(one.name or one.address for one in notified))


def _knows(one: Delivery) -> bool:
    """Whether somebody has read it, or got it by a way that leads out of here."""
    return one.state == "read" if one.channel == INBOX else one.state not in UNSENT


def _record_back(store: Store, company_id: int, record_id: int, undecided: Undecided, actor: Actor, now: int) -> None:
    """Take out whom the mail brought, and let the record stand as it did; one that the mail opened is closed."""
    for contact_id in undecided.joined:
        store.records.remove_participant(company_id, record_id, contact_id, now)
    record = store.records.get(company_id, record_id)
    if record is None:
        return
    if undecided.hidden_as is not None and record.hidden_as is None:
        store.records.hide(company_id, record_id, undecided.hidden_as, now)
    _snooze_again(store, record, undecided, now)
    state = _state(store, record, undecided)
    if state == record.state:
        return
    store.records.set_state(company_id, record_id, state, now)
    says = Phrase("event.state", {"actor": actor.name, "was": record.state, "became": state})
    write_event(store, record, says, now)


def _snooze_again(store: Store, record: Record, undecided: Undecided, now: int) -> None:
    """Snooze the record as it was when the mail woke it, unless its day has come, or somebody snoozed it anew."""
    until = undecided.snoozed_until
    if until is None or until <= now or record.snoozed_until_at is not None:
        return
    store.snoozes.put(record.company_id, record.id, Snooze(until, undecided.snoozed_by))
    if until != UNTIL_ANSWER:
        store.due.put(SNOOZE, str(record.id), until, now, record.company_id)
    write_event(store, record, Phrase("event.snoozed again"), now)


def _state(store: Store, record: Record, undecided: Undecided) -> str:
    if undecided.opened and not store.withdrawals.spoken(record.company_id, record.id):
        states = store.records.states(record.company_id, record.type)
        return next((one.name for one in states if one.counts_as == "closed"), record.state)
    return undecided.was if undecided.was and record.state == undecided.became else record.state
