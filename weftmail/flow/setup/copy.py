"""Copies in the outbox, as far as a person moves them: sent now, taken back, sent to another address; and all at once.

An act with a ``company_id`` knows no copy of another company.
"""

from __future__ import annotations

from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.restored import release, restored
from weftmail.flow.running import PAUSED
from weftmail.flow.setup import contact, find, named, setting
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.flow.setup.undo import check_unchanged
from weftmail.flow.suppression import suppressed
from weftmail.store.audit import AuditRow
from weftmail.store.outbox import Claimed


@act
def retry(setup: Setup, copy_id: int, *, company_id: int | None = None) -> Done:
    """Make a copy due now that waits or failed."""
    copy, before = _found(setup, copy_id, company_id)
    if not setup.store.outbox.retry(copy.company_id, copy_id, setup.clock()):
        raise RefusedAct("id", "copy_left")
    was: Fields = {"id": copy_id, "state": before, "due": "later"}
    return Done(
        "outbox.retry", copy.company_id, named.copy(setup.store, copy), was, {**was, "state": "waiting", "due": "now"}
    )


@act
def cancel(setup: Setup, copy_id: int, *, company_id: int | None = None) -> Done:
    """Take a copy back that has not left."""
    copy, before = _found(setup, copy_id, company_id)
    if not setup.store.outbox.cancel(copy.company_id, copy_id, setup.clock()):
        raise RefusedAct("id", "copy_left")
    was: Fields = {"id": copy_id, "state": before}
    return Done("outbox.cancel", copy.company_id, named.copy(setup.store, copy), was, {**was, "state": "cancelled"})


@act
def redirect(setup: Setup, copy_id: int, address: str, *, company_id: int | None = None) -> Done:
    """Send the copy of an outsider to another address of theirs, which takes the place of the one that was wrong."""
    copy, _ = _found(setup, copy_id, company_id)
    return redirected(setup, copy, address, named.copy(setup.store, copy))


def redirected(setup: Setup, copy: Claimed, address: str, subject: str, pause: int = 0) -> Done:
    """Send a copy to another address, after a ``pause`` in milliseconds; to be called in an act.

    ``subject`` is what the copy was called before: its way back bears the same, and so overtakes it.
    """
    copy_id = copy.id
    store, wanted, now = setup.store, find.address("address", address), setup.clock()
    if copy.contact_id is None:
        raise RefusedAct("id", "copy_of_colleagues")
    (old, *_) = store.outbox.addresses(copy.company_id, copy_id)
    whose = store.contacts.get(copy.company_id, copy.contact_id)
    assert whose is not None  # noqa: S101 - a foreign key says so
    if found := suppressed(store, copy.company_id, [wanted]):
        raise RefusedAct("address", "post_suppressed", address=wanted, why=found[wanted])
    if not store.outbox.retry(copy.company_id, copy_id, now, now + pause):
        raise RefusedAct("id", "copy_left")
    contact.replace_address(setup, whose, old, wanted)
    store.outbox.redirect(copy.company_id, copy_id, copy.contact_id, wanted, now)
    was: Fields = {"id": copy_id, "address": old}
    return Done("outbox.redirect", copy.company_id, subject, was, {**was, "address": wanted})


def pause(setup: Setup) -> Done | Refusal:
    """Let no copy leave until ``resume``; mail goes on coming in, and copies wait."""
    return setting.change(setup, PAUSED.name, "1")


def resume(setup: Setup) -> Done | Refusal:
    """Let copies leave again; in a store that was brought back from a backup, what is due happens again, too."""
    if restored(setup.store):
        return release(setup)
    return setting.change(setup, PAUSED.name, "0")


def _found(setup: Setup, copy_id: int, company_id: int | None) -> tuple[Claimed, str]:
    copy = setup.store.outbox.get(copy_id)
    if copy is None or company_id not in (None, copy.company_id):
        raise RefusedAct("id", "no_such_copy", id=copy_id)
    return copy, setup.store.outbox.state(copy.company_id, copy_id)


@act
def _revive(setup: Setup, row: AuditRow) -> Done:
    copy_id = int(row.now["id"])
    copy, before = _found(setup, copy_id, row.company_id)
    if not setup.store.outbox.revive(copy.company_id, copy_id, setup.clock()):
        raise RefusedAct("", "changed_since", subject=row.subject)
    was: Fields = {"id": copy_id, "state": before}
    return Done("outbox.revive", copy.company_id, row.subject, was, {**was, "state": "waiting"})


@act
def _address_back(setup: Setup, row: AuditRow) -> Done:
    """Let a copy go to the address that it had, and give that back to the contact, as long as it has not left."""
    copy_id = int(row.now["id"])
    copy, _ = _found(setup, copy_id, row.company_id)
    there = setup.store.outbox.addresses(copy.company_id, copy_id)
    check_unchanged(row, {"id": copy_id, "address": next(iter(there), "")})
    return redirected(setup, copy, str(row.before["address"]), row.subject)


reverses = {"outbox.cancel": _revive, "outbox.redirect": _address_back}
