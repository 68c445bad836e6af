"""MX: where the email of a domain goes (RFC 5321, 5.1; RFC 7505 for the null MX)."""

from __future__ import annotations

from weftmail.core.dns.finding import DnsRecord, Judgement, Values
from weftmail.core.wording.phrase import Phrase

NULL = "."
"""The server of a null MX record: there is none (RFC 7505)."""


def wanted(domain: str, host: str) -> DnsRecord:
    """Return the record by which the email of the domain comes to this server."""
    return DnsRecord(domain, "MX", f"10 {host}")


def judge(domain: str, host: str, found: Values) -> Judgement:
    """Say whether the email of the domain comes to ``host``."""
    record = wanted(domain, host)
    step = Phrase("dns.step.add", {"name": domain})
    if not found:
        return Judgement("broken", Phrase("dns.mx.none", {"domain": domain}), step, add=(record,))
    null = tuple(value for value in found if value.rpartition(" ")[2] == NULL)
    if null:
        replace = Phrase("dns.step.replace", {"name": domain})
        remove = tuple(DnsRecord(domain, "MX", value) for value in null)
        return Judgement("broken", Phrase("dns.mx.null", {"domain": domain}), replace, remove, (record,))
    servers = sorted((_preference(value), value.rpartition(" ")[2]) for value in found)
    hosts = [name for _, name in servers]
    if host not in hosts:
        reason = Phrase("dns.mx.others", {"hosts": ", ".join(hosts), "host": host})
        return Judgement("look", reason, Phrase("dns.step.mx others", {"host": host}), add=(record,))
    first = [name for preference, name in servers if preference == servers[0][0]]
    if host not in first:
        reason = Phrase("dns.mx.later", {"hosts": ", ".join(first), "host": host})
        return Judgement("look", reason, Phrase("dns.step.mx later", {"host": host}))
    return Judgement("good", Phrase("dns.mx.good", {"host": host}))


def _preference(value: str) -> int:
    text = value.partition(" ")[0]
    return int(text) if text.isdecimal() else 0


def leads_elsewhere(domain: str, target: str, add: tuple[DnsRecord, ...]) -> Judgement:
    """Say what a CNAME at the name of a mail domain means: no other record may stand beside it (RFC 2181, 10.1)."""
    reason = Phrase("dns.cname", {"domain": domain, "target": target})
    step = Phrase("dns.step.cname", {"name": domain})
    return Judgement("broken", reason, step, (DnsRecord(domain, "CNAME", target),), add)
