"""What lists show, a page at a time: each begins after a row, or before one where the newest come first."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from weftmail.store.connection import Connection, Rows
from weftmail.store.inbound import InboundLine
from weftmail.store.outbox import OutboxRow
from weftmail.store.people import Contact
from weftmail.store.record import Record
from weftmail.store.rows import many, queries
from weftmail.store.unread import UnreadLine

NEWEST = 2**63 - 1
"""No row has a larger id, and none is of a later time."""
COUNTED = 1000
"""So many of the rows that follow a page are counted; one more stands for more than that."""
STRETCH = 20_000
"""So many of the newest records are looked through for words in their titles."""


@dataclass(frozen=True, slots=True)
class ContactLine:
    """A contact as lists show one."""

    contact: Contact
    company: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OutboxLine:
    """A copy as lists show one, with the addresses that it goes to."""

    row: OutboxRow
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InboundFilter:
    """Which mails of the inbound log a list shows; None leaves out no mail."""

    company_id: int | None = None
    state: str | None = None
    sender: str | None = None
    recipient: str | None = None


@dataclass(frozen=True, slots=True)
class RecordName:
    """A record as somebody picks it: its number and its title."""

    label: str
    title: str


EVERY_MAIL = InboundFilter()


class Listings:
    """The lists of a store that may be long."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def contacts(self, company_id: int | None, after: int, most: int) -> list[ContactLine]:
        """Return contacts by id, of one company or of all; archived ones are left out."""
        found: Rows = self._ask("contacts", company_id, after=after, most=most)
        companies = _named(found, "company")
        lines = zip(many(Contact, found), companies, _named(found, "address"), strict=True)
        return [_contact(list(of_one)) for _, of_one in groupby(lines, key=lambda line: line[0].id)]

    def contacts_left(self, company_id: int | None, after: int) -> int:
        """Return how many contacts follow, ``COUNTED + 1`` for more."""
        return self._left("contacts", company_id, after=after)

    def records(self, company_id: int | None, after: int | None, most: int) -> list[Record]:
        """Return records, of one company or of all, what changed last first."""
        changed_at, record_id = self._record_key(after)
        return many(Record, self._ask("records", company_id, changed_at=changed_at, id=record_id, most=most))

    def records_left(self, company_id: int | None, after: int) -> int:
        """Return how many records follow, ``COUNTED + 1`` for more."""
        changed_at, record_id = self._record_key(after)
        return self._left("records", company_id, changed_at=changed_at, id=record_id)

    def records_named(self, company_id: int, words: str, most: int) -> list[RecordName]:
        """Return records whose number or title holds the words, what changed last first, of the newest ``STRETCH``."""
        found = queries.list_records_named(
            self._connection, company_id=company_id, words=words, named=words.lower(), stretch=STRETCH, most=most
        )
        return many(RecordName, found)

    def _record_key(self, after: int | None) -> tuple[int, int]:
        if after is None:
            return NEWEST, NEWEST
        found: Rows = queries.list_record_key(self._connection, id=after)
        return found.rows[0] if found.rows else (0, 0)

    def inbound(self, only: InboundFilter = EVERY_MAIL, before: int = NEWEST, most: int = 100) -> list[InboundLine]:
        """Return mails that were handed over, newest first."""
        return many(InboundLine, self._ask("inbound", only.company_id, **_values(only), before=before, most=most))

    def inbound_left(self, only: InboundFilter, before: int) -> int:
        """Return how many mails are older, ``COUNTED + 1`` for more."""
        return self._left("inbound", only.company_id, **_values(only), before=before)

    def review(self, company_id: int | None = None, after: int = 0, most: int = 100) -> list[InboundLine]:
        """Return mails that wait for a person to decide, oldest first; those of no company are everybody's."""
        return many(InboundLine, self._ask("review", company_id, after=after, most=most))

    def to_review_of_nobody(self, state: str, after: int, most: int) -> list[InboundLine]:
        """Return mails in one state that belong to no company, oldest first."""
        return many(
            InboundLine, queries.list_to_review_of_nobody(self._connection, state=state, after=after, most=most)
        )

    def to_review(self, company_id: int, state: str, decider: int | None, after: int, most: int) -> list[InboundLine]:
        """Return mails of one company in one state, oldest first; those alone on which a user may decide."""
        values = {"company_id": company_id, "state": state, "after": after, "most": most}
        if decider is None:
            return many(InboundLine, queries.list_to_review(self._connection, **values))
        return many(InboundLine, queries.list_to_review_of_user(self._connection, **values, user_id=decider))

    def review_left(self, company_id: int | None, after: int) -> int:
        """Return how many mails follow, ``COUNTED + 1`` for more."""
        return self._left("review", company_id, after=after)

    def unread(self, company_id: int | None = None, before: int = NEWEST, most: int = 100) -> list[UnreadLine]:
        """Return messages whose email could not be read to its end, newest first."""
        return many(UnreadLine, self._ask("unread", company_id, before=before, most=most))

    def unread_left(self, company_id: int | None, before: int = NEWEST) -> int:
        """Return how many of them are older, ``COUNTED + 1`` for more."""
        return self._left("unread", company_id, before=before)

    def outbox(
        self, company_id: int | None = None, state: str | None = None, before: int = NEWEST, most: int = 100
    ) -> list[OutboxLine]:
        """Return copies, newest first."""
        return outbox_lines(self._ask("outbox", company_id, state=state, before=before, most=most))

    def outbox_left(self, company_id: int | None, state: str | None, before: int) -> int:
        """Return how many copies are older, ``COUNTED + 1`` for more."""
        return self._left("outbox", company_id, state=state, before=before)

    def _ask(self, of: str, company_id: int | None, suffix: str = "", **values: Any) -> Any:
        """Put the question for one company, by whose id its rows are found, or the one for all."""
        if company_id is None:
            return getattr(queries, f"list_{of}{suffix}")(self._connection, **values)
        return getattr(queries, f"list_{of}_of_company{suffix}")(self._connection, company_id=company_id, **values)

    def _left(self, of: str, company_id: int | None, **values: Any) -> int:
        count: int = self._ask(of, company_id, "_left", most=COUNTED + 1, **values)
        return count


def outbox_lines(found: Rows) -> list[OutboxLine]:
    """Return copies of rows that follow one another, one for each address."""
    lines = zip(many(OutboxRow, found), _named(found, "address"), strict=True)
    return [_outbox(list(of_one)) for _, of_one in groupby(lines, key=lambda line: line[0].id)]


def _values(only: InboundFilter) -> dict[str, Any]:
    return {"state": only.state, "sender": only.sender, "recipient": only.recipient}


def _named(found: Rows, name: str) -> list[Any]:
    """Return the values of one column by its name."""
    place = found.names.index(name)
    return [row[place] for row in found.rows]


def _contact(lines: list[tuple[Contact, str, str | None]]) -> ContactLine:
    contact, company, _ = lines[0]
    return ContactLine(contact, company, tuple(address for _, _, address in lines if address is not None))


def _outbox(lines: list[tuple[OutboxRow, str | None]]) -> OutboxLine:
    return OutboxLine(lines[0][0], tuple(address for _, address in lines if address is not None))
