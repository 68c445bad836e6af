"""DKIM keys: the two that sign what a domain sends (RFC 6376, RFC 8463), private halves in files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from weftmail.core.composing.dkim_key import Algorithm, BadKey, SigningKey
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup import find
from weftmail.flow.setup.act import Done, Fields, Setup, act
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
    domains, was = setup.store.domains, _selectors(setup.store, domain)
    for key in made:
        domains.add_dkim_key(domain.id, key.selector, key.algorithm, key.record, setup.clock())
    keys = tuple(domains.dkim_keys(domain.name))
    new = tuple(key.selector for key in made)
    return Keys("dkim_key.create", domain.company_id, domain.name, was, _selectors(setup.store, domain), new, keys)


def _selectors(store: Store, domain: Domain) -> Fields:
    return {"keys": [one.selector for one in store.domains.dkim_keys(domain.name)]}


def _make_missing(setup: Setup, domain: Domain, files: KeyFiles) -> list[SigningKey]:
    there = _loaded(files, domain.name)
    known = setup.store.domains.dkim_keys(domain.name)
    lost = [key.selector for key in known if key.selector not in there]
    if lost:
        raise RefusedAct("domain", "dkim_key_lost", selectors=find.joined(lost), folder=f"{files.folder}/{domain.name}")
    year = datetime.fromtimestamp(setup.clock() / 1000, UTC).strftime("%y")
    missing = [(kind, f"wm{year}{letter}") for kind, letter in KINDS if kind not in {key.algorithm for key in known}]
    # A file without a row is left from a call that was cut short.
    return [there.get(selector) or files.create(domain.name, selector, kind) for kind, selector in missing]


def _loaded(files: KeyFiles, domain: str) -> dict[str, SigningKey]:
    try:
        return {key.selector: key for key in files.load(domain)}
    except BadKey as error:
        raise RefusedAct("domain", "dkim_key_broken", why=str(error)) from None
