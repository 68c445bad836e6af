"""The messages of threads, with those whom they name, their files, and who was told of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from weftmail.core.wording.phrase import Phrase
from weftmail.store.connection import Connection
from weftmail.store.rows import made, many, one, queries

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
    inbound_id: int | None = None
    flag: Flag = ""
    phrase: str = ""
    """What an event says, as ``Phrase.as_json`` wrote it; "" for what people wrote."""
    automatic: bool = False


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
    inbound_id: int | None
    flag: Flag
    phrase: str
    automatic: bool
    token_epoch: int
    written_at: int
    created_at: int

    @property
    def says(self) -> Phrase | None:
        """What an event says; None for what people wrote."""
        return Phrase.from_json(self.phrase) if self.phrase else None


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


@dataclass(frozen=True, slots=True)
class Reference:
    """A message that a later one may name in its References."""

    id: int
    kind: str
    public: bool
    rfc_message_id: str


@dataclass(frozen=True, slots=True)
class Addressed:
    """Somebody in To or Cc of a message; our own addresses are not kept."""

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


@dataclass(frozen=True, slots=True)
class StoredAttachment:
    """A file of a message; its bytes are a blob."""

    id: int
    message_id: int
    blob_id: int
    filename: str
    content_type: str
    content_id: str | None
    inline: bool
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one person by one channel, and how far it got."""

    id: int
    message_id: int
    person: str
    user_id: int | None
    contact_id: int | None
    name: str
    channel: str
    address: str
    state: str
    reason: str
    changed_at: int


@dataclass(frozen=True, slots=True)
class Pulse:
    """What moves when a thread does: its entries, and how far they have got."""

    messages: int
    public: int
    held: int
    deliveries: int
    unsettled: int
    changed_at: int


class Messages:
    """The messages of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, new: NewMessage, now: int) -> int:
        """Write an entry; return its id.

        Raises Conflict where the record has one of this Message-ID and content.
        """
        message_id: int = queries.message_add(
            self._connection, **{name: getattr(new, name) for name in NewMessage.__slots__}, now=now
        )
        return message_id

    def name(self, message_id: int, rfc_message_id: str) -> None:
        """Give the entry its Message-ID, once its number is known."""
        queries.message_name(self._connection, id=message_id, rfc_message_id=rfc_message_id)

    def verify(self, message_id: int, proof: str) -> None:
        """Say that the author is verified after all, and by what; what was verified before stays as it is."""
        queries.message_verify(self._connection, id=message_id, proof=proof)

    def fill(self, company_id: int, message_id: int, text: str, html: str, reply_text: str) -> bool:
        """Write what a message says that could not be read before; say whether it lacked anything still."""
        changed: int = queries.message_fill(
            self._connection, company_id=company_id, id=message_id, text=text, html=html, reply_text=reply_text
        )
        return changed == 1

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
        count: int = queries.message_id_reused(
            self._connection, company_id=company_id, rfc_message_id=rfc_message_id, content_hash=content_hash
        )
        return count > 0

    def get(self, message_id: int) -> ThreadMessage | None:
        """Return one entry."""
        return one(ThreadMessage, queries.message_by_id(self._connection, id=message_id))

    def thread(self, record_id: int) -> list[ThreadMessage]:
        """Return all entries of a record's thread, oldest first."""
        return many(ThreadMessage, queries.thread(self._connection, record_id=record_id))

    def pulse(self, record_id: int) -> Pulse:
        """Return what moves when the thread does."""
        return made(Pulse, queries.thread_pulse(self._connection, record_id=record_id))

    def facts(self, message_id: int) -> MessageFacts | None:
        """Return what routing asks of one message."""
        return one(MessageFacts, queries.message_facts(self._connection, id=message_id))

    def facts_by_rfc_id(self, company_id: int, rfc_message_id: str, contact_id: int = 0) -> list[MessageFacts]:
        """Return the same of messages of a company that bear this Message-ID, five at most.

        First those in which the contact takes part, then those whose id was not another's before; the newest first.
        """
        return many(
            MessageFacts,
            queries.messages_by_rfc_id(
                self._connection, company_id=company_id, rfc_message_id=rfc_message_id, contact_id=contact_id
            ),
        )

    def references(self, record_id: int, before: int, most: int = 20) -> list[Reference]:
        """Return what the References of message ``before`` may name for colleagues, oldest first.

        That is the thread's first message and the newest ones, notes included.
        """
        newest = many(
            Reference,
            queries.references_before(self._connection, record_id=record_id, before=before, most=most),
        )[::-1]
        first = one(Reference, queries.reference_first(self._connection, record_id=record_id, before=before))
        return [first, *newest[1:]] if first is not None and first not in newest else newest

    def references_seen_by(self, contact_id: int, record_id: int, before: int, most: int = 20) -> list[Reference]:
        """Return the same for one outsider: only what they wrote, what names them, and what we sent them."""
        return many(
            Reference,
            queries.references_seen_by(
                self._connection, contact_id=contact_id, record_id=record_id, before=before, most=most
            ),
        )[::-1]

    def last_public(self, record_id: int) -> int | None:
        """Return the newest message that outsiders wrote or got."""
        found: int | None = queries.last_public_message(self._connection, record_id=record_id)
        return found

    def raise_epoch(self, record_id: int) -> None:
        """Revoke every reply address that the thread has given out."""
        queries.epoch_raise(self._connection, record_id=record_id)

    def address(self, company_id: int, message_id: int, people: Sequence[Addressed]) -> None:
        """Write down who stands in To and Cc."""
        for position, person in enumerate(people):
            queries.message_address_add(
                self._connection,
                company_id=company_id,
                message_id=message_id,
                field=person.field,
                position=position,
                name=person.name,
                address=person.address,
                contact_id=person.contact_id,
            )

    def addressed(self, message_id: int) -> list[Addressed]:
        """Return who stands in To and Cc, To first."""
        return many(Addressed, queries.message_addresses(self._connection, message_id=message_id))

    def attach(
        self,
        company_id: int,
        message_id: int,
        blob_id: int,
        position: int,
        *,
        filename: str,
        content_type: str,
        content_id: str | None = None,
        inline: bool = False,
    ) -> int:
        """Add a file whose bytes are stored already; return its id."""
        attachment_id: int = queries.attachment_add(
            self._connection,
            company_id=company_id,
            message_id=message_id,
            blob_id=blob_id,
            position=position,
            filename=filename,
            content_type=content_type,
            content_id=content_id,
            inline=inline,
        )
        return attachment_id

    def attachments(self, message_id: int) -> list[StoredAttachment]:
        """Return the files of one message in order."""
        return many(StoredAttachment, queries.attachments(self._connection, message_id=message_id))

    def attached_before(self, record_id: int, before: int, blob_id: int) -> bool:
        """Say whether a message of the thread earlier than ``before`` has a file with these bytes."""
        count: int = queries.attached_before(self._connection, record_id=record_id, before=before, blob_id=blob_id)
        return count > 0

    def attachment(self, company_id: int, attachment_id: int) -> StoredAttachment | None:
        """Return one file, if it belongs to the company."""
        return one(
            StoredAttachment, queries.attachment_by_id(self._connection, company_id=company_id, id=attachment_id)
        )

    def deliver(
        self,
        company_id: int,
        message_id: int,
        *,
        user_id: int | None = None,
        contact_id: int | None = None,
        channel: str,
        address: str,
        outbox_id: int | None,
        now: int,
    ) -> bool:
        """Add a delivery to one person by one channel; say whether it was not there yet."""
        added: int | None = queries.delivery_add(
            self._connection,
            company_id=company_id,
            message_id=message_id,
            person=f"user:{user_id}" if user_id is not None else f"contact:{contact_id}",
            user_id=user_id,
            contact_id=contact_id,
            channel=channel,
            address=address,
            state="unread" if channel == "inbox" else "queued",
            reason="",
            outbox_id=outbox_id,
            not_before_at=0,
            now=now,
        )
        return added is not None

    def deliveries(self, message_id: int) -> list[Delivery]:
        """Return who was told of a message."""
        return many(Delivery, queries.deliveries(self._connection, message_id=message_id))

    def sent_to(self, message_id: int, contact_id: int) -> bool:
        """Say whether we sent this message to the contact."""
        count: int = queries.sent_to(self._connection, message_id=message_id, contact_id=contact_id)
        return count > 0
