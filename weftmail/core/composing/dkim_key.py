"""Keys that sign mail: the private half as PEM, the public half as the DNS shows it (RFC 6376, 3.6.1; RFC 8463).

A key is made elsewhere, where randomness is; here are its values only.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from weftmail.core.address import BadAddress, canonical_domain

Algorithm = Literal["rsa", "ed25519"]

MIN_BITS: Final = 2048
_SELECTOR: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_PADDING: Final = PKCS1v15()
_HASHED: Final = Prehashed(SHA256())


class BadKey(ValueError):
    """This is no key to sign with; the message says why and never shows the key."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key of a domain.  ``pem`` is the private half, unencrypted PKCS #8."""

    domain: str
    selector: str
    algorithm: Algorithm
    pem: str = field(repr=False)

    def __post_init__(self) -> None:
        try:
            named = canonical_domain(self.domain) == self.domain
        except BadAddress:
            named = False
        if not named or not _SELECTOR.fullmatch(self.selector):
            raise BadKey(f"{self.selector!r} at {self.domain!r} is no name for a DKIM key")
        loaded = _load(self.pem)
        if self.algorithm != ("rsa" if isinstance(loaded, RSAPrivateKey) else "ed25519"):
            raise BadKey(f"the key {self.selector} of {self.domain} is not of the kind {self.algorithm}")

    @property
    def name(self) -> str:
        """Where the record stands in the DNS."""
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def record(self) -> str:
        """The TXT record that the DNS must show."""
        loaded = _load(self.pem)
        if isinstance(loaded, RSAPrivateKey):
            public = loaded.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        else:
            public = loaded.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return f"v=DKIM1; k={self.algorithm}; p={base64.b64encode(public).decode('ascii')}"

    def sign(self, digest: bytes) -> bytes:
        """Return the signature of a SHA-256 digest: PKCS #1 1.5, or Ed25519 over the digest's bytes (RFC 8463, 3)."""
        loaded = _load(self.pem)
        if isinstance(loaded, RSAPrivateKey):
            return loaded.sign(digest, _PADDING, _HASHED)
        return loaded.sign(digest)


def parts(record: str) -> list[str]:
    """Return the record in the strings of at most 255 characters that a zone file wants (RFC 1035, 3.3)."""
    return [record[at : at + 255] for at in range(0, len(record), 255)]


@lru_cache(maxsize=1024)
def _load(pem: str) -> RSAPrivateKey | Ed25519PrivateKey:
    # Checking an RSA key takes 30 ms: once for each key and process.
    try:
        key = load_pem_private_key(pem.encode("ascii"), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise BadKey("this is no private key in PEM without a password") from None
    if isinstance(key, RSAPrivateKey):
        if key.key_size < MIN_BITS:
            raise BadKey(f"the RSA key has {key.key_size} bits; {MIN_BITS} are the least")
        return key
    if isinstance(key, Ed25519PrivateKey):
        return key
    raise BadKey("the key is neither RSA nor Ed25519")
