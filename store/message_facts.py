"""What routing asks of a message that a mail refers to; the record is the one that it stands on, also after a merge."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from weftmail.store.connection import Connection
from weftmail.store.rows import one, queries


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """What routing asks of a message that a mail refers to, and of its record."""

    id: int
    company_id: int
    record_id: int
    kind: str
    public: bool
    author_user_id: int | None
    author_contact_id: int | None
    sent_as: str
    token_epoch: int
    created_at: int
    label: str
    type: str
    alias_id: int | None
    rfc_message_id: str
    counts_as: str
    when_closed: str
    merged_into_id: int | None = None
    came_by: int | None = None
    """The alias that it was sent to, of a mail."""


def standing(connection: Connection, found: Iterable[MessageFacts]) -> list[MessageFacts]:
    """Return the facts with the record that theirs was merged into, where it was: a message may have stayed behind."""
    return [facts if facts.merged_into_id is None else _led_on(connection, facts) for facts in found]


def _led_on(connection: Connection, facts: MessageFacts) -> MessageFacts:
    there = record_facts(connection, facts.merged_into_id or facts.record_id)
    if there is None:
        return facts
    return replace(
        facts, record_id=there.record_id, label=there.label, type=there.type, alias_id=there.alias_id,
        counts_as=there.counts_as, when_closed=there.when_closed, merged_into_id=None,
    )  # fmt: skip


def record_facts(connection: Connection, record_id: int) -> MessageFacts | None:
    """Return the same of the last public message of a record, or of the one that it is part of since."""
    found = one(MessageFacts, queries.record_facts(connection, record_id=record_id))
    while found is not None and found.merged_into_id is not None:
        found = one(MessageFacts, queries.record_facts(connection, record_id=found.merged_into_id))
    return found
