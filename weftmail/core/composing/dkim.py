"""DKIM: signs what leaves, and checks such a signature against keys that are at hand (RFC 6376, 8301, 8463).

dkimpy does it; only the arithmetic of the keys is done by ``cryptography``, forty times faster.  Canonical forms are
relaxed/relaxed; there is no ``l=``; ``t=`` and ``x=`` are set; fields that a reader sees, or that routing follows,
are listed once more than they are there, so that nobody can add another.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import dkim
from dkim.canonicalization import CanonicalizationPolicy
from dkim.util import InvalidTagValueList, parse_tag_value

from weftmail.core.composing.dkim_key import SigningKey

__all__ = ["LIFETIME", "Signature", "SigningKey", "sign", "verify"]

LIFETIME: Final = 14 * 24 * 3600
"""A signature is good for two weeks, in seconds: longer than any mail server keeps trying."""

OVERSIGNED: Final = (
    b"from", b"to", b"cc", b"subject", b"date", b"message-id", b"reply-to", b"in-reply-to", b"references",
    b"mime-version", b"content-type", b"content-transfer-encoding", b"auto-submitted",
)  # fmt: skip
# With the loop fields: a mail of ours that somebody hands to us once more cannot be freed from them.
_SIGNED: Final = re.compile(rb"content-[a-z-]+|list-[a-z-]+|x-weftmail-(?:loop|hops)")
_RELAXED: Final = CanonicalizationPolicy.from_c_value(b"relaxed/relaxed")
_ALGORITHMS: Final = {"rsa": b"rsa-sha256", "ed25519": b"ed25519-sha256"}
_MOST_CHECKED: Final = 10


@dataclass(frozen=True, slots=True)
class Signature:
    """One DKIM-Signature field of a mail, and whether it holds."""

    domain: str
    selector: str
    valid: bool


def sign(data: bytes, keys: Sequence[SigningKey], now: int) -> bytes:
    """Return the mail with one signature for each key in front; with no key, as it is.

    ``data`` has CRLF line ends; ``now`` is in milliseconds.
    """
    if not keys:
        return data
    signer = _Signer(data)
    body_hash = base64.b64encode(hashlib.sha256(_RELAXED.canonicalize_body(signer.body)).digest())
    return b"".join(signer.signed_by(key, body_hash, now // 1000) for key in keys) + data


def verify(data: bytes, dns: Mapping[str, str]) -> list[Signature]:
    """Check each signature of a mail, ten at most, against the records in ``dns``; never raises.

    ``dns`` maps names such as ``s1._domainkey.acme.example`` to records.  There is no clock here, so whether a
    signature is out of date is not asked.  One with ``l=``, or by anything but SHA-256, does not hold.
    """
    found: list[Signature] = []
    try:
        count = sum(1 for name, _ in dkim.DKIM(data).headers if name.lower() == b"dkim-signature")
    except (dkim.DKIMException, IndexError):
        return found
    for index in range(min(count, _MOST_CHECKED)):
        verifier = _Verifier(data)
        try:
            valid = bool(verifier.verify(index, lambda name, timeout=5: dns.get(name.decode("ascii").rstrip("."), "")))
        except (dkim.DKIMException, InvalidTagValueList, binascii.Error, LookupError, ValueError, TypeError):
            valid = False
        found.append(Signature(verifier.named(b"d"), verifier.named(b"s"), valid))
    return found


class _Signature(NamedTuple):
    signature: bytes


class _Hand:
    """What dkimpy takes for an Ed25519 key: it signs a digest, with whatever key is inside."""

    def __init__(self, key: SigningKey) -> None:
        self._key = key

    def sign(self, digest: bytes) -> _Signature:
        return _Signature(self._key.sign(digest))


class _Signer(dkim.DKIM):  # type: ignore[misc]
    """dkimpy's signer, with time, body hash and key brought in from outside."""

    def signed_by(self, key: SigningKey, body_hash: bytes, now: int) -> bytes:
        """Return the DKIM-Signature field, its line end included."""
        names = self._names()
        fields = [
            (b"v", b"1"),
            (b"a", _ALGORITHMS[key.algorithm]),
            (b"c", b"relaxed/relaxed"),
            (b"d", key.domain.encode("ascii")),
            (b"s", key.selector.encode("ascii")),
            (b"t", str(now).encode("ascii")),
            (b"x", str(now + LIFETIME).encode("ascii")),
            (b"h", b" : ".join(names)),
            (b"bh", body_hash),
            # dkimpy folds before it signs; the placeholder makes b= stand on a line of its own.
            (b"b", b"0" * 60),
        ]
        self.hasher = hashlib.sha256
        # This name alone decides how dkimpy calls the key: an object that signs the digest, as ours does for RSA too.
        self.signature_algorithm = b"ed25519-sha256"
        value: bytes = self.gen_header(fields, names, _RELAXED, b"DKIM-Signature", _Hand(key))
        return b"DKIM-Signature: " + value

    def _names(self) -> tuple[bytes, ...]:
        present = [name.lower() for name, _ in self.headers]
        others = [name for name in present if _SIGNED.fullmatch(name) and name not in OVERSIGNED]
        critical = [name for name in OVERSIGNED for _ in range(present.count(name) + 1)]
        return (*critical, *others)


class _Verifier(dkim.DKIM):  # type: ignore[misc]
    """dkimpy's verifier, without its clock and stricter: no ``l=``, nothing but SHA-256."""

    def verify_headerprep(self, idx: int = 0) -> Any:
        """Return what dkimpy's method of this name returns; raise DKIMException for what does not hold."""
        fields = [(name, value) for name, value in self.headers if name.lower() == b"dkim-signature"]
        self.signature_fields = parse_tag_value(fields[idx][1])
        sig = self.signature_fields
        allowed = sig.get(b"v") == b"1" and sig.get(b"a") in _ALGORITHMS.values() and b"l" not in sig
        if not allowed or not all(sig.get(tag) for tag in (b"b", b"bh", b"d", b"s", b"h")):
            raise dkim.ValidationError("not a signature that we take")
        self.domain, self.selector = sig[b"d"], sig[b"s"]
        include = [name.lower() for name in re.split(rb"\s*:\s*", sig[b"h"].strip())]
        if b"from" not in include:
            raise dkim.ValidationError("From is not signed")
        return sig, include, fields

    def named(self, tag: bytes) -> str:
        """Return a tag of the signature that was looked at, as text."""
        value: bytes = self.signature_fields.get(tag, b"")
        return value.decode("utf-8", "replace")
