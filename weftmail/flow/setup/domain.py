"""Mail domains: dedicated (all their mail comes here), or with mailboxes that live there too."""

from __future__ import annotations

from dataclasses import dataclass

from weftmail.core.alias_name import CATCH_ALL
from weftmail.core.role import Role
from weftmail.flow import vocabulary
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup import find
from weftmail.flow.setup.act import Done, Setup, act, mapped_act
from weftmail.flow.setup.undo import check_unchanged
from weftmail.store.alias import Alias
from weftmail.store.audit import AuditRow
from weftmail.store.domain import Domain
from weftmail.store.store import Store

CLOSED_FOR = 30 * 24 * 3600 * 1000
"""A domain that is being removed goes on taking answers for this long, in milliseconds."""


@dataclass(frozen=True, slots=True)
class Closed(Done):
    """A domain that was removed, or that is being removed and still takes answers.

    ``ended`` are its aliases until now, ``waiting`` counts the copies of it in the outbox, and from ``until`` on,
    when none waits, it can be ended.
    """

    removed: bool = False
    ended: tuple[str, ...] = ()
    waiting: int = 0
    until: int = 0


@dataclass(frozen=True, slots=True)
class Restored(Done):
    """A domain that is in use again: the aliases that came ``back``, and those that could not, each with the reason."""

    back: tuple[str, ...] = ()
    left_out: tuple[tuple[str, Refusal], ...] = ()


@mapped_act
def add(setup: Setup, name: str, *, company: str | None = None, shared: bool = False, dedicated: bool = True) -> Done:
    """Add a domain, one company's own or ``shared`` by all; the mail server takes its mail at once."""
    store, wanted = setup.store, find.domain_name("name", name)
    there = store.domains.by_name(wanted)
    if there is not None:
        raise RefusedAct("name", "domain_closed" if there.state == "closed" else "domain_there", name=wanted)
    owner = None if shared else find.company(store, company)
    store.domains.add(wanted, owner.id if owner else None, dedicated, setup.clock())
    return Done("domain.add", owner.id if owner else None, wanted, {}, vocabulary.domain(find.domain(store, wanted)))


@mapped_act
def change(
    setup: Setup,
    name: str,
    *,
    dedicated: bool | None = None,
    company: str | None = None,
    shared: bool = False,
) -> Done:
    """Change whose a domain is and whether it is dedicated."""
    if dedicated is None and company is None and not shared:
        raise RefusedAct("", "nothing_to_change", noun="domain")
    store = setup.store
    found = find.domain(store, name)
    owner_id = found.company_id
    if shared or company is not None:
        owner_id = None if shared else find.company(store, company).id
    dedicated = found.dedicated if dedicated is None else dedicated
    _check_aliases(setup, found, owner_id, dedicated=dedicated)
    store.domains.set(found.id, dedicated=dedicated, state=found.state, closed_at=found.closed_at, company_id=owner_id)
    return Done(
        "domain.set", owner_id, found.name, vocabulary.domain(found), vocabulary.domain(find.domain(store, found.name))
    )


@act
def postmaster(setup: Setup, name: str, who: str) -> Done:
    """Say who is told of mail to postmaster and abuse of a domain: a colleague by address, or "" for the admins."""
    store, found = setup.store, find.domain(setup.store, name)
    if not found.dedicated:
        raise RefusedAct("who", "postmaster_elsewhere", name=found.name)
    user = None
    if who.strip():
        of = found.company_id
        user = find.active_user(store, who, field="who") if of is None else find.member(store, who, of, field="who")
    was = store.domains.postmaster(found.name)
    store.domains.set_postmaster(found.id, user.id if user is not None else None)
    became = user.id if user is not None else None
    return Done("domain.postmaster", found.company_id, found.name, _postmaster(store, was), _postmaster(store, became))


def _postmaster(store: Store, user_id: int | None) -> dict[str, object]:
    addresses = store.users.addresses(user_id) if user_id is not None else []
    return {"postmaster": addresses[0] if addresses else ""}


def _postmaster_back(setup: Setup, row: AuditRow) -> Done | Refusal:
    return postmaster(setup, row.subject, str(row.before["postmaster"]))


def _check_aliases(setup: Setup, found: Domain, owner_id: int | None, *, dedicated: bool) -> None:
    """Refuse an owner whose colleagues have aliases there, and mailboxes that an alias would take the mail of."""
    there = [one for one in setup.store.aliases.all() if one.domain_id == found.id]
    others = sorted({one.company for one in there if owner_id is not None and one.company_id != owner_id})
    if others:
        raise RefusedAct("company", "domain_has_others", names=find.joined(others), name=found.name)
    for one in () if dedicated else there:
        if one.local_part == CATCH_ALL:
            raise RefusedAct("dedicated", "catch_all_in_the_way", address=one.address)
        where = setup.where_mailbox(one.local_part, found.name)
        if where:
            raise RefusedAct("dedicated", "alias_has_mailbox", address=one.address, where=where)


def removal(setup: Setup, name: str) -> Closed:
    """Return what it would mean to remove a domain now; nothing changes.  Raises RefusedAct for an unknown one."""
    store, now = setup.store, setup.clock()
    found = find.domain(store, name, to_remove=True)
    ended = tuple(one.address for one in store.aliases.all() if one.domain_id == found.id)
    closed_at = found.closed_at if found.closed_at is not None else now
    waiting, until = store.domains.waiting(found.id), closed_at + CLOSED_FOR
    removed = found.state == "closed" and now >= until and not waiting
    after = {
        **vocabulary.domain(found),
        "state": "removed" if removed else "closed",
        "closed_at": vocabulary.iso(closed_at),
        "aliases_in_use": [],
    }
    was = {**vocabulary.domain(found), "aliases_in_use": list(ended)}
    return Closed("domain.remove", found.company_id, found.name, was, after, removed, ended, waiting, until)


@mapped_act
def remove(setup: Setup, name: str) -> Closed:
    """Close a domain, whose aliases end at once; one that was closed for long enough is removed."""
    store = setup.store
    planned, found = removal(setup, name), find.domain(store, name)
    if found.state == "open":
        store.aliases.end_with_domain(found.id, setup.clock())
    _set_state(store, found, str(planned.now["state"]), planned.until - CLOSED_FOR)
    return planned


@mapped_act
def restore(setup: Setup, name: str) -> Restored:
    """Take a closed or removed domain into use again, with the aliases that ended with it."""
    store, now = setup.store, setup.clock()
    found = store.domains.ever(find.domain_name("name", name)) or find.domain(store, name, to_remove=True)
    if found.state == "open":
        raise RefusedAct("name", "domain_open", name=found.name)
    owner = find.company_by_id(store, found.company_id) if found.company_id is not None else None
    if owner is not None and owner.removed_at is not None:
        raise RefusedAct("name", "domain_without_company", name=found.name, company=owner.name)
    ended = store.aliases.ended_with_domain(found.id)
    reasons = {one.id: _in_the_way(setup, found, one) for one in ended}
    back = [one for one in ended if reasons[one.id] is None]
    store.aliases.restore([one.id for one in back], now)
    _set_state(store, found, "open", None)
    names = [one.address for one in back]
    return Restored(
        "domain.restore",
        found.company_id,
        found.name,
        {**vocabulary.domain(found), "aliases_in_use": []},
        {**vocabulary.domain(find.domain(store, found.name)), "aliases_in_use": names},
        tuple(names),
        tuple((one.address, reason) for one in ended if (reason := reasons[one.id]) is not None),
    )


def _set_state(store: Store, found: Domain, state: str, closed_at: int | None) -> None:
    store.domains.set(
        found.id, dedicated=found.dedicated, state=state, closed_at=closed_at, company_id=found.company_id
    )


def _in_the_way(setup: Setup, domain: Domain, alias: Alias) -> Refusal | None:
    """Return why an alias cannot come back: its place was taken while the domain was closed."""
    if domain.company_id not in (None, alias.company_id):
        return Refusal("company", "domain_of_another", {"name": domain.name, "company": domain.company or ""})
    kept = [one.name for one in setup.store.companies.record_types(alias.company_id)]
    if alias.record_type is not None and alias.record_type not in kept:
        values = {"name": alias.record_type, "names": find.joined(kept)}
        return Refusal("record_type", "no_such_record_type", values)
    if setup.store.users.by_address(alias.address) is not None:
        return Refusal("address", "alias_of_user", {"address": alias.address})
    where = "" if domain.dedicated else setup.where_mailbox(alias.local_part, domain.name)
    return Refusal("address", "name_has_mailbox", {"address": alias.address, "where": where}) if where else None


def _bring_back(setup: Setup, row: AuditRow) -> Done | Refusal:
    return restore(setup, row.subject)


def _change_back(setup: Setup, row: AuditRow) -> Done | Refusal:
    try:
        check_unchanged(row, vocabulary.domain(find.domain(setup.store, row.subject)))
    except RefusedAct as refused:
        return refused.refusal
    company = row.before["company"]
    return change(
        setup,
        row.subject,
        dedicated=bool(row.before["dedicated"]),
        company=None if company is None else str(company),
        shared=company is None,
    )


def _close_again(setup: Setup, row: AuditRow) -> Done | Refusal:
    return remove(setup, row.subject)


reverses = {
    "domain.remove": _bring_back,
    "domain.restore": _close_again,
    "domain.set": _change_back,
    "domain.postmaster": _postmaster_back,
}
undone_by = Role.ADMIN
