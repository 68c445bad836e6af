"""Aliases: addresses that open records of a type, or that append to one record."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from weftmail.core import address as addresses
from weftmail.core.alias_name import CATCH_ALL
from weftmail.core.near import one_slip
from weftmail.flow import vocabulary
from weftmail.flow.identity import check_answer_as
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup import alias_switches, find, values
from weftmail.flow.setup.act import Done, Fields, Setup, mapped_act
from weftmail.flow.setup.alias_switches import SWITCHES, Switches
from weftmail.flow.setup.undo import check_unchanged
from weftmail.store.alias import Alias, AliasSettings
from weftmail.store.audit import AuditRow
from weftmail.store.company import Company
from weftmail.store.domain import ROLE_ADDRESSES, SYSTEM_ADDRESSES, Domain
from weftmail.store.store import Store

ACCEPTS = ("everyone", "known", "participants", "internal")
"""Who may write to an alias."""
RESERVED = (*SYSTEM_ADDRESSES, *ROLE_ADDRESSES)

_NOTHING = AliasSettings(None, None, None, "everyone", "", "{}")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What an alias shall be from now on: None keeps what is there, and "" takes it away."""

    opens: str | None = None
    record: str | None = None
    owner: str | None = None
    team: str | None = None
    accepts: str | None = None
    answer_as: str | None = None
    defaults: Mapping[str, str] = field(default_factory=dict)
    switches: Switches = field(default_factory=dict)


@mapped_act
def add(
    setup: Setup,
    address: str,
    *,
    company: str | None = None,
    opens: str | None = None,
    record: str | None = None,
    owner: str | None = None,
    team: str | None = None,
    accepts: str | None = None,
    answer_as: str | None = None,
    defaults: Mapping[str, str] | None = None,
    switches: Switches | None = None,
) -> Done:
    """Add an alias that ``opens`` records of a type, or appends to one ``record``; its mail is taken at once.

    A colleague owns it, a ``team``, or nobody.  ``switches``: see ``alias_switches``.
    """
    store = setup.store
    if not opens and not record:
        find.alias_address("address", address)
        raise RefusedAct("opens", "alias_without_goal")
    domain, local = _place(setup, address)
    whose = _company(store, domain, company)
    wanted = _Wanted(opens or None, record or None, owner, team, accepts, answer_as, defaults or {}, switches or {})
    alias_id = store.aliases.add(
        whose.id, domain.id, local, _settings(store, whose.id, _NOTHING, wanted), setup.clock()
    )
    return Done("alias.add", whose.id, f"{local}@{domain.name}", {}, _now(store, whose.id, alias_id))


@mapped_act
def change(
    setup: Setup,
    address: str,
    *,
    opens: str | None = None,
    record: str | None = None,
    owner: str | None = None,
    team: str | None = None,
    accepts: str | None = None,
    answer_as: str | None = None,
    defaults: Mapping[str, str] | None = None,
    switches: Switches | None = None,
) -> Done:
    """Change an alias; None keeps what is there, and "" takes owner, team, address to answer as or a default away."""
    if all(one is None for one in (opens, record, owner, team, accepts, answer_as)) and not (defaults or switches):
        raise RefusedAct("", "nothing_to_change", noun="alias")
    found = find.alias(setup.store, address)
    return _set(setup, found, _Wanted(opens, record, owner, team, accepts, answer_as, defaults or {}, switches or {}))


@mapped_act
def switch_on(setup: Setup, address: str) -> Done:
    """Let an alias that is off take mail again, from the next mail on."""
    return _switch(setup, address, "on")


@mapped_act
def switch_off(setup: Setup, address: str) -> Done:
    """Refuse mail to an alias from the next mail on; the alias stays, and so do its records and their addresses."""
    return _switch(setup, address, "off")


@mapped_act
def remove(setup: Setup, address: str) -> Done:
    """Take an alias out of use; its records and their reply addresses stay."""
    found = find.alias(setup.store, address, to_remove=True)
    setup.store.aliases.set_state(found.id, "removed", setup.clock())
    return Done("alias.remove", found.company_id, found.address, vocabulary.alias(found))


@mapped_act
def restore(setup: Setup, row: AuditRow) -> Done:
    """Bring a removed alias back as it was, on or off."""
    store, had = setup.store, row.before
    domain, local = _place(setup, row.subject)
    whose = _company(store, domain, row.company)
    settings = _settings(store, whose.id, _NOTHING, _as_it_was(had, {}))
    alias_id = store.aliases.add(whose.id, domain.id, local, settings, setup.clock())
    if had.get("state") == "off":
        store.aliases.set_state(alias_id, "off", setup.clock())
    return Done("alias.restore", whose.id, row.subject, {}, _now(store, whose.id, alias_id))


@dataclass(frozen=True, slots=True)
class NameCheck:
    """What is to say of an address for a new alias: why it cannot be one, and which aliases have a name near to it.

    ``address`` is how it would be stored; what was given, where it is no address.
    """

    address: str
    refusal: Refusal | None
    near: tuple[str, ...] = ()


def check_name(setup: Setup, address: str, company: str) -> NameCheck:
    """Say whether an alias of the company could have this address; only reads."""
    try:
        domain, local = _place(setup, address)
        _company(setup.store, domain, company)
    except RefusedAct as refused:
        return NameCheck(address, refused.refusal)
    return NameCheck(f"{local}@{domain.name}", None, near(setup.store, f"{local}@{domain.name}"))


def domains_of(store: Store, company_id: int) -> list[Domain]:
    """Return the domains in which a company can have aliases: its own, and those that all share."""
    return [one for one in store.domains.all() if one.company_id in (None, company_id)]


def foreign(store: Store, company_id: int, address: str) -> Refusal | None:
    """Refuse an address in a domain that is not the company's, naming its own alone; the act refuses what is none."""
    here = [one.name for one in domains_of(store, company_id)]
    try:
        name = addresses.canonical_domain(address.rpartition("@")[2])
    except addresses.BadAddress:
        return None
    return (
        None
        if name in here
        else Refusal("address", "no_such_domain", {"name": name, "names": find.joined(here) or "-"})
    )


def pairs(text: str) -> dict[str, str]:
    """Return the fields that were written one a line, NAME=VALUE; a line without the sign is a name without a value."""
    lines = (line.partition("=") for line in text.splitlines() if line.strip())
    return {name.strip(): value.strip() for name, _, value in lines}


def near(store: Store, address: str) -> tuple[str, ...]:
    """Return the aliases of the same domain whose names are one slip of the hand away, such as lead@ of leads@."""
    local, _, name = addresses.comparable(address).rpartition("@")
    domain = store.domains.by_name(name)
    there = [] if domain is None else store.aliases.alike(domain.id, local)
    return tuple(f"{one}@{name}" for one in there if one_slip(one, local) and CATCH_ALL not in (one, local))


def _set(setup: Setup, found: Alias, wanted: _Wanted) -> Done:
    store, old = setup.store, AliasSettings.of(found)
    store.aliases.set(found.id, _settings(store, found.company_id, old, wanted), setup.clock())
    after = _now(store, found.company_id, found.id)
    return Done("alias.set", found.company_id, found.address, vocabulary.alias(found), after)


def _switch(setup: Setup, address: str, state: str) -> Done:
    store = setup.store
    found = find.alias(store, address, to_remove=True)
    if found.state != state:
        store.aliases.set_state(found.id, state, setup.clock())
    after = _now(store, found.company_id, found.id)
    return Done(f"alias.{state}", found.company_id, found.address, vocabulary.alias(found), after)


def _now(store: Store, company_id: int, alias_id: int) -> Fields:
    found = store.aliases.get(company_id, alias_id)
    return vocabulary.alias(found) if found is not None else {}


# --- taking back ----------------------------------------------------------------------------------------------------


@mapped_act
def _change_back(setup: Setup, row: AuditRow) -> Done:
    found = find.alias(setup.store, row.subject, field="", to_remove=True)
    check_unchanged(row, vocabulary.alias(found))
    return _set(setup, found, _as_it_was(row.before, row.now))


def _as_it_was(before: Fields, now: Fields) -> _Wanted:
    """Return what stood there, as somebody would give it; defaults that came since are taken away."""
    text = {name: str(before.get(name) or "") for name in ("owner_address", "team", "address", "answer_as", "accepts")}
    return _Wanted(
        opens=_given(before.get("opens")),
        record=_given(before.get("record")),
        owner=text["owner_address"],
        team=text["team"],
        accepts=text["accepts"],
        answer_as="" if text["answer_as"] in (text["address"], _notifications(text["address"])) else text["answer_as"],
        defaults={**dict.fromkeys(_pairs(now), ""), **_pairs(before)},
        switches={name: str(before[name]) for name in SWITCHES if name in before},
    )


def _notifications(address: str) -> str:
    """Return the address that answers go out as where the alias takes all the rest of its domain."""
    local, _, domain = address.partition("@")
    return f"notifications@{domain}" if local == CATCH_ALL else address


def _given(value: object) -> str | None:
    return str(value) if value else None


def _pairs(said: Fields) -> dict[str, str]:
    defaults = said.get("defaults")
    return {str(name): str(value) for name, value in defaults.items()} if isinstance(defaults, Mapping) else {}


def _take_out(setup: Setup, row: AuditRow) -> Done | Refusal:
    return remove(setup, row.subject)


def _switch_back(setup: Setup, row: AuditRow) -> Done | Refusal:
    return (switch_off if row.act == "alias.on" else switch_on)(setup, row.subject)


reverses = {
    "alias.add": _take_out,
    "alias.set": _change_back,
    "alias.on": _switch_back,
    "alias.off": _switch_back,
    "alias.remove": restore,
    "alias.restore": _take_out,
}


# --- what is asked of an alias ----------------------------------------------------------------------------------------


def _place(setup: Setup, address: str) -> tuple[Domain, str]:
    """Return the domain and the name of an alias that could be added; raises RefusedAct for what cannot be one."""
    _check_reserved(address)
    store, wanted = setup.store, find.alias_address("address", address)
    local, domain_name = addresses.split(wanted)
    domain = find.domain(store, domain_name, field="address")
    _check_name(setup, local, domain)
    _check_free(store, wanted)
    return domain, local


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
    if local == CATCH_ALL:
        _check_catch_all(setup.store, domain)
    where = "" if domain.dedicated else setup.where_mailbox(local, domain.name)
    if where:
        raise RefusedAct("address", "name_has_mailbox", address=f"{local}@{domain.name}", where=where)


def _check_catch_all(store: Store, domain: Domain) -> None:
    """Refuse to take all mail of a domain where somebody else gets some: mailboxes, and people who sign in."""
    if not domain.dedicated:
        raise RefusedAct("address", "catch_all_beside_mailboxes", name=domain.name)
    people = store.users.with_addresses_in(domain.name)
    if people:
        raise RefusedAct("address", "catch_all_of_users", name=domain.name, addresses=find.joined(people))


def _check_free(store: Store, address: str) -> None:
    there = store.aliases.named(address)
    if there is not None and there.state != "removed":
        raise RefusedAct("address", "alias_there", address=address)
    if store.users.by_address(address) is not None:
        raise RefusedAct("address", "alias_of_user", address=address)


def _settings(store: Store, company_id: int, old: AliasSettings, wanted: _Wanted) -> AliasSettings:
    record_type, record_id = _goal(store, company_id, old, wanted)
    kept = {**json.loads(old.defaults), **wanted.defaults}
    if record_type is not None:
        kept = values.checked(store, company_id, record_type, kept, field="defaults")
    made = AliasSettings(
        record_type,
        record_id,
        old.owner_id,
        old.accepts if wanted.accepts is None else find.choice("accepts", wanted.accepts, ACCEPTS),
        old.answer_as if wanted.answer_as is None else _answer_as(store, company_id, wanted.answer_as),
        json.dumps({name: value for name, value in kept.items() if value}, ensure_ascii=False),
        old.owner_team_id,
        **alias_switches.checked(store, company_id, record_type, old, wanted.switches),
    )
    return _owned(store, company_id, made, wanted.owner, wanted.team)


def _owned(
    store: Store, company_id: int, settings: AliasSettings, owner: str | None, team: str | None
) -> AliasSettings:
    """Return the settings with the owner that is named: a colleague or a team, which take each other's place."""
    if owner is None and team is None:
        return settings
    if owner and team:
        raise RefusedAct("team", "owner_and_team")
    owner_id = find.member(store, owner, company_id, field="owner").id if owner else None
    team_id = find.team(store, company_id, team, field="team").id if team else None
    # With "" for the one, the other stays what it is.
    if owner is None and not team:
        owner_id = settings.owner_id
    return replace(settings, owner_id=owner_id, owner_team_id=team_id)


def _goal(store: Store, company_id: int, old: AliasSettings, wanted: _Wanted) -> tuple[str | None, int | None]:
    """Return the type of record that each mail opens, or the id of the one that it goes onto."""
    if wanted.opens is not None:
        return find.record_type(store, company_id, wanted.opens, field="opens"), None
    if wanted.record is None:
        return old.record_type, old.record_id
    found = store.records.by_label(wanted.record, company_id)
    if not found:
        raise find.no_record("record", wanted.record)
    return None, found[0].id


def _answer_as(store: Store, company_id: int, text: str) -> str:
    if not text:
        return ""
    mailbox = check_answer_as(store, company_id, find.line("answer_as", text))
    return f"{mailbox.name} <{mailbox.address}>" if mailbox.name else mailbox.address
