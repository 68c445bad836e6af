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


def judge(host: str, addresses: Sequence[str], pointers: Mapping[str, DnsResult]) -> Judgement:
    """Say whether each address leads back to the name that this server gives in HELO."""
    if not addresses:
        return Judgement("broken", Phrase("dns.ptr.no address", {"host": host}), Phrase("dns.step.host address"))
    for address in addresses:
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
