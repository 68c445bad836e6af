"""The mail log, both directions: what came and what left, found by what people remember of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from weftmail.store.connection import Connection
from weftmail.store.delivery import Delivery
from weftmail.store.inbound import InboundLine
from weftmail.store.listing import NEWEST, OutboxLine, outbox_lines
from weftmail.store.rows import column, many, queries

STRETCH = 20_000
"""So many rows of each direction are looked through at a time."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What somebody remembers of a mail; None leaves nothing out.

    ``who`` is a part of an address, ``words`` stand in the subject, each for itself, and those between quotation marks
    as one; ``queue_id`` is the mail server's.  ``since`` and ``until``: milliseconds since 1970.  ``state``, ``report``
    ("" for what is none, "any") and ``rfc_message_id`` are of what came, ``left_state`` of what left; ``message_id``
    names a message of ours, ``way`` is came or left.
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
    def phrases(self) -> tuple[str, ...]:
        """The words that have to stand in the subject."""
        found = (quoted or word for quoted, word in _WORDS.findall((self.words or "").lower()))
        return tuple(dict.fromkeys(one for one in found if one.strip()))

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


_WORDS = re.compile(r'"([^"]*)"?|(\S+)')
_ASKED = 4
"""So many words are asked for in the store; those beyond are looked for in what it found."""
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
        return _stretch(many(InboundLine, found), looked, most, of)

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
        return _stretch(outbox_lines(found), looked, most, of)

    def copy(self, copy_id: int) -> OutboxLine | None:
        """Return one copy that leaves or left."""
        return next(iter(outbox_lines(queries.log_copy(self._connection, id=copy_id))), None)

    def people(self, company_id: int, copy_id: int) -> list[Delivery]:
        """Return whom a copy goes to, how far it got, and what the server said."""
        found = queries.log_copy_people(self._connection, company_id=company_id, outbox_id=copy_id)
        return many(Delivery, found)

    def addresses_like(self, company_id: int, beginning: str, most: int) -> list[str]:
        """Return addresses of contacts and colleagues that begin so."""
        return column(
            queries.log_addresses_like(
                self._connection, company_id=company_id, beginning=beginning, beyond=f"{beginning}\U0010ffff", most=most
            )
        )

    def _looked_through(self, query: str, company_id: int | None, before: int, most: int) -> _LookedThrough:
        (count, first), *_ = self._ask(query, company_id, before=before, most=most).rows
        return _LookedThrough(first, count == most)

    def _ask(self, query: str, company_id: int | None, **values: Any) -> Any:
        if company_id is None:
            return getattr(queries, query)(self._connection, **values)
        return getattr(queries, f"{query}_of_company")(self._connection, company_id=company_id, **values)


def _stretch(lines: list[Any], looked: _LookedThrough, most: int, of: Remembered) -> LogStretch:
    """Go on below the last line of a full page, else below what was looked through, as long as there is more."""
    further = of.phrases[_ASKED:]
    found = tuple(one for one in lines if all(word in _subject(one).lower() for word in further))
    if len(lines) == most:
        return LogStretch(found, number(lines[-1]))
    return LogStretch(found, looked.first if looked.more else 0)


def _subject(line: InboundLine | OutboxLine) -> str:
    return line.row.subject if isinstance(line, OutboxLine) else line.subject


def number(line: InboundLine | OutboxLine) -> int:
    """Return the number of the row that a line shows."""
    return line.row.id if isinstance(line, OutboxLine) else line.id


def _values(of: Remembered) -> dict[str, Any]:
    words: list[str | None] = [*of.phrases[:_ASKED], *[None] * _ASKED][:_ASKED]
    return {
        "who": of.who.lower() if of.who else None,
        **{f"word_{place}": word for place, word in enumerate(words, 1)},
        "queue_id": of.queue_id or None,
        "since": of.since,
        "until": of.until,
    }
