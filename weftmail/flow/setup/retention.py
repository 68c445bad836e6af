"""How long spam, trash and the closed records of a type are kept."""

from __future__ import annotations

from dataclasses import dataclass

from weftmail.core.role import Role
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import find
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.flow.setup.undo import check_unchanged
from weftmail.store.audit import AuditRow
from weftmail.store.retention import Retention
from weftmail.store.store import Store

PLACES = ("spam", "trash")
MOST_DAYS = 36_500
COUNTED = 1000
"""What would go now is counted up to so many."""
NAMED = 5


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """How long one thing is kept, 0 for ever, and what of it would go now: ``COUNTED + 1`` for more.

    ``place``: it is spam or trash, and no type that is called so.
    """

    name: str
    place: bool
    days: int
    count: int
    labels: tuple[str, ...]


def rules(store: Store, company_id: int, now: int) -> list[RetentionRule]:
    """Return what could go by age: spam, trash, and closed records of each type."""
    there = {
        one.name if one.record_type is None else f"type {one.name}": one
        for one in store.retentions.of_company(company_id)
    }
    types = [one.name for one in store.companies.record_types(company_id)]
    return [_rule(store, one, there.get(one), now, place=True) for one in PLACES] + [
        _rule(store, one, there.get(f"type {one}"), now, place=False) for one in types
    ]


def _rule(store: Store, name: str, found: Retention | None, now: int, *, place: bool) -> RetentionRule:
    if found is None:
        return RetentionRule(name, place, 0, 0, ())
    aged = store.retentions.aged(found, now, COUNTED + 1)
    return RetentionRule(name, place, found.days, len(aged), tuple(one.label for one in aged[:NAMED]))


def named(rule: RetentionRule) -> str:
    """Return how ``change`` names it."""
    return rule.name if rule.place or rule.name not in PLACES else f"type:{rule.name}"


@act
def change(setup: Setup, what: str, days: int, *, company: str | None = None) -> Done:
    """Keep spam, trash or the closed records of a type for so many days; 0 for ever.

    A type that is called as one of the places is meant by its name behind ``type:``.  What is old enough goes within
    the hour, and nothing brings it back.
    """
    of = find.company(setup.store, company).id
    if not 0 <= days <= MOST_DAYS:
        raise RefusedAct("days", "number_out_of_range", least=0, most=MOST_DAYS)
    record_type = (
        None if what in PLACES else find.record_type(setup.store, of, what.removeprefix("type:"), field="what")
    )
    place = what if record_type is None else "closed"
    was = _days(setup.store, of, place, record_type)
    setup.store.retentions.put(of, place, record_type, days)
    setup.store.due.put("retention", "", setup.clock() + DELAY, setup.clock())
    kept: Fields = {"what": place, "type": record_type or "", "days": was}
    return Done("retention.set", of, record_type or what, kept, {**kept, "days": days})


DELAY = 15 * 60_000
"""Milliseconds for which a change can be undone before it has an effect."""


def _days(store: Store, of: int, place: str, record_type: str | None) -> int:
    found = (one.days for one in store.retentions.of_company(of) if (one.what, one.record_type) == (place, record_type))
    return next(found, 0)


@act
def _back(setup: Setup, row: AuditRow) -> Done:
    of, was = find.company(setup.store, row.company).id, row.before
    place, record_type = was["what"], was["type"] or None
    check_unchanged(row, {**was, "days": _days(setup.store, of, place, record_type)})
    setup.store.retentions.put(of, place, record_type, was["days"])
    return Done("retention.set", of, row.subject, row.now, was)


reverses = {"retention.set": _back}
undone_by = Role.ADMIN
