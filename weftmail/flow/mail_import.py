"""Email of before is read in: silently, on closed records, dated as it was, conversations together.

Nobody is notified, nothing leaves, and no rule decides: whoever imports says of which type the records are.  A mail
that is there already is left out, so an import that was interrupted is begun again with the same command.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from weftmail.core.address import BadAddress, Mailbox, canonical, comparable
from weftmail.core.envelope import Envelope
from weftmail.core.parsing import header
from weftmail.core.parsing.message import Message
from weftmail.core.routing.authentication import Proof
from weftmail.core.routing.disposition import Author
from weftmail.core.wording.phrase import Phrase
from weftmail.core.wording.sentences import say
from weftmail.flow.delivered import Delivered
from weftmail.flow.facts import is_ours
from weftmail.flow.filing.brought import bring
from weftmail.flow.filing.entry import contact_of, new_message
from weftmail.flow.installation import Installation
from weftmail.flow.referred import foreign_ids
from weftmail.store.inbound import Accepted, Settled
from weftmail.store.record import NewParticipant, NewRecord, Record, Whose
from weftmail.store.store import Store

ENTRANCE = "import"
"""The way by which these mails came in: nobody is believed there."""


@dataclass(frozen=True, slots=True)
class ImportGoal:
    """Where an import goes: the company, the type of its records, and the alias by which their answers leave."""

    company_id: int
    record_type: str
    alias_id: int | None
    address: str
    """Whom these mails are taken to have been for; "" where no alias was named."""
    name: str = ""
    """What the store calls this import, by which it is undone."""


@dataclass(frozen=True, slots=True)
class ReadMail:
    """A mail that is about to be imported; ``at`` is when its file says that it came, in milliseconds, 0 for never."""

    raw: bytes
    message: Message
    at: int = 0


@dataclass(frozen=True, slots=True)
class Filing:
    """How a mail that is imported stands on its record: by whom, as what, and from whom it counts as heard."""

    author: Author
    kind: Literal["received", "post", "note"]
    whose: Whose
    at: int


def date_of(message: Message, at: int, now: int) -> int:
    """Return when a mail was written: by Date, else by the topmost Received, else ``at``; never later than ``now``."""
    received = header.date(message.received[0].rpartition(";")[2]) if message.received else None
    return min(message.date or received or at or now, now)


def import_mails(
    store: Store, installation: Installation, goal: ImportGoal, mails: Sequence[ReadMail], now: int
) -> tuple[int, int]:
    """File some mails, in one transaction; return how many were filed, and how many were there already."""
    filed = 0
    with store.transaction():
        for mail in mails:
            filed += _filed(store, installation, goal, mail, now)
    return filed, len(mails) - filed


def _filed(store: Store, installation: Installation, goal: ImportGoal, mail: ReadMail, now: int) -> bool:
    message, of = mail.message, goal.company_id
    if store.mail_imports.there(of, message.message_id, message.content_hash):
        return False
    at = date_of(message, mail.at, now)
    author = author_of(store, message.from_[0] if message.from_ else Mailbox("", ""))
    ids = foreign_ids(installation, message)
    place = store.mail_imports.place(of, goal.record_type, [*ids, *filter(None, [message.message_id])])
    record = store.records.get(of, place) if place is not None else None
    if record is None:
        contact_id, _ = contact_of(store, of, author, at)
        record = _opened(store, installation, goal, message, contact_id, at)
    file_on(
        store,
        installation,
        goal,
        record,
        mail,
        Filing(author, "received" if author.outsider else "post", "inside", at),
        now,
    )
    return True


def file_on(
    store: Store, installation: Installation, goal: ImportGoal, record: Record, mail: ReadMail, how: Filing, now: int
) -> None:
    """File a mail on a record, with its files and whom it names, and keep it in the log of what came in."""
    message, of, at = mail.message, goal.company_id, how.at
    delivered = _delivered(store, goal, mail, at)
    contact_id, author = contact_of(store, of, how.author, at)
    automatic = message.kind != "mail"
    new = new_message(
        store, delivered, record, author, contact_id, verified=False, automatic=automatic, kind=how.kind, now=at
    )
    message_id = store.messages.add(replace(new, written_at=at), at)
    if contact_id is not None:
        store.records.add_participants(record, [NewParticipant(contact_id, "opened")], at)
    bring(store, delivered, record, message_id, at)
    store.references.keep(of, message_id, foreign_ids(installation, message))
    store.records.heard(of, record.id, message_id, how.whose, max(at, record.changed_at))
    store.mail_imports.began(of, record.id, at)
    _log(store, goal, delivered, record, message_id, now)


def author_of(store: Store, box: Mailbox) -> Author:
    """Return who wrote something: a colleague by their address, one of our own addresses, or somebody outside."""
    address = comparable(box.address)
    user = store.users.by_address(address)
    if user is not None:
        return Author(box.name or user.name, address, user.id)
    try:
        outside = not is_ours(store, canonical(address))
    except BadAddress:
        outside = False
    return Author(box.name, address, outsider=outside)


def _opened(
    store: Store, installation: Installation, goal: ImportGoal, message: Message, contact_id: int | None, at: int
) -> Record:
    """Open a closed record for a mail that belongs to none."""
    new = NewRecord(
        goal.company_id, goal.record_type, titled(store, installation, goal, message.subject), customer_id=contact_id,
        alias_id=goal.alias_id,
    )  # fmt: skip
    return open_as(store, goal, new, "closed", at)


def titled(store: Store, installation: Installation, goal: ImportGoal, title: str) -> str:
    """Return a title, or what a record without one is called."""
    company = store.companies.get(goal.company_id)
    language = installation.languages.of(company.language if company is not None else "en")
    return title or say(Phrase("record.untitled"), language)


def open_as(store: Store, goal: ImportGoal, new: NewRecord, counts_as: str, at: int) -> Record:
    """Open a record in the first state of its type that counts as this, where it has one."""
    record = store.records.open(new, at)
    states = store.records.states(goal.company_id, goal.record_type)
    state = next((one.name for one in states if one.counts_as == counts_as), record.state)
    store.records.set_state(goal.company_id, record.id, state, at)
    store.mail_imports.opened(goal.company_id, goal.name, record.id)
    return record


def _delivered(store: Store, goal: ImportGoal, mail: ReadMail, at: int) -> Delivered:
    """Keep the mail as it is, in the log of what came in."""
    envelope = Envelope(goal.address, entrance=ENTRANCE)
    (row_id,) = store.inbound.accept([envelope], mail.raw, at)
    kept = store.inbound.get(row_id)
    assert kept is not None  # noqa: S101 - it was accepted in this transaction
    row = Accepted(row_id, kept.blob_id, ENTRANCE, "", goal.address, "", "", "", 0, at, len(mail.raw))
    return Delivered(row, mail.message, Proof(), verified=False, arrived_at=at)


def _log(store: Store, goal: ImportGoal, delivered: Delivered, record: Record, message_id: int, now: int) -> None:
    row, message = delivered.row, delivered.message
    blob_id = store.blobs.give(row.blob_id, goal.company_id)
    store.inbound.settle(
        row.id,
        Settled(
            company_id=goal.company_id, blob_id=blob_id, state="filed", delivery_key=None,
            rfc_message_id=message.message_id,
            from_address=comparable(message.from_[0].address) if message.from_ else "", subject=message.subject,
            record_id=record.id, answers_id=None, message_id=message_id, reason=None, trace=(), alias_id=goal.alias_id,
        ),
        now,
    )  # fmt: skip
    if blob_id != row.blob_id:
        store.blobs.drop_unused(row.blob_id)
