"""The guide of a new installation: what is done already, by what stands in the store, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from weftmail.store.alias import Alias
from weftmail.store.domain import Domain
from weftmail.store.inbound import InboundLine
from weftmail.store.listing import InboundFilter
from weftmail.store.store import Store

STEPS = ("company", "mail", "dns", "address", "letter", "colleagues")
"""The steps in their order, by name."""
Way = Literal["dedicated", "subdomain", "mailboxes", "forwarded"]
WAYS: tuple[Way, ...] = ("dedicated", "subdomain", "mailboxes", "forwarded")
"""How mail comes here: all of a domain, a subdomain of its own, single addresses beside mailboxes, or forwarded."""
WAY, CLOSED, DOMAIN = "guide_way", "guide_closed", "guide_domain"
"""The settings in which it stands how mail comes, that the guide was put away, and which domain it is about."""


@dataclass(frozen=True, slots=True)
class Guide:
    """Where a company stands on its way to the first conversation."""

    domain: Domain | None
    domains: tuple[Domain, ...]
    """All that its mail may come to, that one first."""
    way: str
    """How its mail comes; "" where nobody has said so."""
    alias: Alias | None
    letter: InboundLine | None
    """The newest mail that came to the alias."""
    filed: bool
    """Whether any email of the company came to a record."""
    colleagues: int
    signed: bool
    """Whether keys of the domain sign what leaves."""
    closed: bool

    def done(self, step: str) -> bool:
        """Say whether a step is done."""
        return {
            "company": True,
            "mail": self.domain is not None and self.way != "",
            "dns": self.signed,
            "address": self.alias is not None,
            "letter": self.filed,
            "colleagues": self.colleagues > 1,
        }[step]

    @property
    def left(self) -> list[str]:
        """Return the steps that are not done yet."""
        return [step for step in STEPS if not self.done(step)]


def guide(store: Store, company_id: int, *, with_letter: bool = True) -> Guide:
    """Return where a company stands; ``with_letter`` looks for the newest mail to its first address, among all mail."""
    first = store.aliases.first(company_id)
    domains = _domains(store, company_id, first)
    found = domains[0] if domains else None
    letters = _letters(store, company_id, first) if with_letter else []
    keys = store.domains.dkim_keys(found.name) if found is not None else []
    return Guide(
        domain=found,
        domains=domains,
        way=store.settings.get(WAY) or _way_of(found),
        alias=first,
        letter=letters[0] if letters else None,
        filed=_filed(store, company_id, letters),
        colleagues=len(store.users.colleagues(company_id)),
        signed=any(key.state == "signing" for key in keys),
        closed=closed(store),
    )


def about(store: Store) -> str:
    """Return the name of the domain that was chosen in the guide; "" where none was, or the guide was put away."""
    return "" if closed(store) else store.settings.get(DOMAIN) or ""


def _domains(store: Store, company_id: int, first: Alias | None) -> tuple[Domain, ...]:
    """Return the domains that the company's mail may come to: first the one that was chosen in the guide, else the one
    of its first address, else its own before one that all share."""
    open_ = [one for one in store.domains.all() if one.state == "open" and one.company_id in (company_id, None)]
    chosen, at = store.settings.get(DOMAIN), first.domain if first is not None else None
    order = {one.id: (one.name != chosen, one.name != at, one.company_id is None, one.id) for one in open_}
    return tuple(sorted(open_, key=lambda one: order[one.id]))


def _way_of(found: Domain | None) -> str:
    """Return what a domain of the company says by itself; one that all share says nothing."""
    if found is None or found.company_id is None:
        return ""
    return "dedicated" if found.dedicated else "mailboxes"


def _letters(store: Store, company_id: int, alias: Alias | None) -> list[InboundLine]:
    if alias is None:
        return []
    return store.listings.inbound(InboundFilter(company_id, recipient=alias.address), most=1)


def _filed(store: Store, company_id: int, letters: list[InboundLine]) -> bool:
    if letters and letters[0].record is not None:
        return True
    # The newest one may be held although others arrived; the first address may not be the one that is used.
    return bool(store.listings.inbound(InboundFilter(company_id, state="filed"), most=1))


def begins(store: Store, company_id: int) -> bool:
    """Say whether the company has no address yet, and nobody has put the guide away."""
    return not closed(store) and not store.aliases.any(company_id)


def closed(store: Store) -> bool:
    """Say whether somebody has put the guide away."""
    return store.settings.get(CLOSED) is not None
