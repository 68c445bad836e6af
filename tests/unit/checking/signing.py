"""Mails signed by dkimpy, and a DNS that holds what a test wrote down."""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping
from functools import cache

import dkim
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from weftmail.core.parsing.block import read_block
from weftmail.core.parsing.seal import Seal, read
from weftmail.core.ports import DnsAnswer, DnsFailure, DnsResult, DnsType, NoData, NoSuchName

NOW = int(time.time()) * 1000
PLAIN = (
    b"From: Karin Ek <karin@customer.example>\r\nTo: leads@acme.example\r\nSubject: Quote  for\r\n\t40 chairs\r\n"
    b"Date: Tue, 24 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@customer.example>\r\n\r\n"
    b"Could you  do 40 chairs?\t \r\n\r\nKarin \r\n\r\n\r\n"
)


class Dns:
    """A ``Resolver`` over TXT records by name, and other kinds by (name, kind); a value None fails."""

    def __init__(self, records: Mapping[str | tuple[str, str], str | list[str] | None]) -> None:
        self.records = records
        self.asked: list[tuple[str, str]] = []

    def query(self, name: str, kind: DnsType) -> DnsResult:
        """Return what was written down."""
        self.asked.append((name, kind))
        key = name if kind == "TXT" and name in self.records else (name, kind)
        if key not in self.records:
            other = any(one == name or one[0] == name for one in self.records)
            return NoData() if other else NoSuchName()
        found = self.records[key]
        if found is None:
            return DnsFailure("no answer")
        return DnsAnswer(name, tuple(found) if isinstance(found, list) else (found,), 0)


@cache
def rsa_key(bits: int = 2048) -> tuple[bytes, str]:
    """Return a private key as dkimpy wants it, and the public one as the DNS has it."""
    key = rsa.generate_private_key(65537, bits)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return private, "v=DKIM1; k=rsa; p=" + base64.b64encode(public).decode()


@cache
def ed25519_key() -> tuple[bytes, str]:
    """Return a private key as dkimpy wants it, and the public one as the DNS has it."""
    key = ed25519.Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return base64.b64encode(private), "v=DKIM1; k=ed25519; p=" + base64.b64encode(public).decode()


def signed(raw: bytes = PLAIN, domain: str = "customer.example", **more: object) -> bytes:
    """Return a mail with a signature of dkimpy above it; ``algorithm``, ``bits`` and what ``dkim.sign`` takes."""
    algorithm = more.pop("algorithm", b"rsa-sha256")
    bits = more.pop("bits", None)
    private = (
        ed25519_key()[0] if algorithm == b"ed25519-sha256" else (rsa_key(int(str(bits))) if bits else rsa_key())[0]
    )
    field = dkim.sign(raw, b"s1", domain.encode(), private, signature_algorithm=algorithm, **more)
    return bytes(field) + raw


def claims(raw: bytes) -> tuple[Seal, ...]:
    """Return what a mail's signatures claim."""
    return read(read_block(raw), raw)
