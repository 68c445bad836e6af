"""The outbox: copies that wait to leave, each by its channel, claimed under a lease."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from weftmail.core.next_hop import NextHop
from weftmail.core.wording.phrase import Phrase
from weftmail.store.connection import Connection
from weftmail.store.rows import column, many, one, queries
from weftmail.store.sets import portions

PENDING = ("waiting", "delayed")
"""The states of a copy that is still to leave."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A copy that this sender holds the lease of: one message to one outsider, or to colleagues of one language.

    With a ``user_id`` it is an email of notices to that user: it has no message (``message_id`` is 0), and ``says``
    holds its sentences.  With an ``address`` it holds a link for somebody who is neither a user nor a contact.
    """

    id: int
    company_id: int
    message_id: int
    audience: str
    channel: str
    contact_id: int | None
    language: str
    attempts: int
    created_at: int
    user_id: int | None = None
    says: str = "[]"
    address: str = ""
    mentioned: bool = False

    @property
    def sentences(self) -> list[Phrase]:
        """What an email of notices says."""
        return [Phrase.from_plain(one) for one in json.loads(self.says)]


@dataclass(frozen=True, slots=True)
class NewCopy:
    """A copy about to wait: for one outsider, or for the colleagues of one language, by one channel."""

    contact_id: int | None = None
    language: str = "en"
    channel: str = "email"
    mentioned: bool = False
    """The colleagues get it because the message mentions them."""

    @property
    def audience(self) -> str:
        """Who gets it, in the store's word."""
        return "colleagues" if self.contact_id is None else "outsider"


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A copy as lists show it."""

    id: int
    company_id: int
    company: str
    message_id: int | None
    record_id: int | None
    record: str | None
    subject: str
    audience: str
    channel: str
    state: str
    attempts: int
    next_at: int
    leased_until_at: int
    error: str
    created_at: int
    changed_at: int


@dataclass(frozen=True, slots=True)
class Recipient:
    """An address that a copy goes to, and whose it is."""

    address: str
    user_id: int | None
    contact_id: int | None


class Outbox:
    """The outbox of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(
        self, company_id: int, message_id: int, copies: Sequence[NewCopy], now: int, wait: int = 0
    ) -> dict[NewCopy, int]:
        """Let copies wait, so many milliseconds at least; return the id of each."""
        rows = [
            {
                "company_id": company_id, "message_id": message_id, "audience": one.audience,
                "contact_id": one.contact_id, "language": one.language, "channel": one.channel,
                "mentioned": one.mentioned, "now": now, "next_at": now + wait,
            }
            for one in copies
        ]  # fmt: skip
        ids: dict[NewCopy, int] = {}
        for portion in portions(rows):
            for contact_id, language, channel, mentioned, outbox_id in queries.outbox_add(
                self._connection, portion
            ).rows:
                ids[NewCopy(contact_id, language, channel, bool(mentioned))] = outbox_id
        return ids

    def add_words(
        self,
        company_id: int,
        audience: Literal["notices", "digest", "account", "link"],
        says: Sequence[Phrase],
        language: str,
        now: int,
        *,
        user_id: int | None = None,
        address: str = "",
    ) -> None:
        """Let an email of our own words wait, sent in the company's name.

        A ``link`` goes to the address, all others to the user, and each ``account`` at once and by itself.
        """
        queries.outbox_add_words(
            self._connection,
            company_id=company_id,
            audience=audience,
            user_id=user_id,
            address=address,
            says=json.dumps([one.plain() for one in says], ensure_ascii=False),
            language=language,
            now=now,
        )

    def claim(self, holder: str, now: int, until_at: int, most: int) -> list[Claimed]:
        """Take the lease of copies that are due; nobody else gets them before ``until_at``."""
        return many(
            Claimed,
            queries.outbox_claim(self._connection, holder=holder, now=now, until_at=until_at, most=most),
        )

    def clock_back(self, now: int, at: int) -> int:
        """Let what waits and was written down after ``at`` by a clock that was ahead wait from now on; return how many.

        Nothing that somebody has in hand is among it.
        """
        count: int = queries.outbox_clock_back(self._connection, now=now, at=at)
        return count

    def recipients(self, company_id: int, outbox_id: int) -> list[Recipient]:
        """Return whom the copy still has to reach."""
        return many(Recipient, queries.outbox_recipients(self._connection, company_id=company_id, outbox_id=outbox_id))

    def addresses(self, company_id: int, outbox_id: int) -> list[str]:
        """Return all addresses that the copy is for, reached or not."""
        return column(queries.outbox_addresses(self._connection, company_id=company_id, outbox_id=outbox_id))

    def settle_delivery(self, company_id: int, outbox_id: int, address: str, state: str, reason: str, now: int) -> None:
        """Move the delivery of one address forward."""
        queries.delivery_settle(
            self._connection,
            company_id=company_id,
            outbox_id=outbox_id,
            address=address,
            state=state,
            reason=reason,
            now=now,
        )

    def report(
        self, company_id: int, delivery_id: int, state: str, reason: str, before: Sequence[str], now: int
    ) -> None:
        """Write down what a mail server reports of a delivery, unless it has gone beyond the states ``before``."""
        queries.delivery_report(
            self._connection, company_id=company_id, id=delivery_id, state=state, reason=reason, before=list(before),
            now=now,
        )  # fmt: skip

    def follow(self, company_id: int, delivery_id: int, state: str, attempt: NextHop, before: Sequence[str]) -> None:
        """Write down what the mail server's log says of a delivery, unless it has gone beyond the states ``before``."""
        queries.delivery_follow(
            self._connection, company_id=company_id, id=delivery_id, state=state, reason=attempt.answer,
            host=attempt.host, again_at=attempt.again_at, before=list(before), at=attempt.at,
        )  # fmt: skip

    def settle(self, outbox_id: int, holder: str, state: str, error: str, next_at: int, now: int) -> bool:
        """End the lease with what came of it; False where the lease had passed to somebody else."""
        changed: int = queries.outbox_settle(
            self._connection,
            id=outbox_id,
            holder=holder,
            state=state,
            error=error,
            next_at=next_at,
            now=now,
        )
        return changed == 1

    def ready(self, outbox_id: int, now: int) -> bool:
        """Let a delayed copy wait to be sent again; say whether it was delayed."""
        changed: int = queries.outbox_ready(self._connection, id=outbox_id, now=now)
        return changed == 1

    def release(self, outbox_id: int, holder: str, now: int) -> None:
        """Give back the lease of a copy that was not tried."""
        queries.outbox_release(self._connection, id=outbox_id, holder=holder, now=now)

    def release_all(self, now: int) -> int:
        """Give back the leases that a sender who died has left; return how many there were."""
        count: int = queries.outbox_release_all(self._connection, now=now)
        return count

    def counts_since(self, since: int, company_id: int | None = None) -> dict[str, int]:
        """Return how many copies were made since a time, by state, of one company or of all."""
        if company_id is None:
            found = queries.outbox_counts_since(self._connection, since=since)
        else:
            found = queries.outbox_counts_of_company_since(self._connection, company_id=company_id, since=since)
        return dict(zip(found.names, found.rows[0], strict=True))

    def waiting_since(self, company_id: int | None = None) -> int | None:
        """Return since when the oldest copy waits that is still to leave; None where none is."""
        if company_id is None:
            oldest: int | None = queries.outbox_waiting_since(self._connection)
        else:
            oldest = queries.outbox_waiting_of_company_since(self._connection, company_id=company_id)
        return oldest

    def next_at(self) -> int | None:
        """Return when the next copy is due, or None where none waits."""
        value: int | None = queries.outbox_next_at(self._connection)
        return value

    def retry(self, company_id: int, outbox_id: int, now: int, at: int | None = None) -> bool:
        """Make a copy due now, or ``at`` a time; say whether it was waiting, had failed or came back."""
        due = {"now": now, "at": now if at is None else at}
        changed: int = queries.outbox_retry(self._connection, company_id=company_id, id=outbox_id, **due)
        if changed:
            queries.deliveries_requeue(self._connection, company_id=company_id, outbox_id=outbox_id, now=now)
        return changed == 1

    def cancel(self, company_id: int, outbox_id: int, now: int) -> bool:
        """Take a copy back that has not left; say whether it was there to be taken back."""
        changed: int = queries.outbox_cancel(self._connection, company_id=company_id, id=outbox_id, now=now)
        if changed:
            queries.deliveries_cancel(self._connection, company_id=company_id, outbox_id=outbox_id, now=now)
        return changed == 1

    def revive(self, company_id: int, outbox_id: int, now: int) -> bool:
        """Let a copy wait again that was taken back; say whether it was."""
        changed: int = queries.outbox_revive(self._connection, company_id=company_id, id=outbox_id, now=now)
        if changed:
            queries.deliveries_revive(self._connection, company_id=company_id, outbox_id=outbox_id, now=now)
        return changed == 1

    def withhold(self, company_id: int, record_id: int, now: int) -> None:
        """Take back all copies of a record that have not left."""
        where = {"company_id": company_id, "record_id": record_id}
        for outbox_id in dict.fromkeys(column(queries.outbox_waiting_of_record(self._connection, **where))):
            self.cancel(company_id, outbox_id, now)

    def let_go(self, company_id: int, record_id: int, at: int, now: int) -> None:
        """Let the copies of a record wait again that were taken back at a time."""
        where = {"company_id": company_id, "record_id": record_id}
        for outbox_id in dict.fromkeys(column(queries.outbox_cancelled_of_record(self._connection, **where, at=at))):
            self.revive(company_id, outbox_id, now)

    def put_back(self, company_id: int, outbox_id: int, state: str, reason: str, now: int) -> bool:
        """Let a copy that waits be one again that came back or failed; say whether it still waited."""
        words = {"company_id": company_id, "id": outbox_id, "now": now}
        went = "sent" if state == "bounced" else "failed"
        changed: int = queries.outbox_put_back(self._connection, **words, state=went)
        if changed:
            queries.deliveries_put_back(self._connection, **words, state=state, reason=reason)
        return changed == 1

    def redirect(self, company_id: int, outbox_id: int, contact_id: int, address: str, now: int) -> None:
        """Let the copy of an outsider go to another address."""
        queries.deliveries_redirect(
            self._connection,
            company_id=company_id,
            outbox_id=outbox_id,
            contact_id=contact_id,
            address=address,
            now=now,
        )

    def state(self, company_id: int, outbox_id: int) -> str:
        """Return the state of a copy that is there."""
        value: str = queries.outbox_state(self._connection, company_id=company_id, id=outbox_id)
        return value

    def get(self, outbox_id: int) -> Claimed | None:
        """Return one copy by id."""
        return one(Claimed, queries.outbox_by_id(self._connection, id=outbox_id))
