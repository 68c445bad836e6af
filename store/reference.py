"""What mails refer to beside our own ids: what two of them share, and the own addresses of records."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from weftmail.store.connection import Connection
from weftmail.store.message_facts import MessageFacts, record_facts, standing
from weftmail.store.rows import many, queries
from weftmail.store.sets import portions

MOST_SHARED = 5
"""Of the messages that share an id with a mail so many are looked at, the newest."""


class References:
    """The references of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, company_id: int, message_id: int, rfc_message_ids: Sequence[str]) -> None:
        """Keep the ids that a mail refers to and that are not ours."""
        rows = [{"company_id": company_id, "message_id": message_id, "rfc_message_id": one} for one in rfc_message_ids]
        for portion in portions(rows):
            queries.message_references_add(self._connection, portion)

    def sharing(
        self, company_id: int, alias_id: int, rfc_message_ids: Collection[str], address: str, people: Collection[str],
        since: int,
    ) -> list[MessageFacts]:  # fmt: skip
        """Return messages of records that an alias opened which share an id with a mail of ``address``.

        They are by one of the ``people`` of the mail, and by its sender or to them; the newest first.
        """
        found = queries.messages_sharing(
            self._connection, company_id=company_id, alias_id=alias_id, rfc_message_ids=list(rfc_message_ids),
            address=address, people=list(people), since=since, most=MOST_SHARED,
        )  # fmt: skip
        return standing(self._connection, many(MessageFacts, found))

    def of_record(self, record_id: int) -> MessageFacts | None:
        """Return what routing asks of the last public message of a record, of whatever company; of none the id is 0.

        Of one that was merged, what it asks of the record that it is part of.
        """
        return record_facts(self._connection, record_id)

    def address_seen(self, company_id: int, record_id: int) -> bool:
        """Say whether somebody outside has seen the record's own address."""
        found: object = queries.record_address_seen(self._connection, company_id=company_id, record_id=record_id)
        return bool(found)

    def show_address(self, company_id: int, record_id: int) -> None:
        """Write down that somebody outside has seen it."""
        queries.record_address_shown(self._connection, company_id=company_id, record_id=record_id)

    def crossing(self, company_id: int, record_id: int, user_id: int, seen: Collection[int]) -> str | None:
        """Return who else wrote first after what a colleague had seen, where the team of the record asks."""
        name: str | None = queries.message_crossing(
            self._connection, company_id=company_id, record_id=record_id, user_id=user_id, ids=list(seen)
        )
        return name

    def answered_meanwhile(
        self, company_id: int, record_id: int, user_id: int, seen: Collection[int], since: int
    ) -> str | None:
        """Return which other colleague answered last, since a time and after what this one had seen."""
        name: str | None = queries.message_answered_meanwhile(
            self._connection, company_id=company_id, record_id=record_id, user_id=user_id, ids=list(seen), since=since
        )
        return name
