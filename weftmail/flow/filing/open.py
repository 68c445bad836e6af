"""Open: the mail opens a record, and is its first message."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from weftmail.core.limits import MAIL_RECORDS
from weftmail.core.parsing.message import Message
from weftmail.core.routing.disposition import Open
from weftmail.core.routing.giving import Given
from weftmail.core.routing.recipients import Following
from weftmail.core.subject_pattern import TITLE
from weftmail.core.wording.phrase import Phrase
from weftmail.core.wording.sentences import say
from weftmail.flow.confirming import confirm
from weftmail.flow.delivered import Delivered
from weftmail.flow.events import note_message, write_event
from weftmail.flow.filing.brought import bring
from weftmail.flow.filing.entry import contact_of, new_message
from weftmail.flow.filing.outcome import Outcome
from weftmail.flow.giving import event_of, give_new
from weftmail.flow.installation import Installation
from weftmail.flow.notify import first_followers, notify, planned
from weftmail.flow.referred import foreign_ids
from weftmail.flow.turns import note_mail
from weftmail.store.alias import Alias
from weftmail.store.record import NewParticipant, NewRecord, Record
from weftmail.store.store import Store


def file_open(store: Store, installation: Installation, delivered: Delivered, disposition: Open, now: int) -> Outcome:
    """Open a record, or one for each PDF where the alias says so; the first of them stands for all."""
    outcomes = [
        _opened(store, installation, replace(delivered, message=one), disposition, now)
        for one in _parts(delivered.message, disposition)
    ]
    return replace(outcomes[0], copies=sum(one.copies for one in outcomes))


PDF_BEGINS = 1024
"""The mark of a PDF stands within so many bytes (ISO 32000-2, 7.5.2)."""


def _parts(message: Message, disposition: Open) -> list[Message]:
    """The mail as each record gets it: with one of its PDFs, and all the other files."""
    pdfs = [one for one in message.attachments if b"%PDF-" in one.content[:PDF_BEGINS]]
    if disposition.each != "pdf" or len(pdfs) < 2:
        return [message]
    others = tuple(one for one in message.attachments if one not in pdfs)
    return [replace(message, attachments=(one, *others)) for one in pdfs[:MAIL_RECORDS]]


def _opened(store: Store, installation: Installation, delivered: Delivered, disposition: Open, now: int) -> Outcome:
    """Open a record; the mail is its first message, its author takes part, the alias's owner follows."""
    message, company_id = delivered.message, disposition.company_id
    alias = _alias(store, delivered, disposition)
    before = _followed(store, disposition)
    owner_id, team_id, team = _owners(before or alias)
    contact_id, author = contact_of(store, company_id, disposition.author, now)
    given = None
    if owner_id is None:
        given = give_new(store, company_id, team_id, disposition.record_type, contact_id)
    owners = _with_given(first_followers(store, disposition), given)
    who_gets = planned(store, disposition, message, verified=delivered.verified, owners=owners)
    defaults = alias.default_fields if alias is not None else {}
    said = {name: text for name, text in disposition.fields if name != TITLE}
    record = store.records.open(
        NewRecord(
            company_id,
            disposition.record_type,
            _title(store, installation, message, disposition),
            owner_id=given.user_id if given is not None else owner_id,
            owner_team_id=team_id,
            customer_id=contact_id,
            alias_id=disposition.alias_id,
            fields=json.dumps({**defaults, **said}, ensure_ascii=False),
        ),
        now,
    )
    store.records.follow_all(company_id, record.id, [one.user_id for one in owners], now)
    message_id = store.messages.add(
        new_message(
            store, delivered, record, author, contact_id,
            verified=disposition.verified, automatic=disposition.automatic, now=now,
        ),
        delivered.arrived_at or now,
    )  # fmt: skip
    if contact_id is not None:
        store.records.add_participants(record, [NewParticipant(contact_id, "opened")], now)
    if author.sent_on_by is not None:
        store.records.follow_by_post(company_id, record.id, author.sent_on_by, now)
    if before is not None:
        _link(store, before, record, author.name or author.address, now)
    if given is not None:
        write_event(store, record, event_of(given, team), now)
    bring(store, delivered, record, message_id, now)
    store.references.keep(company_id, message_id, foreign_ids(installation, message))
    from_outside = disposition.author.outsider and not disposition.automatic
    note_message(store, record, message_id, "outside" if from_outside else "inside", disposition.author.user_id, now)
    note_mail(
        store, delivered.traffic, record, delivered.row.id, now,
        quiet=disposition.reach != "everybody", by_mail=who_gets.beyond_inbox,
    )  # fmt: skip
    copies = notify(store, record, message_id, who_gets, now, wait=delivered.wait)
    copies += confirm(store, installation, delivered, alias, record, message_id, now)
    return Outcome("filed", record.id, message_id, copies)


def _owners(of: Record | Alias | None) -> tuple[int | None, int | None, str]:
    """Return who owns a record from its beginning: a person, a team with its name, both or nobody."""
    return (None, None, "") if of is None else (of.owner_id, of.owner_team_id, of.team or "")


def _with_given(owners: Sequence[Following], given: Given | None) -> list[Following]:
    """Return who follows from the beginning; to whom the record is given is told so."""
    return [replace(one, given=given is not None and one.user_id == given.user_id) for one in owners]


def _title(store: Store, installation: Installation, message: Message, disposition: Open) -> str:
    """What the record is called: as the mail's subject says, or that of the mail which a colleague forwards."""
    sent_on = message.forwarded.subject if disposition.author.sent_on_by is not None and message.forwarded else ""
    said = dict(disposition.fields).get(TITLE, "")
    return said or sent_on or message.subject or _untitled(store, installation, disposition.company_id)


def _alias(store: Store, delivered: Delivered, disposition: Open) -> Alias | None:
    """Return the alias that opens the record, as it was looked up for routing where it was; None where a person says
    what is opened."""
    if disposition.alias_id is None or (delivered.alias is not None and delivered.alias.id == disposition.alias_id):
        return None if disposition.alias_id is None else delivered.alias
    return store.aliases.get(disposition.company_id, disposition.alias_id)


def _followed(store: Store, disposition: Open) -> Record | None:
    """Return the closed record that the mail answers."""
    follows = disposition.follows
    return store.records.get(disposition.company_id, follows.record_id) if follows is not None else None


def _link(store: Store, closed: Record, record: Record, name: str, now: int) -> None:
    """Let both records name each other."""
    write_event(store, closed, Phrase("event.followed", {"name": name, "record": record.label}), now)
    write_event(store, record, Phrase("event.follows", {"name": name, "record": closed.label}), now)


def _untitled(store: Store, installation: Installation, company_id: int) -> str:
    """What a record is called whose first email has no subject: in the company's language, since it is kept."""
    company = store.companies.get(company_id)
    return say(Phrase("record.untitled"), installation.languages.of(company.language if company is not None else "en"))
