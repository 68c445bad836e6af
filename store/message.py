"""The messages of threads, with those whom they name, their files, and who was told of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from weftmail.core.wording.phrase import Phrase
from weftmail.store.attachment import NewAttachment as NewAttachment
from weftmail.store.attachment import StoredAttachment as StoredAttachment
from weftmail.store.connection import Connection
from weftmail.store.delivery import Delivery, NewDelivery, person
from weftmail.store.message_facts import MessageFacts, standing
from weftmail.store.pulse import Pulse
from weftmail.store.rows import column, made, many, one, queries
from weftmail.store.search import Search
from weftmail.store.sets import portions

Flag = Literal["", "id reused", "unreadable", "partly read"]
"""What is remarkable about a message: another one with another content bears its Message-ID."""


@dataclass(frozen=True, slots=True)
class NewMessage:
    """An entry about to be written into a thread."""

    company_id: int
    record_id: int
    kind: str
    public: bool
    author_name: str
    author_address: str
    subject: str
    text: str
    html: str
    reply_text: str
    written_at: int
    author_user_id: int | None = None
    author_contact_id: int | None = None
    verified: bool = True
    proof: str = "{}"
    rfc_message_id: str = ""
    content_hash: str = ""
    sent_as: str = ""
    answers_id: int | None = None
    forwards_id: int | None = None
    """The message that it sends on to somebody."""
    inbound_id: int | None = None
    flag: Flag = ""
    phrase: str = ""
    """What an event says, as ``Phrase.as_json`` wrote it; "" for what people wrote."""
    via: str = ""
    """By whom it came, where that is not its author, as ``Phrase.as_json`` wrote it."""
    sent_on_by_id: int | None = None
    """The colleague who forwarded it."""
    reply_to: str = ""
    """Where its author asks answers to go, where that is another address than theirs."""
    automatic: bool = False
    hops: int = 0
    quotes_id: int | None = None
    """The message that stands quoted below it."""


@dataclass(frozen=True, slots=True)
class ThreadMessage:
    """An entry of a thread as it stands; ``number`` counts from 1 within the record."""

    id: int
    company_id: int
    record_id: int
    number: int
    kind: str
    public: bool
    author_user_id: int | None
    author_contact_id: int | None
    author_name: str
    author_address: str
    verified: bool
    proof: str
    subject: str
    text: str
    html: str
    reply_text: str
    rfc_message_id: str
    sent_as: str
    answers_id: int | None
    forwards_id: int | None
    quotes_id: int | None
    inbound_id: int | None
    flag: Flag
    phrase: str
    via: str
    sent_on_by_id: int | None
    reply_to: str
    automatic: bool
    hops: int
    token_epoch: int
    written_at: int
    created_at: int
    edited_at: int | None
    deleted_at: int | None
    loads_images: bool
    """Images elsewhere of its author's verified mail are loaded without asking."""

    @property
    def says(self) -> Phrase | None:
        """What an event says; None for what people wrote."""
        return Phrase.from_json(self.phrase) if self.phrase else None

    @property
    def came_by(self) -> Phrase | None:
        """By whom it came, where that is not its author."""
        return Phrase.from_json(self.via) if self.via else None


@dataclass(frozen=True, slots=True)
class Reference:
    """A message that a later one may name in its References."""

    id: int
    kind: str
    public: bool
    rfc_message_id: str


@dataclass(frozen=True, slots=True)
class Addressed:
    """Somebody in To, Cc or Bcc of a message; our own addresses are not kept."""

    field: str
    name: str
    address: str
    contact_id: int | None


@dataclass(frozen=True, slots=True)
class ThreadAddressed:
    """Somebody in To or Cc of one of the messages of a thread."""

    message_id: int
    field: str
    name: str
    address: str
    contact_id: int | None


MOST_OF_ONE_ID = 5
"""Of the messages of a company that bear one Message-ID, this many are looked at."""


class Messages:
    """The messages of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._search = Search(connection)

    def add(self, new: NewMessage, now: int) -> int:
        """Write an entry; return its id.

        Raises Conflict where the record has one of this Message-ID and content.
        """
        message_id: int = queries.message_add(
            self._connection,
            **{name: getattr(new, name) for name in NewMessage.__slots__},
            size=len(new.text) + len(new.html) + len(new.reply_text),
            now=now,
        )
        if new.kind != "event":
            self._search.keep_message(new, message_id, now)
        return message_id

    def name(self, company_id: int, message_id: int, rfc_message_id: str) -> None:
        """Give the entry its Message-ID, once its number is known."""
        queries.message_name(self._connection, company_id=company_id, id=message_id, rfc_message_id=rfc_message_id)

    def verify(self, company_id: int, message_id: int, proof: str) -> None:
        """Say that the author is verified after all, and by what; what was verified before stays as it is."""
        queries.message_verify(self._connection, company_id=company_id, id=message_id, proof=proof)

    def fill(self, company_id: int, message_id: int, text: str, html: str, reply_text: str) -> bool:
        """Write what a message says that could not be read before; say whether it lacked anything still."""
        changed: int = queries.message_fill(
            self._connection,
            company_id=company_id,
            id=message_id,
            text=text,
            html=html,
            reply_text=reply_text,
            size=len(text) + len(html) + len(reply_text),
        )
        read = self.get(company_id, message_id) if changed == 1 else None
        if read is not None:
            self._search.keep_again(read)
        return changed == 1

    def set_author(self, one: ThreadMessage) -> None:
        """Store who wrote an entry, and by whom it came."""
        names = ("author_user_id", "author_contact_id", "author_name", "author_address", "verified", "via")
        values = {name: getattr(one, name) for name in (*names, "sent_on_by_id", "company_id", "id")}
        queries.message_author(self._connection, **values)
        self._search.keep_again(one)

    def same(self, company_id: int, record_id: int, rfc_message_id: str, content_hash: str) -> int | None:
        """Return the entry of this record with this Message-ID and content, if there is one."""
        found: int | None = queries.message_same(
            self._connection,
            company_id=company_id,
            record_id=record_id,
            rfc_message_id=rfc_message_id,
            content_hash=content_hash,
        )
        return found

    def id_reused(self, company_id: int, rfc_message_id: str, content_hash: str) -> bool:
        """Say whether a message of the company bears this Message-ID with another content."""
        found: int | None = queries.message_id_reused(
            self._connection, company_id=company_id, rfc_message_id=rfc_message_id, content_hash=content_hash
        )
        return found is not None

    def get(self, company_id: int, message_id: int) -> ThreadMessage | None:
        """Return one entry, if it is of this company."""
        return one(ThreadMessage, queries.message_by_id(self._connection, company_id=company_id, id=message_id))

    def thread(self, company_id: int, record_id: int) -> list[ThreadMessage]:
        """Return all entries of a record's thread, oldest first."""
        return many(ThreadMessage, queries.thread(self._connection, company_id=company_id, record_id=record_id))

    def pulse(self, company_id: int, record_id: int, user_id: int = 0) -> Pulse:
        """Return what moves when the thread does, and from where on it is unread for a user."""
        words = {"company_id": company_id, "record_id": record_id, "user_id": user_id}
        return made(Pulse, queries.thread_pulse(self._connection, **words))

    def facts(self, message_ids: Collection[int]) -> dict[int, MessageFacts]:
        """Return what routing asks of some messages, by id; of whatever company, as a token or a locator names them."""
        if not message_ids:
            return {}
        found = queries.messages_facts(self._connection, ids=list(message_ids))
        return {one.id: one for one in standing(self._connection, many(MessageFacts, found))}

    def facts_by_rfc_id(
        self, company_id: int, rfc_message_ids: Collection[str], contact_id: int = 0
    ) -> dict[str, list[MessageFacts]]:
        """Return the same of messages of a company that bear one of these Message-IDs, five at most for each.

        First those in which the contact takes part, then those whose id was not another's before; the newest first.
        """
        found: dict[str, list[MessageFacts]] = {}
        if not rfc_message_ids:
            return found
        rows = queries.messages_by_rfc_id(
            self._connection, company_id=company_id, rfc_message_ids=list(rfc_message_ids), contact_id=contact_id,
            most=MOST_OF_ONE_ID * 40,
        )  # fmt: skip
        for facts in standing(self._connection, many(MessageFacts, rows)):
            of_id = found.setdefault(facts.rfc_message_id, [])
            if len(of_id) < MOST_OF_ONE_ID:
                of_id.append(facts)
        return found

    def references(self, company_id: int, record_id: int, before: int, most: int = 20) -> list[Reference]:
        """Return what the References of message ``before`` may name for colleagues, oldest first.

        That is the thread's first message and the newest ones, notes included.
        """
        newest = many(
            Reference,
            queries.references_before(
                self._connection, company_id=company_id, record_id=record_id, before=before, most=most
            ),
        )[::-1]
        first = one(
            Reference,
            queries.reference_first(self._connection, company_id=company_id, record_id=record_id, before=before),
        )
        return [first, *newest[1:]] if first is not None and first not in newest else newest

    def references_seen_by(
        self, company_id: int, contact_id: int, record_id: int, before: int, most: int = 20
    ) -> list[Reference]:
        """Return the same for one outsider: what they wrote, what names them, what we sent them, among the last 200."""
        return many(
            Reference,
            queries.references_seen_by(
                self._connection,
                company_id=company_id,
                contact_id=contact_id,
                record_id=record_id,
                before=before,
                most=most,
            ),
        )[::-1]

    def last_public(self, company_id: int, record_id: int) -> int | None:
        """Return the newest message that outsiders wrote or got."""
        found: int | None = queries.last_public_message(self._connection, company_id=company_id, record_id=record_id)
        return found

    def raise_epoch(self, company_id: int, record_id: int) -> None:
        """Revoke every reply address that the thread has given out."""
        queries.epoch_raise(self._connection, company_id=company_id, record_id=record_id)

    def address(self, company_id: int, message_id: int, people: Sequence[Addressed]) -> None:
        """Write down who stands in To and Cc."""
        rows = [
            {
                "company_id": company_id, "message_id": message_id, "field": one.field, "position": position,
                "name": one.name, "address": one.address, "contact_id": one.contact_id,
            }
            for position, one in enumerate(people)
        ]  # fmt: skip
        for portion in portions(rows):
            queries.message_addresses_add(self._connection, portion)
        self._search.address(message_id, [(one.name, one.address) for one in people])

    def addressed(self, company_id: int, message_id: int) -> list[Addressed]:
        """Return who stands in To and Cc, To first."""
        found = queries.message_addresses(self._connection, company_id=company_id, message_id=message_id)
        return many(Addressed, found)

    def attach(self, company_id: int, record_id: int, message_id: int, files: Sequence[NewAttachment]) -> list[int]:
        """Add files whose bytes are stored already, in this order; return their ids."""
        shared = {"company_id": company_id, "record_id": record_id, "message_id": message_id}
        rows = [
            {**shared, "position": position, **{name: getattr(one, name) for name in NewAttachment.__slots__}}
            for position, one in enumerate(files)
        ]
        ids: dict[int, int] = {}
        for portion in portions(rows):
            ids |= dict(queries.attachments_add(self._connection, portion).rows)
        if files:
            self._search.attach(message_id, [one.filename for one in files])
        return [ids[position] for position in sorted(ids)]

    def attachments(self, company_id: int, message_id: int) -> list[StoredAttachment]:
        """Return the files of one message in order."""
        found = queries.attachments(self._connection, company_id=company_id, message_id=message_id)
        return many(StoredAttachment, found)

    def attached_before(self, company_id: int, record_id: int, before: int, blob_id: int) -> bool:
        """Say whether a message of the thread earlier than ``before`` has a file with these bytes."""
        found: int | None = queries.attached_before(
            self._connection, company_id=company_id, record_id=record_id, before=before, blob_id=blob_id
        )
        return found is not None

    def attachment(self, company_id: int, attachment_id: int) -> StoredAttachment | None:
        """Return one file, if it belongs to the company."""
        return one(
            StoredAttachment, queries.attachment_by_id(self._connection, company_id=company_id, id=attachment_id)
        )

    def deliver(self, company_id: int, record_id: int, message_id: int, people: Sequence[NewDelivery], now: int) -> int:
        """Add a delivery to each of these people by one channel; return how many were not there yet."""
        shared = {"company_id": company_id, "record_id": record_id, "message_id": message_id, "now": now}
        rows = [
            {
                **shared, "person": person(one.user_id, one.contact_id), "user_id": one.user_id,
                "contact_id": one.contact_id, "channel": one.channel, "address": one.address,
                "state": "unread" if one.channel == "inbox" else "queued", "outbox_id": one.outbox_id,
                "mentioned": one.mentioned, "failure_of": one.failure_of,
                "stands_in_for": one.stands_in_for,
            }
            for one in people
        ]  # fmt: skip
        return sum(len(queries.deliveries_add(self._connection, portion).rows) for portion in portions(rows))

    def deliveries(self, company_id: int, message_id: int) -> list[Delivery]:
        """Return who was told of a message."""
        return many(Delivery, queries.deliveries(self._connection, company_id=company_id, message_id=message_id))

    def failed(self, company_id: int, message_ids: Collection[int]) -> list[Delivery]:
        """Return what of these messages did not reach people outside who still take part."""
        if not message_ids:
            return []
        found = queries.deliveries_failed(self._connection, company_id=company_id, message_ids=sorted(message_ids))
        return many(Delivery, found)

    def sent_to(self, company_id: int, message_ids: Collection[int], contact_id: int) -> set[int]:
        """Return those of the messages that we sent to the contact, unless they were taken out since."""
        if not message_ids:
            return set()
        found = queries.sent_to(
            self._connection,
            company_id=company_id,
            message_ids=list(message_ids),
            person=person(None, contact_id),
        )
        return set(column(found))
