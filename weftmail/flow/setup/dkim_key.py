"""DKIM keys: the two that sign what a domain sends (RFC 6376, RFC 8463), private halves in files."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Protocol

from weftmail.core.composing.dkim_key import Algorithm, BadKey, SigningKey
from weftmail.core.dns.key_life import OVERLAP
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup import find
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.store.audit import AuditRow
from weftmail.store.domain import DkimKey, Domain
from weftmail.store.store import Store

KINDS: tuple[tuple[Algorithm, str], ...] = (("rsa", "a"), ("ed25519", "e"))
"""Both kinds, each with the letter that ends its selector: ``wm26a`` and ``wm26e`` are of 2026."""


class KeyFiles(Protocol):
    """Where the private halves lie."""

    @property
    def folder(self) -> str:
        """The folder of all keys, as a refusal names it."""
        ...

    def load(self, domain: str) -> Sequence[SigningKey]:
        """Return the keys of a domain; raises BadKey for one that cannot be read."""
        ...

    def create(self, domain: str, selector: str, algorithm: Algorithm) -> SigningKey:
        """Make a key and keep it."""
        ...

    def remove(self, domain: str, selector: str) -> bool:
        """Delete a key for good; say whether there was one."""
        ...


@dataclass(frozen=True, slots=True)
class Keys(Done):
    """The keys of a domain: the selectors of those that were ``made`` now, and all of them."""

    made: tuple[str, ...] = ()
    keys: tuple[DkimKey, ...] = ()


def name(key: DkimKey) -> str:
    """Return the name in the DNS at which the record of a key stands."""
    return f"{key.selector}._domainkey.{key.domain}"


def create(setup: Setup, domain: str, files: KeyFiles) -> Keys | Refusal:
    """Make those of the two keys that a domain lacks; keys that are there stay."""
    try:
        found = find.domain(setup.store, domain, field="domain")
        # An RSA key takes its time; nobody has to wait for the store meanwhile.
        made = _make_missing(setup, found, files)
    except RefusedAct as refused:
        return refused.refusal
    return _keep(setup, found, made)


@act
def _keep(setup: Setup, domain: Domain, made: Sequence[SigningKey]) -> Keys:
    kept = _kept(setup, domain, made)
    return Keys("dkim_key.create", domain.company_id, domain.name, *kept)


def _kept(
    setup: Setup, domain: Domain, made: Sequence[SigningKey]
) -> tuple[Fields, Fields, tuple[str, ...], tuple[DkimKey, ...]]:
    domains, was = setup.store.domains, _selectors(setup.store, domain)
    for key in made:
        domains.add_dkim_key(domain.id, key.selector, key.algorithm, key.record, setup.clock())
    if made:
        setup.store.dns.want(domain.id, setup.clock())
    keys = tuple(domains.dkim_keys(domain.name))
    return was, _selectors(setup.store, domain), tuple(key.selector for key in made), keys


@act
def _rotated(setup: Setup, domain: Domain, made: Sequence[SigningKey]) -> Keys:
    kept = _kept(setup, domain, made)
    return Keys("dkim_key.rotate", domain.company_id, domain.name, *kept)


def rotate(setup: Setup, domain: str, files: KeyFiles) -> Keys | Refusal:
    """Make two new keys for a domain; each takes over once every server of the zone shows it."""
    try:
        found = find.domain(setup.store, domain, field="domain")
        waiting = [
            key.selector for key in setup.store.domains.dkim_keys(found.name) if key.state in ("made", "published")
        ]
        if waiting:
            raise RefusedAct("domain", "dkim_key_waiting", selectors=find.joined(waiting))
        made = [_new(setup, found, files, kind, letter) for kind, letter in KINDS]
    except RefusedAct as refused:
        return refused.refusal
    return _rotated(setup, found, made)


@act
def retire(setup: Setup, domain: str, selector: str) -> Keys:
    """Let a key sign no longer; one that has signed stays in the DNS for seven days more.

    Its private half is deleted seven days from now; until then this can be undone.
    """
    found, key = _key(setup, domain, selector)
    if key.state == "retired":
        raise RefusedAct("selector", "dkim_key_retired", selector=selector)
    return _moved(setup, found, "dkim_key.retire", {key.id: "retiring" if key.state == "signing" else "retired"})


@act
def sign_now(setup: Setup, domain: str) -> Keys:
    """Let the keys of a domain sign before the DNS shows them: for a trial that checks with the keys themselves."""
    found = find.domain(setup.store, domain, field="domain")
    keys = setup.store.domains.dkim_keys(found.name)
    return _moved(
        setup, found, "dkim_key.sign_now", {key.id: "signing" for key in keys if key.state in ("made", "published")}
    )


@act
def move(setup: Setup, domain: Domain, states: Mapping[int, str]) -> Keys:
    """Give keys the states that the DNS shows them to be in, each by its number."""
    return _moved(setup, domain, "dkim_key.set", states)


def _moved(setup: Setup, domain: Domain, name_: str, states: Mapping[int, str]) -> Keys:
    domains, now = setup.store.domains, setup.clock()
    was = _states(domains.dkim_keys(domain.name))
    for key_id, state in states.items():
        domains.set_dkim_key(key_id, state, now)
    setup.store.dns.want(domain.id, now)
    keys = tuple(domains.dkim_keys(domain.name))
    return Keys(name_, domain.company_id, domain.name, was, _states(keys), (), keys)


def _key(setup: Setup, domain: str, selector: str) -> tuple[Domain, DkimKey]:
    found = find.domain(setup.store, domain, field="domain")
    keys = setup.store.domains.dkim_keys(found.name)
    for key in keys:
        if key.selector == selector:
            return found, key
    raise RefusedAct(
        "selector", "no_such_dkim_key", selector=selector, selectors=find.joined([one.selector for one in keys])
    )


def _states(keys: Sequence[DkimKey]) -> Fields:
    return {"keys": {one.selector: one.state for one in keys}}


def _selectors(store: Store, domain: Domain) -> Fields:
    return {"keys": [one.selector for one in store.domains.dkim_keys(domain.name)]}


def _make_missing(setup: Setup, domain: Domain, files: KeyFiles) -> list[SigningKey]:
    there = _loaded(files, domain.name)
    known = [key for key in setup.store.domains.dkim_keys(domain.name) if key.state != "retired"]
    lost = [key.selector for key in known if key.selector not in there]
    if lost:
        raise RefusedAct("domain", "dkim_key_lost", selectors=find.joined(lost), folder=f"{files.folder}/{domain.name}")
    missing = [(kind, letter) for kind, letter in KINDS if kind not in {key.algorithm for key in known}]
    return [_new(setup, domain, files, kind, letter) for kind, letter in missing]


def _new(setup: Setup, domain: Domain, files: KeyFiles, kind: Algorithm, letter: str) -> SigningKey:
    """Make a key under the year's next name; a file without a row is left from a call that was cut short."""
    year = datetime.fromtimestamp(setup.clock() / 1000, UTC).strftime("%y")
    taken = {key.selector for key in setup.store.domains.dkim_keys(domain.name)}
    names = (f"wm{year}{letter}{number if number > 1 else ''}" for number in count(1))
    selector = next(one for one in names if one not in taken)
    there = _loaded(files, domain.name)
    return there.get(selector) or files.create(domain.name, selector, kind)


def _loaded(files: KeyFiles, domain: str) -> dict[str, SigningKey]:
    try:
        return {key.selector: key for key in files.load(domain)}
    except BadKey as error:
        raise RefusedAct("domain", "dkim_key_broken", why=str(error)) from None


def gone_at(key: DkimKey) -> int:
    """Return when the private half of a key that is no longer to sign is deleted: seven days after it signed last."""
    return key.changed_at + OVERLAP


def forget(setup: Setup, domain: Domain, files: KeyFiles, overlapped: Collection[str] = ()) -> None:
    """Delete the private halves that nothing needs any more: of ``overlapped`` selectors, and of what is retired."""
    now = setup.clock()
    for key in setup.store.domains.dkim_keys(domain.name):
        if key.state == "retired" and (key.selector in overlapped or now >= gone_at(key)):
            files.remove(domain.name, key.selector)


# --- taking back ----------------------------------------------------------------------------------------------------


@act
def _states_back(setup: Setup, row: AuditRow) -> Keys:
    """Give keys the states back that an act took, as long as their private halves are there."""
    found = find.domain(setup.store, row.subject, field="domain")
    keys = {one.selector: one for one in setup.store.domains.dkim_keys(found.name)}
    was, became = row.before["keys"], row.now["keys"]
    back = {selector: state for selector, state in was.items() if became[selector] != state}
    for selector in back:
        if keys[selector].state != became[selector]:
            raise RefusedAct("", "changed_since", subject=row.subject)
        if became[selector] in ("retiring", "retired") and setup.clock() >= gone_at(keys[selector]):
            raise RefusedAct("", "dkim_key_deleted", selector=selector)
    return _moved(setup, found, "dkim_key.set", {keys[selector].id: state for selector, state in back.items()})


@act
def _unmade(setup: Setup, row: AuditRow) -> Keys:
    """Retire keys that were made, as long as none of them signs."""
    found = find.domain(setup.store, row.subject, field="domain")
    made = set(row.now["keys"]) - set(row.before["keys"])
    keys = [one for one in setup.store.domains.dkim_keys(found.name) if one.selector in made]
    signing = [one.selector for one in keys if one.state not in ("made", "published")]
    if signing:
        raise RefusedAct("", "dkim_keys_sign", selectors=find.joined(signing))
    return _moved(setup, found, "dkim_key.retire", {one.id: "retired" for one in keys})


reverses = {
    "dkim_key.create": _unmade,
    "dkim_key.rotate": _unmade,
    "dkim_key.retire": _states_back,
    "dkim_key.sign_now": _states_back,
}
