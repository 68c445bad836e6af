"""Saved filters: lists of records under a name, of one colleague or shared with the company."""

from __future__ import annotations

from weftmail.core.role import Role
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup import find
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.store.audit import AuditRow
from weftmail.store.saved_filter import SavedFilter


@act
def add(setup: Setup, name: str, query: str, *, shared: bool = False, company: str | None = None) -> Done:
    """Keep a list under a name, in place of the one that the user who acts has under it."""
    store, of = setup.store, find.company(setup.store, company)
    wanted, user_id = find.line("name", name), setup.actor.user_id or 0
    before = next((one for one in store.saved_filters.of(of.id, user_id) if _theirs(one, user_id, wanted)), None)
    filter_id = store.saved_filters.put(of.id, user_id, wanted, query, shared=shared, now=setup.clock())
    after = store.saved_filters.get(of.id, filter_id)
    return Done("filter.add", of.id, wanted, fields(before), fields(after))


def _theirs(one: SavedFilter, user_id: int, name: str) -> bool:
    return one.user_id == user_id and one.name == name


def fields(one: SavedFilter | None) -> Fields:
    """Return what is said of a filter; nothing of none."""
    return {} if one is None else {"name": one.name, "query": one.query, "shared": one.shared, "id": one.id}


@act
def remove(setup: Setup, filter_id: int, *, company: str | None = None) -> Done:
    """Remove a filter of the user who acts."""
    store, of = setup.store, find.company(setup.store, company)
    found = store.saved_filters.get(of.id, filter_id)
    if found is None:
        raise RefusedAct("", "no_such_filter")
    if found.user_id != setup.actor.user_id:
        raise RefusedAct("", "filter_of_another", name=found.author)
    store.saved_filters.remove(of.id, filter_id)
    return Done("filter.remove", of.id, found.name, fields(found), {})


def _removed_again(setup: Setup, row: AuditRow) -> Done | Refusal:
    if row.before:
        return _kept_again(setup, row)
    return remove(setup, row.now["id"], company=row.company)


def _kept_again(setup: Setup, row: AuditRow) -> Done | Refusal:
    was = row.before
    return add(setup, was["name"], was["query"], shared=was["shared"], company=row.company)


reverses = {"filter.add": _removed_again, "filter.remove": _kept_again}
undone_by = Role.READER
