"""From what a person wrote to what it names; raises ``RefusedAct`` for what is malformed, or is not there."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence

from weftmail.core import address as addresses
from weftmail.core import alias_name
from weftmail.core import text as texts
from weftmail.flow.refusal import RefusedAct
from weftmail.store.alias import Alias
from weftmail.store.company import Company
from weftmail.store.domain import Domain
from weftmail.store.people import Contact, User
from weftmail.store.record import Record
from weftmail.store.store import Store
from weftmail.store.team import Team


def joined(values: Sequence[str]) -> str:
    """Return the values as one text."""
    return ", ".join(values)


# --- words --------------------------------------------------------------------------------------------------------


def address(field: str, text: str) -> str:
    """Return the canonical form of an address."""
    try:
        return addresses.canonical(text)
    except addresses.BadAddress as error:
        raise RefusedAct(field, error.code, address=text) from None


def alias_address(field: str, text: str) -> str:
    """Return the address of an alias as it is stored."""
    try:
        return alias_name.alias_address(text)
    except addresses.BadAddress as error:
        raise RefusedAct(field, error.code, address=text) from None


def domain_name(field: str, text: str) -> str:
    """Return the canonical form of a domain name with at least two labels."""
    try:
        name = addresses.canonical_domain(text)
    except addresses.BadAddress as error:
        raise RefusedAct(field, error.code, address=text) from None
    if "." not in name:
        raise RefusedAct(field, "domain_one_label", name=name)
    return name


def line(field: str, text: str) -> str:
    """Return a name or a title, without blanks at its ends; it has to be one line of text."""
    try:
        return texts.line(field, text)
    except texts.BadText as error:
        raise RefusedAct(field, error.code, most=texts.LONGEST) from None


def choice(field: str, text: str, choices: Sequence[str]) -> str:
    """Return the text if it is one of the choices."""
    if text not in choices:
        raise RefusedAct(field, "no_such_choice", choice=text, choices=joined(choices))
    return text


# --- what the store has -------------------------------------------------------------------------------------------


def company(store: Store, name: str | None) -> Company:
    """Return the company of this name; with None, the only one there is."""
    there = store.companies.all()
    if name is not None:
        found = store.companies.by_name(name)
        if found is None:
            raise RefusedAct("company", "no_such_company", name=name, names=joined([one.name for one in there]))
        return found
    if not there:
        raise RefusedAct("company", "no_company")
    if len(there) > 1:
        raise RefusedAct("company", "company_wanted", names=joined([one.name for one in there]))
    return there[0]


def company_with(store: Store, name: str | None, has: Callable[[int], object]) -> Company:
    """Return the company of this name; with None, the only one that ``has`` finds something in, or the only one."""
    having = [one for one in store.companies.all() if has(one.id)] if name is None else []
    return having[0] if len(having) == 1 else company(store, name)


def company_with_team(store: Store, name: str | None, team_name: str) -> Company:
    """Return the company of this name; with None, the only one that has such a team, or the only one."""
    return company_with(store, name, lambda of: store.teams.by_name(of, team_name.strip()))


def company_id(store: Store, name: str | None) -> int | None:
    """Return the id of the company of this name; None, for all of them, where none is named."""
    return None if name is None else company(store, name).id


def company_by_id(store: Store, company_id: int) -> Company:
    """Return a company that is there: a row of the store names it."""
    found = store.companies.get(company_id)
    if found is None:
        raise LookupError(f"company {company_id} is gone")
    return found


def domain(store: Store, text: str, *, field: str = "name", to_remove: bool = False) -> Domain:
    """Return a domain of ours; ``to_remove`` where it would be idle to propose to add it."""
    name = domain_name(field, text)
    found = store.domains.by_name(name)
    if found is None:
        there = [one.name for one in store.domains.all()]
        near = difflib.get_close_matches(name, there, n=1, cutoff=0.8)
        raise RefusedAct(
            field,
            "no_such_domain_to_remove" if to_remove else "no_such_domain_but_near" if near else "no_such_domain",
            name=name,
            names=joined(there) or "-",
            near=joined(near),
        )
    return found


def alias(store: Store, text: str, *, field: str = "address", to_remove: bool = False) -> Alias:
    """Return an alias that is on or off; ``to_remove`` where it would be idle to propose to add it."""
    wanted = address(field, text)
    local, name = addresses.split(wanted)
    domain(store, name, field=field, to_remove=to_remove)
    found = store.aliases.by_address(wanted)
    if found is None or found.state == "removed" or found.local_part != local:
        there = [one.address for one in store.aliases.all()]
        near = joined(difflib.get_close_matches(wanted, there, n=3, cutoff=0.6))
        raise RefusedAct(
            field,
            "no_such_alias_to_remove" if to_remove else "no_such_alias_but_near" if near else "no_such_alias",
            address=wanted,
            near=near,
        )
    return found


def user(store: Store, text: str, *, field: str = "address") -> User:
    """Return the user who has this address."""
    wanted = address(field, text)
    found = store.users.by_address(wanted)
    if found is None:
        raise RefusedAct(field, "no_such_user", address=wanted)
    return found


def active_user(store: Store, text: str, *, field: str = "address") -> User:
    """Return the active user who has this address."""
    found = user(store, text, field=field)
    if not found.active:
        raise RefusedAct(field, "user_inactive", name=found.name, address=text)
    return found


def member(store: Store, text: str, of: int, *, field: str) -> User:
    """Return the active user who has this address and belongs to the company with the id ``of``."""
    found = active_user(store, text, field=field)
    if of not in {one.company_id for one in store.users.memberships(found.id)}:
        owner = store.companies.get(of)
        name = owner.name if owner is not None else ""
        raise RefusedAct(field, "no_member", name=found.name, company=name, address=text)
    return found


def insider(store: Store, text: str, record: Record, *, field: str) -> User:
    """Return the member who has this address, if records of this type are there for them."""
    found = member(store, text, record.company_id, field=field)
    if record.type in store.record_types.hidden_from(record.company_id, found.id):
        raise RefusedAct(field, "not_in_named_team", name=found.name, number=record.label, type=record.type)
    return found


def team(store: Store, of: int, name: str, *, field: str = "name") -> Team:
    """Return the team of this name in the company with the id ``of``."""
    found = store.teams.by_name(of, name.strip())
    if found is None:
        there = joined([one.name for one in store.teams.all(of)]) or "-"
        raise RefusedAct(field, "no_such_team", name=name, names=there)
    return found


def contact(store: Store, of: int, text: str, *, field: str = "address", to_remove: bool = False) -> Contact:
    """Return the contact who has this address in the company with the id ``of``."""
    wanted = address(field, text)
    found = store.contacts.by_address(of, wanted)
    if found is None or found.archived_at is not None:
        raise RefusedAct(field, "no_such_contact_to_remove" if to_remove else "no_such_contact", address=wanted)
    return found


def no_record(field: str, number: str) -> RefusedAct:
    """Return what refuses a number that no record has, or none at all."""
    number = number.strip()
    return RefusedAct(field, "no_such_record", number=number) if number else RefusedAct(field, "record_wanted")


def record(store: Store, label: str, company_name: str | None, *, field: str = "number") -> Record:
    """Return the record of this number, such as LEAD-17."""
    found = store.records.by_label(label, company_id(store, company_name))
    if not found:
        raise no_record(field, label)
    if len(found) > 1:
        raise RefusedAct("company", "several_records", number=label, names=joined([one.company for one in found]))
    return found[0]


def record_type(store: Store, of: int, name: str, *, field: str) -> str:
    """Return a type of records that the company keeps."""
    there = [one.name for one in store.companies.record_types(of)]
    if name not in there:
        raise RefusedAct(field, "no_such_record_type", name=name, names=joined(there))
    return name
