"""A record opened by a person, with its first message or without one: a customer who is new becomes a contact.

The message goes by the same way as every answer; all of it happens, or nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

from weftmail.core.wording.phrase import Phrase
from weftmail.flow.events import write_event
from weftmail.flow.facts import is_ours
from weftmail.flow.identity import Identity, identity_by
from weftmail.flow.installation import Installation
from weftmail.flow.post import Draft, parted
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup import find, message
from weftmail.flow.setup import record as records
from weftmail.flow.setup.act import Done, Setup
from weftmail.store.people import User
from weftmail.store.record import Record
from weftmail.store.store import Store

D = TypeVar("D", bound=Done)


@dataclass(frozen=True, slots=True)
class Opening:
    """What a record begins with; ``customer`` is an address, perhaps with a name before it in ``<>``."""

    type: str
    title: str
    customer: str = ""
    owner: str = ""
    reference: str = ""
    reference_url: str = ""


class _Refused(Exception):
    """Carries the refusal of one of the acts out of the transaction of all of them."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__()
        self.refusal = refusal


def open_record(
    setup: Setup,
    installation: Installation,
    opening: Opening,
    author: User | None = None,
    draft: Draft | None = None,
    *,
    company: str | None = None,
) -> Done | Refusal:
    """Open a record, and send its first message, or log a note, where there is a draft and its author."""
    try:
        with setup.store.transaction():
            return _opened(setup, installation, opening, author, draft, company)
    except (_Refused, RefusedAct) as stopped:
        return stopped.refusal


def _opened(
    setup: Setup,
    installation: Installation,
    opening: Opening,
    author: User | None,
    draft: Draft | None,
    company: str | None,
) -> Done:
    store = setup.store
    address = _customer(setup, opening.customer, company) if opening.customer.strip() else None
    done = _did(
        records.add(
            setup,
            opening.type,
            title=opening.title,
            company=company,
            owner=opening.owner or None,
            customer=address,
            alias=_alias(store, opening.type, company),
            reference=opening.reference or None,
            reference_url=opening.reference_url or None,
        )
    )
    made = find.record(store, done.subject, company)
    write_event(store, made, Phrase("event.opened", {"actor": setup.actor.name}), setup.clock(), setup.actor.user_id)
    if draft is not None and author is not None:
        _did(message.post(setup, installation, made, author, addressed(store, made, draft)))
    return done


def _did(answer: D | Refusal) -> D:
    if isinstance(answer, Refusal):
        raise _Refused(answer)
    return answer


def _customer(setup: Setup, text: str, company: str | None) -> str:
    """Return the address of the customer, who is a contact from now on."""
    store, (name, given) = setup.store, parted(text)
    whose, address = find.company(store, company).id, find.address("customer", given)
    there = store.contacts.by_address(whose, address)
    if there is not None and there.archived_at is None:
        return address
    user = store.users.by_address(address)
    if user is not None and whose in {one.company_id for one in store.users.memberships(user.id)}:
        raise RefusedAct("customer", "contact_is_colleague", address=address)
    if is_ours(store, address):
        raise RefusedAct("customer", "contact_address_ours", address=address)
    if there is None:
        store.contacts.add(whose, find.line("customer", name) if name else "", address, setup.clock())
    else:
        store.contacts.restore(whose, there.id)
    return address


def _alias(store: Store, type_: str, company: str | None) -> str | None:
    """Return the first alias that opens records of the type: as that the record writes, and there its answers come."""
    company_id = find.company(store, company).id
    there = [one for one in store.aliases.all(company_id) if one.record_type == type_ and one.state == "on"]
    return min(there, key=lambda one: one.id).address if there else None


def writes_as(store: Store, company_id: int, type_: str) -> Identity | None:
    """Return as whom a record of this type would write; None where the company has no domain to write from."""
    company = find.company_by_id(store, company_id)
    alias = _alias(store, type_, company.name)
    found = store.aliases.by_address(alias) if alias is not None else None
    try:
        return identity_by(store, company_id, company.name, found)
    except RefusedAct:
        return None


def addressed(store: Store, made: Record, draft: Draft) -> Draft:
    """Return the draft with the customer first in To, unless they stand in Cc."""
    if draft.note or made.customer_address is None:
        return draft
    named = [parted(one)[1].lower() for one in (*(draft.to or ()), *draft.cc)]
    own = [] if made.customer_address in named else [made.customer_address]
    return replace(draft, to=[*own, *(draft.to or ())])
