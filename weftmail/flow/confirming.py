"""Confirm receipt: whoever opens a record by mail is told that it came, where the alias says so (RFC 3834).

Once a record, to verified people outside, never to a program, one a day and address.  It is an automatic answer: it
bears ``Auto-Submitted: auto-replied``, which no installation confirms, counts as no turn of anybody, and a record that
waits for us waits still.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from weftmail.core.address import Mailbox
from weftmail.core.composing.mail import Letter
from weftmail.core.composing.quoting import language_of
from weftmail.core.limits import SAVED_REPLIES
from weftmail.core.parsing.message import Message
from weftmail.core.wording.phrase import Phrase
from weftmail.core.wording.sentences import say
from weftmail.flow.delivered import Delivered
from weftmail.flow.events import event
from weftmail.flow.identity import Identity
from weftmail.flow.installation import Installation
from weftmail.flow.saved_replies import ready
from weftmail.flow.suppression import suppressed
from weftmail.store.alias import Alias
from weftmail.store.delivery import NewDelivery
from weftmail.store.message import Addressed, ThreadMessage
from weftmail.store.outbox import NewCopy
from weftmail.store.record import Record
from weftmail.store.saved_reply import SavedReply
from weftmail.store.store import Store

DAY: Final = 24 * 3600_000


def confirm(
    store: Store, installation: Installation, delivered: Delivered, alias: Alias | None, record: Record, opened_by: int,
    now: int,
) -> int:  # fmt: skip
    """Confirm that the mail came which opened the record as the message ``opened_by``; return how many copies wait.

    Inside the transaction that files it.  Nothing is sent where the alias does not say so, to whom nobody vouches for,
    to a program or a list, to an address that had one within a day, or to which nothing is sent.
    """
    if alias is None or alias.confirms != "yes":
        return 0
    message = store.messages.get(record.company_id, opened_by)
    if message is None or message.author_contact_id is None:
        return 0
    address, contact_id = message.author_address, message.author_contact_id
    if not _deserves(delivered, message) or suppressed(store, record.company_id, [address]):
        return 0
    if not store.confirmations.take(record.company_id, address, now, now - DAY):
        return 0
    says = Phrase("event.confirmed", {"address": address})
    new = event(record.company_id, record.id, message.subject, says, now, f"confirmed {opened_by}")
    text = _words(store, installation, alias, record, message)
    event_id = store.messages.add(replace(new, text=text, answers_id=opened_by, hops=message.hops), now)
    store.messages.address(record.company_id, event_id, [Addressed("to", message.author_name, address, contact_id)])
    copy = NewCopy(contact_id)
    copies = store.outbox.add(record.company_id, event_id, [copy], now, delivered.wait)
    made = NewDelivery(copy.channel, address, contact_id=contact_id, outbox_id=copies[copy])
    store.messages.deliver(record.company_id, record.id, event_id, [made], now)
    return len(copies)


def _deserves(delivered: Delivered, message: ThreadMessage) -> bool:
    """Say whether a person wrote it whose address is vouched for, of their own, and not by way of a list."""
    mail: Message = delivered.message
    vouched = delivered.proof.verified and message.verified and not message.automatic
    person = mail.kind == "mail" and mail.auto_submitted.strip().lower() in ("", "no") and bool(delivered.row.sender)
    straight = not message.via and message.sent_on_by_id is None and message.author_user_id is None
    # What a person let in is theirs to answer.
    return vouched and person and straight and not mail.loop and delivered.arrived_at > 0


def _words(store: Store, installation: Installation, alias: Alias, record: Record, message: ThreadMessage) -> str:
    """Return what the confirmation says: the company's saved reply that the alias names, if all of its placeholders
    have a value on the record, else our own sentences; in the language of whoever wrote.
    """
    company = store.companies.get(record.company_id)
    code = language_of(message.reply_text, company.language if company is not None else "en")
    found = _reply(store, record, alias.confirm_with, code)
    if found is not None:
        said = ready(store, installation.languages, record, None, found)
        if not said.missing:
            return f"{said.text}\n"
    says = Phrase("mail.confirmed", {"number": record.label, "company": record.company})
    return say(says, installation.languages.of(code)) + "\n"


def _reply(store: Store, record: Record, word: str, language: str) -> SavedReply | None:
    """Return the company's reply of this word for the type and the language: the nearest one."""
    if not word:
        return None
    there: Sequence[SavedReply] = store.saved_replies.offered(record.company_id, None, SAVED_REPLIES)
    fitting = [
        one
        for one in there
        if one.word == word and one.record_type in ("", record.type) and one.language in ("", language)
    ]
    return min(fitting, key=lambda one: (one.language == "", one.record_type == "", one.id), default=None)


def letter(
    installation: Installation,
    message: ThreadMessage,
    identity: Identity,
    to: Sequence[Addressed],
    message_id: str,
    answers: str,
) -> Letter | None:
    """Return the confirmation as it leaves, None where whom it was for was erased since.

    ``answers`` is the Message-ID of the mail that it confirms.
    """
    if not to:
        return None
    return Letter(
        message_id=message_id,
        from_=Mailbox(identity.sender.name, identity.sender.address),
        subject=f"Auto: {message.subject}",
        text=message.text,
        date=message.created_at,
        loop=installation.name,
        to=(Mailbox(to[0].name, to[0].address),),
        in_reply_to=answers,
        references=(answers,) if answers else (),
        replied=True,
        hops=message.hops + 1,
    )
