"""Types of records: what a company keeps, each with the prefix of its numbers, its states and its fields."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from weftmail.core.field import KINDS
from weftmail.flow import vocabulary
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup import find
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.flow.setup.undo import check_unchanged
from weftmail.store.audit import AuditRow
from weftmail.store.company import Company, RecordType
from weftmail.store.record_type import RecordField
from weftmail.store.store import Store

COUNTS_AS = ("open", "waiting", "closed")
"""What a state counts as in lists."""

WHEN_CLOSED = ("reopen", "new", "hold")
"""What an answer from outside to a closed record can do: open it again, open a new one, wait for a person."""

_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
_PREFIX = re.compile(r"[A-Z][A-Z0-9]{0,11}")


@dataclass(frozen=True, slots=True)
class TypeChanges:
    """What is to change of a type; what is not given stays.

    ``states`` and ``fields`` are added, or changed where there are such: a state by what it counts as, a field by its
    kind (``choice: small, large`` names what can be chosen).  ``renamed_states`` are new names by old ones.
    ``columns`` are the fields that lists of the type show, all of them.  ``teams_only``: its records are for the
    members of its teams alone, and for admins; ``add_teams`` and ``remove_teams`` say which.
    """

    name: str | None = None
    prefix: str | None = None
    states: Mapping[str, str] = field(default_factory=dict)
    renamed_states: Mapping[str, str] = field(default_factory=dict)
    removed_states: Sequence[str] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    removed_fields: Sequence[str] = ()
    columns: Sequence[str] | None = None
    teams_only: bool | None = None
    add_teams: Sequence[str] = ()
    remove_teams: Sequence[str] = ()
    when_closed: str | None = None
    """What an answer from outside to a closed record does: one of ``WHEN_CLOSED``."""

    def __bool__(self) -> bool:
        named = (self.states, self.renamed_states, self.removed_states, self.fields, self.removed_fields)
        alone = (self.name, self.prefix, self.when_closed, self.columns, self.teams_only)
        return any(one is not None for one in alone) or any((*named, self.add_teams, self.remove_teams))


def prefixes(store: Store, company_id: int) -> dict[str, str]:
    """Return the prefixes of a company's types by their names."""
    return {one.name: one.prefix for one in store.companies.record_types(company_id)}


def fields(store: Store, company: Company, one: RecordType) -> Fields:
    """Return what is said of a type."""
    states, known = store.records.states(company.id, one.name), store.record_types.fields(company.id, one.name)
    teams = store.record_types.teams(company.id, one.name)
    return vocabulary.record_type(one, company.name, states, known, [each.name for each in teams])


@act
def add(setup: Setup, company: str | None, name: str, prefix: str) -> Done:
    """Let a company keep records of one more type."""
    found = find.company(setup.store, company)
    keep(setup.store, found, name, prefix)
    return Done("record_type.add", found.id, name, {}, fields(setup.store, found, RecordType(name, prefix)))


def keep(store: Store, company: Company, name: str, prefix: str) -> None:
    """Add the type; raises RefusedAct for a name or a prefix that is malformed or taken."""
    _check_name(store, company, name, "record_type")
    _check_prefix(store, company, name, prefix)
    store.companies.add_record_type(company.id, name, prefix)


def _check_name(store: Store, company: Company, name: str, field_: str) -> None:
    if _NAME.fullmatch(name) is None:
        raise RefusedAct(field_, "record_type_malformed", name=name)
    there = prefixes(store, company.id)
    if name in there:
        raise RefusedAct(field_, "record_type_there", company=company.name, name=name, prefix=there[name])


def _check_prefix(store: Store, company: Company, name: str, prefix: str) -> None:
    if _PREFIX.fullmatch(prefix) is None:
        raise RefusedAct("prefix", "prefix_malformed", prefix=prefix)
    if store.record_types.prefix_owner(company.id, prefix) not in (None, name):
        raise RefusedAct("prefix", "prefix_there", company=company.name, prefix=prefix)


@act
def change(setup: Setup, company: str | None, name: str, changes: TypeChanges) -> Done:
    """Change a type: its records and aliases follow, and keep the numbers and the values that they have."""
    if not changes:
        raise RefusedAct("", "nothing_to_change", noun="record-type")
    whose = company_of(setup.store, company, name)
    found = _found(setup.store, whose, name)
    was = fields(setup.store, whose, found)
    return Done("record_type.set", whose.id, *_changed(setup.store, whose, found, was, changes))


@act
def remove(setup: Setup, company: str | None, name: str) -> Done:
    """Remove a type that nothing is of: it was made by mistake.  An undo brings it back as it was."""
    store, whose = setup.store, company_of(setup.store, company, name)
    was = take_out(store, whose, name)
    return Done("record_type.remove", whose.id, name, was)


def in_the_way(store: Store, company: Company, name: str) -> Refusal | None:
    """Return why a type cannot be removed; None where it can."""
    there = prefixes(store, company.id)
    if len(there) == 1:
        return Refusal("record_type", "record_type_last", {"name": name, "company": company.name})
    found = store.record_types.holdings(company.id, name)
    if found.numbered:
        return Refusal("record_type", "record_type_used", {"name": name, "prefix": there[name]})
    if not (found.aliases or found.replies):
        return None
    return Refusal("record_type", "record_type_has", {"name": name, "aliases": found.aliases, "replies": found.replies})


def take_out(store: Store, company: Company, name: str) -> Fields:
    """Remove a type; return what was said of it, and for how long its closed records were to be kept."""
    found = _found(store, company, name)
    why = in_the_way(store, company, name)
    if why is not None:
        raise RefusedAct(why.field, why.code, **why.values)
    days = [one.days for one in store.retentions.of_company(company.id) if one.record_type == name]
    was = {**fields(store, company, found), "days": sum(days)}
    store.record_types.remove(company.id, name)
    return was


@act
def restore(setup: Setup, row: AuditRow) -> Done:
    """Bring a removed type back, with its states, its fields and those of its teams that are still there."""
    store, had, name = setup.store, row.before, row.subject
    whose = find.company_by_id(store, row.company_id or 0)
    _check_name(store, whose, name, "")
    _check_prefix(store, whose, name, had["prefix"])
    store.companies.add_record_type(whose.id, name, had["prefix"], had["states"])
    store.record_types.set(whose.id, name, name, had["prefix"], had["when_closed"])
    for one, kind in had["fields"].items():
        store.record_types.put_field(whose.id, name, _field(one, kind))
    store.record_types.set_columns(whose.id, name, had["columns"])
    for one in had["teams"]:
        team = store.teams.by_name(whose.id, one)
        if team is not None:
            store.record_types.name_team(whose.id, name, team.id)
    store.record_types.limit(whose.id, name, teams_only=had["teams_only"])
    store.retentions.put(whose.id, "closed", name, had["days"])
    return Done("record_type.restore", whose.id, name, {}, fields(store, whose, _found(store, whose, name)))


def _take_out(setup: Setup, row: AuditRow) -> Done | Refusal:
    return remove(setup, row.company, row.subject)


def company_of(store: Store, company: str | None, name: str) -> Company:
    """Return the company of this name; with None, the only one that keeps records of a type, or the only one."""
    return find.company_with(store, company, lambda of: name in [one.name for one in store.companies.record_types(of)])


def _found(store: Store, company: Company, name: str, field_: str = "record_type") -> RecordType:
    there = {one.name: one for one in store.companies.record_types(company.id)}
    return there[find.record_type(store, company.id, name, field=field_)]


def _changed(
    store: Store, company: Company, found: RecordType, was: Fields, changes: TypeChanges
) -> tuple[str, Fields, Fields]:
    """Carry the changes out; return the name, what was said of the type, and what is said now."""
    name, prefix = changes.name or found.name, changes.prefix or found.prefix
    if name != found.name:
        _check_name(store, company, name, "name")
    if prefix != found.prefix:
        _check_prefix(store, company, found.name, prefix)
    when_closed = found.when_closed
    if changes.when_closed is not None:
        when_closed = find.choice("when_closed", changes.when_closed, WHEN_CLOSED)
    if (name, prefix, when_closed) != (found.name, found.prefix, found.when_closed):
        store.record_types.set(company.id, found.name, name, prefix, when_closed)
    _change_teams(store, company, name, changes)
    _change_states(store, company, name, changes)
    for one, kind in changes.fields.items():
        store.record_types.put_field(company.id, name, _field(one, kind))
    there = [one.name for one in store.record_types.fields(company.id, name)]
    for one in changes.removed_fields:
        find.choice("removed_fields", one, there)
    store.record_types.remove_fields(company.id, name, changes.removed_fields)
    if changes.columns is not None:
        left = [one.name for one in store.record_types.fields(company.id, name)]
        wanted = [find.choice("columns", one, left) for one in changes.columns]
        store.record_types.set_columns(company.id, name, wanted)
    return name, was, fields(store, company, _found(store, company, name, ""))


def _change_teams(store: Store, company: Company, type_: str, changes: TypeChanges) -> None:
    for one in changes.add_teams:
        store.record_types.name_team(company.id, type_, find.team(store, company.id, one, field="add_teams").id)
    for one in changes.remove_teams:
        store.record_types.drop_team(company.id, type_, find.team(store, company.id, one, field="remove_teams").id)
    if changes.teams_only is not None:
        store.record_types.limit(company.id, type_, teams_only=changes.teams_only)


def _change_states(store: Store, company: Company, type_: str, changes: TypeChanges) -> None:
    there = {one.name: one.counts_as for one in store.records.states(company.id, type_)}
    for old, new in changes.renamed_states.items():
        wanted = find.line("states", new)
        counts_as = there[find.choice("states", old, list(there))]
        if wanted in there:
            raise RefusedAct("states", "state_there", name=wanted)
        store.record_types.set_state(company.id, type_, old, wanted, counts_as)
    for one, kind in changes.states.items():
        _put_state(store, company, type_, find.line("states", one), find.choice("states", kind, COUNTS_AS))
    left = [one.name for one in store.records.states(company.id, type_)]
    for one in changes.removed_states:
        find.choice("states", one, left)
        if store.record_types.state_used(company.id, type_, one):
            raise RefusedAct("states", "state_in_use", name=one)
        store.record_types.remove_state(company.id, type_, one)
    _check_states(store, company, type_)


def _put_state(store: Store, company: Company, type_: str, name: str, counts_as: str) -> None:
    """Add a state after the others, or change what one counts as."""
    store.companies.add_record_state(company.id, type_, name, counts_as)
    store.record_types.set_state(company.id, type_, name, name, counts_as)


def _check_states(store: Store, company: Company, type_: str) -> None:
    """Refuse states in which a record could not begin as open, or could not be closed."""
    kinds = [one.counts_as for one in store.records.states(company.id, type_)]
    if kinds[:1] != ["open"] or "closed" not in kinds:
        raise RefusedAct("states", "states_wanted")


def _field(name: str, text: str) -> RecordField:
    """Return the field that "choice: small, large" or "date" makes."""
    wanted = find.line("fields", name)
    kind, _, rest = text.partition(":")
    choices = tuple(dict.fromkeys(one.strip() for one in rest.split(",") if one.strip()))
    known = find.choice("fields", kind.strip(), KINDS)
    if (known == "choice") is not bool(choices):
        raise RefusedAct("fields", "choices_wanted" if known == "choice" else "choices_idle", name=wanted)
    return RecordField(wanted, known, tuple(find.line("fields", one) for one in choices))


@act
def _change_back(setup: Setup, row: AuditRow) -> Done:
    store, before, now = setup.store, row.before, row.now
    whose = find.company_by_id(store, row.company_id or 0)
    found = _found(store, whose, row.subject, "")
    was = fields(store, whose, found)
    check_unchanged(row, was)
    renamed = _renamed(list(now["states"]), list(before["states"]))
    back = TypeChanges(
        name=before["name"],
        prefix=before["prefix"],
        when_closed=before["when_closed"],
        states=before["states"],
        renamed_states=renamed,
        removed_states=[one for one in now["states"] if one not in before["states"] and one not in renamed],
        fields=before["fields"],
        removed_fields=[one for one in now["fields"] if one not in before["fields"]],
        columns=before["columns"],
        teams_only=before["teams_only"],
        add_teams=[one for one in before["teams"] if one not in now["teams"]],
        remove_teams=[one for one in now["teams"] if one not in before["teams"]],
    )
    return Done("record_type.set", whose.id, *_changed(store, whose, found, was, back))


def _renamed(old: Sequence[str], new: Sequence[str]) -> dict[str, str]:
    """Return the new names of states by their old ones, where as many states stand in the same places."""
    if len(old) != len(new):
        return {}
    return {one: other for one, other in zip(old, new, strict=True) if one not in new and other not in old}


reverses = {
    "record_type.add": _take_out,
    "record_type.set": _change_back,
    "record_type.remove": restore,
    "record_type.restore": _take_out,
}
