"""Activities: what colleagues are to do on records by a day."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from weftmail.store.connection import Connection
from weftmail.store.rows import column, many, one, queries


@dataclass(frozen=True, slots=True)
class RecordActivity:
    """Something to do on a record by the day ``due_on``, a date in ISO 8601; it is open until it is done or removed."""

    id: int
    company_id: int
    record_id: int
    record: str
    title: str
    record_type: str
    type: str
    due_on: str
    user_id: int
    user: str
    note: str
    feedback: str
    created_by: str
    created_at: int
    done_at: int | None
    removed_at: int | None

    @property
    def open(self) -> bool:
        """Whether it is still to be done."""
        return self.done_at is None and self.removed_at is None


@dataclass(frozen=True, slots=True)
class NewActivity:
    """What an activity begins with."""

    type: str
    due_on: str
    user_id: int
    note: str


@dataclass(frozen=True, slots=True)
class DayPlace:
    """Where an activity stands in the order of days."""

    day: str = ""
    id: int = 0


class Activities:
    """The activities of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, company_id: int, record_id: int, new: NewActivity, actor: str, now: int) -> int:
        """Plan one; return its id."""
        made: int = queries.activity_add(
            self._connection, company_id=company_id, record_id=record_id, type=new.type, due_on=new.due_on,
            user_id=new.user_id, note=new.note, actor=actor, now=now,
        )  # fmt: skip
        return made

    def get(self, company_id: int, activity_id: int) -> RecordActivity | None:
        """Return one of the company, done or not."""
        return one(RecordActivity, queries.activity_by_id(self._connection, company_id=company_id, id=activity_id))

    def set(self, company_id: int, activity_id: int, changed: NewActivity) -> None:
        """Store its type, day, assignee and note."""
        queries.activity_set(
            self._connection, company_id=company_id, id=activity_id, type=changed.type, due_on=changed.due_on,
            user_id=changed.user_id, note=changed.note,
        )  # fmt: skip

    def end(
        self,
        company_id: int,
        activity_id: int,
        *,
        done: int | None = None,
        feedback: str = "",
        removed: int | None = None,
    ) -> None:
        """Say that it is done or removed, with the time; with neither it is open again."""
        queries.activity_end(
            self._connection, company_id=company_id, id=activity_id, done_at=done, feedback=feedback, removed_at=removed
        )

    def of_record(self, company_id: int, record_id: int, most: int = 50) -> list[RecordActivity]:
        """Return what is to be done on a record, the soonest first."""
        words = {"company_id": company_id, "record_id": record_id, "most": most}
        return many(RecordActivity, queries.activities_on_record(self._connection, **words))

    def page(
        self, company_id: int, user_id: int | None, hidden_types: Sequence[str], after: DayPlace, most: int
    ) -> list[RecordActivity]:
        """Return what one colleague is to do, or with None all of them, the soonest first, after a place."""
        words = {
            "company_id": company_id,
            "types": [*hidden_types] or [""],
            "day": after.day,
            "id": after.id,
            "most": most,
        }
        if user_id is None:
            return many(RecordActivity, queries.activities_of_company(self._connection, **words))
        return many(RecordActivity, queries.activities_of_user(self._connection, **words, user_id=user_id))

    def next_of(self, company_id: int, record_ids: Collection[int]) -> dict[int, str]:
        """Return the next day of each of the records on which something is to be done."""
        if not record_ids:
            return {}
        found = queries.activities_next(self._connection, company_id=company_id, ids=list(record_ids))
        return dict(found.rows)

    def types(self, company_id: int) -> list[str]:
        """Return the types that the company added."""
        return column(queries.activity_types(self._connection, company_id=company_id))

    def put_type(self, company_id: int, name: str, now: int) -> None:
        """Add a type, or bring it back."""
        words = {"company_id": company_id, "name": name, "folded": name.casefold(), "now": now}
        queries.activity_type_put(self._connection, **words)

    def remove_type(self, company_id: int, name: str, now: int) -> None:
        """Offer a type no more; what was planned keeps it."""
        queries.activity_type_remove(self._connection, company_id=company_id, folded=name.casefold(), now=now)
