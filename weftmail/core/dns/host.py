"""The names of the sending server: PTR and HELO agree both ways (RFC 5321, 4.1.4; RFC 8601, 2.7.3)."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence

from weftmail.core.dns.finding import DnsRecord, Judgement
from weftmail.core.ports import DnsAnswer, DnsFailure, DnsResult
from weftmail.core.wording.phrase import Phrase


def reverse_name(address: str) -> str:
    """Return where the PTR record of an address stands."""
    return ipaddress.ip_address(address).reverse_pointer


_UNREACHED = tuple(
    ipaddress.ip_network(one)
    for one in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16",
        "::/127", "::ffff:0:0/96", "fc00::/7", "fe80::/10",
    )
)  # fmt: skip
"""What nobody outside reaches (RFC 1918, RFC 4193, RFC 6598, RFC 6890): no mail is seen to come from there."""


def public(addresses: Sequence[str]) -> list[str]:
    """Return those addresses from which mail can be seen to come."""
    return [one for one in addresses if not any(ipaddress.ip_address(one) in network for network in _UNREACHED)]


def no_address(host: str, addresses: Sequence[str]) -> Phrase:
    """Say that the name of this server leads to no public address; ``addresses`` are what it leads to."""
    if addresses:
        return Phrase("dns.host.private", {"host": host, "addresses": ", ".join(addresses)})
    return Phrase("dns.host.no address", {"host": host})


def judge(host: str, addresses: Sequence[str], pointers: Mapping[str, DnsResult]) -> Judgement:
    """Say whether each public address leads back to the name that this server gives in HELO."""
    if not public(addresses):
        return Judgement("broken", no_address(host, addresses), Phrase("dns.step.host address", {"host": host}))
    for address in public(addresses):
        found = pointers[address]
        names = found.values if isinstance(found, DnsAnswer) else ()
        if host in names:
            continue
        if isinstance(found, DnsFailure):
            return Judgement("look", Phrase("dns.ptr.failed", {"address": address, "text": found.text}))
        add = (DnsRecord(reverse_name(address), "PTR", host),)
        step = Phrase("dns.step.ptr", {"address": address, "host": host})
        if not names:
            return Judgement("broken", Phrase("dns.ptr.none", {"address": address}), step, add=add)
        reason = Phrase("dns.ptr.other", {"address": address, "names": ", ".join(names), "host": host})
        return Judgement("broken", reason, step, add=add)
    return Judgement("good", Phrase("dns.ptr.good", {"host": host}))
