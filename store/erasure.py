"""What the erasure of a person, and the removal of a file, take out of the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from weftmail.core.redaction import emptied
from weftmail.store.blob import Blobs
from weftmail.store.connection import Connection, Rows
from weftmail.store.message import ThreadMessage
from weftmail.store.rows import column, made, many, one, queries
from weftmail.store.search import HELD, Search

MOST = 200
"""So many rows are read at a time."""

Redact = Callable[[str], str]
"""Returns a text without the person."""


@dataclass(frozen=True, slots=True)
class ErasureCounts:
    """How much there is of one person; ``answers`` are the messages of colleagues that went to them, which stay."""

    messages: int
    files: int
    mails: int
    records: int
    places: int
    answers: int


@dataclass(frozen=True, slots=True)
class ErasableMessage:
    """A message that the person wrote, and the number of the email that it came in."""

    id: int
    record_id: int
    number: int
    inbound_id: int | None


@dataclass(frozen=True, slots=True)
class _Mail:
    id: int
    blob_id: int
    company_id: int


class Erasures:
    """Takes a person out of a store."""

    def __init__(self, connection: Connection, blobs: Blobs) -> None:
        self._connection = connection
        self._blobs = blobs

    def overwrite(self) -> None:
        """Let what this connection deletes from now on be overwritten in the file, and not only be given free."""
        if self._connection.dialect == "sqlite":
            self._connection.execute("pragma secure_delete = on")

    def everybody(self, company_id: int, contact_id: int) -> list[int]:
        """Return the contact, and all those who turned out to be the same person."""
        found, new = [contact_id], [contact_id]
        while new:
            new = column(queries.erase_merged(self._connection, company_id=company_id, ids=new))
            found += new
        return found

    def counts(self, company_id: int, contact_id: int, addresses: Sequence[str]) -> ErasureCounts:
        """Return how much there is of a contact with these addresses."""
        words = {"company_id": company_id, "contact_id": contact_id, "addresses": [*addresses]}
        return made(ErasureCounts, queries.erase_counts(self._connection, **words))

    def messages(self, company_id: int, contact_id: int) -> Iterator[ErasableMessage]:
        """Yield what the contact wrote, the oldest first; each may be taken out before the next is asked for."""
        words, after = {"company_id": company_id, "contact_id": contact_id, "most": MOST}, 0
        while found := many(ErasableMessage, queries.erase_messages(self._connection, **words, after=after)):
            yield from found
            after = found[-1].id

    def unname(self, company_id: int, message_id: int) -> None:
        """Let nothing refer to a message that was taken out: no other that quotes it, no id that it named."""
        words = {"company_id": company_id, "message_id": message_id}
        queries.erase_quoting(self._connection, **words)
        queries.erase_references(self._connection, **words)

    def mails_from(self, company_id: int, addresses: Sequence[str]) -> list[int]:
        """Return some of the emails that came from these addresses."""
        words = {"company_id": company_id, "addresses": [*addresses], "most": MOST}
        return column(queries.erase_inbounds(self._connection, **words))

    def remove_mail(self, company_id: int, inbound_id: int) -> bool:
        """Remove an email with its bytes, its words in the log, and what was told of it; say whether it was there."""
        words = {"company_id": company_id, "id": inbound_id}
        mail = one(_Mail, queries.erase_mail(self._connection, **words))
        if mail is None:
            return False
        queries.erase_mail_notices(self._connection, **words)
        queries.erase_mail_gathered(self._connection, **words)
        queries.erase_mail_messages(self._connection, **words)
        queries.erase_mail_row(self._connection, **words)
        Search(self._connection).forget(HELD, inbound_id)
        self._blobs.drop_unused(mail.blob_id)
        return True

    def places(self, company_id: int, contact_id: int) -> list[int]:
        """Return the records where the contact is the customer, takes part, is named or was sent something."""
        return column(queries.erase_places(self._connection, company_id=company_id, contact_id=contact_id))

    def copies(self, company_id: int, contact_id: int) -> list[int]:
        """Return the copies in the outbox that go or went to the contact."""
        return column(queries.erase_copies(self._connection, company_id=company_id, contact_id=contact_id))

    def forget_error(self, company_id: int, outbox_id: int) -> None:
        """Forget what a server said about a copy: it names whom it was for."""
        queries.erase_copy_error(self._connection, company_id=company_id, id=outbox_id)

    def forget_places(self, company_id: int, contact_id: int) -> None:
        """Take the contact out of all conversations, as participant, as addressee and as customer."""
        words = {"company_id": company_id, "contact_id": contact_id}
        queries.erase_deliveries(self._connection, **words)
        queries.erase_addressed(self._connection, **words)
        queries.erase_participants(self._connection, **words)
        queries.erase_customer(self._connection, **words)

    def forget_contacts(self, company_id: int, ids: Sequence[int], name: str, now: int) -> None:
        """Empty the cards of these contacts: they have no address any more, and are called ``name``."""
        words = {"company_id": company_id, "ids": [*ids]}
        queries.erase_contact_addresses(self._connection, **words)
        queries.erase_contact_moved(self._connection, **words)
        queries.erase_contacts(self._connection, **words, name=name, now=now)

    def forget_addresses(self, company_id: int, addresses: Sequence[str]) -> None:
        """Forget what is kept by address: bounces, confirmations, exemptions, and what the loop breaker counts."""
        words = {"company_id": company_id, "addresses": [*addresses]}
        queries.erase_suppression(self._connection, **words)
        queries.erase_bounces(self._connection, **words)
        queries.erase_confirmations(self._connection, **words)
        queries.erase_exemptions(self._connection, **words)
        kinds = ("", "mail of ")
        names = [f"{by}{kind}{one}" for one in addresses for kind in kinds for by in ("", "verified ")]
        queries.erase_turns(self._connection, company_id=company_id, names=names)

    def redact_record(self, company_id: int, record_id: int, redact: Redact) -> None:
        """Take the person out of the texts of one record: its title and fields, its events and subjects, the log of its
        emails, notifications and drafts.  What says less is found by what is left.
        """
        of = {"company_id": company_id, "record_id": record_id}
        for was, fields in queries.texts_of_record(self._connection, **of).rows:
            words = {"first_text": redact(was), "second_text": redact(fields)}
            if (was, fields) != tuple(words.values()):
                queries.text_of_record(self._connection, company_id=company_id, id=record_id, **words)
        read = partial(queries.texts_of_messages, self._connection, **of, most=MOST)
        for message_id in self._redact(read, queries.text_of_message, company_id, redact):
            self._reindex(company_id, message_id)
        for ask, keep in (
            (queries.texts_of_mails, queries.text_of_mail),
            (queries.texts_of_notices, queries.text_of_notice),
            (queries.texts_of_drafts, queries.text_of_draft),
        ):
            self._redact(partial(ask, self._connection, **of, most=MOST), keep, company_id, redact)

    def _reindex(self, company_id: int, message_id: int) -> None:
        """Let a message or a note be found by what it says now; an event is not found."""
        found = one(ThreadMessage, queries.message_by_id(self._connection, company_id=company_id, id=message_id))
        if found is not None and found.kind != "event" and found.deleted_at is None:
            Search(self._connection).keep_again(found)

    def redact_company(self, company_id: int, redact: Redact, ids: Sequence[int]) -> None:
        """Take the person out of the history of a company, and out of the notifications that left by email.

        What the history says of the contacts ``ids`` is emptied.
        """
        audit = partial(queries.texts_of_audit, self._connection, company_id=company_id, most=MOST)
        self._redact(audit, queries.text_of_audit, company_id, redact)
        cards = partial(queries.texts_of_cards, self._connection, company_id=company_id, most=MOST)
        self._redact(cards, queries.text_of_audit, company_id, lambda text: emptied(text, ids))
        copies = partial(queries.texts_of_copies, self._connection, company_id=company_id, most=MOST)
        self._redact(copies, queries.text_of_copy, company_id, redact)

    def _redact(
        self, ask: Callable[..., Rows], keep: Callable[..., object], company_id: int, redact: Redact
    ) -> list[int]:
        after, changed = 0, []
        while rows := ask(after=after).rows:
            for number, *texts in rows:
                became = [redact(text) for text in texts]
                if became != texts:
                    words = dict(zip(("first_text", "second_text", "third_text"), became, strict=False))
                    keep(self._connection, company_id=company_id, id=number, **words)
                    changed.append(number)
            after = rows[-1][0]
        return changed

    def remove_file(self, company_id: int, message_id: int, attachment_id: int) -> None:
        """Remove one file of a message; it is found by the names of those that are left."""
        words = {"company_id": company_id, "message_id": message_id}
        blob_id: int = queries.file_blob(self._connection, **words, id=attachment_id)
        queries.file_remove(self._connection, **words, id=attachment_id)
        self._blobs.drop_unused(blob_id)
        self._reindex(company_id, message_id)

    def shorten_mail(self, company_id: int, blob_id: int, header: bytes) -> None:
        """Keep of an email its header alone."""
        became = self._blobs.put(header, company_id)
        queries.shorten_mails(self._connection, company_id=company_id, blob_id=blob_id, became=became)
        self._blobs.drop_unused(blob_id)
