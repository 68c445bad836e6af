"""Types of records: their names, prefixes, states and fields, and the records that follow when they change."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from weftmail.core.field import FieldKind
from weftmail.store.company import TypeHoldings
from weftmail.store.connection import Connection
from weftmail.store.rows import column, many, queries
from weftmail.store.sets import portions


@dataclass(frozen=True, slots=True)
class NamedTeam:
    """A team that sees the records of a type."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class _FieldRow:
    name: str
    kind: str
    choices: str
    in_list: bool


@dataclass(frozen=True, slots=True)
class _TypedRow:
    record_type: str
    name: str
    kind: str
    choices: str


@dataclass(frozen=True, slots=True)
class _SeenRow:
    record_type: str
    name: str


RecordField = FieldKind


class RecordTypes:
    """The types of records of a store; states are listed by ``Records.states``, in their order."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def set(self, company_id: int, name: str, new_name: str, prefix: str, when_closed: str = "reopen") -> None:
        """Change name, prefix and what answers to closed records do; aliases, numbers and records follow, and keep the
        labels that they have."""
        queries.record_type_set(
            self._connection, company_id=company_id, record_type=name, new_name=new_name, prefix=prefix,
            when_closed=when_closed,
        )  # fmt: skip
        queries.record_prefix_add(self._connection, company_id=company_id, prefix=prefix, record_type=new_name)
        if new_name != name:
            queries.record_type_aliases(self._connection, company_id=company_id, record_type=name, new_name=new_name)
            queries.record_type_counter(self._connection, company_id=company_id, record_type=name, new_name=new_name)

    def holdings(self, company_id: int, record_type: str) -> TypeHoldings:
        """Return what keeps a type from being removed."""
        (found,) = many(
            TypeHoldings, queries.record_type_holdings(self._connection, company_id=company_id, record_type=record_type)
        )
        return found

    def remove(self, company_id: int, record_type: str) -> None:
        """Remove a type of whose records no number was ever given, with its states, fields and prefixes, and how long
        its closed records would be kept.  Raises Conflict where a saved reply names it.
        """
        words = {"company_id": company_id, "record_type": record_type}
        queries.record_type_replies(self._connection, **words)
        queries.record_type_retention_remove(self._connection, **words)
        queries.record_type_fields_remove(self._connection, **words)
        queries.record_type_states_remove(self._connection, **words)
        queries.record_type_prefixes_remove(self._connection, **words)
        queries.record_type_seen_by_remove(self._connection, **words)
        queries.record_type_remove(self._connection, **words)

    def prefix_owner(self, company_id: int, prefix: str) -> str | None:
        """Return the type whose records have or had this prefix."""
        found: str | None = queries.record_prefix_owner(self._connection, company_id=company_id, prefix=prefix)
        return found

    def fields(self, company_id: int, record_type: str) -> list[RecordField]:
        """Return the fields of a type, in their order."""
        rows = queries.record_fields(self._connection, company_id=company_id, record_type=record_type)
        return [
            RecordField(row.name, row.kind, tuple(json.loads(row.choices)), row.in_list)
            for row in many(_FieldRow, rows)
        ]

    def fields_and_people(
        self, company_id: int, record_type: str, values: Collection[str]
    ) -> tuple[list[RecordField], dict[str, str]]:
        """Return the fields of a type, and the names of the users whose canonical addresses are among the values."""
        fields: list[RecordField] = []
        people: dict[str, str] = {}
        # Of nobody's address nothing is found; every statement has one at least.
        for portion in portions(sorted(one for one in values if "@" in one) or [""]):
            words = {"company_id": company_id, "record_type": record_type, "addresses": portion}
            rows = queries.record_fields_and_people(self._connection, **words).rows
            people |= {name: kind for name, kind, _, _, is_person, _ in rows if is_person}
            fields = [
                RecordField(name, kind, tuple(json.loads(choices)), bool(in_list))
                for name, kind, choices, in_list, is_person, _ in rows
                if not is_person
            ]
        return fields, people

    def fields_of_company(self, company_id: int) -> dict[str, list[RecordField]]:
        """Return the fields of all types that have any, by the names of the types."""
        found: dict[str, list[RecordField]] = {}
        for row in many(_TypedRow, queries.record_fields_of_company(self._connection, company_id=company_id)):
            field = RecordField(row.name, row.kind, tuple(json.loads(row.choices)))
            found.setdefault(row.record_type, []).append(field)
        return found

    def put_field(self, company_id: int, record_type: str, field: RecordField) -> None:
        """Add a field after the others, or change the kind of one that is there."""
        queries.record_field_put(
            self._connection,
            company_id=company_id,
            record_type=record_type,
            name=field.name,
            kind=field.kind,
            choices=json.dumps(list(field.choices), ensure_ascii=False),
        )

    def set_columns(self, company_id: int, record_type: str, names: Sequence[str]) -> None:
        """Let lists of the type show these fields as columns, and no others."""
        queries.record_field_columns(
            self._connection, company_id=company_id, record_type=record_type, names=list(names) or [""]
        )

    def hidden_from(self, company_id: int, user_id: int) -> tuple[str, ...]:
        """Return the types whose records do not exist for a member: those for named teams only, all of them others."""
        return tuple(column(queries.hidden_types(self._connection, company_id=company_id, user_id=user_id)))

    def teams(self, company_id: int, record_type: str) -> list[NamedTeam]:
        """Return the teams that see the records of a type which is for named teams only."""
        rows = queries.record_type_teams(self._connection, company_id=company_id, record_type=record_type)
        return many(NamedTeam, rows)

    def teams_of_company(self, company_id: int) -> dict[str, list[str]]:
        """Return the names of each type's teams, by the names of the types; a type without any is not in it."""
        found: dict[str, list[str]] = {}
        for row in many(_SeenRow, queries.record_type_teams_of_company(self._connection, company_id=company_id)):
            found.setdefault(row.record_type, []).append(row.name)
        return found

    def limit(self, company_id: int, record_type: str, *, teams_only: bool) -> None:
        """Let the records of a type be for its teams only, or for everybody in the company."""
        queries.record_type_only(
            self._connection, company_id=company_id, record_type=record_type, teams_only=teams_only
        )

    def name_team(self, company_id: int, record_type: str, team_id: int) -> None:
        """Let a team see the records of a type."""
        queries.record_type_team_add(self._connection, company_id=company_id, record_type=record_type, team_id=team_id)

    def drop_team(self, company_id: int, record_type: str, team_id: int) -> None:
        """Let a team see the records of a type no longer."""
        queries.record_type_team_remove(
            self._connection, company_id=company_id, record_type=record_type, team_id=team_id
        )

    def remove_fields(self, company_id: int, record_type: str, names: Sequence[str]) -> None:
        """Remove fields; what records hold under their names stays, as text."""
        for name in names:
            queries.record_field_remove(self._connection, company_id=company_id, record_type=record_type, name=name)

    def set_state(self, company_id: int, record_type: str, name: str, new_name: str, counts_as: str) -> None:
        """Change what a state is called and what it counts as; records in it follow."""
        queries.record_state_set(
            self._connection,
            company_id=company_id,
            record_type=record_type,
            name=name,
            new_name=new_name,
            counts_as=counts_as,
        )

    def state_used(self, company_id: int, record_type: str, name: str) -> bool:
        """Say whether any record is in this state."""
        found = queries.record_state_used(self._connection, company_id=company_id, record_type=record_type, name=name)
        return found is not None

    def remove_state(self, company_id: int, record_type: str, name: str) -> None:
        """Remove a state.  Raises Conflict where a record is in it."""
        queries.record_state_remove(self._connection, company_id=company_id, record_type=record_type, name=name)
