"""Two contacts who are the same person: all that is the one's becomes the other's, and goes back when it was wrong."""

from __future__ import annotations

from weftmail.core.role import Role
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import contact, find
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.store.audit import AuditRow
from weftmail.store.contact_card import ContactCard
from weftmail.store.store import Store

IMAGES = "remote images"
"""How the log calls whether the images of a sender are loaded without asking."""


@act
def merge(setup: Setup, address: str, other: str, *, company: str | None = None) -> Done:
    """Let the contact with the address ``other`` be the one with ``address``, who is kept.

    Addresses, records, messages and places in conversations pass over; the reply addresses that either was given go on
    working.  A name, a note or an organisation passes where the one who is kept has none, and
    so does the choice to load a sender's images.  Raises RefusedAct for one
    and the same contact, and for one who is blocked.
    """
    store = setup.store
    kept = contact.named(store, address, company)
    gone = find.contact(store, kept.company_id, other, field="other")
    if gone.id == kept.id:
        raise RefusedAct("other", "same_contact", address=other, name=kept.name or address)
    if gone.blocked_at is not None or kept.blocked_at is not None:
        raise RefusedAct("other", "merge_blocked", address=other if gone.blocked_at is not None else address)
    card, was = _card(store, gone.company_id, gone.id), _fields(store, kept.company_id, kept.id)
    subject = _called(store, kept.company_id, kept.id)
    store.contact_merges.merge(kept.company_id, kept.id, gone.id, setup.clock())
    _fill(store, _card(store, kept.company_id, kept.id), card)
    if store.contacts.loads_images(gone.company_id, gone.id):
        store.contacts.set_images(kept.company_id, kept.id, on=True)
    now = _fields(store, kept.company_id, kept.id)
    return Done("contact.merge", kept.company_id, subject, was, {**now, "merged": card.name or other, "gone": gone.id})


def _called(store: Store, company_id: int, contact_id: int) -> str:
    card = _card(store, company_id, contact_id)
    return card.name or store.contacts.addresses(company_id, contact_id)[0]


def _card(store: Store, company_id: int, contact_id: int) -> ContactCard:
    found = store.contact_cards.get(company_id, contact_id)
    assert found is not None  # noqa: S101 - contacts are never deleted
    return found


def _fields(store: Store, company_id: int, contact_id: int) -> Fields:
    found = store.contacts.get(company_id, contact_id)
    assert found is not None  # noqa: S101 - contacts are never deleted
    return {**contact.fields(store, found), IMAGES: store.contacts.loads_images(company_id, contact_id)}


def _fill(store: Store, kept: ContactCard, gone: ContactCard) -> None:
    """Give the one who is kept what only the other has; of two notes, both stand."""
    if not kept.name and gone.name:
        store.contacts.rename(kept.company_id, kept.id, gone.name)
    note = "\n".join(one for one in (kept.note, gone.note) if one)
    store.contact_cards.put(kept.company_id, kept.id, note, kept.organisation_id or gone.organisation_id)


@act
def _part(setup: Setup, row: AuditRow) -> Done:
    """Make two of them again: whatever passed over goes back, as far as it is theirs still."""
    store, was, left = setup.store, row.before, row.now
    of = find.company(store, row.company).id
    kept, gone = _card(store, of, was["id"]), _card(store, of, left["gone"])
    if gone.merged_into_id != kept.id or kept.archived_at is not None:
        raise RefusedAct("", "changed_since", subject=row.subject)
    before = _fields(store, of, kept.id)
    store.contact_merges.part(of, kept.id, gone.id)
    if kept.name == left["name"]:
        store.contacts.rename(of, kept.id, was["name"])
    if store.contacts.loads_images(of, kept.id) == left[IMAGES]:
        store.contacts.set_images(of, kept.id, on=was[IMAGES])
    if kept.note == left["note"]:
        organisation = kept.organisation_id if kept.organisation == was["organisation"] else None
        store.contact_cards.put(of, kept.id, was["note"], organisation)
    return Done("contact.part", of, row.subject, before, _fields(store, of, kept.id))


reverses = {"contact.merge": _part}
undone_by = Role.AGENT
