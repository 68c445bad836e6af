"""DKIM: whether the DNS has our key (RFC 6376, 3.6.1), compared by the key and not by the text around it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from weftmail.core.dns.finding import DnsRecord, Judgement, Values
from weftmail.core.wording.phrase import Phrase

_SPACE: Final = re.compile(r"\s+")
_TAG: Final = re.compile("[A-Za-z][A-Za-z0-9_]*")
_MISSING: Final = ("made",)
"""A key in this state signs nothing yet, so that it may be missing."""


class UnreadableKey(ValueError):
    """This is no key record; the message is the part that cannot be read."""


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
    """Return the tags of a key record, blanks taken out of their values; raise UnreadableKey for what is none.

    Names count as they are written, each once, and nothing else stands between semicolons (RFC 6376, 3.2).
    """
    found: dict[str, str] = {}
    parts = record.split(";")
    for part in parts if parts[-1].strip() else parts[:-1]:
        name, equals, value = part.partition("=")
        if not equals or not _TAG.fullmatch(name.strip()) or name.strip() in found:
            raise UnreadableKey(part.strip() or ";;")
        found[name.strip()] = _SPACE.sub("", value)
    if "p" not in found:
        raise UnreadableKey(record.strip())
    return found


def shows(key: PublicKey, found: Values) -> bool:
    """Say whether the records of one server are this key, so that what it signs verifies."""
    return len(found) == 1 and _wrong(key, found[0]) is None


def judge(key: PublicKey, found: Values) -> Judgement:
    """Say whether a server has the key."""
    if not found:
        step = Phrase("dns.step.add", {"name": key.name})
        if key.state in _MISSING:
            return Judgement("look", Phrase("dns.dkim.not yet", {"name": key.name}), step, add=(key.wanted,))
        return Judgement("broken", Phrase("dns.dkim.none", {"name": key.name}), step, add=(key.wanted,))
    reason = _several(key, found) if len(found) > 1 else _wrong(key, found[0])
    remove = tuple(DnsRecord(key.name, "TXT", one) for one in found)
    step = Phrase("dns.step.replace", {"name": key.name})
    if reason is not None:
        return Judgement("broken", reason, step, remove, (key.wanted,))
    if "y" in tags(found[0]).get("t", "").split(":"):
        return Judgement("look", Phrase("dns.dkim.testing"), step, remove, (key.wanted,))
    return Judgement("good", Phrase("dns.dkim.good", {"selector": key.selector}))


def _several(key: PublicKey, found: Values) -> Phrase:
    return Phrase("dns.dkim.several", {"count": len(found), "name": key.name})


def _wrong(key: PublicKey, record: str) -> Phrase | None:
    """Return what is wrong with a record; None for one by which our signatures verify."""
    ours = tags(key.record)
    try:
        there = tags(record)
    except UnreadableKey as error:
        return Phrase("dns.dkim.syntax", {"text": str(error)})
    if there.get("v", "DKIM1") != "DKIM1":
        return Phrase("dns.dkim.version", {"version": there["v"]})
    if there.get("k", "rsa") != ours["k"]:
        return Phrase("dns.dkim.kind", {"found": there.get("k", "rsa"), "wanted": ours["k"]})
    if "sha256" not in there.get("h", "sha256").split(":") or {"*", "email"}.isdisjoint(there.get("s", "*").split(":")):
        return Phrase("dns.dkim.restricted", {"text": record})
    return _differs(key.selector, there["p"], ours["p"])


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
