"""The DNS of a domain: what it is asked for, when, and who may see what should stand there."""

from __future__ import annotations

from dataclasses import dataclass

from weftmail.core.dns.dkim import PublicKey
from weftmail.core.tokens import link
from weftmail.core.tokens.keys import Keyring
from weftmail.core.wording.phrase import Phrase
from weftmail.flow import vocabulary
from weftmail.flow.dns_check import Question
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import find
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.store.company import Company
from weftmail.store.domain import Domain
from weftmail.store.store import Store


def domain(store: Store, name: str) -> Domain:
    """Return a domain by its name; raises RefusedAct for an unknown one."""
    return find.domain(store, name, field="domain")


def question(store: Store, name: str, host: str, now: int) -> Question:
    """Return what to ask about a domain, with what left of it until ``now``; raises RefusedAct for an unknown one."""
    found = domain(store, name)
    keys = tuple(
        PublicKey(one.selector, one.domain, one.record, one.state)
        for one in store.domains.dkim_keys(found.name)
        if one.state != "retired"
    )
    left = store.alignments.since(found.name, now - DAY)
    return Question(found.name, found.dedicated, host, keys, left.mails - left.aligned)


LINK_DAYS = 14
DAY = 24 * 3600 * 1000


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
def send(setup: Setup, keyring: Keyring, random: bytes, name: str, to: str, *, company_id: int | None = None) -> Shared:
    """Send such a link by email to whoever keeps the DNS; it leaves in the name of the domain's company.

    ``company_id`` is in whose name it leaves where the domain is shared by all.
    """
    found, wanted = domain(setup.store, name), find.address("to", to)
    company = _in_whose_name(setup.store, found, company_id)
    seed, until = link.seed(keyring, random), setup.clock() + LINK_DAYS * 24 * 3600_000
    token = link.secret(keyring, seed)
    setup.store.dns.add_link(token, found.id, until)
    actor = setup.store.users.get(setup.actor.user_id) if setup.actor.user_id is not None else None
    reply_to = next(iter(setup.store.users.addresses(actor.id)), "") if actor is not None else ""
    says = [
        Phrase("mail.dns", {"actor": setup.actor.name, "company": company.name, "domain": found.name, "seed": seed}),
        Phrase("mail.dns.questions", {"address": reply_to}) if reply_to else Phrase("mail.account.why"),
    ]
    language = actor.language if actor is not None else company.language
    setup.store.outbox.add_words(company.id, "link", says, language, setup.clock(), address=wanted)
    now: Fields = {"sent_to": wanted, "link_until": vocabulary.iso(until)}
    return Shared("dns.send", found.company_id, found.name, {}, now, token, until)


def _in_whose_name(store: Store, found: Domain, company_id: int | None) -> Company:
    """Return the company in whose name a link leaves; raises RefusedAct where it has no domain to write from."""
    whose = found.company_id if found.company_id is not None else company_id
    company = find.company_by_id(store, whose) if whose is not None else find.company(store, None)
    if store.domains.of_company(company.id) is None:
        raise RefusedAct("to", "no_domain_to_send", company=company.name)
    return company


@act
def look(setup: Setup, name: str) -> Done:
    """Have the DNS asked about a domain as soon as the site gets to it."""
    found = domain(setup.store, name)
    setup.store.dns.want(found.id, setup.clock())
    return Done("dns.look", found.company_id, found.name)
