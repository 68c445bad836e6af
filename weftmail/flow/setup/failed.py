"""What did not reach somebody outside: sent again to the address that is right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from weftmail.core.role import Role
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.events import write_event
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import contact, copy, named
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.flow.setup.undo import check_unchanged
from weftmail.store.audit import AuditRow
from weftmail.store.delivery import Delivery
from weftmail.store.outbox import Claimed

TO_UNDO: Final = 10_000
"""For so long, in milliseconds, what was corrected waits, so that it can be undone."""


@dataclass(frozen=True, slots=True)
class _Failed:
    copy: Claimed
    delivery: Delivery

    @property
    def fields(self) -> Fields:
        """What an act says of it."""
        one = self.delivery
        return {"id": self.copy.id, "address": one.address, "state": one.state, "answer": one.reason}


@act
def correct(setup: Setup, copy_id: int, address: str, *, company_id: int) -> Done:
    """Give somebody the right address, and send the copy there that came back or failed."""
    failed = _failed(setup, copy_id, company_id)
    subject = named.copy(setup.store, failed.copy)
    copy.redirected(setup, failed.copy, address, subject, TO_UNDO)
    now = _failed(setup, copy_id, company_id)
    _write(setup, now, failed.delivery.address, now.delivery.address)
    return Done("delivery.correct", company_id, subject, failed.fields, now.fields)


@act
def _back(setup: Setup, row: AuditRow) -> Done:
    """Let all be as it was: the address, and that the copy did not reach it; as long as it has not left again."""
    store, company_id, was = setup.store, row.company_id or 0, row.before
    failed = _failed(setup, int(row.now["id"]), company_id)
    check_unchanged(row, failed.fields)
    whose = store.contacts.get(company_id, failed.copy.contact_id or 0)
    old, now = str(was["address"]), setup.clock()
    if whose is None or not store.outbox.put_back(
        company_id, failed.copy.id, str(was["state"]), str(was["answer"]), now
    ):
        raise RefusedAct("id", "copy_left")
    contact.replace_address(setup, whose, failed.delivery.address, old)
    store.outbox.redirect(company_id, failed.copy.id, whose.id, old, now)
    _write(setup, failed, failed.delivery.address, old)
    return Done("delivery.take_back", company_id, row.subject, failed.fields, was)


def _write(setup: Setup, failed: _Failed, was: str, became: str) -> None:
    message = setup.store.messages.get(failed.copy.company_id, failed.copy.message_id)
    record = setup.store.records.get(message.company_id, message.record_id) if message is not None else None
    if record is not None and was != became:
        name = failed.delivery.name or was
        says = Phrase("event.corrected", {"actor": setup.actor.name, "name": name, "was": was, "became": became})
        write_event(setup.store, record, says, setup.clock(), setup.actor.user_id)


def _failed(setup: Setup, copy_id: int, company_id: int) -> _Failed:
    found = setup.store.outbox.get(copy_id)
    there = setup.store.messages.deliveries(company_id, found.message_id) if found is not None else []
    mine = [one for one in there if one.outbox_id == copy_id and one.contact_id is not None]
    if found is None or found.company_id != company_id or not mine:
        raise RefusedAct("id", "no_such_copy", id=copy_id)
    return _Failed(found, mine[0])


reverses = {"delivery.correct": _back}
undone_by = Role.AGENT
