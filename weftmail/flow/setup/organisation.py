"""Organisations: to whom contacts belong; the domain of an address proposes one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from weftmail.core.freemail import anybodys
from weftmail.core.role import Role
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import find
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.flow.setup.undo import check_unchanged
from weftmail.store.audit import AuditRow
from weftmail.store.company import Company
from weftmail.store.contact_card import ContactCard
from weftmail.store.organisation import Organisation
from weftmail.store.store import Store

LONGEST_NOTE = 5000


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the domain of an address suggests: to belong to ``there``, or where it is None, a new organisation.

    ``alone`` is how many contacts of the domain belong to none.
    """

    domain: str
    there: Organisation | None
    alone: int

    @property
    def name(self) -> str:
        """How a new one could be called."""
        return self.domain.split(".")[0].replace("-", " ").title()


def proposal(store: Store, card: ContactCard, addresses: Sequence[str]) -> Proposal | None:
    """Return what the contact's addresses suggest; None for who belongs to one, or has addresses as anybody has."""
    if card.organisation is not None or card.archived_at is not None:
        return None
    for domain in dict.fromkeys(one.rpartition("@")[2] for one in addresses):
        if not anybodys(domain):
            there = store.organisations.by_domain(card.company_id, domain)
            return Proposal(domain, there, store.contact_cards.alone_in(card.company_id, domain))
    return None


def fields(store: Store, one: Organisation) -> Fields:
    """Return what is said of an organisation."""
    return {
        "id": one.id,
        "name": one.name,
        "company": find.company_by_id(store, one.company_id).name,
        "note": one.note,
        "domains": store.organisations.domains(one.company_id, one.id),
    }


def company_of(store: Store, company: str | None, name: str) -> Company:
    """Return the company of this name; with None, the only one that has such an organisation, or the only one."""
    return find.company_with(store, company, lambda of: store.organisations.by_name(of, name.strip()))


def named(store: Store, of: int, name: str, *, field: str = "name") -> Organisation:
    """Return the organisation of this name; raises RefusedAct where there is none."""
    found = store.organisations.by_name(of, name)
    if found is None:
        there = find.joined([one.name for one in store.organisations.all(of)]) or "-"
        raise RefusedAct(field, "no_such_organisation", name=name, names=there)
    return found


def text(field: str, given: str) -> str:
    """Return a note without blanks at its ends; raises RefusedAct for one that is too long."""
    stripped = given.replace("\r\n", "\n").strip()
    if len(stripped) > LONGEST_NOTE:
        raise RefusedAct(field, "text_long", most=LONGEST_NOTE)
    return stripped


@act
def add(setup: Setup, name: str, *, company: str | None = None, domains: Sequence[str] = ()) -> Done:
    """Add an organisation; contacts with an address in one of its domains belong to it, if they belong to none."""
    store, of = setup.store, find.company(setup.store, company)
    wanted = find.line("name", name)
    _free(store, of.id, wanted)
    made = store.organisations.add(of.id, wanted, setup.clock())
    for one in domains:
        _give(store, of.id, made, one)
    return Done("organisation.add", of.id, wanted, {}, _said(store, of.id, made))


def _free(store: Store, of: int, name: str, own: int = 0) -> None:
    there = store.organisations.by_name(of, name)
    if there is not None and there.id != own:
        raise RefusedAct("name", "organisation_there", name=there.name)


def _give(store: Store, of: int, organisation_id: int, text_: str) -> None:
    domain = find.domain_name("add_domains", text_)
    if anybodys(domain):
        raise RefusedAct("add_domains", "domain_of_anybody", domain=domain)
    there = store.organisations.by_domain(of, domain)
    if there is not None and there.id != organisation_id:
        raise RefusedAct("add_domains", "domain_of_organisation", domain=domain, name=there.name)
    store.organisations.put_domain(of, organisation_id, domain)
    store.organisations.gather(of, organisation_id, domain)


def _said(store: Store, of: int, organisation_id: int) -> Fields:
    found = store.organisations.get(of, organisation_id)
    assert found is not None  # noqa: S101 - organisations are never deleted
    return fields(store, found)


@act
def change(
    setup: Setup,
    name: str,
    *,
    company: str | None = None,
    new_name: str | None = None,
    note: str | None = None,
    add_domains: Sequence[str] = (),
    remove_domains: Sequence[str] = (),
) -> Done:
    """Change an organisation's name, note and domains."""
    if new_name is None and note is None and not add_domains and not remove_domains:
        raise RefusedAct("", "nothing_to_change", noun="organisation")
    store, of = setup.store, company_of(setup.store, company, name)
    found = named(store, of.id, name)
    was = fields(store, found)
    wanted = found.name if new_name is None else find.line("name", new_name)
    _free(store, of.id, wanted, found.id)
    store.organisations.set(replace(found, name=wanted, note=found.note if note is None else text("note", note)))
    for one in add_domains:
        _give(store, of.id, found.id, one)
    for one in remove_domains:
        domain = find.domain_name("remove_domains", one)
        if domain not in store.organisations.domains(of.id, found.id):
            raise RefusedAct("remove_domains", "not_their_domain", domain=domain, name=found.name)
        store.organisations.remove_domain(of.id, domain)
    return Done("organisation.set", of.id, wanted, was, _said(store, of.id, found.id))


@act
def remove(setup: Setup, name: str, *, company: str | None = None) -> Done:
    """Archive an organisation: its contacts belong to none, until it is restored."""
    store, of = setup.store, company_of(setup.store, company, name)
    found = named(store, of.id, name)
    return _archived(setup, "organisation.remove", found)


def _archived(setup: Setup, name: str, found: Organisation) -> Done:
    setup.store.organisations.archive(found.company_id, found.id, setup.clock())
    return Done(name, found.company_id, found.name, fields(setup.store, found), {})


@act
def _restore(setup: Setup, row: AuditRow) -> Done:
    store, of = setup.store, find.company(setup.store, row.company)
    _free(store, of.id, row.before["name"])
    store.organisations.archive(of.id, row.before["id"], None)
    return Done("organisation.add", of.id, row.before["name"], {}, _said(store, of.id, row.before["id"]))


@act
def _take_back(setup: Setup, row: AuditRow) -> Done:
    found = named(setup.store, find.company(setup.store, row.company).id, row.subject, field="")
    check_unchanged(row, fields(setup.store, found))
    return _archived(setup, "organisation.remove", found)


@act
def _change_back(setup: Setup, row: AuditRow) -> Done:
    store, of, was = setup.store, find.company(setup.store, row.company), row.before
    found = named(store, of.id, row.subject, field="")
    left = fields(store, found)
    check_unchanged(row, left)
    _free(store, of.id, was["name"], found.id)
    store.organisations.set(replace(found, name=was["name"], note=was["note"]))
    for domain in row.now["domains"]:
        store.organisations.remove_domain(of.id, domain)
    for domain in was["domains"]:
        store.organisations.put_domain(of.id, found.id, domain)
    return Done("organisation.set", of.id, was["name"], left, _said(store, of.id, found.id))


reverses = {"organisation.add": _take_back, "organisation.set": _change_back, "organisation.remove": _restore}
undone_by = Role.AGENT
