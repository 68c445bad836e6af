"""Many records changed at once, with one row in the audit log, by which all of them are changed back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from weftmail.core.role import Role
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import find
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.flow.setup.record import back
from weftmail.flow.setup.record_change import RecordChanges, carry_out, said
from weftmail.store.audit import AuditRow
from weftmail.store.record import Record
from weftmail.store.store import Store

KEPT = (
    "title",
    "state",
    "owner",
    "owner_address",
    "team",
    "customer_address",
    "priority",
    "place",
    "awaits_us",
    "tags",
)
"""What is kept of each record, with its number before it, where it differs."""
READ = "read"
NAMED = 5


@act
def change(setup: Setup, numbers: Sequence[str], changes: RecordChanges, *, company: str | None = None) -> Done:
    """Change each of the records in the same way."""
    found = _records(setup.store, numbers, company)
    before = {one.label: said(setup.store, one) for one in found}
    after = {one.label: said(setup.store, carry_out(setup, one, changes)) for one in found}
    return _done(found, *_differing(before, after))


@act
def mark(setup: Setup, numbers: Sequence[str], *, read: bool, company: str | None = None) -> Done:
    """Let the user who acts have seen all of these records, or none of them."""
    store, found = setup.store, _records(setup.store, numbers, company)
    user_id, company_id, ids = setup.actor.user_id or 0, found[0].company_id, [one.id for one in found]
    unread = store.read_state.among(company_id, user_id, ids)
    turned = [one for one in found if (one.id in unread) is read]
    if read:
        store.read_state.read(company_id, user_id, ids)
    else:
        store.read_state.mark(company_id, user_id, ids, setup.clock())
    was: Fields = {f"{one.label} {READ}": not read for one in turned}
    now: Fields = {f"{one.label} {READ}": read for one in turned}
    return _done(found, was, now)


def _records(store: Store, numbers: Sequence[str], company: str | None) -> list[Record]:
    if not numbers:
        raise RefusedAct("record", "nothing_ticked")
    return [find.record(store, one, company, field="record") for one in dict.fromkeys(numbers)]


def _done(found: Sequence[Record], was: Fields, now: Fields) -> Done:
    return Done("record.many", found[0].company_id, subject([one.label for one in found]), was, now)


def subject(labels: Sequence[str]) -> str:
    """Return what an act on several records names: the first of them, and how many more there are."""
    more = f" +{len(labels) - NAMED}" if len(labels) > NAMED else ""
    return f"{', '.join(labels[:NAMED])}{more}"


def _differing(before: dict[str, Fields], after: dict[str, Fields]) -> tuple[Fields, Fields]:
    was: Fields = {}
    now: Fields = {}
    for label, fields in before.items():
        for name in KEPT:
            if fields[name] != after[label][name]:
                was[f"{label} {name}"], now[f"{label} {name}"] = fields[name], after[label][name]
    return was, now


@act
def _change_back(setup: Setup, row: AuditRow) -> Done:
    """Change back each record that is as the act left it; the others stay as somebody made them since."""
    store, labels = setup.store, list(dict.fromkeys(name.partition(" ")[0] for name in row.now))
    found = [find.record(store, one, row.company, field="") for one in labels]
    before = {one.label: said(store, one) for one in found}
    after = {one.label: said(store, _back(setup, one, before[one.label], row)) for one in found}
    was, now = _differing(before, after)
    reads = {name: value for name, value in row.before.items() if name.endswith(f" {READ}")}
    for one in found:
        if f"{one.label} {READ}" in reads:
            _turn(setup, one, read=bool(reads[f"{one.label} {READ}"]))
    if not now and not reads:
        raise RefusedAct("", "changed_since", subject=row.subject)
    return _done(found, {**was, **{name: not value for name, value in reads.items()}}, {**now, **reads})


def _back(setup: Setup, one: Record, stands: Fields, row: AuditRow) -> Record:
    left, before = (_of(one.label, fields) for fields in (row.now, row.before))
    if any(stands[name] != value for name, value in left.items()):
        return one
    return carry_out(setup, one, back({**stands, **before}, stands))


def _of(label: str, fields: dict[str, Any]) -> dict[str, Any]:
    """What is said of one of the records."""
    parts = ((name.partition(" "), value) for name, value in fields.items())
    return {part[2]: value for part, value in parts if part[0] == label and part[2] != READ}


def _turn(setup: Setup, one: Record, *, read: bool) -> None:
    store, user_id = setup.store, setup.actor.user_id or 0
    if read:
        store.read_state.read(one.company_id, user_id, [one.id])
    else:
        store.read_state.mark(one.company_id, user_id, [one.id], setup.clock())


reverses = {"record.many": _change_back}
undone_by = Role.AGENT
