"""The DNS of a domain: what it is asked for, when, and who may see what should stand there."""

from __future__ import annotations

from dataclasses import dataclass

from weftmail.core.dns.dkim import PublicKey
from weftmail.flow import vocabulary
from weftmail.flow.dns_check import Question
from weftmail.flow.setup import find
from weftmail.flow.setup.act import Done, Fields, Setup, act
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


LINK_DAYS = 14


@dataclass(frozen=True, slots=True)
class Shared(Done):
    """A link for whoever keeps the DNS: its token, and until when it leads to the page of the domain's records."""

    token: str = ""
    until: int = 0


@act
def share(setup: Setup, name: str, token: str) -> Shared:
    """Make a link by which the records of a domain are seen without signing in; it works for 14 days."""
    found = domain(setup.store, name)
    until = setup.clock() + LINK_DAYS * 24 * 3600_000
    setup.store.dns.add_link(token, found.id, until)
    now: Fields = {"link_until": vocabulary.iso(until)}
    return Shared("dns.share", found.company_id, found.name, {}, now, token, until)


@act
def look(setup: Setup, name: str) -> Done:
    """Have the DNS asked about a domain as soon as the site gets to it."""
    found = domain(setup.store, name)
    setup.store.dns.want(found.id, setup.clock())
    return Done("dns.look", found.company_id, found.name)
