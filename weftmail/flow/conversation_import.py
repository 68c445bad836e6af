"""Conversations of another program are filed: silently, in the state that they had, under the number that they had.

A conversation is known by its number, which is the reference of its record, and a message of it by its Message-ID: what
is there already is left out, so that an import is begun again with the same command, and a later export adds what is
new.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from weftmail.core.address import Mailbox
from weftmail.core.composing.imported import compose_imported, id_of, made_id
from weftmail.core.imported import ImportedConversation, ImportedMessage
from weftmail.core.routing.disposition import Author
from weftmail.flow.filing.entry import contact_of
from weftmail.flow.installation import Installation
from weftmail.flow.mail_import import Filing, ImportGoal, ReadMail, author_of, file_on, open_as, titled
from weftmail.store.people import User
from weftmail.store.record import NewParticipant, NewRecord, Record, Whose
from weftmail.store.store import Store


@dataclass(frozen=True, slots=True)
class NewMail:
    """A message that is not there yet, as the email that it becomes."""

    message: ImportedMessage
    raw: bytes


@dataclass(frozen=True, slots=True)
class ConversationAhead:
    """What of a conversation is there, and what is new."""

    record: Record | None
    there: int
    new: Sequence[NewMail]


def reference_of(source: str, conversation: ImportedConversation) -> str:
    """Return the reference of the record: the program by name, and the number there."""
    return f"{source} {conversation.number}"


def look(
    store: Store, goal: ImportGoal, source: str, conversation: ImportedConversation, now: int
) -> ConversationAhead:
    """Say what of a conversation is there; nothing is changed."""
    reference = reference_of(source, conversation)
    record = store.records.by_reference(goal.company_id, goal.record_type, reference)
    known = store.mail_imports.ids(goal.company_id, record.id) if record is not None else frozenset()
    title, claimed, new = conversation.title, set[str](), list[NewMail]()
    for message in conversation.messages:
        # Two that bear one Message-ID are two: only the first of them keeps it.
        own, made = id_of(message, reference), made_id(message, reference)
        message_id = made if own in claimed else own
        claimed.add(message_id)
        if not known & {message_id, made}:
            at = replace(message, at=min(message.at, now))
            new.append(NewMail(at, compose_imported(at, title, message_id)))
    return ConversationAhead(record, len(conversation.messages) - len(new), new)


def import_conversation(
    store: Store,
    installation: Installation,
    goal: ImportGoal,
    source: str,
    conversation: ImportedConversation,
    mails: Sequence[tuple[ImportedMessage, ReadMail]],
    now: int,
) -> int:
    """File what is new of a conversation, in one transaction; return how many messages were filed.

    What another import filed meanwhile is left out.
    """
    if not mails:
        return 0
    with store.transaction():
        reference = reference_of(source, conversation)
        record = store.records.by_reference(goal.company_id, goal.record_type, reference)
        if record is None:
            record = _opened(store, installation, goal, reference, conversation, mails[0][0].at)
        known = store.mail_imports.ids(goal.company_id, record.id)
        new = [one for one in mails if one[1].message.message_id not in known]
        for message, mail in new:
            how = _filing(store, record, message)
            file_on(store, installation, goal, record, mail, how, now)
            stands = store.records.get(record.company_id, record.id)
            assert stands is not None  # noqa: S101 - records are never deleted
            record = stands
    return len(new)


def _opened(
    store: Store,
    installation: Installation,
    goal: ImportGoal,
    reference: str,
    conversation: ImportedConversation,
    at: int,
) -> Record:
    of = goal.company_id
    customer = author_of(store, conversation.customer)
    contact_id, _ = contact_of(store, of, customer, at)
    owner = colleague(store, of, conversation.owner)
    new = NewRecord(
        of, goal.record_type, titled(store, installation, goal, conversation.title), customer_id=contact_id,
        alias_id=goal.alias_id, owner_id=owner.id if owner is not None else None, reference=reference,
    )  # fmt: skip
    record = open_as(store, goal, new, conversation.state, at)
    if contact_id is not None:
        store.records.add_participants(record, [NewParticipant(contact_id, "opened")], at)
    found = (colleague(store, of, one) for one in (conversation.owner, *conversation.followers))
    store.records.follow_all(of, record.id, list(dict.fromkeys(one.id for one in found if one is not None)), at)
    stands = store.records.get(of, record.id)
    assert stands is not None  # noqa: S101 - it was opened in this transaction
    return stands


def colleague(store: Store, company_id: int, address: str) -> User | None:
    """Return the active member of the company who has this address."""
    user = store.users.by_address(address) if address else None
    belongs = user is not None and any(one.company_id == company_id for one in store.users.memberships(user.id))
    return user if user is not None and user.active and belongs else None


def _filing(store: Store, record: Record, message: ImportedMessage) -> Filing:
    """Say how a message stands on the record; only an open one waits for an answer."""
    author = author_of(store, message.author)
    kind = "post" if message.kind == "received" and author.user_id is not None else message.kind
    if kind != "received":
        author = replace(author, outsider=False)
    whose: Whose = "inside"
    if record.counts_as == "open" and kind != "note":
        whose = "outside" if kind == "received" else "ours"
    return Filing(author, kind, whose, message.at)


def outside(store: Store, box: Mailbox) -> Author | None:
    """Return somebody who becomes a contact, or is one; None for a colleague, an address of ours, and for none."""
    author = author_of(store, box)
    return author if author.outsider else None
