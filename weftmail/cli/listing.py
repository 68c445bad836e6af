"""Lists as commands show them, a page at a time: a table for people, one JSON document for programs.

``--limit`` says how many rows, ``--after`` the row after which they begin.  A table has a hundred rows unless told
otherwise, and ends by saying how many more there are; JSON is whole unless told otherwise, and printed as it is read.
"""

from __future__ import annotations

import argparse
import json
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from weftmail.cli.output import Fields, table
from weftmail.core.failure import UsageError
from weftmail.store.listing import COUNTED

Row = TypeVar("Row")
Out = TypeVar("Out", covariant=True)

ROWS = 100
"""A table has so many rows where no ``--limit`` is given."""
PIECE = 500
"""So many rows of a whole list are read at once."""


class RowSource(Protocol[Out]):
    """Where the rows of a list come from, in their order; a row is named by a word of its own."""

    def page(self, after: str | None, most: int) -> Sequence[Out]:
        """Return at most so many rows, those after the named one or the first; raises UsageError for no name."""
        ...

    def left(self, after: str) -> int:
        """Return how many rows follow the named one; a thousand and one for more than a thousand."""
        ...


@dataclass(frozen=True, slots=True)
class Whole(Generic[Row]):
    """The rows of a list that is short enough to be read at once."""

    rows: Sequence[Row]
    name: Callable[[Row], str]

    def page(self, after: str | None, most: int) -> Sequence[Row]:
        """Return at most so many rows, those after the named one or the first."""
        begin = 0 if after is None else self._place(after)
        return self.rows[begin : begin + most]

    def left(self, after: str) -> int:
        """Return how many rows follow the named one."""
        return len(self.rows) - self._place(after)

    def _place(self, name: str) -> int:
        for place, row in enumerate(self.rows, start=1):
            if self.name(row) == name:
                return place
        raise UsageError(f"--after {name}: this list has no such row; leave --after out to begin at its beginning")


@dataclass(frozen=True, slots=True)
class Listing(Generic[Row]):
    """A list: its rows, what a row is called after ``--after``, its JSON, its cells, and what stands for no rows."""

    rows: RowSource[Row]
    name: Callable[[Row], str]
    value: Callable[[Row], Fields]
    headings: Sequence[str]
    cells: Callable[[Row], Sequence[object]]
    empty: str
    widest: int = 300

    def json(self, after: str | None, limit: int | None) -> Iterator[str]:
        """Return the list as one JSON document, piece by piece."""
        begun = False
        for row in self._all(after, limit):
            text = json.dumps(self.value(row), ensure_ascii=False, indent=2)
            yield (",\n" if begun else "[\n") + textwrap.indent(text, "  ")
            begun = True
        yield "\n]\n" if begun else "[]\n"

    def _all(self, after: str | None, limit: int | None) -> Iterator[Row]:
        left = limit
        while left is None or left > 0:
            piece = self.rows.page(after, PIECE if left is None else min(PIECE, left))
            yield from piece
            if len(piece) < PIECE:
                return
            after, left = self.name(piece[-1]), None if left is None else left - len(piece)

    def lines(self, after: str | None, limit: int | None) -> list[str]:
        """Return a page of the list as a table, with a last line where there are more rows."""
        page = self.rows.page(after, limit or ROWS)
        shown = table(self.headings, map(self.cells, page), self.empty if after is None else "", most=self.widest)
        if not page:
            return shown if after is None else [f"Nothing comes after {after}."]
        last = self.name(page[-1])
        left = self.rows.left(last) if len(page) == (limit or ROWS) else 0
        more = f"more than {COUNTED}" if left > COUNTED else left
        return [*shown, f"There are {more} more; see them: --after {last}"] if left else shown


def show(say: Callable[[str], object], listing: Listing[Row], arguments: argparse.Namespace) -> None:
    """Print the page of the list that ``--limit``, ``--after`` and ``--json`` ask for, text by text."""
    if arguments.json:
        for text in listing.json(arguments.after, arguments.limit):
            say(text)
    else:
        for line in listing.lines(arguments.after, arguments.limit):
            say(f"{line}\n")
