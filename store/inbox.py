"""The inbox: what users are told on the pages rather than by mail."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from weftmail.core.wording.phrase import Phrase
from weftmail.store.connection import Connection
from weftmail.store.rows import many, one, queries
from weftmail.store.sets import portions


@dataclass(frozen=True, slots=True)
class InboxEntry:
    """A message that a user is told of in the inbox."""

    id: int
    message_id: int
    record_id: int
    label: str
    title: str
    kind: str
    author_name: str
    author_address: str
    author_user_id: int | None
    subject: str
    text: str
    phrase: str
    answers_id: int | None
    state: str
    created_at: int

    @property
    def says(self) -> Phrase | None:
        """What an event says; None for what people wrote, which is in ``text``."""
        return Phrase.from_json(self.phrase) if self.phrase else None


@dataclass(frozen=True, slots=True)
class InboxNotice:
    """Something that a user is told in the inbox and that is no message of a thread.

    ``waits``: it is about a mail that can be filed with one click.
    """

    id: int
    inbound_id: int | None
    waits: bool
    record_id: int | None
    label: str | None
    phrase: str
    created_at: int
    read_at: int | None

    @property
    def says(self) -> Phrase:
        """What the user is told."""
        return Phrase.from_json(self.phrase)


@dataclass(frozen=True, slots=True)
class Reminder:
    """The activity of which a notice reminds, and the day by which that is to be done."""

    activity_id: int | None = None
    due_on: str = ""


NOTHING = Reminder()
"""Of what a notice reminds that reminds of no activity."""

Waits = Literal["", "held", "due"]
"""What a notice waits for: nothing, a decision on the mail that it is about, or the end of an activity."""

What = Literal["review", "failed", "assigned", "added", "passed on", "dns", "due", "stands in", "crossed"]
"""What notices by mail tell of: email that waits for review, a failure, a record that is theirs or that they follow,
the work of a colleague that is theirs now, what is due, and an answer of theirs that followed another.
"""


@dataclass(frozen=True, slots=True)
class Gathered:
    """Something that a user is to be told by mail, and what it is about."""

    company_id: int
    user_id: int
    what: What
    inbound_id: int | None = None
    record_id: int | None = None


@dataclass(frozen=True, slots=True)
class GatheredNotice:
    """What was gathered, as it is about to leave; ``waits``: nobody has decided on it meanwhile."""

    id: int
    company_id: int
    company: str
    what: What
    record: str
    waits: bool


NEWEST = 2**62
"""An id above all others: what is before it is the newest."""


class Inbox:
    """What users are told on the pages rather than by mail."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def entries(self, company_id: int, user_id: int, most: int = 100, before: int = NEWEST) -> list[InboxEntry]:
        """Return the messages in the user's inbox that are older than the entry ``before``, newest first."""
        found = queries.inbox(self._connection, company_id=company_id, user_id=user_id, most=most, before=before)
        return many(InboxEntry, found)

    def unread(self, company_id: int, user_id: int) -> int:
        """Return how many of them and of the notices are unread in one company; of each, a thousand at most."""
        count: int = queries.inbox_unread(self._connection, company_ids=[company_id], user_id=user_id)
        return count

    def read(
        self, company_id: int, record_id: int, user_id: int, now: int, *, messages: bool = True, notices: bool = True
    ) -> int:
        """Mark as read the messages of this record that the user is told of, and the notices; return how many entries
        that were.
        """
        words = {"company_id": company_id, "record_id": record_id, "user_id": user_id, "now": now}
        count: int = queries.inbox_read(self._connection, **words) if messages else 0
        count += queries.inbox_read_notices(self._connection, **words) if notices else 0
        return count

    def notify(
        self,
        company_id: int,
        user_ids: Collection[int],
        says: Phrase,
        now: int,
        *,
        inbound_id: int | None = None,
        record_id: int | None = None,
        waits: Waits = "",
        reminds: Reminder = NOTHING,
    ) -> None:
        """Put a notice into the inbox of these users, once for each mail that it is about.

        One that ``waits`` stays until the mail is decided on, or the activity of which it ``reminds`` is over.
        """
        shared = {
            "company_id": company_id, "phrase": says.as_json(), "inbound_id": inbound_id,
            "record_id": record_id, "waits": waits, "activity_id": reminds.activity_id, "due_on": reminds.due_on,
            "now": now,
        }  # fmt: skip
        for portion in portions([{**shared, "user_id": one_id} for one_id in user_ids]):
            queries.notices_add(self._connection, portion)

    def reminded(self, company_id: int, activity_id: int, now: int) -> None:
        """Let the notice that reminded of an activity go: another one is about to."""
        queries.inbox_reminded(self._connection, company_id=company_id, activity_id=activity_id, now=now)

    def gather(self, notices: Sequence[Gathered], now: int) -> None:
        """Keep what users are to be told by mail, once for each mail that it is about."""
        rows = [
            {
                "company_id": each.company_id, "user_id": each.user_id, "what": each.what,
                "inbound_id": each.inbound_id, "record_id": each.record_id, "now": now,
            }
            for each in notices
        ]  # fmt: skip
        for portion in portions(rows):
            queries.gathered_notices_add(self._connection, portion)

    def take_gathered(self, user_id: int) -> list[GatheredNotice]:
        """Return what was gathered for the user, the oldest first, and keep it no longer."""
        found = many(GatheredNotice, queries.gathered_notices(self._connection, user_id=user_id))
        queries.gathered_notices_remove(self._connection, user_id=user_id)
        return found

    def notices(
        self, user_id: int, company_id: int | None = None, most: int = 100, before: int = NEWEST
    ) -> list[InboxNotice]:
        """Return the user's notices that are older than the notice ``before``, newest first."""
        words = {"user_id": user_id, "most": most, "before": before}
        if company_id is None:
            return many(InboxNotice, queries.notices_of_user(self._connection, **words))
        return many(InboxNotice, queries.notices(self._connection, company_id=company_id, **words))

    def notice(self, company_id: int, user_id: int, notice_id: int) -> InboxNotice | None:
        """Return one notice of the user."""
        found = queries.notice_by_id(self._connection, company_id=company_id, user_id=user_id, id=notice_id)
        return one(InboxNotice, found)
