"""Carries out a disposition: everything that one delivery leaves in the store, within the settling transaction."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

from weftmail.core.address import BadAddress, canonical, comparable
from weftmail.core.composing.cutting import cut_notification
from weftmail.core.limits import MAIL_NAMED
from weftmail.core.parsing.message import Message
from weftmail.core.parsing.quote import new_words
from weftmail.core.reports.event import event_of
from weftmail.core.routing.authentication import Proof
from weftmail.core.routing.disposition import Append, Asked, Author, Decision, Discard, Hold, Note, Open, Report
from weftmail.core.routing.recipients import Outsider
from weftmail.core.wording.phrase import Phrase
from weftmail.core.wording.sentences import say
from weftmail.flow.ceiling import notify_of_unread, within_ceiling
from weftmail.flow.delivered import Delivered, delivery_key
from weftmail.flow.facts import is_ours
from weftmail.flow.identity import identity_of
from weftmail.flow.installation import Installation
from weftmail.flow.notify import notify, notify_admins, planned
from weftmail.store.inbound import Settled
from weftmail.store.message import Addressed, NewMessage
from weftmail.store.record import NewRecord, Record
from weftmail.store.store import Store


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a delivery went, and how many copies wait to leave because of it."""

    state: str
    record_id: int | None = None
    message_id: int | None = None
    copies: int = 0


def file(store: Store, installation: Installation, delivered: Delivered, decision: Decision, now: int) -> Outcome:
    """Carry out the decision on an accepted delivery; return where it went.

    To be called inside a transaction.  A delivery that was settled before only says so.
    """
    key = delivery_key(installation, delivered)
    before = store.inbound.settled_before(delivered.row.id, key)
    if before is not None:
        first = store.inbound.get(before)
        record_id = None if first is None else first.record_id
        company_id = None if first is None else first.company_id
        trace = Decision(
            Discard(Phrase("again.discarded"), company_id),
            (Asked("handed over before", True, Phrase("again", {"number": before})),),
        )
        _settle(store, delivered, trace, None, Outcome("duplicate", record_id), now)
        return Outcome("duplicate", record_id)
    decision = within_ceiling(store, delivered.row, decision)
    outcome = _carry_out(store, installation, delivered, decision, now)
    notify_of_unread(store, delivered.row, delivered.message, decision.disposition.company_id, now)
    _settle(store, delivered, decision, key, outcome, now)
    return outcome


def _carry_out(store: Store, installation: Installation, delivered: Delivered, decision: Decision, now: int) -> Outcome:
    disposition = decision.disposition
    match disposition:
        case Open():
            return _open(store, installation, delivered, disposition, now)
        case Append() | Note():
            return _append(store, installation, delivered, disposition, now)
        case Report():
            return _report(store, delivered, disposition, now)
        case Hold():
            _notify_of_hold(store, delivered, disposition, now)
            return Outcome(disposition.queue, disposition.record_id)
        case Discard():
            return Outcome("discarded")
        case _:
            assert_never(disposition)


def _settle(
    store: Store, delivered: Delivered, decision: Decision, key: str | None, outcome: Outcome, now: int
) -> None:
    """Write down in the inbound log where the delivery went, and by which rules."""
    row, message, disposition = delivered.row, delivered.message, decision.disposition
    company_id = disposition.company_id
    blob_id = row.blob_id if company_id is None else store.blobs.give(row.blob_id, company_id)
    store.inbound.settle(
        row.id,
        Settled(
            company_id=company_id,
            blob_id=blob_id,
            state=outcome.state,
            delivery_key=key,
            rfc_message_id=message.message_id,
            from_address=message.from_[0].address if message.from_ else "",
            subject=message.subject,
            record_id=outcome.record_id,
            answers_id=disposition.answers if isinstance(disposition, (Append, Note, Hold)) else None,
            message_id=outcome.message_id,
            reason=disposition.why if isinstance(disposition, (Hold, Discard)) else None,
            trace=decision.trace,
        ),
        now,
    )
    if blob_id != row.blob_id:
        store.blobs.drop_unused(row.blob_id)


def _open(store: Store, installation: Installation, delivered: Delivered, disposition: Open, now: int) -> Outcome:
    """Open a record; the mail is its first message, its author takes part, the alias's owner follows."""
    message, company_id = delivered.message, disposition.company_id
    alias = store.aliases.get(disposition.alias_id) if disposition.alias_id is not None else None
    who_gets = planned(store, disposition, message, verified=delivered.verified)
    contact_id = _contact(store, company_id, disposition.author, now)
    record = store.records.open(
        NewRecord(
            company_id,
            disposition.record_type,
            message.subject or _untitled(store, installation, company_id),
            owner_id=alias.owner_id if alias is not None else None,
            owner_team_id=alias.owner_team_id if alias is not None else None,
            customer_id=contact_id,
            alias_id=disposition.alias_id,
            fields=alias.defaults if alias is not None else "{}",
        ),
        now,
    )
    for owner in store.aliases.owners(alias.id) if alias is not None else ():
        store.records.follow(company_id, record.id, owner.user_id, now)
    message_id = store.messages.add(
        _new_message(
            store, delivered, record, disposition.author, contact_id,
            verified=disposition.verified, automatic=disposition.quiet, now=now,
        ),
        delivered.arrived_at or now,
    )  # fmt: skip
    if contact_id is not None:
        store.records.add_participant(company_id, record.id, contact_id, "opened", now)
    _bring(store, delivered, record, message_id, now)
    copies = notify(store, company_id, message_id, who_gets, now)
    return Outcome("filed", record.id, message_id, copies)


def _untitled(store: Store, installation: Installation, company_id: int) -> str:
    """What a record is called whose first email has no subject: in the company's language, since it is kept."""
    company = store.companies.get(company_id)
    return say(Phrase("record.untitled"), installation.languages.of(company.language if company is not None else "en"))


def _append(
    store: Store, installation: Installation, delivered: Delivered, disposition: Append | Note, now: int
) -> Outcome:
    """File on a thread; a second way of the same mail to the same thread adds only whom it names."""
    message, company_id = delivered.message, disposition.company_id
    record = store.records.get(disposition.record_id)
    if record is None:
        raise LookupError(f"record {disposition.record_id} is gone")
    who_gets = planned(store, disposition, message, verified=delivered.verified)
    same = store.messages.same(company_id, record.id, message.message_id, message.content_hash)
    if same is not None:
        if delivered.verified:
            # The copy that came first may have been a forger's, or came while our filter was away.
            store.messages.verify(same, json.dumps(_proof_words(delivered.proof)))
        return Outcome("duplicate", record.id, same, notify(store, company_id, same, who_gets, now))
    contact_id = _contact(store, company_id, disposition.author, now)
    if isinstance(disposition, Append) and disposition.add_participant and contact_id is not None:
        store.records.add_participant(company_id, record.id, contact_id, "added", now)
    post = isinstance(disposition, Append) and disposition.post
    new = _new_message(
        store,
        delivered,
        record,
        disposition.author,
        contact_id,
        verified=isinstance(disposition, Note) or disposition.verified,
        automatic=disposition.quiet,
        kind="note" if isinstance(disposition, Note) else "post" if post else "received",
        answers_id=disposition.answers,
        sent_as=identity_of(store, record).sender.address if post else "",
        now=now,
    )
    message_id = store.messages.add(new, delivered.arrived_at or now)
    _bring(store, delivered, record, message_id, now, by_colleague=post, sent_to=who_gets.outsiders)
    store.records.touch(record.id, now)
    return Outcome("filed", record.id, message_id, notify(store, company_id, message_id, who_gets, now))


def _report(store: Store, delivered: Delivered, disposition: Report, now: int) -> Outcome:
    """Keep a mail server's report as an event on the record; nobody is disturbed."""
    message = delivered.message
    message_id = store.messages.add(
        NewMessage(
            company_id=disposition.company_id,
            record_id=disposition.record_id,
            kind="event",
            public=False,
            author_name=message.from_[0].name if message.from_ else "",
            author_address="",
            subject=message.subject,
            text="",
            html="",
            reply_text="",
            phrase=event_of(message.report).as_json(),
            written_at=now,
            rfc_message_id=message.message_id,
            content_hash=message.content_hash,
            answers_id=disposition.message_id,
            inbound_id=delivered.row.id,
            automatic=True,
        ),
        delivered.arrived_at or now,
    )
    return Outcome("filed", disposition.record_id, message_id)


def _notify_of_hold(store: Store, delivered: Delivered, disposition: Hold, now: int) -> None:
    row, message = delivered.row, delivered.message
    if disposition.notify is not None and disposition.company_id is not None:
        text = Phrase("notice.held", {"record": disposition.record})
        store.inbox.notify(
            disposition.company_id, disposition.notify, text, now,
            inbound_id=row.id, record_id=disposition.record_id,
        )  # fmt: skip
    if disposition.notify_admins:
        sender = message.from_[0].address if message.from_ else row.sender
        text = Phrase(
            "notice.role",
            {"recipient": row.recipient, "sender": sender, "subject": message.subject or Phrase("record.untitled")},
        )
        companies = (
            [disposition.company_id]
            if disposition.company_id is not None
            else [company.id for company in store.companies.all()]
        )
        notify_admins(store, companies, text, now, inbound_id=row.id)


def _new_message(
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
    now: int,
) -> NewMessage:
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
        proof=json.dumps(_proof_words(delivered.proof)),
        subject=message.subject,
        text=message.text,
        html=message.page,
        reply_text=_new_words(message, by_colleague=kind != "received"),
        rfc_message_id=message.message_id,
        content_hash=message.content_hash,
        sent_as=sent_as,
        answers_id=answers_id,
        inbound_id=delivered.row.id,
        flag="unreadable"
        if message.unreadable
        else "partly read"
        if message.missing
        else "id reused"
        if reused
        else "",
        automatic=automatic,
        # A clock that runs ahead would put the message above everything that comes after it.
        written_at=min(message.date if message.date is not None else now, now),
    )


def _new_words(message: Message, *, by_colleague: bool) -> str:
    """The new words of a mail.  A colleague's answer quotes our notification, with its footer: that is cut first."""
    if not by_colleague:
        return message.reply_text
    cut = cut_notification(message.text)
    return message.reply_text if cut == message.text else new_words(cut)


def _proof_words(proof: Proof) -> dict[str, str]:
    return {
        "spf": proof.spf, "dkim": proof.dkim, "dmarc": proof.dmarc, "arc": proof.arc,
        "source": proof.source, "login": proof.login or "",
    }  # fmt: skip


def _contact(store: Store, company_id: int, author: Author, now: int) -> int | None:
    if not author.outsider:
        return None
    return store.contacts.add(company_id, author.name, author.address, now)


def _bring(
    store: Store,
    delivered: Delivered,
    record: Record,
    message_id: int,
    now: int,
    *,
    by_colleague: bool = False,
    sent_to: Sequence[Outsider] = (),
) -> None:
    """Keep the files of a mail, and whom it names; ``sent_to``: outsiders to whom we send it on.

    Whom a verified mail names takes part: in all of the conversation if a colleague named them, in this one message
    if somebody outside did.  An unverified mail makes nobody a participant.
    """
    for position, part in enumerate(delivered.message.attachments):
        blob_id = store.blobs.put(part.content, record.company_id)
        store.messages.attach(
            record.company_id, message_id, blob_id, position,
            filename=part.filename, content_type=part.content_type, content_id=part.content_id, inline=part.inline,
        )  # fmt: skip
    people = {one.address: Addressed(one.field, one.name, one.address, one.contact_id) for one in sent_to}
    for one in _named(store, delivered, record, now, verified=delivered.verified):
        people.setdefault(one.address, one)
    if delivered.verified:
        scope = None if by_colleague else message_id
        for one in people.values():
            reason = "addressed" if one.field == "to" else "copied"
            if one.contact_id is not None:
                store.records.add_participant(
                    record.company_id, record.id, one.contact_id, reason, now, message_id=scope
                )
    store.messages.address(record.company_id, message_id, list(people.values()))


def _named(store: Store, delivered: Delivered, record: Record, now: int, *, verified: bool) -> Iterator[Addressed]:
    """Whom the mail names in To and Cc, our own addresses aside; only a verified mail makes somebody a contact."""
    boxes = [*(("to", box) for box in delivered.message.to), *(("cc", box) for box in delivered.message.cc)]
    for field, box in boxes[:MAIL_NAMED]:
        address = comparable(box.address)
        if "@" not in address or is_ours(store, address):
            continue
        contact_id = None
        if store.users.by_address(address) is None:
            found = store.contacts.by_address(record.company_id, address)
            if found is not None:
                contact_id = found.id
            elif verified and _sendable(address):
                contact_id = store.contacts.add(record.company_id, box.name, address, now)
        yield Addressed(field, box.name, address, contact_id)


def _sendable(address: str) -> bool:
    try:
        canonical(address)
    except BadAddress:
        return False
    return True
