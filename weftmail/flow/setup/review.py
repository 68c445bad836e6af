"""Decisions on the review queue as acts: by a page or a command, each with its row in the audit log."""

from __future__ import annotations

from dataclasses import dataclass

from weftmail.core.parsing.message import Message
from weftmail.core.role import Role
from weftmail.flow import review
from weftmail.flow.installation import Installation
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.review import Released
from weftmail.flow.setup import contact, named
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.flow.setup.undo import check_unchanged
from weftmail.store.audit import AuditRow
from weftmail.store.inbound import InboundRow
from weftmail.store.store import Store

undone_by = Role.AGENT


@dataclass(frozen=True, slots=True)
class Decided(Done):
    """A mail that was filed by a person's word: where it went, and who gets it."""

    released: Released | None = None


def release(
    setup: Setup,
    installation: Installation,
    inbound_id: int,
    *,
    record: str | None = None,
    opens: str | None = None,
    note: bool = False,
) -> Decided | Refusal:
    """File a mail as ``review.release`` does; it is read before the transaction begins."""
    try:
        message = review.message_of(setup.store, installation, inbound_id)
    except RefusedAct as refused:
        return refused.refusal
    return _release(setup, installation, inbound_id, message, record, opens, note=note)


@act
def _release(
    setup: Setup,
    installation: Installation,
    inbound_id: int,
    message: Message,
    record: str | None,
    opens: str | None,
    *,
    note: bool,
) -> Decided:
    before = place(setup.store, inbound_id)
    released = review.release(
        setup.store, installation, inbound_id, record=record, opens=opens, note=note, message=message
    )
    row = setup.store.inbound.get(inbound_id)
    now = place(setup.store, inbound_id)
    return Decided("review.release", _company(row), named.mail(row), before, now, released)


@act
def discard(setup: Setup, installation: Installation, inbound_id: int) -> Done:
    """Take a mail out of the queue; the log keeps it."""
    before = place(setup.store, inbound_id)
    review.discard(setup.store, installation, inbound_id)
    row = setup.store.inbound.get(inbound_id)
    return Done("review.discard", _company(row), named.mail(row), before, place(setup.store, inbound_id))


@act
def block(setup: Setup, installation: Installation, inbound_id: int, *, company: str | None = None) -> Done:
    """Take a mail out of the queue, and drop all that its author sends from now on; one act, with one undo."""
    before = place(setup.store, inbound_id)
    row = setup.store.inbound.get(inbound_id)
    blocked = contact.put_block(setup, row.from_address if row is not None else "", company)
    review.discard(setup.store, installation, inbound_id)
    now = {**place(setup.store, inbound_id), **blocked.now}
    return Done("review.block", blocked.company_id, named.mail(row), {**before, **blocked.was}, now)


def place(store: Store, inbound_id: int) -> Fields:
    """Return where a mail is: its number, its state, and its record."""
    row = store.inbound.get(inbound_id)
    return {} if row is None else {"id": row.id, "state": row.state, "record": row.record}


def _company(row: InboundRow | None) -> int | None:
    return row.company_id if row is not None else None


@act
def _back(setup: Setup, row: AuditRow) -> Done:
    """Bring a discarded mail back: the rules judge it once more, and hold it as they did."""
    inbound_id = int(row.now["id"])
    before = place(setup.store, inbound_id)
    check_unchanged(row, before)
    setup.store.inbound.again(inbound_id)
    return Done("review.back", row.company_id, row.subject, before, place(setup.store, inbound_id))


@act
def _unblocked(setup: Setup, row: AuditRow) -> Done:
    """Bring a discarded mail back, and take the mail of its author again."""
    inbound_id = int(row.now["id"])
    before, found = place(setup.store, inbound_id), setup.store.inbound.get(inbound_id)
    check_unchanged(row, {**before, "blocked": row.now["blocked"]})
    lifted = contact.lift_block(setup, found.from_address if found is not None else "", row.company)
    setup.store.inbound.again(inbound_id)
    now = {**place(setup.store, inbound_id), **lifted.now}
    return Done("review.back", row.company_id, row.subject, {**before, **lifted.was}, now)


reverses = {"review.discard": _back, "review.block": _unblocked}
