"""The inbound log: one row for each delivery that the mail server handed over, from accepted to where it went."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from weftmail.core.envelope import Envelope
from weftmail.core.ports import Scanned
from weftmail.core.routing.disposition import Asked
from weftmail.core.routing.result import CheckResult
from weftmail.core.wording.phrase import Phrase
from weftmail.store.blob import Blobs
from weftmail.store.connection import Connection
from weftmail.store.rows import column, many, one, queries
from weftmail.store.sets import portions

_END = 2**62
"""Later than any time."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A delivery that is safe in the store and not settled yet."""

    id: int
    blob_id: int
    entrance: str
    sender: str
    recipient: str
    original_recipient: str
    queue_id: str
    client_address: str
    attempts: int
    accepted_at: int
    size: int
    asks: int = 0
    """How often the key of its signature could not be had."""
    faults: int = 0
    """How often a reader ended under this mail, for which the mail can be blamed."""
    stops: int = 0
    """How often reading or filing it was stopped by something else."""

    @property
    def envelope(self) -> Envelope:
        """The envelope as the mail server gave it."""
        return _envelope(self)


@dataclass(frozen=True, slots=True)
class _Ends:
    faults: int
    stops: int


@dataclass(frozen=True, slots=True)
class Tally:
    """How many mails were accepted, and where they went: all but ``accepted`` add up to it."""

    accepted: int
    filed: int
    reports: int
    duplicates: int
    held: int
    unmatched: int
    errors: int
    discarded: int
    unfiled: int
    bounces: int
    """Of the reports, those that say that a message of ours did not arrive; no part of the sum by themselves."""

    @property
    def comes_out(self) -> bool:
        """Whether the sum is right."""
        parts = (self.filed, self.reports, self.duplicates, self.held, self.unmatched, self.errors, self.discarded)
        return self.accepted == sum(parts) + self.unfiled


@dataclass(frozen=True, slots=True)
class Settled:
    """Where a delivery went; what the row says from now on."""

    company_id: int | None
    blob_id: int
    state: str
    delivery_key: str | None
    rfc_message_id: str
    from_address: str
    subject: str
    record_id: int | None
    answers_id: int | None
    message_id: int | None
    reason: Phrase | None
    trace: Sequence[Asked]
    alias_id: int | None = None
    """The alias that it was sent to, whichever rule decided."""
    proof: str = "{}"
    """Who sent it, by what was checked; as JSON."""
    report: str = ""
    """What a mail server reports by it: bounce, delay, receipt or complaint; "" for all other mail."""


@dataclass(frozen=True, slots=True)
class InboundRow:
    """One row of the log, whole."""

    id: int
    company_id: int | None
    company: str | None
    blob_id: int
    entrance: str
    sender: str
    recipient: str
    original_recipient: str
    queue_id: str
    client_address: str
    state: str
    attempts: int
    rfc_message_id: str
    from_address: str
    subject: str
    record_id: int | None
    record: str | None
    answers_id: int | None
    message_id: int | None
    reason: str
    trace: str
    proof: str
    asks: int
    error: str
    accepted_at: int
    settled_at: int | None
    size: int
    sha256: str

    @property
    def results(self) -> tuple[CheckResult, ...]:
        """What was checked of who sent it."""
        return tuple(CheckResult.from_stored(one) for one in json.loads(self.proof).get("checks", ()))

    @property
    def scanned(self) -> Scanned | None:
        """What the virus scanner said of it; None where none was asked."""
        found = json.loads(self.proof).get("scanned")
        return None if found is None else Scanned(*found)

    @property
    def envelope(self) -> Envelope:
        """The envelope as the mail server gave it."""
        return _envelope(self)

    @property
    def rules(self) -> tuple[Asked, ...]:
        """Every rule that was asked, in order."""
        return tuple(Asked.from_stored(one) for one in json.loads(self.trace))

    @property
    def why(self) -> Phrase | None:
        """Why it is held or discarded; None for what was filed."""
        return _phrase(self.reason)


def _phrase(reason: str) -> Phrase | None:
    return Phrase.from_json(reason) if reason else None


def _envelope(row: Accepted | InboundRow) -> Envelope:
    return Envelope(row.recipient, row.sender, row.original_recipient, row.queue_id, row.client_address, row.entrance)


@dataclass(frozen=True, slots=True)
class Arrived:
    """A mail that came in: its row, where its bytes lie, and when it was accepted."""

    id: int
    blob_id: int
    accepted_at: int


@dataclass(frozen=True, slots=True)
class InboundLine:
    """One row of the log as lists show it."""

    id: int
    company_id: int | None
    company: str | None
    entrance: str
    sender: str
    recipient: str
    queue_id: str
    state: str
    from_address: str
    subject: str
    record_id: int | None
    record: str | None
    answers_id: int | None
    message_id: int | None
    reason: str
    report: str
    accepted_at: int
    settled_at: int | None

    @property
    def why(self) -> Phrase | None:
        """Why it is held or discarded; None for what was filed."""
        return _phrase(self.reason)


class InboundLog:
    """The inbound log of a store."""

    def __init__(self, connection: Connection, blobs: Blobs) -> None:
        self._connection = connection
        self._blobs = blobs

    def accept(self, envelopes: Sequence[Envelope], raw: bytes | BinaryIO, now: int) -> list[int]:
        """Keep one mail for each of its recipients, its bytes once; return the ids of the rows."""
        blob_id = self._blobs.put(raw)
        return [
            queries.inbound_accept(
                self._connection,
                blob_id=blob_id,
                entrance=envelope.entrance,
                sender=envelope.sender,
                recipient=envelope.recipient,
                original_recipient=envelope.original_recipient,
                queue_id=envelope.queue_id,
                client_address=envelope.client_address,
                now=now,
            )
            for envelope in envelopes
        ]

    def waiting(self, most: int = 200, now: int = _END) -> list[Accepted]:
        """Return what is accepted and not settled, oldest first, without what waits for a key beyond ``now``."""
        return many(Accepted, queries.inbound_waiting(self._connection, most=most, now=now))

    def queue_id_of(self, company_id: int, message_id: int) -> str:
        """Return the queue id of the email that a message came by; "" where it came by none."""
        found: str | None = queries.inbound_queue_id(self._connection, company_id=company_id, message_id=message_id)
        return found or ""

    def asking(self, now: int) -> int:
        """Return how many deliveries wait for a key that cannot be had."""
        count: int = queries.inbound_asking(self._connection, now=now)
        return count

    def ask_again(self, inbound_id: int, reason: Phrase, at: int) -> None:
        """Let a delivery wait until then, and say why; counted."""
        queries.inbound_ask_again(self._connection, id=inbound_id, reason=reason.as_json(), at=at)

    def waiting_count(self) -> int:
        """Return how many deliveries are accepted and not settled."""
        count: int = queries.inbound_waiting_count(self._connection)
        return count

    def tally(self) -> Tally:
        """Return how many mails there are of each kind, of all companies."""
        found = one(Tally, queries.inbound_tally(self._connection))
        assert found is not None  # noqa: S101 - a sum without groups is one row
        return found

    def tally_since(self, since: int, company_id: int | None = None) -> Tally:
        """Return how many mails were accepted since a time and where they went, of one company or of all.

        What is not read yet belongs to no company.
        """
        if company_id is None:
            found = queries.inbound_tally_since(self._connection, since=since)
        else:
            found = queries.inbound_tally_of_company_since(self._connection, company_id=company_id, since=since)
        tally = one(Tally, found)
        assert tally is not None  # noqa: S101 - a sum has one row
        return tally

    def review_counts_of(self, company_id: int | None) -> dict[str, int]:
        """Return how many mails wait for review, by state, of one company or of all."""
        if company_id is not None:
            return self.review_counts(company_id)
        return {"held": 0, "unmatched": 0, "error": 0, **dict(queries.review_counts_everywhere(self._connection))}

    def review_since(self, company_id: int | None) -> int | None:
        """Return since when the oldest of them waits; None where none does."""
        if company_id is None:
            oldest: int | None = queries.review_since(self._connection)
        else:
            oldest = queries.review_of_company_since(self._connection, company_id=company_id)
        return oldest

    def review_counts(self, company_id: int, decider: int | None = None) -> dict[str, int]:
        """Return how many mails of a company wait for review, by state; of those alone on which a user may decide."""
        if decider is None:
            found = queries.review_counts(self._connection, company_id=company_id)
        else:
            found = queries.review_counts_of_user(self._connection, company_id=company_id, user_id=decider)
        return {"held": 0, "unmatched": 0, "error": 0, **dict(found)}

    def review_counts_with_nobodys(self, company_id: int) -> dict[str, int]:
        """Return how many mails wait for review, by state: of a company, and those that belong to none."""
        found = queries.review_counts_with_nobodys(self._connection, company_id=company_id)
        return {"held": 0, "unmatched": 0, "error": 0, **{state: int(count) for state, count in found}}

    def last(self) -> int:
        """Return the number of the newest row; 0 where there is none."""
        value: int = queries.inbound_last(self._connection)
        return value

    def newest(self) -> int | None:
        """Return when the newest mail was accepted, in milliseconds since 1970; None where there is none."""
        value: int | None = queries.inbound_newest(self._connection)
        return value

    def to(self, recipient: str, after: int) -> Arrived | None:
        """Return the first mail to an address, as it is written, that came after a row."""
        return one(Arrived, queries.inbound_to(self._connection, recipient=recipient, after=after))

    def state(self, inbound_id: int) -> str | None:
        """Return the state of one row."""
        state: str | None = queries.inbound_state(self._connection, id=inbound_id)
        return state

    def attempt(self, inbound_id: int) -> None:
        """Count one more attempt at settling this row."""
        queries.inbound_attempt(self._connection, id=inbound_id)

    def reading_ended(self, blob_id: int, *, blamed: bool) -> int:
        """Count that reading a mail ended before its time, for each row that it has; return how often it did.

        Ends for which the mail can be blamed, and others, are counted apart.
        """
        ends = many(
            _Ends,
            queries.inbound_reading_ended(self._connection, blob_id=blob_id, fault=int(blamed), stop=int(not blamed)),
        )
        return max((one.faults if blamed else one.stops for one in ends), default=0)

    def records_of(self, company_id: int, blob_id: int) -> int:
        """Return on how many records of a company one mail was filed."""
        count: int = queries.inbound_records_of(self._connection, company_id=company_id, blob_id=blob_id)
        return count

    def settled_before(self, inbound_id: int, delivery_key: str) -> int | None:
        """Return the row that settled this same delivery, if it was handed over before."""
        found: int | None = queries.inbound_by_key(self._connection, id=inbound_id, delivery_key=delivery_key)
        return found

    def settle(self, inbound_id: int, settled: Settled, now: int) -> bool:
        """Write down where an accepted delivery went; False where the row is not accepted any more."""
        changed: int = queries.inbound_settle(
            self._connection,
            id=inbound_id,
            now=now,
            **{
                **{name: getattr(settled, name) for name in Settled.__slots__},
                "reason": settled.reason.as_json() if settled.reason is not None else "",
                "trace": json.dumps([asked.stored() for asked in settled.trace], ensure_ascii=False),
            },
        )
        return changed == 1

    def fail(self, inbound_id: int, reason: Phrase, error: str, now: int) -> None:
        """Put a delivery that our code failed on aside, with its traceback."""
        queries.inbound_error(self._connection, id=inbound_id, reason=reason.as_json(), error=error, now=now)

    def describe(self, inbound_id: int, rfc_message_id: str, from_address: str, subject: str) -> None:
        """Write down what is known of a delivery that our code failed on: it is found and shown by that."""
        queries.inbound_describe(
            self._connection, id=inbound_id, rfc_message_id=rfc_message_id, from_address=from_address, subject=subject
        )

    def belongs(self, inbound_id: int, company_id: int, alias_id: int | None) -> None:
        """Say whose a delivery is that our code failed on, as far as nobody knows yet."""
        queries.inbound_belongs(self._connection, id=inbound_id, company_id=company_id, alias_id=alias_id)

    def errors(self, company_id: int | None) -> list[int]:
        """Return the deliveries of a company that our code failed on, or those of no company, oldest first."""
        if company_id is None:
            return column(queries.inbound_errors_of_nobody(self._connection))
        return column(queries.inbound_errors(self._connection, company_id=company_id))

    def being_read(self, ids: Sequence[int]) -> int:
        """Return how many of these are accepted and not settled."""
        return sum(queries.inbound_being_read(self._connection, ids=list(portion)) for portion in portions(list(ids)))

    def again(self, inbound_id: int) -> bool:
        """Make a delivery from the review queue wait for settling once more; say whether it was there."""
        changed: int = queries.inbound_again(self._connection, id=inbound_id)
        return changed == 1

    def discard(self, inbound_id: int, reason: Phrase, now: int) -> bool:
        """Take a delivery out of the review queue and keep it in the log alone; say whether it was there."""
        changed: int = queries.inbound_discard(self._connection, id=inbound_id, reason=reason.as_json(), now=now)
        return changed == 1

    def get(self, inbound_id: int) -> InboundRow | None:
        """Return one row, whole."""
        return one(InboundRow, queries.inbound_by_id(self._connection, id=inbound_id))
