"""Do SPF or DKIM speak for the domain in From, and what does it ask of receivers (RFC 9989)?  Shown, not enforced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from weftmail.core.dns import dmarc as record
from weftmail.core.dns.dmarc import DmarcPolicy
from weftmail.core.limits import DMARC_DOMAINS
from weftmail.core.ports import DnsAnswer, DnsFailure, NoSuchName, Resolver
from weftmail.core.routing.result import CheckResult
from weftmail.core.wording.phrase import Phrase


class _Unknown(Exception):
    """The DNS does not tell now; the text says why."""


def check(author: str, results: Sequence[CheckResult], resolver: Resolver) -> CheckResult:
    """Return the result for the domain in From; ``results`` are those of SPF and DKIM.  Never raises."""
    if not author:
        return CheckResult("dmarc", "none", reason=Phrase("check.dmarc.no author"))
    try:
        return _checked(author, results, _Tree(resolver))
    except _Unknown as error:
        reason = Phrase("check.dmarc.temperror", {"domain": author, "error": str(error)})
        return CheckResult("dmarc", "temperror", author, reason=reason)


def _checked(author: str, results: Sequence[CheckResult], tree: _Tree) -> CheckResult:
    place, policy = tree.policy(author)
    if policy is None:
        return CheckResult("dmarc", "none", author, reason=Phrase("check.dmarc.none", {"domain": author}))
    strict = {"dkim": policy.tags.get("adkim", "r").lower() == "s", "spf": policy.tags.get("aspf", "r").lower() == "s"}
    speaking = [one for one in results if one.method in strict]
    speaking.sort(key=lambda one: one.domain != author)
    open_, asked = "", 0
    for one in speaking:
        if one.result not in ("pass", "temperror"):
            continue
        near = one.domain == author
        if not near and not strict[one.method] and asked < DMARC_DOMAINS:
            asked += 1
            near = _related(one.domain, author) and tree.organization(one.domain) == tree.organization(author)
        if near and one.result == "pass":
            reason = Phrase("check.dmarc.pass", {"domain": author, "method": one.method.upper(), "by": one.domain})
            return CheckResult("dmarc", "pass", author, reason=reason)
        open_ = open_ or (one.domain if near else "")
    if open_:
        raise _Unknown(open_)
    asks = _asks(author, place, policy, tree)
    reason = Phrase("check.dmarc.fail", {"domain": author, "policy": asks})
    return CheckResult("dmarc", "fail", author, reason=reason)


def _related(domain: str, author: str) -> bool:
    """Say whether the two have a label in common at their end; else no walk can lead to one place."""
    return domain.rpartition(".")[2] == author.rpartition(".")[2]


def _asks(author: str, place: str, policy: DmarcPolicy, tree: _Tree) -> str:
    """Return what the domain asks receivers to do with such a mail."""
    asked = policy.tags.get("p", "none").lower()
    if place != author:
        asked = policy.tags.get("sp", asked).lower()
        if "np" in policy.tags and tree.missing(author):
            asked = policy.tags["np"].lower()
    if policy.tags.get("t", "n").lower() == "y":
        # While it is tested, one step less (RFC 9989, 4.7).
        asked = {"reject": "quarantine"}.get(asked, "none")
    return asked


@dataclass(slots=True)
class _Tree:
    """The records on the way from a domain to the top of the tree, each asked for once."""

    resolver: Resolver

    def at(self, domain: str) -> DmarcPolicy | None:
        """Return the record of one name; None where there is none, or more than one."""
        found = self.resolver.query(record.name(domain), "TXT")
        if isinstance(found, DnsFailure):
            raise _Unknown(found.text)
        there = record.records(found.values) if isinstance(found, DnsAnswer) else ()
        return record.parse(there[0]) if len(there) == 1 else None

    def organization(self, domain: str) -> str:
        """Return the organizational domain (RFC 9989, 4.10.2); the domain itself where no record is found."""
        highest, below = domain, domain
        for name in (domain, *record.walk(domain)):
            found = self.at(name)
            if found is not None:
                kind = found.tags.get("psd", "u").lower()
                if kind == "n":
                    return name
                if kind == "y" and name != domain:
                    return below
                highest = name
            below = name
        return highest

    def policy(self, domain: str) -> tuple[str, DmarcPolicy | None]:
        """Return where the record that counts for a domain stands, with the record (4.10.1)."""
        own = self.at(domain)
        if own is not None:
            return domain, own
        above = self.organization(domain)
        found = self.at(above) if above != domain else None
        if found is not None:
            return above, found
        for name in record.walk(domain):
            registry = self.at(name)
            if registry is not None and registry.tags.get("psd", "u").lower() == "y":
                return name, registry
        return domain, None

    def missing(self, domain: str) -> bool:
        """Say whether no such domain exists."""
        return isinstance(self.resolver.query(domain, "A"), NoSuchName)
