"""Moves: messages that went from one record to another, and what went along with them.

A message has one number in each record in which it ever stood: what it had where it stood before leads on to it, and is
its own again once it comes back.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from weftmail.store.connection import Connection
from weftmail.store.message_facts import MessageFacts, record_facts
from weftmail.store.rows import column, many, one, queries
from weftmail.store.search import MESSAGE, RECORD, Search
from weftmail.store.sets import portions


@dataclass(frozen=True, slots=True)
class Along:
    """What went along with the messages of a move, or came to be by it: an undo takes back what is here."""

    joined: Sequence[int] = ()
    """Contacts who take part in the record since, and did not before."""
    back: Sequence[int] = ()
    """Those of them who had been taken out of it."""
    followers: Sequence[int] = ()
    held: Sequence[int] = ()
    aliases: Sequence[int] = ()
    activities: Sequence[int] = ()
    drafts: Sequence[int] = ()
    tags: Sequence[int] = ()
    filled: dict[str, Any] = field(default_factory=dict)
    """What the record lacked and took over: its customer, its owner, its team."""
    state: Sequence[str] = ()
    """The state that the record had, and the one that it got."""


@dataclass(frozen=True, slots=True)
class Move:
    """One move: what kind, from where to where, and since when it is undone."""

    id: int
    company_id: int
    kind: str
    from_id: int
    to_id: int
    along: Along
    last_message_id: int
    created_at: int
    undone_at: int | None


@dataclass(frozen=True, slots=True)
class _MoveRow:
    id: int
    company_id: int
    kind: str
    from_id: int
    to_id: int
    along: str
    last_message_id: int
    created_at: int
    undone_at: int | None


@dataclass(frozen=True, slots=True)
class Merged:
    """A record that went into another one by a move that stands."""

    id: int
    label: str
    title: str
    created_at: int


@dataclass(frozen=True, slots=True)
class Goal:
    """A record to which something could go."""

    id: int
    label: str
    title: str
    type: str


@dataclass(frozen=True, slots=True)
class Movable:
    """A message of a record, as far as a move has to know it."""

    id: int
    number: int
    kind: str
    public: bool
    automatic: bool
    author_user_id: int | None
    author_contact_id: int | None
    author_name: str
    author_address: str
    answers_id: int | None
    subject: str
    words: str
    created_at: int


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody who takes part in a record, or was taken out."""

    contact_id: int
    message_id: int | None
    reason: str
    removed: bool


@dataclass(frozen=True, slots=True)
class Tombstone:
    """Where a record that is gone went."""

    record_id: int
    label: str
    moved_to_id: int | None
    reason: str


MOST_MERGED = 50
MOST_GOALS = 8
STRETCH = 1000
"""So many of the newest records are looked through for a word."""


class Moves:
    """The moves of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._search = Search(connection)

    # --- moves ----------------------------------------------------------------------------------------------------

    def add(self, company_id: int, kind: str, from_id: int, to_id: int, now: int) -> Move:
        """Begin a move, of which nothing went yet."""
        move_id: int = queries.move_add(
            self._connection, company_id=company_id, kind=kind, from_id=from_id, to_id=to_id, now=now
        )
        found = self.get(company_id, move_id)
        assert found is not None  # noqa: S101 - it was written just now
        return found

    def get(self, company_id: int, move_id: int) -> Move | None:
        """Return one move, if it is of this company."""
        row = one(_MoveRow, queries.move_by_id(self._connection, company_id=company_id, id=move_id))
        if row is None:
            return None
        return Move(**{**asdict(row), "along": Along(**json.loads(row.along))})

    def of_merged(self, company_id: int, record_id: int) -> Move | None:
        """Return the merge by which a record went into another one."""
        row = one(_MoveRow, queries.move_of_merged(self._connection, company_id=company_id, record_id=record_id))
        return None if row is None else self.get(company_id, row.id)

    def goals(self, company_id: int, words: str) -> list[Goal]:
        """Return records whose number or title holds the words, of the newest ones."""
        wanted = words.strip().lower()
        if not wanted:
            return []
        return many(
            Goal,
            queries.records_to_join(
                self._connection, company_id=company_id, words=wanted, stretch=STRETCH, most=MOST_GOALS
            ),
        )

    def of_customer(self, company_id: int, customer_id: int, record_id: int) -> list[Goal]:
        """Return the other records of a customer, the newest first."""
        return many(
            Goal,
            queries.records_of_customer(
                self._connection, company_id=company_id, customer_id=customer_id, id=record_id, most=MOST_GOALS
            ),
        )

    def keep(self, move: Move, along: Along) -> None:
        """Keep what went along with a move."""
        text = json.dumps(asdict(along), ensure_ascii=False)
        queries.move_along(self._connection, company_id=move.company_id, id=move.id, along=text)

    def undone(self, move: Move, now: int) -> bool:
        """Let a move be undone; say whether it stood."""
        changed: int = queries.move_undone(self._connection, company_id=move.company_id, id=move.id, now=now)
        return changed == 1

    def merged_into(self, company_id: int, record_id: int) -> list[Merged]:
        """Return the records that were merged into this one, the newest first."""
        found = queries.moves_merged_into(
            self._connection, company_id=company_id, record_id=record_id, most=MOST_MERGED
        )
        return many(Merged, found)

    # --- messages -------------------------------------------------------------------------------------------------

    def messages(self, company_id: int, record_id: int, after: int = 0) -> list[Movable]:
        """Return the messages of a record after one of them, oldest first."""
        found = queries.messages_to_move(self._connection, company_id=company_id, record_id=record_id, after=after)
        return many(Movable, found)

    def brought(self, move: Move, record_id: int) -> list[int]:
        """Return the messages of a move that stand on this record now."""
        return column(
            queries.move_messages(self._connection, company_id=move.company_id, move_id=move.id, record_id=record_id)
        )

    def there_already(self, company_id: int, message_ids: Collection[int], to_id: int) -> frozenset[int]:
        """Return those of the messages that the other record has already: one mail that came to both."""
        found: list[int] = []
        for ids in portions(list(message_ids)):
            found += column(
                queries.messages_there_already(self._connection, company_id=company_id, ids=ids, to_id=to_id)
            )
        return frozenset(found)

    def led_on(self, company_id: int, record_id: int, number: int) -> int | None:
        """Return the message that stood under this number of a record before it was moved."""
        found: int | None = queries.message_by_former_place(
            self._connection, company_id=company_id, record_id=record_id, number=number
        )
        return found

    def carry(self, move: Move, message_ids: Sequence[int], from_id: int, to_id: int, now: int) -> None:
        """Let messages stand on another record, with their files, deliveries, mails, and what waits as an answer.

        They are numbered after those that are there; one that stood there before gets its number back.
        """
        for ids in portions(sorted(message_ids)):
            these = {"company_id": move.company_id, "ids": ids, "to_id": to_id}
            highest = queries.message_highest_number(self._connection, company_id=move.company_id, record_id=to_id)
            queries.inbound_held_move(self._connection, **these, from_id=from_id)
            queries.inbound_move(self._connection, **these)
            queries.former_places_add(self._connection, company_id=move.company_id, ids=ids, move_id=move.id, now=now)
            queries.messages_move(self._connection, **these, move_id=move.id, highest=highest, first=ids[0])
            queries.messages_number_back(self._connection, **these)
            queries.former_places_remove(self._connection, **these)
            queries.attachments_move(self._connection, **these)
            queries.deliveries_move(self._connection, **these)
            self._search.belong(MESSAGE, ids, to_id)

    # --- records --------------------------------------------------------------------------------------------------

    def merge(self, company_id: int, record_id: int, to_id: int, now: int) -> None:
        """Let a record be part of another one: out of the lists, and found as that one."""
        queries.record_merge(self._connection, company_id=company_id, id=record_id, to_id=to_id, now=now)
        self._search.belong(RECORD, [record_id], to_id)
        # A mail that came to both is told of once.
        queries.deliveries_seen(self._connection, company_id=company_id, record_id=record_id, now=now)
        queries.unread_drop(self._connection, company_id=company_id, record_id=record_id)

    def pass_on(self, company_id: int, record_id: int, to_id: int, now: int) -> None:
        """Let what people have not seen of a record be unread on another one; what they are told of it leads there."""
        queries.unread_copy(self._connection, company_id=company_id, from_id=record_id, to_id=to_id, now=now)
        for move in (queries.notices_move, queries.gathered_notices_move):
            move(self._connection, company_id=company_id, from_id=record_id, to_id=to_id)

    def separate(self, company_id: int, record_id: int) -> None:
        """Let a record that was merged be one of its own again."""
        queries.record_separate(self._connection, company_id=company_id, id=record_id)
        self._search.belong(RECORD, [record_id], record_id)

    def stands(self, company_id: int, record_id: int, awaits: int | None, now: int) -> None:
        """Say that messages came or left: the newest one is another, and perhaps somebody waits or nobody does."""
        queries.record_stands(self._connection, company_id=company_id, id=record_id, awaits=awaits, now=now)
        queries.unread_settle(self._connection, company_id=company_id, record_id=record_id)

    def news(self, company_id: int, record_id: int, message_id: int) -> None:
        """Let what is unread on a record begin with this message at the latest, for whom anything is."""
        queries.unread_earlier(self._connection, company_id=company_id, record_id=record_id, message_id=message_id)

    def share_unread(self, company_id: int, from_id: int, to_id: int, now: int) -> None:
        """Let what people have not seen of a record be unread on another one that is theirs."""
        queries.unread_share(self._connection, company_id=company_id, from_id=from_id, to_id=to_id, now=now)

    def standing(self, company_id: int, record_id: int) -> int:
        """Return the record that this one is part of, itself where it was not merged."""
        found: MessageFacts | None = record_facts(self._connection, record_id)
        return found.record_id if found is not None and found.company_id == company_id else record_id

    def tombstone(self, company_id: int, record_id: int) -> Tombstone | None:
        """Return where a record that is gone went."""
        return one(
            Tombstone,
            queries.tombstone_by_record(self._connection, company_id=company_id, record_id=record_id),
        )

    # --- people, and what else belongs to a record ------------------------------------------------------------------

    def people_of(self, company_id: int, message_ids: Collection[int]) -> frozenset[int]:
        """Return the contacts whom these messages are from, to, or were sent to."""
        found: set[Any] = set()
        for ids in portions(list(message_ids)):
            found |= set(column(queries.contacts_of_messages(self._connection, company_id=company_id, ids=ids)))
        return frozenset(found) - {None}

    def people_on(self, company_id: int, record_id: int) -> frozenset[int]:
        """Return the same of all messages of a record."""
        found: list[Any] = column(
            queries.contacts_of_record(self._connection, company_id=company_id, record_id=record_id)
        )
        return frozenset(found) - {None}

    def parts(self, company_id: int, record_id: int) -> dict[int, Part]:
        """Return who takes part in a record, and who was taken out, by contact."""
        rows = queries.participant_rows(self._connection, company_id=company_id, record_id=record_id)
        return {row.contact_id: row for row in many(Part, rows)}

    def let_join(self, company_id: int, from_id: int, to_id: int, contact_ids: Collection[int], now: int) -> None:
        """Let people of one record take part in another one as they do here."""
        for ids in portions(sorted(contact_ids)):
            queries.participants_copy(
                self._connection, company_id=company_id, from_id=from_id, to_id=to_id, contact_ids=ids, now=now
            )

    def drop_people(self, company_id: int, record_id: int, contact_ids: Collection[int]) -> None:
        """Let it be as if these people had never taken part in a record."""
        for ids in portions(sorted(contact_ids)):
            queries.participants_drop(self._connection, company_id=company_id, record_id=record_id, contact_ids=ids)

    def follower_rows(self, company_id: int, record_id: int) -> dict[int, bool]:
        """Return the colleagues who follow a record or did, and whether they were taken off."""
        rows = queries.follower_rows(self._connection, company_id=company_id, record_id=record_id)
        return {user_id: bool(removed) for user_id, removed in rows}

    def let_follow(self, company_id: int, from_id: int, to_id: int, now: int) -> None:
        """Let the followers of one record follow another one as they do here."""
        queries.followers_copy(self._connection, company_id=company_id, from_id=from_id, to_id=to_id, now=now)

    def drop_followers(self, company_id: int, record_id: int, user_ids: Collection[int]) -> None:
        """Let it be as if these colleagues had never followed a record."""
        for ids in portions(sorted(user_ids)):
            queries.followers_drop(self._connection, company_id=company_id, record_id=record_id, user_ids=ids)

    def held(self, company_id: int, record_id: int) -> list[int]:
        """Return the mails for review of a record."""
        return column(queries.inbound_held_of_record(self._connection, company_id=company_id, record_id=record_id))

    def give_held(self, company_id: int, from_id: int, to_id: int, ids: Sequence[int]) -> None:
        """Let mails for review belong to another record, those that still wait."""
        for some in portions(ids):
            queries.inbound_held_give(self._connection, company_id=company_id, from_id=from_id, to_id=to_id, ids=some)

    def activities(self, company_id: int, record_id: int) -> list[int]:
        """Return what is to be done on a record, and what was done."""
        found = column(queries.activities_of_record(self._connection, company_id=company_id, record_id=record_id))
        return sorted(found)

    def give_activities(self, company_id: int, from_id: int, to_id: int, ids: Sequence[int]) -> None:
        """Let activities belong to another record, of those that belong to the first."""
        for some in portions(ids):
            queries.activities_move(self._connection, company_id=company_id, from_id=from_id, to_id=to_id, ids=some)

    def aliases(self, company_id: int, record_id: int) -> list[int]:
        """Return the aliases whose mail goes onto a record."""
        return column(queries.aliases_of_record(self._connection, company_id=company_id, record_id=record_id))

    def give_aliases(self, company_id: int, from_id: int, to_id: int, ids: Sequence[int]) -> None:
        """Let the mail of aliases go onto another record, of those whose mail goes onto the first."""
        for some in portions(ids):
            queries.aliases_move(self._connection, company_id=company_id, from_id=from_id, to_id=to_id, ids=some)
