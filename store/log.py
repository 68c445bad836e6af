"""The mail log, both directions: what came and what left, found by what people remember of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from weftmail.store import log_search
from weftmail.store.connection import Connection, Rows
from weftmail.store.delivery import Delivery
from weftmail.store.inbound import InboundLine
from weftmail.store.listing import OutboxLine, outbox_lines
from weftmail.store.remembered import Remembered
from weftmail.store.rows import column, many, queries

STRETCH = 20_000
"""So many rows of each direction are looked through at a time."""


@dataclass(frozen=True, slots=True)
class LogStretch:
    """What a search found of one direction, newest first, and the row from which to go on; 0 where none is left."""

    lines: tuple[InboundLine | OutboxLine, ...]
    go_on: int


@dataclass(frozen=True, slots=True)
class _LookedThrough:
    first: int
    last: int
    more: bool


class MailLog:
    """The mail log of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lite = connection.dialect == "sqlite"

    def came(
        self, company_id: int | None, of: Remembered, before: int, most: int, stretch: int = STRETCH
    ) -> LogStretch:
        """Return mails that came, of one company or of all, among the next ``stretch`` rows."""
        looked = self._looked_through(
            log_search.came_stretch(company_id, of, before, stretch, lite=self._lite), stretch
        )
        bounds = (looked.first, min(before, looked.last + 1), most)
        found = many(InboundLine, self._run("log_came", log_search.came(company_id, of, *bounds, lite=self._lite)))
        return _stretch(found, looked, most)

    def left(
        self, company_id: int | None, of: Remembered, before: int, most: int, stretch: int = STRETCH
    ) -> LogStretch:
        """Return copies that leave or left, of one company or of all, among the next ``stretch`` rows."""
        looked = self._looked_through(
            log_search.left_stretch(company_id, of, before, stretch, lite=self._lite), stretch
        )
        bounds = (looked.first, min(before, looked.last + 1), most)
        found = outbox_lines(self._run("log_left", log_search.left(company_id, of, *bounds, lite=self._lite)))
        return _stretch(found, looked, most)

    def copy(self, copy_id: int) -> OutboxLine | None:
        """Return one copy that leaves or left."""
        return next(iter(outbox_lines(queries.log_copy(self._connection, id=copy_id))), None)

    def people(self, company_id: int, copy_id: int) -> list[Delivery]:
        """Return whom a copy goes to, how far it got, and what the server said."""
        found = queries.log_copy_people(self._connection, company_id=company_id, outbox_id=copy_id)
        return many(Delivery, found)

    def hidden(self, company_id: int, user_id: int, ids: Sequence[int]) -> set[int]:
        """Return which of the mails came to an alias that opens what does not exist for the user, and lie nowhere."""
        if not ids:
            return set()
        return set(column(queries.log_hidden(self._connection, company_id=company_id, user_id=user_id, ids=list(ids))))

    def addresses_like(self, company_id: int, beginning: str, most: int) -> list[str]:
        """Return addresses of contacts and colleagues that begin so."""
        return column(
            queries.log_addresses_like(
                self._connection, company_id=company_id, beginning=beginning, beyond=f"{beginning}\U0010ffff", most=most
            )
        )

    def _looked_through(self, statement: log_search.Statement, most: int) -> _LookedThrough:
        (count, first, last), *_ = self._run("log_stretch", statement).rows
        return _LookedThrough(first, last, count == most)

    def _run(self, name: str, statement: log_search.Statement) -> Rows:
        sql, words = statement
        return self._connection.run(name, sql, words)


def _stretch(lines: list[Any], looked: _LookedThrough, most: int) -> LogStretch:
    """Go on below the last line of a full page, else below what was looked through, as long as there is more."""
    if len(lines) == most:
        return LogStretch(tuple(lines), number(lines[-1]))
    return LogStretch(tuple(lines), looked.first if looked.more else 0)


def number(line: InboundLine | OutboxLine) -> int:
    """Return the number of the row that a line shows."""
    return line.row.id if isinstance(line, OutboxLine) else line.id
