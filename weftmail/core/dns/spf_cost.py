"""What checking an SPF record costs in the DNS, and whether it lets addresses through (RFC 7208, 4.6.4 and 5)."""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Callable, Collection, Sequence

from weftmail.core.dns import spf_macro
from weftmail.core.dns.finding import values
from weftmail.core.dns.host import reverse_name
from weftmail.core.dns.spf import MOST_LOOK_UPS, BadSpf, Cost, Term, parse, records
from weftmail.core.ports import DnsAnswer, DnsFailure, DnsResult, DnsType
from weftmail.core.wording.phrase import Phrase

Ask = Callable[[str, DnsType], DnsResult]

STOP = 40
"""After so many look-ups nothing is followed any further: a record that includes itself ends, too."""


def cost(record: str, domain: str, addresses: Collection[str], ask: Ask, host: str = "") -> Cost | None:
    """Follow all of a record, as the address that is named last would; None where it cannot be read.

    ``host`` is the name that this server gives in HELO.  Of several addresses the one that costs most counts.
    """
    asked = functools.cache(ask)
    walks = {address: _Walk(asked, address, host) for address in addresses or ("",)}
    try:
        passes = frozenset(address for address, walk in walks.items() if walk.record(record, domain) and address)
    except BadSpf:
        return None
    all_of = walks.values()
    fault = next((walk.fault for walk in all_of if walk.fault is not None), None)
    return Cost(max(walk.look_ups for walk in all_of), max(walk.void for walk in all_of), fault, passes)


class _Walk:
    """A record as it is read for one address; the empty one is an address that nobody knows."""

    def __init__(self, ask: Ask, address: str, host: str) -> None:
        self._ask = ask
        self._address, self._host = address, host
        self._kind: DnsType = "AAAA" if ":" in address else "A"
        self.look_ups = 0
        self.void = 0
        self.fault: Phrase | None = None

    def record(self, record: str, domain: str) -> bool:
        """Say whether the record lets the address through; the first term that names it decides."""
        terms = parse(record)
        passes: bool | None = None
        for term in terms:
            # What comes after ``all`` is never looked at.
            if term.name == "all" and not term.modifier:
                return term.qualifier == "+" if passes is None else passes
            if not term.modifier and self._matches(term, domain) and passes is None:
                passes = term.qualifier == "+"
        redirect = next((one for one in terms if one.modifier and one.name == "redirect"), None)
        elsewhere = redirect is not None and self._other(redirect, domain)
        return elsewhere if passes is None else passes

    def _matches(self, term: Term, domain: str) -> bool:
        if term.name in ("ip4", "ip6"):
            return self._within(term.target)
        if term.name == "include":
            return self._other(term, domain)
        self.look_ups += 1
        name = spf_macro.expand(term.target or domain, self._address, domain, self._host)
        return name is not None and self.look_ups <= STOP and self._named(term, name)

    def _named(self, term: Term, name: str) -> bool:
        """Follow a term that is looked up: a, mx, exists and ptr."""
        match term.name:
            case "a":
                return self._one_of(self._asked(name, self._kind), term)
            case "mx":
                return any(self._one_of(values(self._ask(host, self._kind)), term) for host in self._servers(name))
            case "exists":
                return bool(self._asked(name, "A"))
            case _:
                return self._leads_back(name)

    def _servers(self, name: str) -> Sequence[str]:
        hosts = [one.rpartition(" ")[2] for one in self._asked(name, "MX")]
        if len(hosts) > MOST_LOOK_UPS:
            self.fault = Phrase("dns.spf.many mx", {"count": len(hosts), "domain": name, "most": MOST_LOOK_UPS})
        return hosts[:MOST_LOOK_UPS]

    def _leads_back(self, domain: str) -> bool:
        """Say whether a name below the domain, to which the address leads back, leads to the address."""
        names = self._asked(reverse_name(self._address), "PTR") if self._address else ()
        below = [one for one in names[:MOST_LOOK_UPS] if f".{one}".endswith(f".{domain.lower()}")]
        return any(self._address in values(self._ask(one, self._kind)) for one in below)

    def _asked(self, name: str, kind: DnsType) -> tuple[str, ...]:
        found = self._ask(name, kind)
        self.void += not isinstance(found, DnsAnswer | DnsFailure)
        return values(found)

    def _one_of(self, found: Sequence[str], term: Term) -> bool:
        prefix = term.prefix6 if self._kind == "AAAA" else term.prefix4
        return any(self._within(f"{one}/{prefix}" if prefix else one) for one in found)

    def _within(self, network: str) -> bool:
        return bool(self._address) and ipaddress.ip_address(self._address) in ipaddress.ip_network(
            network, strict=False
        )

    def _other(self, term: Term, domain: str) -> bool:
        """Follow an include or a redirect."""
        self.look_ups += 1
        name = spf_macro.expand(term.target, self._address, domain, self._host)
        if name is None or self.look_ups > STOP:
            return False
        found = self._ask(name, "TXT")
        there = records(values(found))
        if isinstance(found, DnsFailure):
            self.fault = Phrase("dns.spf.include failed", {"domain": name, "text": found.text})
        elif len(there) != 1:
            self.void += not values(found)
            self.fault = Phrase("dns.spf.include none", {"domain": name})
        else:
            return self._included(there[0], name)
        return False

    def _included(self, record: str, domain: str) -> bool:
        try:
            return self.record(record, domain)
        except BadSpf as error:
            self.fault = Phrase("dns.spf.include syntax", {"domain": domain, "text": str(error)})
            return False
