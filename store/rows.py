"""From rows of the store to frozen values: column names are field names, and flags become bool."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

import aiosql
from aiosql.adapters.sqlite3 import SQLite3Adapter

T = TypeVar("T")


class _Adapter(SQLite3Adapter):
    """aiosql's adapter takes the one value out of tuples alone; our rows are sqlite3.Row, for their names."""

    def select_value(self, conn: sqlite3.Connection, _name: str, sql: str, parameters: Any) -> Any:
        row = conn.execute(sql, parameters).fetchone()
        return None if row is None else row[0]


queries: Any = aiosql.from_path(Path(__file__).parent / "queries", _Adapter, mandatory_parameters=False)
"""Every query of ``queries/*.sql`` by its name; each takes the connection first and named parameters after it."""


_FLAGS: dict[Any, tuple[tuple[str, bool], ...]] = {}


def _flags(cls: Any) -> tuple[tuple[str, bool], ...]:
    if cls not in _FLAGS:
        _FLAGS[cls] = tuple((field.name, field.type in ("bool", bool)) for field in fields(cls))
    return _FLAGS[cls]


def one(cls: type[T], row: sqlite3.Row | None) -> T | None:
    """Return the row as a ``cls``, or None where there is none."""
    return None if row is None else made(cls, row)


def made(cls: type[T], row: sqlite3.Row) -> T:
    """Return the row as a ``cls``; columns that it does not name are left out."""
    return cls(**{name: bool(row[name]) if flag else row[name] for name, flag in _flags(cls)})


def many(cls: type[T], rows: Iterable[sqlite3.Row]) -> list[T]:
    """Return all rows as values of ``cls``."""
    return [made(cls, row) for row in rows]
