"""The entry of a thread that a mail becomes: its words, its author, and what proves it."""

from __future__ import annotations

from dataclasses import replace

from weftmail.core.address import BadAddress, canonical, comparable
from weftmail.core.parsing import header
from weftmail.core.parsing.message import Message
from weftmail.core.routing.disposition import Author
from weftmail.flow.delivered import Delivered
from weftmail.store.message import Flag, NewMessage
from weftmail.store.record import Record
from weftmail.store.store import Store

CLOCK_SLOW = 7 * 24 * 3600 * 1000
"""A mail that was written so many milliseconds before the first server had it was not: the clock is wrong."""


def contact_of(store: Store, company_id: int, author: Author, now: int) -> tuple[int | None, Author]:
    """Return the contact who wrote, a new one where need be, and the author by the name that we know them by where the
    mail has none; no contact where no outsider wrote.
    """
    if not author.outsider:
        return None, author
    contact_id, name = store.contacts.enter(company_id, author.name, author.address, now)
    return contact_id, author if author.name else replace(author, name=name)


def new_message(
    store: Store,
    delivered: Delivered,
    record: Record,
    author: Author,
    contact_id: int | None,
    *,
    verified: bool,
    automatic: bool,
    kind: str = "received",
    answers_id: int | None = None,
    sent_as: str = "",
    words: str | None = None,
    now: int,
) -> NewMessage:
    """Return the entry that a mail becomes on the record; ``contact_id`` is its author outside, if they are that.

    ``words`` are its new words, where they are not those that reading found.
    """
    message = delivered.message
    reused = bool(message.message_id) and store.messages.id_reused(
        record.company_id, message.message_id, message.content_hash
    )
    return NewMessage(
        company_id=record.company_id,
        record_id=record.id,
        kind=kind,
        public=kind != "note",
        author_user_id=author.user_id,
        author_contact_id=contact_id,
        author_name=author.name or author.address,
        author_address=author.address,
        verified=verified,
        proof=delivered.proof_words,
        subject=message.subject,
        text=message.text,
        html=message.page,
        reply_text=message.reply_text if words is None else words,
        rfc_message_id=message.message_id,
        content_hash=message.content_hash,
        sent_as=sent_as,
        answers_id=answers_id,
        inbound_id=delivered.row.id,
        flag=_flag(message, reused),
        via=author.via.as_json() if author.via is not None else "",
        sent_on_by_id=author.sent_on_by,
        reply_to=_asks(store, message, author) if contact_id is not None else "",
        automatic=automatic,
        hops=message.hops,
        written_at=_written_at(message, record.created_at if answers_id is not None else 0, now),
    )


def _written_at(message: Message, answered_at: int, now: int) -> int:
    """When its author says that they wrote it, unless their clock is wrong: a mail is not written after it came, nor
    long before the first server had it, nor before what it answers."""
    first = header.date(message.received[-1].rpartition(";")[2]) if message.received else None
    if message.date is None or message.date < max(first or 0, answered_at) - CLOCK_SLOW:
        return now
    return min(message.date, now)


def _asks(store: Store, message: Message, author: Author) -> str:
    """Where an author outside asks answers to go: the one address in Reply-To, if it is another than theirs and of
    nobody here."""
    asked = {comparable(box.address) for box in message.reply_to} if author.sent_on_by is None else set()
    if len(asked) != 1 or asked == {author.address}:
        return ""
    try:
        address = canonical(*asked)
    except BadAddress:
        return ""
    ours = store.domains.our_addresses([address]) or store.users.by_address(address) is not None
    return "" if ours else address


def _flag(message: Message, reused: bool) -> Flag:
    if message.unreadable:
        return "unreadable"
    if message.missing:
        return "partly read"
    return "id reused" if reused else ""
