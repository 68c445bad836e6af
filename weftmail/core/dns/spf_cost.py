"""What checking an SPF record costs in the DNS, and whether it lets addresses through (RFC 7208, 4.6.4 and 5)."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Collection, Sequence

from weftmail.core.dns.finding import values
from weftmail.core.dns.spf import BadSpf, Cost, Term, parse, records
from weftmail.core.ports import DnsAnswer, DnsFailure, DnsResult, DnsType
from weftmail.core.wording.phrase import Phrase

Ask = Callable[[str, DnsType], DnsResult]

STOP = 40
"""After so many look-ups nothing is followed any further: a record that includes itself ends, too."""


def cost(record: str, domain: str, addresses: Collection[str], ask: Ask) -> Cost | None:
    """Follow all of a record, as the address that is named last would; None where it cannot be read."""
    walk = _Walk(ask, addresses)
    try:
        passes = walk.record(record, domain)
    except BadSpf:
        return None
    return Cost(walk.look_ups, walk.void, walk.fault, passes)


class _Walk:
    def __init__(self, ask: Ask, addresses: Collection[str]) -> None:
        self._ask = ask
        self._addresses = frozenset(addresses)
        self.look_ups = 0
        self.void = 0
        self.fault: Phrase | None = None

    def record(self, record: str, domain: str) -> frozenset[str]:
        """Return the addresses that the record lets through; the first term that names one decides."""
        terms = parse(record)
        passed: set[str] = set()
        open_ = set(self._addresses)
        for term in terms:
            if term.modifier:
                continue
            matched = self._matched(term, domain) & open_
            open_ -= matched
            passed |= matched if term.qualifier == "+" else set()
        redirect = next((one for one in terms if one.modifier and one.name == "redirect"), None)
        if redirect is not None and not any(one.name == "all" for one in terms):
            passed |= self._other(redirect) & open_
        return frozenset(passed)

    def _matched(self, term: Term, domain: str) -> frozenset[str]:
        match term.name:
            case "all":
                return self._addresses
            case "ip4" | "ip6":
                return self._within([term.target])
            case "include":
                return self._other(term)
            case _:
                return self._named(term, domain)

    def _named(self, term: Term, domain: str) -> frozenset[str]:
        """Follow a term that is looked up: a, mx, and ptr and exists, which name nobody for sure."""
        self.look_ups += 1
        name = term.target or domain
        if term.name in ("ptr", "exists") or "%" in name:
            return frozenset()
        hosts = [name] if term.name == "a" else [one.rpartition(" ")[2] for one in self._asked(name, "MX")]
        prefix = term.text.partition("/")[2].partition("/")[0] if "/" in term.text else ""
        found = [address for host in hosts[:10] for address in self._addresses_of(host, void=term.name == "a")]
        return self._within([f"{one}/{prefix}" if prefix and ":" not in one else one for one in found])

    def _addresses_of(self, host: str, *, void: bool) -> Sequence[str]:
        kinds: list[DnsType] = ["A", "AAAA"]
        found = [values(self._ask(host, kind)) for kind in kinds]
        self.void += void and not any(found)
        return [one for some in found for one in some]

    def _asked(self, name: str, kind: DnsType) -> tuple[str, ...]:
        found = self._ask(name, kind)
        self.void += not isinstance(found, DnsAnswer | DnsFailure)
        return values(found)

    def _within(self, networks: Sequence[str]) -> frozenset[str]:
        parsed = [ipaddress.ip_network(one, strict=False) for one in networks]
        return frozenset(one for one in self._addresses if any(ipaddress.ip_address(one) in net for net in parsed))

    def _other(self, term: Term) -> frozenset[str]:
        """Follow an include or a redirect."""
        self.look_ups += 1
        if self.look_ups > STOP or "%" in term.target:
            return frozenset()
        found = self._ask(term.target, "TXT")
        there = records(values(found))
        if isinstance(found, DnsFailure):
            self.fault = Phrase("dns.spf.include failed", {"domain": term.target, "text": found.text})
        elif len(there) != 1:
            self.void += not values(found)
            self.fault = Phrase("dns.spf.include none", {"domain": term.target})
        else:
            return self._included(there[0], term.target)
        return frozenset()

    def _included(self, record: str, domain: str) -> frozenset[str]:
        try:
            return self.record(record, domain)
        except BadSpf as error:
            self.fault = Phrase("dns.spf.include syntax", {"domain": domain, "text": str(error)})
            return frozenset()
