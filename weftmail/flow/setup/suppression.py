"""Suppressed addresses: lifted by a person, once something was done about the reason."""

from __future__ import annotations

from weftmail.core.role import Role
from weftmail.core.wording.sentences import say
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup import find
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.flow.suppression import reason
from weftmail.flow.vocabulary import iso
from weftmail.store.audit import AuditRow
from weftmail.store.suppression import Suppression


def value(one: Suppression) -> Fields:
    """Return a suppression as JSON has it; ``why`` in English."""
    return {
        "address": one.address, "reason": one.why, "why": say(reason(one.why)), "answer": one.answer,
        "record": one.record, "since": iso(one.created_at),
    }  # fmt: skip


@act
def lift(setup: Setup, address: str, *, company: str | None = None) -> Done:
    """Send to an address again; the bounces that are remembered of it are forgotten."""
    of, wanted = find.company(setup.store, company), find.address("address", address)
    before = setup.store.suppressions.of(of.id, [wanted]).get(wanted)
    if before is None:
        raise RefusedAct("address", "not_suppressed", address=wanted)
    setup.store.suppressions.lift(of.id, wanted)
    kept: Fields = {"record_id": before.record_id}
    return Done("suppression.lift", of.id, wanted, {**value(before), "suppressed": True, **kept}, {"suppressed": False})


@act
def _restore(setup: Setup, row: AuditRow) -> Done:
    was, now = row.before, setup.clock()
    assert row.company_id is not None  # noqa: S101 - each is of a company
    made = setup.store.suppressions.add(
        row.company_id, row.subject, str(was["reason"]), str(was["answer"]), was["record_id"], now
    )
    if not made:
        raise RefusedAct("", "changed_since", subject=row.subject)
    return Done("suppression.restore", row.company_id, row.subject, {"suppressed": False}, {"suppressed": True})


def _lift_again(setup: Setup, row: AuditRow) -> Done | Refusal:
    return lift(setup, row.subject, company=row.company)


reverses = {"suppression.lift": _restore, "suppression.restore": _lift_again}
undone_by = Role.AGENT
