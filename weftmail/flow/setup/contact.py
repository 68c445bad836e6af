"""Contacts: people who write from outside, each of one company."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from weftmail.core.role import Role
from weftmail.flow import vocabulary
from weftmail.flow.facts import is_ours
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup import find
from weftmail.flow.setup import organisation as organisations
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.flow.setup.undo import check_unchanged
from weftmail.store.audit import AuditRow
from weftmail.store.people import Contact
from weftmail.store.store import Store


def fields(store: Store, contact: Contact) -> Fields:
    """Return what is said of a contact."""
    company = store.companies.get(contact.company_id)
    card = store.contact_cards.get(contact.company_id, contact.id)
    return {
        **vocabulary.contact(
            contact, company.name if company else "", store.contacts.addresses(contact.company_id, contact.id)
        ),
        "organisation": card.organisation if card is not None else None,
        "note": card.note if card is not None else "",
    }


def named(store: Store, address: str, company: str | None, *, to_remove: bool = False) -> Contact:
    """Return the contact with this address, of the named company or of the only one that has it."""
    if company is not None:
        return find.contact(store, find.company(store, company).id, address, to_remove=to_remove)
    wanted = find.address("address", address)
    there = [one for one in store.companies.all() if _has(store, one.id, wanted)]
    if len(there) > 1:
        names = find.joined([one.name for one in there])
        raise RefusedAct("company", "several_contacts", address=wanted, names=names)
    company_id = there[0].id if there else find.company(store, None).id
    return find.contact(store, company_id, wanted, to_remove=to_remove)


def _has(store: Store, company_id: int, address: str) -> bool:
    found = store.contacts.by_address(company_id, address)
    return found is not None and found.archived_at is None


@act
def add(setup: Setup, address: str, *, name: str, company: str | None = None) -> Done:
    """Add a contact of a company; one who was archived comes back."""
    store, wanted, named_ = setup.store, find.address("address", address), find.line("name", name)
    whose = find.company(store, company)
    _outside(store, whose.id, wanted, "address")
    there = store.contacts.by_address(whose.id, wanted)
    if there is None:
        store.contacts.add(whose.id, named_, wanted, setup.clock())
    elif there.archived_at is None:
        raise RefusedAct("address", "contact_there", name=there.name or wanted, address=wanted)
    else:
        store.contacts.restore(whose.id, there.id)
        store.contacts.rename(whose.id, there.id, named_)
    made = find.contact(store, whose.id, wanted)
    return Done("contact.add", whose.id, f"{named_} <{wanted}>", {}, fields(store, made))


def _outside(store: Store, company_id: int, address: str, field: str) -> None:
    """Refuse an address of ours, and that of a colleague."""
    if is_ours(store, address):
        raise RefusedAct(field, "contact_address_ours", address=address)
    user = store.users.by_address(address)
    if user is not None and company_id in {one.company_id for one in store.users.memberships(user.id)}:
        raise RefusedAct(field, "contact_is_colleague", address=address)


@act
def change(
    setup: Setup,
    address: str,
    *,
    company: str | None = None,
    name: str | None = None,
    note: str | None = None,
    organisation: str | None = None,
    add_addresses: Sequence[str] = (),
    remove_addresses: Sequence[str] = (),
) -> Done:
    """Change a contact's name, note, organisation ("" for none) or addresses."""
    given = (name, note, organisation)
    if all(one is None for one in given) and not add_addresses and not remove_addresses:
        raise RefusedAct("", "nothing_to_change", noun="contact")
    store = setup.store
    found = named(store, address, company)
    was = fields(store, found)
    renamed = found if name is None else replace(found, name=find.line("name", name))
    store.contacts.rename(found.company_id, found.id, renamed.name)
    _keep(store, found, note, organisation)
    for text in add_addresses:
        _add_address(setup, found, find.address("add_addresses", text))
    for text in remove_addresses:
        _remove_address(store, found, find.address("remove_addresses", text))
    return Done("contact.set", found.company_id, renamed.name or address, was, fields(store, renamed))


def _keep(store: Store, whose: Contact, note: str | None, organisation: str | None) -> None:
    """Store a note and an organisation, each where it is given."""
    card = store.contact_cards.get(whose.company_id, whose.id)
    if card is None or (note is None and organisation is None):
        return
    kept = card.note if note is None else organisations.text("note", note)
    place = card.organisation_id if organisation is None else None
    if organisation:
        place = organisations.named(store, whose.company_id, organisation, field="organisation").id
    store.contact_cards.put(whose.company_id, whose.id, kept, place)


def _add_address(setup: Setup, contact: Contact, address: str, field: str = "add_addresses") -> None:
    contacts = setup.store.contacts
    _outside(setup.store, contact.company_id, address, field)
    has = contacts.by_address(contact.company_id, address)
    if has is not None and has.id != contact.id:
        raise RefusedAct(field, "contact_address_taken", name=has.name or address, address=address)
    contacts.add_address(contact.company_id, contact.id, address, setup.clock())


def replace_address(setup: Setup, whose: Contact, old: str, wanted: str) -> None:
    """Give a contact the address that is right in place of one that is wrong; raises RefusedAct for one of others."""
    _add_address(setup, whose, wanted, "address")
    if old != wanted:
        setup.store.contacts.remove_address(whose.company_id, old)


def _remove_address(store: Store, contact: Contact, address: str) -> None:
    there, name = store.contacts.addresses(contact.company_id, contact.id), contact.name
    if address not in there:
        raise RefusedAct(
            "remove_addresses", "not_their_address", address=address, name=name, addresses=find.joined(there)
        )
    if len(there) == 1:
        raise RefusedAct("remove_addresses", "only_address", address=address, name=name)
    store.contacts.remove_address(contact.company_id, address)


@act
def remove(setup: Setup, address: str, *, company: str | None = None) -> Done:
    """Archive a contact: mail already filed stays theirs, the reply addresses that they were given do not work."""
    store = setup.store
    found = named(store, address, company, to_remove=True)
    return _archived(setup, found, address)


def _archived(setup: Setup, found: Contact, address: str) -> Done:
    setup.store.contacts.archive(found.company_id, found.id, setup.clock())
    return Done("contact.remove", found.company_id, found.name or address, fields(setup.store, found))


@act
def restore(setup: Setup, address: str, *, company: str | None = None) -> Done:
    """Bring an archived contact back."""
    store, wanted = setup.store, find.address("address", address)
    of = find.company(store, company)
    found = store.contacts.by_address(of.id, wanted)
    if found is None or found.archived_at is None:
        raise RefusedAct("address", "not_archived", address=wanted)
    store.contacts.restore(of.id, found.id)
    return Done("contact.add", of.id, found.name or wanted, {}, fields(store, found))


@act
def block(setup: Setup, address: str, *, company: str | None = None) -> Done:
    """Drop the mail of a sender from now on, whether they are a contact already or not."""
    of, wanted = find.company(setup.store, company), find.address("address", address)
    was, now = stop(setup, of.id, wanted)
    return Done("contact.block", of.id, wanted, was, now)


def stop(setup: Setup, company_id: int, address: str) -> tuple[Fields, Fields]:
    """Block a sender of one company; return what stood there and what stands there now.  Raises RefusedAct."""
    store = setup.store
    _outside(store, company_id, address, "address")
    contact_id = store.contacts.add(company_id, "", address, setup.clock())
    was = _blocked(store, company_id, contact_id)
    if not was["blocked"]:
        store.contacts.block(company_id, contact_id, setup.actor.name, setup.clock())
    return was, _blocked(store, company_id, contact_id)


def let_write(setup: Setup, company_id: int, address: str) -> None:
    """Take the mail of a sender again, where they are blocked."""
    found = setup.store.contacts.by_address(company_id, address)
    if found is not None and found.blocked_at is not None:
        setup.store.contacts.block(company_id, found.id, "", None)


@act
def unblock(setup: Setup, address: str, *, company: str | None = None) -> Done:
    """Take the mail of a sender again."""
    store = setup.store
    found = named(store, address, company)
    was = _blocked(store, found.company_id, found.id)
    if not was["blocked"]:
        raise RefusedAct("address", "not_blocked", address=address)
    store.contacts.block(found.company_id, found.id, "", None)
    wanted = find.address("address", address)
    return Done("contact.unblock", found.company_id, wanted, was, _blocked(store, found.company_id, found.id))


def _blocked(store: Store, company_id: int, contact_id: int) -> Fields:
    found = store.contacts.get(company_id, contact_id)
    return {"blocked": found is not None and found.blocked_at is not None}


def _taken_again(setup: Setup, row: AuditRow) -> Done | Refusal:
    return unblock(setup, row.subject, company=row.company)


def _blocked_again(setup: Setup, row: AuditRow) -> Done | Refusal:
    return block(setup, row.subject, company=row.company)


@act
def _set_back(setup: Setup, row: AuditRow) -> Done:
    store, was = setup.store, row.before
    found = store.contacts.get(find.company(store, row.company).id, was["id"])
    if found is None or found.archived_at is not None:
        raise RefusedAct("", "changed_since", subject=row.subject)
    left = fields(store, found)
    check_unchanged(row, left)
    store.contacts.rename(found.company_id, found.id, was["name"])
    _keep(store, found, was["note"], was["organisation"] or "")
    for one in was["addresses"]:
        _add_address(setup, found, one)
    for one in store.contacts.addresses(found.company_id, found.id):
        if one not in was["addresses"]:
            store.contacts.remove_address(found.company_id, one)
    return Done("contact.set", found.company_id, row.subject, left, fields(store, replace(found, name=was["name"])))


def _back_in(setup: Setup, row: AuditRow) -> Done | Refusal:
    return restore(setup, row.before["addresses"][0], company=row.company)


def _back_out(setup: Setup, row: AuditRow) -> Done | Refusal:
    return remove(setup, row.now["addresses"][0], company=row.company)


reverses = {
    "contact.add": _back_out,
    "contact.remove": _back_in,
    "contact.set": _set_back,
    "contact.block": _taken_again,
    "contact.unblock": _blocked_again,
}
undone_by = Role.AGENT
