"""Aliases: addresses that open records of a type, or that append to one record."""

from __future__ import annotations

import json
from collections.abc import Mapping

from weftmail.core import address as addresses
from weftmail.flow import vocabulary
from weftmail.flow.identity import check_answer_as
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import find, values
from weftmail.flow.setup.act import Done, Fields, Setup, mapped_act
from weftmail.store.alias import AliasSettings
from weftmail.store.company import Company
from weftmail.store.domain import ROLE_ADDRESSES, SYSTEM_ADDRESSES, Domain
from weftmail.store.store import Store

ACCEPTS = ("everyone", "known", "participants", "internal")
"""Who may write to an alias."""
RESERVED = (*SYSTEM_ADDRESSES, *ROLE_ADDRESSES)

_NOTHING = AliasSettings(None, None, None, "everyone", "", "{}")


@mapped_act
def add(
    setup: Setup,
    address: str,
    *,
    company: str | None = None,
    opens: str | None = None,
    record: str | None = None,
    owner: str | None = None,
    accepts: str | None = None,
    answer_as: str | None = None,
    defaults: Mapping[str, str] | None = None,
) -> Done:
    """Add an alias that ``opens`` records of a type, or appends to one ``record``; its mail is taken at once."""
    _check_reserved(address)
    store, wanted = setup.store, find.alias_address("address", address)
    if opens is None and record is None:
        raise RefusedAct("opens", "alias_without_goal")
    local, domain_name = addresses.split(wanted)
    domain = find.domain(store, domain_name, field="address")
    whose = _company(store, domain, company)
    _check_name(setup, local, domain)
    _check_free(store, wanted)
    settings = _settings(store, whose.id, _NOTHING, opens, record, owner, accepts, answer_as, defaults or {})
    alias_id = store.aliases.add(whose.id, domain.id, local, settings, setup.clock())
    return Done("alias.add", whose.id, wanted, {}, _now(store, whose.id, alias_id))


@mapped_act
def change(
    setup: Setup,
    address: str,
    *,
    opens: str | None = None,
    record: str | None = None,
    owner: str | None = None,
    accepts: str | None = None,
    answer_as: str | None = None,
    defaults: Mapping[str, str] | None = None,
) -> Done:
    """Change an alias; None keeps what is there, and "" takes owner, address to answer as or a default away."""
    if all(one is None for one in (opens, record, owner, accepts, answer_as)) and not defaults:
        raise RefusedAct("", "nothing_to_change", noun="alias")
    store = setup.store
    found = find.alias(store, address)
    old = AliasSettings(
        found.record_type,
        found.record_id,
        found.owner_id,
        found.accepts,
        found.answer_as,
        found.defaults,
        found.owner_team_id,
    )
    settings = _settings(store, found.company_id, old, opens, record, owner, accepts, answer_as, defaults or {})
    store.aliases.set(found.id, settings, setup.clock())
    return Done(
        "alias.set", found.company_id, found.address, vocabulary.alias(found), _now(store, found.company_id, found.id)
    )


@mapped_act
def remove(setup: Setup, address: str) -> Done:
    """Take an alias out of use; its records and their reply addresses stay."""
    found = find.alias(setup.store, address, to_remove=True)
    setup.store.aliases.set_state(found.id, "removed", setup.clock())
    return Done("alias.remove", found.company_id, found.address, vocabulary.alias(found))


def _now(store: Store, company_id: int, alias_id: int) -> Fields:
    found = store.aliases.get(company_id, alias_id)
    return vocabulary.alias(found) if found is not None else {}


def _company(store: Store, domain: Domain, name: str | None) -> Company:
    """Return whose alias it will be: the domain's company, or in a shared domain the one that is named."""
    if domain.company is None:
        return find.company(store, name)
    if name is not None and find.company(store, name).id != domain.company_id:
        raise RefusedAct("company", "domain_of_another", name=domain.name, company=domain.company)
    return find.company(store, domain.company)


def _check_reserved(address: str) -> None:
    """Refuse names that are ours in every domain, with a plus part as well."""
    local = address.strip().rpartition("@")[0].lower()
    if addresses.without_plus(local) in RESERVED:
        raise RefusedAct("address", "name_reserved", name=local, names=find.joined(RESERVED))


def _check_name(setup: Setup, local: str, domain: Domain) -> None:
    """Refuse names that have a mailbox, and all of a domain that is not open."""
    if domain.state != "open":
        raise RefusedAct("address", "domain_closed", name=domain.name)
    where = "" if domain.dedicated else setup.where_mailbox(local, domain.name)
    if where:
        raise RefusedAct("address", "name_has_mailbox", address=f"{local}@{domain.name}", where=where)


def _check_free(store: Store, address: str) -> None:
    there = store.aliases.by_address(address)
    if there is not None and there.active:
        raise RefusedAct("address", "alias_there", address=address)
    if store.users.by_address(address) is not None:
        raise RefusedAct("address", "alias_of_user", address=address)


def _settings(
    store: Store,
    company_id: int,
    old: AliasSettings,
    opens: str | None,
    record: str | None,
    owner: str | None,
    accepts: str | None,
    answer_as: str | None,
    defaults: Mapping[str, str],
) -> AliasSettings:
    record_type, record_id = _goal(store, company_id, old, opens, record)
    owner_id = old.owner_id if owner is None else _owner(store, company_id, owner)
    kept = {**json.loads(old.defaults), **defaults}
    if record_type is not None:
        kept = values.checked(store, company_id, record_type, kept, field="defaults")
    return AliasSettings(
        record_type,
        record_id,
        owner_id,
        old.accepts if accepts is None else find.choice("accepts", accepts, ACCEPTS),
        old.answer_as if answer_as is None else _answer_as(store, answer_as),
        json.dumps({name: value for name, value in kept.items() if value}, ensure_ascii=False),
        owner_team_id=old.owner_team_id if owner is None else None,
    )


def _goal(
    store: Store, company_id: int, old: AliasSettings, opens: str | None, record: str | None
) -> tuple[str | None, int | None]:
    """Return the type of record that each mail opens, or the id of the one that it goes onto."""
    if opens is not None:
        return find.record_type(store, company_id, opens, field="opens"), None
    if record is None:
        return old.record_type, old.record_id
    found = store.records.by_label(record, company_id)
    if not found:
        raise RefusedAct("record", "no_such_record", number=record)
    return None, found[0].id


def _owner(store: Store, company_id: int, owner: str) -> int | None:
    return find.member(store, owner, company_id, field="owner").id if owner else None


def _answer_as(store: Store, text: str) -> str:
    if not text:
        return ""
    mailbox = check_answer_as(store, find.line("answer_as", text))
    return f"{mailbox.name} <{mailbox.address}>" if mailbox.name else mailbox.address
