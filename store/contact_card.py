"""Contacts as pages show them: in the order of their names, and one with addresses, records and messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from weftmail.store.connection import Connection
from weftmail.store.listing import COUNTED, NEWEST
from weftmail.store.record import Record
from weftmail.store.rows import many, one, queries


@dataclass(frozen=True, slots=True)
class ContactCard:
    """One contact with what is known of them beside their addresses."""

    id: int
    company_id: int
    name: str
    note: str
    organisation_id: int | None
    organisation: str | None
    archived_at: int | None
    blocked_at: int | None
    blocked_by: str
    merged_into_id: int | None
    created_at: int
    erased_at: int | None = None


@dataclass(frozen=True, slots=True)
class ContactName:
    """A contact as a list shows one; lists are in the order of ``sort_name``."""

    id: int
    name: str
    sort_name: str
    organisation: str | None
    blocked_at: int | None


@dataclass(frozen=True, slots=True)
class NamePlace:
    """Where a contact stands in the order of names."""

    name: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True)
class AddressState:
    """An address of a contact, and how the newest copy that left to it fared: its ``state`` is None where none did."""

    address: str
    created_at: int
    state: str | None
    reason: str | None
    changed_at: int | None
    record: str | None
    record_type: str | None
    number: int | None


@dataclass(frozen=True, slots=True)
class ContactMessage:
    """A message that a contact wrote or was sent, with its place."""

    id: int
    number: int
    subject: str
    author_name: str
    author_address: str
    author_user_id: int | None
    author_contact_id: int | None
    text: str
    created_at: int
    record: str
    title: str


class ContactCards:
    """The contacts of a store, for who looks at them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, company_id: int, contact_id: int) -> ContactCard | None:
        """Return one contact of the company, archived or not."""
        return one(ContactCard, queries.contact_card(self._connection, company_id=company_id, id=contact_id))

    def put(self, company_id: int, contact_id: int, note: str, organisation_id: int | None) -> None:
        """Store the note and the organisation of a contact."""
        words = {"company_id": company_id, "id": contact_id}
        queries.contact_note(self._connection, **words, note=note, organisation_id=organisation_id)

    def page(self, company_id: int, after: NamePlace, most: int, *, away: bool = False) -> list[ContactName]:
        """Return contacts by name, those after a place; ``away``: the archived ones."""
        ask = queries.contacts_away if away else queries.contacts_sorted
        return many(ContactName, ask(self._connection, company_id=company_id, name=after.name, id=after.id, most=most))

    def page_back(self, company_id: int, before: NamePlace, most: int) -> list[ContactName]:
        """Return the contacts right before a place, in the order of names."""
        words = {"company_id": company_id, "name": before.name, "id": before.id, "most": most}
        return many(ContactName, queries.contacts_sorted_back(self._connection, **words))[::-1]

    def found(self, company_id: int, words: str, after: NamePlace, most: int) -> list[ContactName]:
        """Return the contacts whose name or address holds the words, those after a place."""
        place = {"company_id": company_id, "name": after.name, "id": after.id, "most": most}
        return many(ContactName, queries.contacts_found(self._connection, **place, words=words.casefold()))

    def of_organisation(self, company_id: int, organisation_id: int, after: NamePlace, most: int) -> list[ContactName]:
        """Return the contacts of an organisation by name."""
        place = {"company_id": company_id, "name": after.name, "id": after.id, "most": most}
        found = queries.contacts_of_organisation(self._connection, **place, organisation_id=organisation_id)
        return many(ContactName, found)

    def addresses(self, company_id: int, contact_id: int) -> list[AddressState]:
        """Return the contact's addresses, the oldest first, each with how the newest copy to it fared."""
        found = queries.contact_address_states(self._connection, company_id=company_id, contact_id=contact_id)
        return many(AddressState, found)

    def records(
        self, company_id: int, contact_id: int, hidden_types: Sequence[str], most: int, before: int = NEWEST
    ) -> list[Record]:
        """Return the records that are about the contact or in which they take part, the newest first."""
        words = {"company_id": company_id, "contact_id": contact_id, "types": [*hidden_types] or [""]}
        return many(Record, queries.contact_records(self._connection, **words, before=before, most=most))

    def messages(
        self, company_id: int, contact_id: int, hidden_types: Sequence[str], most: int, before: int = NEWEST
    ) -> list[ContactMessage]:
        """Return what the contact wrote and what was written to them, the newest first."""
        words = {"company_id": company_id, "contact_id": contact_id, "types": [*hidden_types] or [""]}
        return many(ContactMessage, queries.contact_messages(self._connection, **words, before=before, most=most))

    def alone_in(self, company_id: int, domain: str) -> int:
        """Return how many contacts of the domain belong to no organisation, ``COUNTED + 1`` for more."""
        count: int = queries.contacts_in_domain(
            self._connection, company_id=company_id, domain=domain, most=COUNTED + 1
        )
        return count
