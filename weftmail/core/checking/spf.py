"""May this server send for that domain?  Asked of pyspf, which asks the DNS through us (RFC 7208)."""

from __future__ import annotations

import re
from typing import Any, Final

from weftmail.core.address import BadAddress, canonical_domain
from weftmail.core.limits import SPF_QUESTIONS
from weftmail.core.ports import DnsAnswer, DnsFailure, DnsType, Resolver
from weftmail.core.routing.result import CheckResult
from weftmail.core.wording.phrase import Phrase

_PLAIN: Final = re.compile(r"[^\s\x00-\x1f\x7f]*")


def check(client: str, sender: str, helo: str, resolver: Resolver) -> CheckResult:
    """Return what the domain of the envelope's sender says of the client; of the null sender, what HELO's does.

    ``client`` is an IP address.  Never raises.
    """
    local, at, name = sender.rpartition("@")
    domain = _canonical(name if at else sender) if sender else _canonical(helo)
    if not domain or "." not in domain or not _PLAIN.fullmatch(sender):
        return CheckResult("spf", "none", domain, not sender, reason=Phrase("check.spf.no domain"))
    result, said = asked(client, f"{local}@{domain}" if sender and at else "", helo if sender else domain, resolver)
    return CheckResult("spf", result, domain, not sender, reason=_reason(result, client, domain, said))


def _reason(result: str, client: str, domain: str, said: str) -> Phrase:
    reasons = {
        "pass": Phrase("check.spf.pass", {"client": client, "domain": domain}),
        "fail": Phrase("check.spf.fail", {"client": client, "domain": domain}),
        "softfail": Phrase("check.spf.softfail", {"client": client, "domain": domain}),
        "neutral": Phrase("check.spf.neutral", {"client": client, "domain": domain}),
        "none": Phrase("check.spf.none", {"domain": domain}),
        "temperror": Phrase("check.spf.temperror", {"domain": domain, "error": said}),
        "permerror": Phrase("check.spf.permerror", {"domain": domain, "error": said}),
    }
    return reasons[result]


def asked(client: str, sender: str, helo: str, resolver: Resolver) -> tuple[str, str]:
    """Return pyspf's result and what it says of an error; the result is one of RFC 7208, 2.6."""
    import spf

    try:
        query = _query(client, sender, helo, resolver)
        result, _, text = query.check()
    except spf.PermError as error:
        return "permerror", str(error)
    return str(result), str(text) if result.endswith("error") else ""


def _query(client: str, sender: str, helo: str, resolver: Resolver) -> Any:
    import spf

    class _Query(spf.query):  # type: ignore[misc]
        """A query that asks the DNS through a resolver."""

        questions = 0

        def dns(self, name: str, qtype: str, cnames: object = None, ignore_void: bool = False) -> list[Any]:
            """Return the records; count what was not there."""
            self.questions += 1
            if self.questions > SPF_QUESTIONS:
                raise spf.PermError("too many questions to the DNS")
            found = _records(resolver, str(name).rstrip("."), qtype)
            if not found and not ignore_void:
                self.void_lookups += 1
                if self.void_lookups > spf.MAX_VOID_LOOKUPS:
                    raise spf.PermError(f"Void lookup limit of {spf.MAX_VOID_LOOKUPS} exceeded")
            return found

    return _Query(client, sender, helo, strict=True)


def _records(resolver: Resolver, name: str, kind: str) -> list[Any]:
    import spf

    labels = name.split(".")
    if len(name) > 253 or any(not 0 < len(label) < 64 for label in labels):
        return []
    found = resolver.query(name, _KINDS[kind])
    if isinstance(found, DnsFailure):
        raise spf.TempError(f"DNS {found.text}")
    if not isinstance(found, DnsAnswer):
        return []
    if kind == "MX":
        return [(int(number), host) for number, _, host in (value.partition(" ") for value in found.values)]
    return [(value.encode("utf-8"),) if kind == "TXT" else value for value in found.values]


_KINDS: Final[dict[str, DnsType]] = {"A": "A", "AAAA": "AAAA", "MX": "MX", "PTR": "PTR", "TXT": "TXT"}


def _canonical(domain: str) -> str:
    try:
        return canonical_domain(domain)
    except BadAddress:
        return ""
