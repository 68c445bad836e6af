"""Is a claim of a signature true?  Its key comes from the DNS, and dkimpy reads it (RFC 6376, 8301, 8463, 8616)."""

from __future__ import annotations

import binascii
from dataclasses import dataclass
from typing import Any, Final

from weftmail.core.address import BadAddress, canonical_domain
from weftmail.core.dns import dkim as key_record
from weftmail.core.limits import DKIM_KEYS
from weftmail.core.parsing.seal import Seal
from weftmail.core.ports import DnsAnswer, DnsFailure, Resolver
from weftmail.core.routing.result import CheckResult
from weftmail.core.wording.phrase import Phrase

SLACK: Final = 300
"""Seconds by which the clocks of two servers may differ."""
SHORTEST: Final = 1024
"""Bits of an RSA key; a shorter one counts as none (RFC 8301, 3.2)."""
LONGEST: Final = 8192

_FAULTS: Final = {
    "syntax": ("permerror", Phrase("check.dkim.syntax")),
    "body": ("fail", Phrase("check.dkim.body")),
    "length": ("permerror", Phrase("check.dkim.length")),
    "algorithm": ("policy", Phrase("check.dkim.algorithm")),
    "from": ("permerror", Phrase("check.dkim.from")),
    "many": ("policy", Phrase("check.dkim.many")),
}


class _BadKey(Exception):
    """This is no key by which the signature could be checked; the phrase says why."""

    def __init__(self, result: str, reason: Phrase) -> None:
        super().__init__(reason.code)
        self.result, self.reason = result, reason


def check(seal: Seal, resolver: Resolver, now: int) -> CheckResult:
    """Return what becomes of one claim; ``now`` is in milliseconds.  Never raises."""
    domain = _canonical(seal.domain)
    if seal.fault or not domain:
        result, reason = _FAULTS[seal.fault or "syntax"]
        return CheckResult("dkim", result, domain, reason=reason)
    seconds = now // 1000
    if seal.made_at is not None and seal.made_at > seconds + SLACK:
        return CheckResult("dkim", "policy", domain, reason=Phrase("check.dkim.future"))
    if seal.expires_at is not None and seal.expires_at < seconds - SLACK:
        return CheckResult("dkim", "policy", domain, reason=Phrase("check.dkim.expired"))
    name = f"{seal.selector}._domainkey.{domain}"
    try:
        verified = _verified(_key(name, seal, resolver), seal)
    except _BadKey as error:
        return CheckResult("dkim", error.result, domain, reason=error.reason)
    if not verified:
        return CheckResult("dkim", "fail", domain, reason=Phrase("check.dkim.header"))
    return CheckResult("dkim", "pass", domain, reason=Phrase("check.dkim.pass", {"domain": domain, "name": name}))


@dataclass(frozen=True, slots=True)
class _Key:
    kind: str
    key: Any


def _key(name: str, seal: Seal, resolver: Resolver) -> _Key:
    """Return the key of that name; raise _BadKey where there is none that fits."""
    found = resolver.query(name, "TXT")
    if isinstance(found, DnsFailure):
        raise _BadKey("temperror", Phrase("check.dkim.unknown", {"name": name, "error": found.text}))
    if not isinstance(found, DnsAnswer):
        raise _BadKey("permerror", Phrase("check.dkim.no key", {"name": name}))
    faults = []
    # Several records are undefined (3.6.2.2): one that fits is enough.
    for record in found.values[:DKIM_KEYS]:
        try:
            return _read(name, record, seal)
        except _BadKey as error:
            faults.append(error)
    raise faults[0]


def _read(name: str, record: str, seal: Seal) -> _Key:
    import dkim

    bad = _BadKey("permerror", Phrase("check.dkim.bad key", {"name": name}))
    try:
        tags = key_record.tags(record)
    except key_record.UnreadableKey:
        raise bad from None
    if tags.get("p") == "":
        raise _BadKey("permerror", Phrase("check.dkim.revoked", {"name": name}))
    services, hashes = tags.get("s", "*").split(":"), tags.get("h", "sha256").split(":")
    kind = tags.get("k", "rsa")
    strict = "s" in tags.get("t", "").split(":")
    identity = seal.identity.rpartition("@")[2] or seal.domain
    fits = kind == seal.algorithm and "sha256" in hashes and ("*" in services or "email" in services)
    if not fits or (strict and _canonical(identity) != _canonical(seal.domain)):
        raise bad
    try:
        key, size, _, _ = dkim.evaluate_pk(name, record)
    except (dkim.DKIMException, binascii.Error, ValueError, KeyError, TypeError, IndexError):
        raise bad from None
    if kind == "rsa" and not SHORTEST <= size <= LONGEST:
        raise _BadKey("policy", Phrase("check.dkim.key size", {"name": name, "bits": size}))
    return _Key(kind, key)


def _verified(key: _Key, seal: Seal) -> bool:
    """Say whether the signature is that of the digest by this key."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa, utils
    from cryptography.hazmat.primitives.hashes import SHA256

    digest = bytes.fromhex(seal.digest)
    try:
        if key.kind == "ed25519":
            ed25519.Ed25519PublicKey.from_public_bytes(bytes(key.key)).verify(seal.signature, digest)
        else:
            numbers = rsa.RSAPublicNumbers(key.key["publicExponent"], key.key["modulus"])
            hashed = utils.Prehashed(SHA256())
            numbers.public_key().verify(seal.signature, digest, padding.PKCS1v15(), hashed)
    except (InvalidSignature, ValueError):
        return False
    return True


def _canonical(domain: str) -> str:
    try:
        return canonical_domain(domain)
    except BadAddress:
        return ""
