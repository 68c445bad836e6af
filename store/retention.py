"""What goes by age: after how long, what that is now, and how it goes."""

from __future__ import annotations

from dataclasses import dataclass

from weftmail.core.redaction import INSTEAD
from weftmail.core.wording.phrase import Phrase
from weftmail.store.connection import Connection
from weftmail.store.erasure import Erasures
from weftmail.store.rows import many, queries
from weftmail.store.search import RECORD, Search
from weftmail.store.withdrawal import Withdrawals

PORTION = 100
"""So many messages of a record go at a time."""


@dataclass(frozen=True, slots=True)
class Retention:
    """What goes after so many days: ``what`` is ``spam``, ``trash``, or ``closed`` for records of ``record_type``."""

    id: int
    company_id: int
    what: str
    record_type: str | None
    days: int

    @property
    def name(self) -> str:
        """How people name it: spam, trash, or the type."""
        return self.record_type or self.what


@dataclass(frozen=True, slots=True)
class AgedRecord:
    """A record that is old enough to go."""

    id: int
    label: str


@dataclass(frozen=True, slots=True)
class _AgedMessage:
    id: int
    inbound_id: int | None


class Retentions:
    """What a store keeps for how long."""

    def __init__(self, connection: Connection, erasures: Erasures, withdrawals: Withdrawals) -> None:
        self._connection = connection
        self._erasures = erasures
        self._withdrawals = withdrawals

    def all(self) -> list[Retention]:
        """Return what goes by age, of all companies."""
        return many(Retention, queries.retentions(self._connection))

    def of_company(self, company_id: int) -> list[Retention]:
        """Return what of a company goes by age."""
        return many(Retention, queries.retentions_of_company(self._connection, company_id=company_id))

    def put(self, company_id: int, what: str, record_type: str | None, days: int) -> None:
        """Keep it for so many days, 0 for as long as there is a disk."""
        words = {"company_id": company_id, "what": what}
        queries.retention_remove(self._connection, **words, of_type=record_type or "")
        if days:
            queries.retention_add(self._connection, **words, record_type=record_type, days=days)

    def aged(self, one: Retention, now: int, most: int) -> list[AgedRecord]:
        """Return records that are old enough, the oldest first."""
        words = {"company_id": one.company_id, "until_at": now - one.days * 24 * 3600_000, "most": most}
        if one.record_type is None:
            found = queries.aged_hidden(self._connection, **words, what=one.what)
        else:
            found = queries.aged_closed(self._connection, **words, record_type=one.record_type)
        return many(AgedRecord, found)

    def remove_some(self, company_id: int, record_id: int, says: Phrase) -> int:
        """Take out the first messages of a record, with their files and emails; return how many those were."""
        of = {"company_id": company_id, "record_id": record_id}
        found = many(_AgedMessage, queries.aged_messages(self._connection, **of, most=PORTION))
        for one in found:
            words = {"company_id": company_id, "message_id": one.id}
            self._erasures.unname(company_id, one.id)
            queries.age_versions(self._connection, **words)
            self._withdrawals.withdraw(company_id, record_id, one.id, says, f"aged {one.id}")
            queries.age_delivery_words(self._connection, **words)
            self._erasures.remove_mail(company_id, one.inbound_id or 0)
        return len(found)

    def end(self, company_id: int, record_id: int, says: Phrase, now: int) -> None:
        """Leave of a record its number, its type and its state."""
        words = {"company_id": company_id, "record_id": record_id}
        queries.age_events(self._connection, **words, phrase=says.as_json())
        queries.age_participants(self._connection, **words)
        queries.age_notices(self._connection, **words)
        queries.age_activities(self._connection, **words, now=now)
        queries.age_draft_files(self._connection, **words)
        queries.age_drafts(self._connection, **words)
        queries.age_record(self._connection, **words, title=INSTEAD, now=now)
        Search(self._connection).forget(RECORD, record_id)
