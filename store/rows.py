"""From rows of the store to frozen values: column names are field names, and flags become bool."""

from __future__ import annotations

import sqlite3
from collections.abc import Hashable, Iterable
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import aiosql

T = TypeVar("T")

queries: Any = aiosql.from_path(Path(__file__).parent / "queries", "sqlite3")
"""Every query of ``queries/*.sql`` by its name; each takes the connection first and named parameters after it."""


@cache
def _flags(cls: Hashable) -> tuple[tuple[str, bool], ...]:
    return tuple((field.name, field.type in ("bool", bool)) for field in fields(cast(Any, cls)))


def one(cls: type[T], row: sqlite3.Row | None) -> T | None:
    """Return the row as a ``cls``, or None where there is none."""
    return None if row is None else made(cls, row)


def made(cls: type[T], row: sqlite3.Row) -> T:
    """Return the row as a ``cls``; columns that it does not name are left out."""
    return cls(**{name: bool(row[name]) if flag else row[name] for name, flag in _flags(cls)})


def many(cls: type[T], rows: Iterable[sqlite3.Row]) -> list[T]:
    """Return all rows as values of ``cls``."""
    return [made(cls, row) for row in rows]
