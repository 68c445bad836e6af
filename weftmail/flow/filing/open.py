"""Open: the mail opens a record, and is its first message."""

from __future__ import annotations

from weftmail.core.routing.disposition import Open
from weftmail.core.wording.phrase import Phrase
from weftmail.core.wording.sentences import say
from weftmail.flow.delivered import Delivered
from weftmail.flow.filing.brought import bring
from weftmail.flow.filing.entry import contact_of, new_message
from weftmail.flow.filing.outcome import Outcome
from weftmail.flow.installation import Installation
from weftmail.flow.notify import notify, owners_of, planned
from weftmail.flow.turns import note_mail
from weftmail.store.alias import Alias
from weftmail.store.record import NewParticipant, NewRecord
from weftmail.store.store import Store


def file_open(store: Store, installation: Installation, delivered: Delivered, disposition: Open, now: int) -> Outcome:
    """Open a record; the mail is its first message, its author takes part, the alias's owner follows."""
    message, company_id = delivered.message, disposition.company_id
    alias = _alias(delivered, disposition)
    owners = owners_of(store, company_id, disposition.alias_id)
    who_gets = planned(store, disposition, message, verified=delivered.verified, owners=owners)
    contact_id, author = contact_of(store, company_id, disposition.author, now)
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
    bring(store, delivered, record, message_id, now)
    note_mail(store, delivered.traffic, record, delivered.row.id, now, quiet=disposition.reach != "everybody")
    copies = notify(store, record, message_id, who_gets, now)
    return Outcome("filed", record.id, message_id, copies)


def _alias(delivered: Delivered, disposition: Open) -> Alias | None:
    """The alias that opens the record, as it was looked up for routing; None where a person says what is opened."""
    return None if disposition.alias_id is None else delivered.alias


def _untitled(store: Store, installation: Installation, company_id: int) -> str:
    """What a record is called whose first email has no subject: in the company's language, since it is kept."""
    company = store.companies.get(company_id)
    return say(Phrase("record.untitled"), installation.languages.of(company.language if company is not None else "en"))
