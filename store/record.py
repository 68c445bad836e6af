"""Records with their numbers, and the two sets of people that stand on one: followers and participants."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from weftmail.core.routing.recipients import Kind
from weftmail.store.connection import Connection
from weftmail.store.follower import Follower as Follower
from weftmail.store.follower import RecordFollower as RecordFollower
from weftmail.store.participant import NewParticipant as NewParticipant
from weftmail.store.participant import Participant as Participant
from weftmail.store.rows import column, made, many, one, queries
from weftmail.store.search import Search
from weftmail.store.sets import portions


@dataclass(frozen=True, slots=True)
class Record:
    """A lead, an order, an invoice: what a thread is about."""

    id: int
    company_id: int
    company: str
    type: str
    number: int
    label: str
    title: str
    state: str
    counts_as: str
    priority: str
    fields: str
    owner_id: int | None
    owner: str | None
    owner_address: str | None
    owner_team_id: int | None
    team: str | None
    customer_id: int | None
    customer: str | None
    customer_address: str | None
    alias_id: int | None
    reference: str | None
    reference_url: str | None
    last_message_id: int | None
    awaits_since_at: int | None
    snoozed_until_at: int | None
    hidden_as: str | None
    hidden_at: int | None
    merged_into_id: int | None
    created_at: int
    changed_at: int
    urgency: int = 1
    """Its priority as a number, by which lists are sorted."""
    owner_away_until_at: int | None = None
    """Until when its owner is out of office; None while they are not."""
    stand_in: str | None = None
    """Who stands in for the owner meanwhile."""

    @property
    def awaits_us(self) -> bool:
        """Whether somebody outside waits for an answer: it is open, not snoozed, and in the lists."""
        open_ = self.counts_as == "open" and self.hidden_as is None
        return open_ and self.awaits_since_at is not None and self.snoozed_until_at is None

    @property
    def owner_order(self) -> int:
        """Who owns it as lists sort by it: 0 for nobody."""
        return self.owner_id or 0

    @property
    def values(self) -> dict[str, str]:
        """The record's own fields by name."""
        values: dict[str, str] = json.loads(self.fields)
        return values


@dataclass(frozen=True, slots=True)
class NewRecord:
    """What a record begins with."""

    company_id: int
    type: str
    title: str
    owner_id: int | None = None
    owner_team_id: int | None = None
    customer_id: int | None = None
    alias_id: int | None = None
    fields: str = "{}"
    reference: str | None = None
    reference_url: str | None = None


@dataclass(frozen=True, slots=True)
class RecordState:
    """A state that records of a type can have; ``counts_as`` is ``open``, ``waiting`` or ``closed``."""

    name: str
    counts_as: str


Whose = Literal["outside", "ours", "inside"]
"""From whom an entry is: somebody outside who wrote it themselves, a colleague to the outside, or anything else."""


class UnknownRecordType(Exception):
    """The company keeps no records of this type."""


class Records:
    """The records of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._search = Search(connection)

    def open(self, new: NewRecord, now: int) -> Record:
        """Open a record under the next number of its type.

        Raises UnknownRecordType where the company keeps none of that type.
        """
        taken = queries.counter_next(self._connection, company_id=new.company_id, record_type=new.type).fetchone()
        if taken is None:
            raise UnknownRecordType(new.type)
        number, prefix, state, counts_as = taken
        record_id: int = queries.record_add(
            self._connection,
            company_id=new.company_id,
            type=new.type,
            number=number,
            label=f"{prefix}-{number}",
            title=new.title,
            state=state,
            counts_as=counts_as,
            fields=new.fields,
            owner_id=new.owner_id,
            owner_team_id=new.owner_team_id,
            customer_id=new.customer_id,
            alias_id=new.alias_id,
            reference=new.reference,
            reference_url=new.reference_url,
            now=now,
        )
        opened = made(Record, queries.record_by_id(self._connection, company_id=new.company_id, id=record_id))
        self._search.keep_record(opened, new=True)
        return opened

    def states(self, company_id: int, record_type: str) -> list[RecordState]:
        """Return the states of a type in order; records begin with the first one."""
        found = queries.record_states(self._connection, company_id=company_id, record_type=record_type)
        return many(RecordState, found)

    def get(self, company_id: int, record_id: int) -> Record | None:
        """Return one record, if it is of this company."""
        return one(Record, queries.record_by_id(self._connection, company_id=company_id, id=record_id))

    def by_label(self, label: str, company_id: int | None = None) -> list[Record]:
        """Return the records with this number, such as LEAD-17: at most one for each company.

        A number that a record had before leads on to it, and that of one that was merged to what it is part of.
        """
        return [self.standing(one) for one in self.numbered(label, company_id)]

    def numbered(self, label: str, company_id: int | None = None) -> list[Record]:
        """As ``by_label``, but one that was merged as it is by itself."""
        label = label.upper()
        if company_id is None:
            found = many(Record, queries.records_by_label(self._connection, label=label))
            return found or many(Record, queries.records_by_former_label(self._connection, label=label))
        words = {"company_id": company_id, "label": label}
        found = many(Record, queries.record_by_label(self._connection, **words))
        return found or many(Record, queries.record_by_former_label(self._connection, **words))

    def standing(self, record: Record) -> Record:
        """Return the record that this one was merged into, itself where it was not."""
        while record.merged_into_id is not None:
            into = queries.record_by_id(self._connection, company_id=record.company_id, id=record.merged_into_id)
            record = made(Record, into)
        return record

    def hidden_among(
        self, company_id: int, types: Sequence[str], labels: Collection[str | None]
    ) -> frozenset[str | None]:
        """Return those of the numbers that are of records of these types."""
        if not types or not labels:
            return frozenset()
        found = queries.records_hidden_among(
            self._connection, company_id=company_id, types=list(types), labels=list(labels)
        )
        return frozenset(column(found))

    def by_reference(self, company_id: int, type_: str, reference: str) -> Record | None:
        """Return the record that mirrors this one of an outside application, or that it is part of since."""
        record_id: int | None = queries.record_by_reference(
            self._connection, company_id=company_id, type=type_, reference=reference
        )
        found = None if record_id is None else self.get(company_id, record_id)
        return None if found is None else self.standing(found)

    def by_former_reference(self, company_id: int, type_: str, reference: str) -> Record | None:
        """Return the record that mirrors this one of an outside application, and was of this type before."""
        record_id: int | None = queries.record_by_former_reference(
            self._connection, company_id=company_id, type=type_, reference=reference
        )
        found = None if record_id is None else self.get(company_id, record_id)
        return None if found is None else self.standing(found)

    def all(self, company_id: int | None = None, most: int = 100, skip: int = 0) -> list[Record]:
        """Return records, of one company or of all, what changed last first."""
        if company_id is None:
            return many(Record, queries.records(self._connection, most=most, skip=skip))
        # A query of its own, because a condition on "one or all" keeps the store from using the index.
        found = queries.records_of_company(self._connection, company_id=company_id, most=most, skip=skip)
        return many(Record, found)

    def count(self, company_id: int) -> int:
        """Return how many records the company has."""
        value: int = queries.records_count(self._connection, company_id=company_id)
        return value

    def set(self, record: Record, now: int) -> None:
        """Store title, state, owner, team, customer, priority and fields."""
        queries.record_set(
            self._connection,
            company_id=record.company_id,
            id=record.id,
            title=record.title,
            state=record.state,
            owner_id=record.owner_id,
            owner_team_id=record.owner_team_id,
            customer_id=record.customer_id,
            priority=record.priority,
            fields=record.fields,
            now=now,
        )
        stands = self.get(record.company_id, record.id)
        if stands is not None:
            self._search.keep_record(stands)

    def set_state(self, company_id: int, record_id: int, state: str, now: int) -> None:
        """Store another state."""
        queries.record_set_state(self._connection, company_id=company_id, id=record_id, state=state, now=now)

    def heard(self, company_id: int, record_id: int, message_id: int, whose: Whose, now: int) -> None:
        """Say that a message or a note came onto the record, which is its newest now."""
        queries.record_heard(
            self._connection, company_id=company_id, id=record_id, message_id=message_id, whose=whose, now=now
        )

    def unheard(self, company_id: int, record_id: int, now: int) -> None:
        """Say that a message is none any more: the others say which is the newest, and whether anybody waits."""
        queries.record_unheard(self._connection, company_id=company_id, id=record_id, now=now)

    def retype(self, record: Record, type_: str, now: int) -> Record:
        """Give the record the next number of another type, and its first state; the number that it had leads on.

        Raises UnknownRecordType where the company keeps none of that type.
        """
        words = {"company_id": record.company_id, "record_type": type_}
        taken = queries.counter_next(self._connection, **words).fetchone()
        if taken is None:
            raise UnknownRecordType(type_)
        number, prefix, state, counts_as = taken
        of = {"company_id": record.company_id, "id": record.id}
        queries.record_retype(
            self._connection, **of, type=type_, number=number, label=f"{prefix}-{number}", state=state,
            counts_as=counts_as, now=now,
        )  # fmt: skip
        queries.former_label_add(
            self._connection, company_id=record.company_id, label=record.label, record_id=record.id, now=now
        )
        again = made(Record, queries.record_by_id(self._connection, **of))
        self._search.keep_record(again)
        return again

    def retype_back(self, record: Record, label: str, type_: str, state: str, now: int) -> None:
        """Give the record a number back that it had, and its type and state then; the one that it has leads on."""
        of = {"company_id": record.company_id}
        number = int(label.rpartition("-")[2])
        counts_as = next((one.counts_as for one in self.states(record.company_id, type_) if one.name == state), "open")
        queries.former_label_remove(self._connection, **of, label=label)
        queries.record_retype(
            self._connection, **of, id=record.id, type=type_, number=number, label=label, state=state,
            counts_as=counts_as, now=now,
        )  # fmt: skip
        queries.former_label_add(self._connection, **of, label=record.label, record_id=record.id, now=now)

    def hide(self, company_id: int, record_id: int, hidden_as: str | None, now: int) -> None:
        """Take a record out of lists, counts and search, as ``spam`` or ``trash``; None brings it back."""
        at = None if hidden_as is None else now
        queries.record_hide(self._connection, company_id=company_id, id=record_id, state=hidden_as, at=at)

    def set_awaiting(self, company_id: int, record_id: int, since: int | None) -> None:
        """Say since when somebody outside waits for an answer; None: nobody does."""
        queries.record_await(self._connection, company_id=company_id, id=record_id, at=since)

    def follow(self, company_id: int, record_id: int, user_id: int, now: int) -> bool:
        """Let a colleague follow the record; one who does already stays.  Say whether they are new."""
        return self.follow_all(company_id, record_id, [user_id], now) == 1

    def follow_all(self, company_id: int, record_id: int, user_ids: Sequence[int], now: int) -> int:
        """Let several colleagues follow the record; return how many are new."""
        shared = {"company_id": company_id, "record_id": record_id, "now": now}
        rows = portions([{**shared, "user_id": user_id} for user_id in user_ids])
        return sum(queries.followers_add(self._connection, portion).changed for portion in rows)

    def follow_by_post(self, company_id: int, record_id: int, user_id: int, now: int) -> bool:
        """Let a colleague who wrote follow the record, unless they were taken off it; say whether they are new."""
        added: int = queries.follower_add_by_post(
            self._connection, company_id=company_id, record_id=record_id, user_id=user_id, now=now
        )
        return added == 1

    def unfollow(self, company_id: int, record_id: int, user_id: int, now: int) -> bool:
        """End it; say whether the colleague followed.  Writing on the record does not put them back."""
        removed: int = queries.follower_remove(
            self._connection, company_id=company_id, record_id=record_id, user_id=user_id, now=now
        )
        return removed == 1

    def follow_of(
        self, company_id: int, record_id: int, user_id: int, hears: Collection[Kind], muted_at: int | None
    ) -> None:
        """Store of which kinds a follower is told, and since when of nothing."""
        queries.follower_set(
            self._connection,
            company_id=company_id,
            record_id=record_id,
            user_id=user_id,
            messages="messages" in hears,
            notes="notes" in hears,
            changes="changes" in hears,
            muted_at=muted_at,
        )

    def follows_changes(self, company_id: int, record_id: int) -> bool:
        """Say whether any follower wants to be told of changes."""
        found: int | None = queries.followers_of_changes(self._connection, company_id=company_id, record_id=record_id)
        return found is not None

    def followers(self, company_id: int, record_id: int) -> list[RecordFollower]:
        """Return who is told: active members of the record's company alone."""
        return many(RecordFollower, queries.followers(self._connection, company_id=company_id, record_id=record_id))

    def add_participants(self, record: Record, people: Sequence[NewParticipant], now: int) -> None:
        """Make contacts participants, of one message or of the whole conversation.

        Who takes part in all of it already is not brought down to one message.
        """
        shared = {"company_id": record.company_id, "record_id": record.id, "alias_id": record.alias_id, "now": now}
        # One statement may touch a row once: who stands there twice is written as the first of them says.
        first = {one.contact_id: one for one in reversed(people)}
        rows = [
            {**shared, "contact_id": one.contact_id, "reason": one.reason, "message_id": one.message_id}
            for one in reversed(first.values())
        ]
        for portion in portions(rows):
            queries.participants_add(self._connection, portion)

    def remove_participant(self, company_id: int, record_id: int, contact_id: int, now: int) -> bool:
        """Take a participant out of the conversation; say whether they were in it.

        The reply addresses that they were given are worth nothing from now on.
        """
        removed: int = queries.participant_remove(
            self._connection, company_id=company_id, record_id=record_id, contact_id=contact_id, now=now
        )
        return removed == 1

    def participants(self, company_id: int, record_id: int) -> list[Participant]:
        """Return the outsiders in the conversation, in the order in which they came."""
        return many(Participant, queries.participants(self._connection, company_id=company_id, record_id=record_id))

    def takes_part(self, company_id: int, contact_id: int, message_ids: Collection[int]) -> frozenset[int]:
        """Return those of the messages that the contact is in, with the whole conversation or with that one alone."""
        if not message_ids:
            return frozenset()
        found = queries.takes_part(
            self._connection, company_id=company_id, contact_id=contact_id, message_ids=list(message_ids)
        )
        return frozenset(column(found))

    def takes_part_in(self, company_id: int, record_id: int, contact_id: int) -> bool:
        """Say whether the contact is in the whole of the conversation."""
        found: int | None = queries.takes_part_in_record(
            self._connection, company_id=company_id, record_id=record_id, contact_id=contact_id
        )
        return found is not None

    def takes_part_by_alias(self, company_id: int, alias_id: int, contact_id: int) -> bool:
        """Say whether the contact is in the conversation of some record that this alias opened."""
        found: int | None = queries.takes_part_by_alias(
            self._connection, company_id=company_id, alias_id=alias_id, contact_id=contact_id
        )
        return found is not None
