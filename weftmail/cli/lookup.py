"""From the words of a call to what they name; whatever is not there is answered by what is, and by the next step."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from weftmail.cli.context import joined
from weftmail.core import address as addresses
from weftmail.core import text as texts
from weftmail.core.failure import UsageError
from weftmail.store.alias import Alias
from weftmail.store.company import Company
from weftmail.store.domain import Domain
from weftmail.store.people import Contact, User
from weftmail.store.record import Record
from weftmail.store.store import Store


def address(text: str) -> str:
    """Return the canonical form of an address."""
    try:
        return addresses.canonical(text)
    except addresses.BadAddress as error:
        raise UsageError(str(error), status=2) from None


def domain_name(text: str) -> str:
    """Return the canonical form of a domain name."""
    try:
        name = addresses.canonical_domain(text)
    except addresses.BadAddress as error:
        raise UsageError(str(error), status=2) from None
    if "." not in name:
        raise UsageError(f"{text!r} is not a whole domain name; write it with its last part, as {text}.example", 2)
    return name


def line(what: str, text: str) -> str:
    """Return a name or title; it has to be one line of text."""
    try:
        return texts.line(what, text)
    except texts.BadText as error:
        raise UsageError(f"{error}; give one line of text", status=2) from None


def pairs(words: Sequence[str]) -> dict[str, str]:
    """Read K=V, as often as given; an empty V takes the field away where there was one."""
    found: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise UsageError(f"{word!r} is not of the form NAME=VALUE", status=2)
        found[line("name of the field", name)] = line(f"value of {name}", value) if value else ""
    return found


def company(store: Store, name: str | None) -> Company:
    """Return the company of this name, or the only one there is."""
    there = store.companies.all()
    if name is not None:
        found = store.companies.by_name(name)
        if found is None:
            names = [one.name for one in there]
            raise UsageError(f"{name} is no company of ours; there are {joined(names)}. Add it: mail-admin company add")
        return found
    if not there:
        raise UsageError("there is no company yet; add one: mail-admin company add NAME")
    if len(there) > 1:
        raise UsageError(f"say for which company: --company NAME; there are {joined([c.name for c in there])}", 2)
    return there[0]


def company_id(store: Store, name: str | None) -> int | None:
    """Return the id of the company of this name; None, for all of them, where none is named."""
    return None if name is None else company(store, name).id


def domain(store: Store, text: str, *, to_remove: bool = False) -> Domain:
    """Return a domain of ours; who would remove it, or something in it, is not told how to add it."""
    name = domain_name(text)
    found = store.domains.by_name(name)
    if found is None:
        there = [one.name for one in store.domains.all()]
        near = difflib.get_close_matches(name, there, n=1, cutoff=0.8)
        asked = f" Did you mean {near[0]}?" if near else ""
        step = "" if to_remove else f" Add it: mail-admin domain add {name}"
        raise UsageError(f"{name} is no domain of ours; there are {joined(there)}.{asked}{step}")
    return found


def alias(store: Store, text: str, *, to_remove: bool = False) -> Alias:
    """Return an alias that is in use; who would remove it is not told how to add it."""
    wanted = address(text)
    local, name = addresses.split(wanted)
    domain(store, name, to_remove=to_remove)
    found = store.aliases.by_address(wanted)
    if found is None or not found.active or found.local_part != local:
        there = [one.address for one in store.aliases.all()]
        near = difflib.get_close_matches(wanted, there, n=3, cutoff=0.6)
        asked = f" Near: {', '.join(near)}." if near else ""
        step = "See: mail-admin alias list" if to_remove else f"Add it: mail-admin alias add {wanted} --opens TYPE"
        raise UsageError(f"{wanted} is no alias.{asked} {step}")
    return found


def user(store: Store, text: str) -> User:
    """Return the user who has this address."""
    wanted = address(text)
    found = store.users.by_address(wanted)
    if found is None:
        raise UsageError(f"nobody who signs in has {wanted}; add them: mail-admin user add {wanted} --name NAME")
    return found


def member(store: Store, text: str, of: int) -> User:
    """Return the user who has this address and belongs to the company with the id ``of``."""
    found = user(store, text)
    if not found.active:
        raise UsageError(f"{found.name} is no longer active; bring them back: mail-admin user set {text} --active")
    if of not in {one.company_id for one in store.users.memberships(found.id)}:
        owner = store.companies.get(of)
        name = owner.name if owner is not None else "the company"
        raise UsageError(
            f"{found.name} is no member of {name}; make them one: "
            f"mail-admin user set {address(text)} --company '{name}' --role agent"
        )
    return found


def contact(store: Store, of: int, text: str, *, to_remove: bool = False) -> Contact:
    """Return the contact who has this address in the company with the id ``of``."""
    wanted = address(text)
    found = store.contacts.by_address(of, wanted)
    if found is None or found.archived_at is not None:
        step = "see: mail-admin contact list" if to_remove else f"add one: mail-admin contact add {wanted} --name NAME"
        raise UsageError(f"no contact has {wanted}; {step}")
    return found


def record(store: Store, label: str, company_name: str | None) -> Record:
    """Return the record of this number, such as LEAD-17."""
    found = store.records.by_label(label, company_id(store, company_name))
    if not found:
        raise UsageError(f"there is no record {label}; see: mail-admin record list")
    if len(found) > 1:
        names = joined([one.company for one in found])
        raise UsageError(f"several companies have a {label}; say which: --company NAME ({names})", status=2)
    return found[0]


def record_type(store: Store, of: int, name: str) -> str:
    """Return a type of records that the company keeps."""
    there = [one.name for one in store.companies.record_types(of)]
    if name not in there:
        raise UsageError(f"there are no records of type {name}; there are {joined(there)}", status=2)
    return name
