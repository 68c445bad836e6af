"""The mail log, both directions: what came and what left, found by what people remember of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from weftmail.store.connection import Connection
from weftmail.store.inbound import InboundLine
from weftmail.store.listing import NEWEST, OutboxLine, outbox_lines
from weftmail.store.rows import many, queries

STRETCH = 20_000
"""So many rows of each direction are looked through at a time."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What somebody remembers of a mail; None leaves nothing out.

    ``who`` is a part of an address, ``words`` a part of the subject, ``queue_id`` the mail server's.  ``since`` and
    ``until``: milliseconds since 1970.  ``state`` and ``rfc_message_id`` are of what came, ``message_id`` names a
    message of ours.
    """

    who: str | None = None
    words: str | None = None
    queue_id: str | None = None
    since: int = 0
    until: int = NEWEST
    rfc_message_id: str | None = None
    message_id: int | None = None
    state: str | None = None


EVERYTHING = Remembered()


@dataclass(frozen=True, slots=True)
class LogStretch:
    """What a search found of one direction, newest first, and the row from which to go on; 0 where none is left."""

    lines: tuple[InboundLine | OutboxLine, ...]
    go_on: int


@dataclass(frozen=True, slots=True)
class _LookedThrough:
    first: int
    more: bool


class MailLog:
    """The mail log of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def came(
        self, company_id: int | None, of: Remembered, before: int, most: int, stretch: int = STRETCH
    ) -> LogStretch:
        """Return mails that came, of one company or of all, among the next ``stretch`` rows."""
        looked = self._looked_through("log_in_stretch", company_id, before, stretch)
        found = self._ask(
            "log_in",
            company_id,
            first=looked.first,
            before=before,
            most=most,
            **_values(of),
            rfc_message_id=of.rfc_message_id,
            state=of.state,
        )
        return _stretch(many(InboundLine, found), looked, most)

    def left(
        self, company_id: int | None, of: Remembered, before: int, most: int, stretch: int = STRETCH
    ) -> LogStretch:
        """Return copies that leave or left, of one company or of all, among the next ``stretch`` rows."""
        looked = self._looked_through("log_out_stretch", company_id, before, stretch)
        found = self._ask(
            "log_out", company_id, first=looked.first, before=before, most=most, **_values(of), named=of.message_id
        )
        return _stretch(outbox_lines(found), looked, most)

    def _looked_through(self, query: str, company_id: int | None, before: int, most: int) -> _LookedThrough:
        (count, first), *_ = self._ask(query, company_id, before=before, most=most).rows
        return _LookedThrough(first, count == most)

    def _ask(self, query: str, company_id: int | None, **values: Any) -> Any:
        if company_id is None:
            return getattr(queries, query)(self._connection, **values)
        return getattr(queries, f"{query}_of_company")(self._connection, company_id=company_id, **values)


def _stretch(lines: list[Any], looked: _LookedThrough, most: int) -> LogStretch:
    """Go on below the last line of a full page, else below what was looked through, as long as there is more."""
    if len(lines) == most:
        return LogStretch(tuple(lines), number(lines[-1]))
    return LogStretch(tuple(lines), looked.first if looked.more else 0)


def number(line: InboundLine | OutboxLine) -> int:
    """Return the number of the row that a line shows."""
    return line.row.id if isinstance(line, OutboxLine) else line.id


def _values(of: Remembered) -> dict[str, Any]:
    return {
        "who": of.who.lower() if of.who else None,
        "words": of.words.lower() if of.words else None,
        "queue_id": of.queue_id or None,
        "since": of.since,
        "until": of.until,
    }
