"""DMARC: what receivers do with mail in the domain's name that nothing vouches for (RFC 9989)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from weftmail.core.dns.finding import DnsRecord, Judgement, Values
from weftmail.core.wording.phrase import Phrase

POLICIES: Final = ("none", "quarantine", "reject")
MOST_LABELS: Final = 8
"""A name with more labels is shortened to seven before the walk goes on (RFC 9989, 4.10)."""
_VERSION: Final = re.compile(r"v\s*=\s*DMARC1\s*(?:;|$)")
_GIVEN_UP: Final = ("pct", "rf", "ri")
_CHOICES: Final = {
    "p": POLICIES,
    "sp": POLICIES,
    "np": POLICIES,
    "adkim": ("r", "s"),
    "aspf": ("r", "s"),
    "psd": ("y", "n", "u"),
    "t": ("y", "n"),
}
_MAILTO: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:[^\s,;]+")


@dataclass(frozen=True, slots=True)
class DmarcPolicy:
    """One record: its tags, and the parts of it that no receiver can read."""

    record: str
    tags: dict[str, str]
    faults: tuple[str, ...]


def name(domain: str) -> str:
    """Return where the record of a domain stands."""
    return f"_dmarc.{domain}"


def wanted(domain: str, *, reports: bool = False) -> DnsRecord:
    """Return the record to begin with: it asks for nothing, lets receivers look, and report where somebody reads."""
    to = f"; rua=mailto:dmarc@{domain}" if reports else ""
    return DnsRecord(name(domain), "TXT", f"v=DMARC1; p=none{to}")


def records(found: Values) -> Values:
    """Return the DMARC records among the TXT records of a name."""
    return tuple(one for one in found if _VERSION.match(one))


def parse(record: str) -> DmarcPolicy:
    """Read a record; what cannot be read is named, not raised."""
    tags: dict[str, str] = {}
    faults = []
    for part in (one.strip() for one in record.split(";") if one.strip()):
        tag, equals, value = (text.strip() for text in part.partition("="))
        if not equals or tag in tags or not _fits(tag, value):
            faults.append(part)
        else:
            tags[tag] = value
    return DmarcPolicy(record, tags, tuple(faults))


def _fits(tag: str, value: str) -> bool:
    if tag in ("rua", "ruf"):
        return all(_MAILTO.fullmatch(one.strip()) for one in value.split(","))
    return value.lower() in _CHOICES.get(tag, (value.lower(),))


def walk(domain: str) -> list[str]:
    """Return the names above a domain that are asked for its policy, the nearest first (RFC 9989, 4.10)."""
    labels = domain.split(".")
    first = labels[1:] if len(labels) <= MOST_LABELS else labels[-(MOST_LABELS - 1) :]
    return [".".join(first[at:]) for at in range(len(first))]


def inherited(domain: str, ask: Callable[[str], Values]) -> tuple[str, DmarcPolicy] | None:
    """Walk up the tree: return the organizational domain with its policy; None where there is none above."""
    above: list[tuple[str, DmarcPolicy]] = []
    for parent in walk(domain):
        there = records(ask(name(parent)))
        if len(there) != 1:
            continue
        policy = parse(there[0])
        if policy.tags.get("psd") == "n":
            return parent, policy
        if policy.tags.get("psd") == "y":
            # Above the organizational domain there is a registry, whose policy counts where no other does.
            return above[-1] if above else (parent, policy)
        above.append((parent, policy))
    return above[-1] if above else None


def judge(
    domain: str,
    found: Values,
    above: Callable[[], tuple[str, DmarcPolicy] | None],
    *,
    vouched: bool = True,
    unaligned: int = 0,
    reports: bool = False,
) -> Judgement:
    """Say which policy counts for the domain; ``above`` walks up where the domain has none of its own.

    A stricter one is the next step only once SPF and a signature have ``vouched`` for what leaves, and none of it was
    ``unaligned`` within the last day.  ``reports``: those that come to dmarc of the domain are read here.
    """
    there = records(found)
    if len(there) > 1:
        return _replace(domain, there, there[0], Phrase("dns.dmarc.several", {"count": len(there)}))
    if there:
        return _own(domain, parse(there[0]), vouched=vouched, unaligned=unaligned)
    if found:
        return _replace(
            domain, found, wanted(domain, reports=reports).value, Phrase("dns.dmarc.version", {"text": found[0]})
        )
    parent = above()
    if parent is None:
        step = Phrase("dns.step.add", {"name": name(domain)})
        return Judgement(
            "look", Phrase("dns.dmarc.none", {"domain": domain}), step, add=(wanted(domain, reports=reports),)
        )
    policy = parent[1].tags.get("sp") or parent[1].tags.get("p", "none")
    reason = Phrase("dns.dmarc.inherited", {"policy": policy, "domain": parent[0]})
    return Judgement("good", reason, _next(domain, DmarcPolicy("", {"p": policy}, ()), vouched, unaligned))


def _own(domain: str, policy: DmarcPolicy, *, vouched: bool, unaligned: int) -> Judgement:
    faults = [
        *policy.faults,
        *(["p="] if "p" not in policy.tags and not any(f.startswith("p") for f in policy.faults) else []),
    ]
    if faults:
        reason = Phrase("dns.dmarc.syntax", {"text": "; ".join(faults)})
        return _replace(domain, (policy.record,), _mended(policy), reason)
    old = [tag for tag in _GIVEN_UP if tag in policy.tags]
    if old:
        reason = Phrase("dns.dmarc.given up", {"tags": ", ".join(old)})
        judgement = _replace(domain, (policy.record,), _mended(policy), reason)
        return Judgement("look", reason, judgement.step, judgement.remove, judgement.add)
    return Judgement(
        "good", Phrase("dns.dmarc.good", {"policy": policy.tags["p"]}), _next(domain, policy, vouched, unaligned)
    )


def _mended(policy: DmarcPolicy) -> str:
    kept = {tag: value for tag, value in policy.tags.items() if tag not in ("v", "p", *_GIVEN_UP)}
    first = {"v": "DMARC1", "p": policy.tags.get("p", "none")}
    return "; ".join(f"{tag}={value}" for tag, value in {**first, **kept}.items())


def _next(domain: str, policy: DmarcPolicy, vouched: bool, unaligned: int) -> Phrase | None:
    """Return the next step of a policy: one at a time, from what asks for nothing to what refuses."""
    at = POLICIES.index(policy.tags["p"].lower()) + 1
    if at == len(POLICIES):
        return None
    if unaligned:
        return Phrase("dns.step.dmarc unaligned", {"policy": POLICIES[at], "count": unaligned})
    if not vouched:
        return Phrase("dns.step.dmarc first", {"policy": POLICIES[at]})
    record = _mended(replace(policy, tags={**policy.tags, "p": POLICIES[at]}))
    return Phrase("dns.step.dmarc next", {"record": record, "name": name(domain)})


def _replace(domain: str, found: Sequence[str], value: str, reason: Phrase) -> Judgement:
    place = name(domain)
    remove = tuple(DnsRecord(place, "TXT", one) for one in found if one != value)
    add = () if value in found else (DnsRecord(place, "TXT", value),)
    return Judgement("broken", reason, Phrase("dns.step.replace", {"name": place}), remove, add)
