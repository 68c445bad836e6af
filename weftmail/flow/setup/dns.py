"""What the DNS is asked about a domain: the keys that should stand there, and the name of this server."""

from __future__ import annotations

from weftmail.core.dns.dkim import PublicKey
from weftmail.flow.dns_check import Question
from weftmail.flow.setup import find
from weftmail.store.domain import Domain
from weftmail.store.store import Store


def domain(store: Store, name: str) -> Domain:
    """Return a domain by its name; raises RefusedAct for an unknown one."""
    return find.domain(store, name, field="domain")


def question(store: Store, name: str, host: str) -> Question:
    """Return what to ask about a domain; raises RefusedAct for an unknown one."""
    found = domain(store, name)
    keys = tuple(
        PublicKey(one.selector, one.domain, one.record, one.state)
        for one in store.domains.dkim_keys(found.name)
        if one.state != "retired"
    )
    return Question(found.name, found.dedicated, host, keys)
