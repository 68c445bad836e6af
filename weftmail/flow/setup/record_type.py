"""Types of records: what a company keeps, each with the prefix of its numbers."""

from __future__ import annotations

import re

from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import find
from weftmail.flow.setup.act import Done, Setup, act
from weftmail.store.company import Company
from weftmail.store.store import Store

_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
_PREFIX = re.compile(r"[A-Z][A-Z0-9]{0,11}")


def prefixes(store: Store, company_id: int) -> dict[str, str]:
    """Return the prefixes of a company's types by their names."""
    return {one.name: one.prefix for one in store.companies.record_types(company_id)}


@act
def add(setup: Setup, company: str | None, name: str, prefix: str) -> Done:
    """Let a company keep records of one more type."""
    found = find.company(setup.store, company)
    keep(setup.store, found, name, prefix)
    return Done("record_type.add", found.id, name, {}, {"company": found.name, "name": name, "prefix": prefix})


def keep(store: Store, company: Company, name: str, prefix: str) -> None:
    """Add the type; raises RefusedAct for a name or a prefix that is malformed or taken."""
    if _NAME.fullmatch(name) is None:
        raise RefusedAct("record_type", "record_type_malformed", name=name)
    if _PREFIX.fullmatch(prefix) is None:
        raise RefusedAct("prefix", "prefix_malformed", prefix=prefix)
    there = prefixes(store, company.id)
    if name in there:
        raise RefusedAct("record_type", "record_type_there", company=company.name, name=name, prefix=there[name])
    if prefix in there.values():
        raise RefusedAct("prefix", "prefix_there", company=company.name, prefix=prefix)
    store.companies.add_record_type(company.id, name, prefix)
