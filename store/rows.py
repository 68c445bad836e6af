"""From answers of the store to frozen values: column names are field names, and flags become bool."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

import aiosql

from weftmail.store.connection import Connection, Rows
from weftmail.store.sets import Parameters

T = TypeVar("T")
U = TypeVar("U")

FOLDER = Path(__file__).parent / "queries"


class _Adapter:
    """What aiosql asks of a database, answered by our own connection."""

    def process_sql(self, _name: str, _kind: object, sql: str) -> str:
        return sql

    def select(self, connection: Connection, name: str, sql: str, parameters: Parameters, _class: object) -> Rows:
        return connection.run(name, sql, parameters)

    select_one = select

    def select_value(self, connection: Connection, name: str, sql: str, parameters: Parameters) -> Any:
        rows = connection.run(name, sql, parameters).rows
        return rows[0][0] if rows else None

    def insert_update_delete(self, connection: Connection, name: str, sql: str, parameters: Parameters) -> int:
        return connection.run(name, sql, parameters).changed

    def insert_update_delete_many(self, connection: Connection, name: str, sql: str, rows: Parameters) -> Rows:
        return connection.run(name, sql, rows)


queries: Any = aiosql.from_path(FOLDER, cast("Any", _Adapter), mandatory_parameters=False)
"""Every query of ``queries/*.sql`` by its name; each takes the connection first and named parameters after it.

One that ends in ``*!`` takes a list of rows, each a dict of its parameters, and writes them in one statement.
"""


@lru_cache(maxsize=512)
def _maker(cls: Any, names: tuple[str, ...]) -> Callable[[tuple[Any, ...]], Any]:
    columns = [(names.index(field.name), field.type in ("bool", bool)) for field in fields(cls)]
    return lambda row: cls(*[bool(row[index]) if flag else row[index] for index, flag in columns])


def one(cls: type[T], answer: Rows) -> T | None:
    """Return the first row as a ``cls``, or None where there is none; columns that it does not name are left out."""
    found: T | None = _maker(cast("Any", cls), answer.names)(answer.rows[0]) if answer.rows else None
    return found


def made(cls: type[T], answer: Rows) -> T:
    """Return the one row as a ``cls``."""
    value: T = _maker(cast("Any", cls), answer.names)(answer.rows[0])
    return value


def two(cls: type[T], other: type[U], answer: Rows) -> tuple[T, U] | None:
    """Return the first row as two values, the columns of the one before those of the other; None where there is none.

    Both may name a column alike; the first has exactly those of its fields.
    """
    if not answer.rows:
        return None
    border, row = len(fields(cast("Any", cls))), answer.rows[0]
    second: U = _maker(cast("Any", other), answer.names[border:])(row[border:])
    return made(cls, Rows(answer.names[:border], [row[:border]], answer.changed)), second


def many(cls: type[T], answer: Rows) -> list[T]:
    """Return all rows as values of ``cls``."""
    return [*map(_maker(cast("Any", cls), answer.names), answer.rows)]


def column(answer: Rows) -> list[Any]:
    """Return the values of the one column."""
    return [row[0] for row in answer.rows]
