"""DKIM: signs what leaves, and checks such a signature against keys that are at hand (RFC 6376, 8301, 8463).

The canonical forms are made once for all signatures of a mail, and ``cryptography`` does the arithmetic of the keys;
dkimpy checks.  Canonical forms are relaxed/relaxed; there is no ``l=``; ``t=`` and ``x=`` are set; fields that a reader
sees, or that routing follows, are listed once more than they are there, so that nobody can add another.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import dkim
from dkim.util import InvalidTagValueList, parse_tag_value

from weftmail.core.composing.dkim_key import SigningKey
from weftmail.core.parsing.canonical import canonical_body, relaxed, selected

__all__ = ["LIFETIME", "Signature", "SigningKey", "sign", "verify"]

LIFETIME: Final = 14 * 24 * 3600
"""A signature is good for two weeks, in seconds: longer than any mail server keeps trying."""

OVERSIGNED: Final = (
    b"from", b"to", b"cc", b"subject", b"date", b"message-id", b"reply-to", b"in-reply-to", b"references",
    b"mime-version", b"content-type", b"content-transfer-encoding", b"auto-submitted",
)  # fmt: skip
# With the loop fields: a mail of ours that somebody hands to us once more cannot be freed from them.
_SIGNED: Final = re.compile(rb"content-[a-z-]+|list-[a-z-]+|x-weftmail-(?:loop|hops)")
_ALGORITHMS: Final = (b"rsa-sha256", b"ed25519-sha256")
_START: Final = re.compile(rb"\r\n(?![ \t])")
_WIDTH: Final = 72
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
    end = data.find(b"\r\n\r\n")
    signer, body = _Signer(data[:end] if end >= 0 else data), hashlib.sha256()
    for piece in canonical_body(data, end + 4 if end >= 0 else len(data), "relaxed"):
        body.update(piece)
    body_hash = base64.b64encode(body.digest())
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


class _Signer:
    """The header of a mail in its relaxed form, made once for every signature."""

    def __init__(self, head: bytes) -> None:
        parted = [field.partition(b":") for field in _START.split(head)]
        fields = [(name.strip().lower(), value) for name, _, value in parted]
        present = [name for name, _ in fields]
        others = [name for name in present if _SIGNED.fullmatch(name) and name not in OVERSIGNED]
        names = [*(name for name in OVERSIGNED for _ in range(present.count(name) + 1)), *others]
        self._signed = b"".join(relaxed(name, value) for name, value in selected(fields, names))
        self._list = _folded(names)

    def signed_by(self, key: SigningKey, body_hash: bytes, now: int) -> bytes:
        """Return the DKIM-Signature field, its line end included."""
        value = (
            f" v=1; a={key.algorithm}-sha256; c=relaxed/relaxed;\r\n d={key.domain}; s={key.selector};\r\n"
            f" t={now}; x={now + LIFETIME};\r\n h="
        ).encode("ascii") + b"%b;\r\n bh=%b;\r\n b=" % (self._list, body_hash)
        # The field itself is signed last, without the signature in it and without a line end (RFC 6376, 3.7).
        last = relaxed(b"dkim-signature", value).removesuffix(b"\r\n")
        signature = base64.b64encode(key.sign(hashlib.sha256(self._signed + last).digest()))
        lines = [signature[at : at + _WIDTH] for at in range(0, len(signature), _WIDTH)]
        return b"DKIM-Signature:" + value + b"\r\n ".join(lines) + b"\r\n"


def _folded(names: Sequence[bytes]) -> bytes:
    """Return the names of the fields that are signed, in lines."""
    lines, line = [], b""
    for name in names:
        if line and len(line) + len(name) > _WIDTH:
            lines.append(line)
            line = b""
        line += name + b":"
    return b"\r\n ".join([*lines, line]).removesuffix(b":")


class _Verifier(dkim.DKIM):  # type: ignore[misc]
    """dkimpy's verifier, without its clock and stricter: no ``l=``, nothing but SHA-256."""

    def verify_headerprep(self, idx: int = 0) -> Any:
        """Return what dkimpy's method of this name returns; raise DKIMException for what does not hold."""
        fields = [(name, value) for name, value in self.headers if name.lower() == b"dkim-signature"]
        self.signature_fields = parse_tag_value(fields[idx][1])
        sig = self.signature_fields
        allowed = sig.get(b"v") == b"1" and sig.get(b"a") in _ALGORITHMS and b"l" not in sig
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
