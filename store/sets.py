"""One statement for as many values as a caller has, in the plain SQL that both dialects read.

A parameter whose value is a list stands in ``in (:ids)`` and becomes ``in (:ids_0, :ids_1, ...)``.  A statement that is
given a list of rows has one ``values (...)``, which is repeated for each of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

__all__ = ["PORTION", "Parameters", "expanded", "portions"]

Parameters = Mapping[str, Any] | Sequence[Any]

PORTION = 500
"""This many values or rows go into one statement; databases bound how many parameters one may have."""

T = TypeVar("T")


def portions(values: Sequence[T]) -> Iterator[list[T]]:
    """Part the values into lists that one statement can take."""
    left = iter(values)
    while portion := list(islice(left, PORTION)):
        yield portion


def expanded(sql: str, parameters: Parameters) -> tuple[str, Parameters]:
    """Return a statement and its parameters with every list in them written out."""
    # What is asked first costs a tenth of what is asked of an abstract class.
    if isinstance(parameters, (dict, Mapping)):
        # Most have none, and each statement of a mail comes by here.
        if list not in map(type, parameters.values()):
            return sql, parameters
        sizes = tuple((name, _room(len(value))) for name, value in parameters.items() if type(value) is list)
        found = {name: value for name, value in parameters.items() if type(value) is not list}
        for name, size in sizes:
            found |= {f"{name}_{number}": value for number, value in enumerate(_filled(parameters[name], size))}
        return _with_names(sql, sizes), found
    if parameters and isinstance(parameters[0], Mapping):
        rows: Sequence[Mapping[str, Any]] = parameters
        found = {f"{name}_{number}": value for number, row in enumerate(rows) for name, value in row.items()}
        return _with_rows(sql, len(rows)), found
    return sql, parameters


def _room(size: int) -> int:
    """The next power of two, so that few texts of a statement are prepared for all the sizes that occur."""
    return 1 << max(0, size - 1).bit_length()


def _filled(values: Sequence[Any], size: int) -> list[Any]:
    last = values[-1] if values else None
    return [*values, *[last] * (size - len(values))]


@lru_cache(maxsize=512)
def _with_names(sql: str, sizes: tuple[tuple[str, int], ...]) -> str:
    for name, size in sizes:
        sql = re.sub(rf"(?<![:\w]):{name}\b", ", ".join(f":{name}_{number}" for number in range(size)), sql)
    return sql


@lru_cache(maxsize=512)
def _with_rows(sql: str, count: int) -> str:
    start = sql.index("(", sql.index("values"))
    depth = 0
    for end in range(start, len(sql)):
        depth += {"(": 1, ")": -1}.get(sql[end], 0)
        if not depth:
            break
    row = sql[start : end + 1]
    rows = ",\n".join(re.sub(r"(?<![:\w]):(\w+)", rf":\1_{number}", row) for number in range(count))
    return sql[:start] + rows + sql[end + 1 :]
