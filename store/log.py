"""The mail log, both directions: what came and what left, found by what people remember of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
    ``until``: milliseconds since 1970.  ``state``, ``report`` ("" for what is none, "any") and ``rfc_message_id``
    are of what came, ``left_state`` of what left; ``message_id`` names a message of ours, ``way`` is came or left.
    """

    who: str | None = None
    words: str | None = None
    queue_id: str | None = None
    since: int = 0
    until: int = NEWEST
    rfc_message_id: str | None = None
    message_id: int | None = None
    state: str | None = None
    report: str | None = None
    left_state: str | None = None
    way: str | None = None

    @property
    def of_what_came(self) -> bool:
        """Whether what came can fit."""
        return self.message_id is None and self.left_state is None and self.way != "left"

    @property
    def of_what_left(self) -> bool:
        """Whether what left can fit."""
        came = (self.rfc_message_id, self.state, self.report)
        return came == (None, None, None) and self.way != "came"

    def in_state(self, name: str) -> Remembered:
        """Return what is remembered with a state that people name: of what came, of its reports, or of what left."""
        if name in LEFT_STATES:
            return replace(self, left_state=name)
        if name in REPORTS:
            return replace(self, state="filed", report=REPORTS[name])
        return replace(self, state=name, report="" if name == "filed" else None)


LEFT_STATES = ("waiting", "delayed", "sent", "failed", "cancelled")
"""The states of what leaves."""
REPORTS = {"report": "any", "bounce": "bounce"}
"""Reports of mail servers are filed as well, and looked for by themselves: all of them, or those of one kind."""


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
            report=of.report,
        )
        return _stretch(many(InboundLine, found), looked, most)

    def left(
        self, company_id: int | None, of: Remembered, before: int, most: int, stretch: int = STRETCH
    ) -> LogStretch:
        """Return copies that leave or left, of one company or of all, among the next ``stretch`` rows."""
        looked = self._looked_through("log_out_stretch", company_id, before, stretch)
        found = self._ask(
            "log_out",
            company_id,
            first=looked.first,
            before=before,
            most=most,
            **_values(of),
            named=of.message_id,
            left_state=of.left_state,
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
