"""DKIM: whether the DNS has our key (RFC 6376, 3.6.1), compared by the key and not by the text around it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from weftmail.core.dns.finding import DnsRecord, Judgement, Values
from weftmail.core.wording.phrase import Phrase

_SPACE: Final = re.compile(r"\s+")
_MISSING: Final = ("made",)
"""A key in this state signs nothing yet, so that it may be missing."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key as it should be in the DNS: ``record`` is its text; ``state`` how far it is in its life."""

    selector: str
    domain: str
    record: str
    state: str

    @property
    def name(self) -> str:
        """Where the record stands."""
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def wanted(self) -> DnsRecord:
        """The record that should be there."""
        return DnsRecord(self.name, "TXT", self.record)


def tags(record: str) -> dict[str, str]:
    """Return the tags of a key record, blanks taken out of their values; what is no tag is left out."""
    found = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): _SPACE.sub("", value) for name, equals, value in found if equals}


def shows(key: PublicKey, found: Values) -> bool:
    """Say whether the records of one server are this key, so that what it signs verifies."""
    return judge(key, found).verdict == "good"


def judge(key: PublicKey, found: Values) -> Judgement:
    """Say whether a server has the key."""
    if not found:
        step = Phrase("dns.step.add", {"name": key.name})
        if key.state in _MISSING:
            return Judgement("look", Phrase("dns.dkim.not yet", {"name": key.name}), step, add=(key.wanted,))
        return Judgement("broken", Phrase("dns.dkim.none", {"name": key.name}), step, add=(key.wanted,))
    reason = _several(key, found) if len(found) > 1 else _wrong(key, found[0])
    if reason is None:
        return Judgement("good", Phrase("dns.dkim.good", {"selector": key.selector}))
    remove = tuple(DnsRecord(key.name, "TXT", one) for one in found)
    return Judgement("broken", reason, Phrase("dns.step.replace", {"name": key.name}), remove, (key.wanted,))


def _several(key: PublicKey, found: Values) -> Phrase:
    return Phrase("dns.dkim.several", {"count": len(found), "name": key.name})


def _wrong(key: PublicKey, record: str) -> Phrase | None:
    """Return what is wrong with a record; None for one by which our signatures verify."""
    there, ours = tags(record), tags(key.record)
    if there.get("v", "DKIM1") != "DKIM1":
        return Phrase("dns.dkim.version", {"version": there["v"]})
    if there.get("k", "rsa") != ours["k"]:
        return Phrase("dns.dkim.kind", {"found": there.get("k", "rsa"), "wanted": ours["k"]})
    if "sha256" not in there.get("h", "sha256").split(":") or {"*", "email"}.isdisjoint(there.get("s", "*").split(":")):
        return Phrase("dns.dkim.restricted", {"text": record})
    return _differs(key.selector, there.get("p", ""), ours["p"])


def _differs(selector: str, found: str, wanted: str) -> Phrase | None:
    if found == wanted:
        return None
    if not found:
        return Phrase("dns.dkim.revoked", {"selector": selector})
    if wanted.startswith(found):
        return Phrase("dns.dkim.cut", {"selector": selector, "at": len(found), "length": len(wanted)})
    at = next(
        (at for at, pair in enumerate(zip(found, wanted, strict=False), 1) if pair[0] != pair[1]), len(wanted) + 1
    )
    return Phrase("dns.dkim.differs", {"selector": selector, "at": at})
