"""Decisions on the review queue as acts: by a page or a command, each with its row in the audit log."""

from __future__ import annotations

from dataclasses import dataclass, replace

from weftmail.core.limits import UNDO_SECONDS
from weftmail.core.parsing.message import Message
from weftmail.core.role import Role
from weftmail.core.wording.phrase import Phrase
from weftmail.flow import review
from weftmail.flow.installation import Installation
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.review import Released
from weftmail.flow.setup import contact, find, named
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.flow.setup.undo import check_unchanged
from weftmail.flow.withdrawal import take_back
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


def _undo_seconds(setup: Setup) -> int:
    """For how long what leaves by a decision waits: the undo time of whoever decides."""
    user = setup.store.users.get(setup.actor.user_id) if setup.actor.user_id is not None else None
    return UNDO_SECONDS if user is None else user.undo_seconds


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
    _check_seen(setup, inbound_id, record, opens)
    before, seconds = place(setup.store, inbound_id), _undo_seconds(setup)
    released = review.release(
        setup.store, installation, inbound_id, record=record, opens=opens, note=note, message=message, wait=seconds
    )
    row = setup.store.inbound.get(inbound_id)
    now = place(setup.store, inbound_id)
    if released.copies:
        now["leaves_at"] = setup.clock() + seconds * 1000
    return Decided("review.release", _company(row), named.mail(row), before, now, released)


def _check_seen(setup: Setup, inbound_id: int, record: str | None, opens: str | None) -> None:
    """Refuse a record, or a type, that does not exist for who decides, as one that is not there at all."""
    store, user_id = setup.store, setup.actor.user_id
    if user_id is None or (record is None and opens is None):
        return
    row = review.in_review(store, inbound_id)
    for found in store.records.by_label(record, row.company_id) if record is not None else ():
        if found.type in store.record_types.hidden_from(found.company_id, user_id):
            raise find.no_record("record", found.label)
    if opens is not None:
        company_id = row.company_id if row.company_id is not None else review.only_company(store)
        hidden = store.record_types.hidden_from(company_id, user_id)
        seen = [one.name for one in store.companies.record_types(company_id) if one.name not in hidden]
        if opens not in seen:
            raise RefusedAct("opens", "no_such_record_type", name=opens, names=", ".join(seen))


@act
def discard(setup: Setup, installation: Installation, inbound_id: int) -> Done:
    """Take a mail out of the queue; the log keeps it."""
    return _out(setup, installation, inbound_id, "review.discard", review.DROPPED)


@act
def spam(setup: Setup, installation: Installation, inbound_id: int) -> Done:
    """Take a mail out of the queue as spam; the log keeps it, and says so."""
    return _out(setup, installation, inbound_id, "review.spam", review.SPAM)


@act
def block(setup: Setup, installation: Installation, inbound_id: int) -> Done:
    """Take a mail out of the queue, and drop whatever its sender sends from now on."""
    store = setup.store
    row = review.in_review(store, inbound_id)
    company_id = row.company_id if row.company_id is not None else review.only_company(store)
    was, now = contact.stop(setup, company_id, find.address("address", row.from_address))
    done = _out(setup, installation, inbound_id, "review.block", review.DROPPED)
    sender: Fields = {"sender": row.from_address}
    return replace(done, company_id=company_id, was={**done.was, **sender, **was}, now={**done.now, **sender, **now})


def _out(setup: Setup, installation: Installation, inbound_id: int, name: str, why: Phrase) -> Done:
    before = place(setup.store, inbound_id)
    review.discard(setup.store, installation, inbound_id, why)
    row = setup.store.inbound.get(inbound_id)
    return Done(name, _company(row), named.mail(row), before, place(setup.store, inbound_id))


def place(store: Store, inbound_id: int) -> Fields:
    """Return where a mail is: its number, its state, and its record."""
    row = store.inbound.get(inbound_id)
    return {} if row is None else {"id": row.id, "state": row.state, "record": row.record}


def _company(row: InboundRow | None) -> int | None:
    return row.company_id if row is not None else None


@act
def _back(setup: Setup, row: AuditRow) -> Done:
    """Let a mail wait for a decision as it did; what it left on a record goes with it."""
    return _waits_again(setup, row)


def _waits_again(setup: Setup, row: AuditRow) -> Done:
    inbound_id = int(row.now["id"])
    before = place(setup.store, inbound_id)
    check_unchanged(row, {**row.now, **before})
    mail = setup.store.inbound.get(inbound_id)
    assert mail is not None  # noqa: S101 - its row is never deleted
    notified = take_back(setup.store, mail, setup.actor, setup.clock())
    after = place(setup.store, inbound_id)
    people: Fields = {"notified": list(notified)} if notified else {}
    return Done("review.back", mail.company_id, row.subject, before, {**after, **people})


@act
def _unblocked(setup: Setup, row: AuditRow) -> Done:
    """Let a mail wait as it did, and take its sender's mail again, where this act had blocked them."""
    done = _waits_again(setup, row)
    if not row.before["blocked"] and row.company_id is not None:
        contact.let_write(setup, row.company_id, str(row.now["sender"]))
    return done


reverses = {"review.release": _back, "review.discard": _back, "review.spam": _back, "review.block": _unblocked}
