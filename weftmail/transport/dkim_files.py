"""Signing keys on disk: ``STATE/keys/dkim/DOMAIN/SELECTOR.pem``, 0600, in folders 0700; nowhere else."""

from __future__ import annotations

import os

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from weftmail.core.address import canonical_domain
from weftmail.core.composing.dkim_key import Algorithm, BadKey, SigningKey

_BITS = 2048


def create(folder: str, domain: str, selector: str, algorithm: Algorithm) -> SigningKey:
    """Make a key and keep it under ``folder``; return it.

    Raises FileExistsError where that domain has a key of that name, BadKey or BadAddress for names that cannot be.
    """
    made = SigningKey(canonical_domain(domain), selector, algorithm, _generate(algorithm))
    place = os.path.join(folder, made.domain)
    os.makedirs(place, mode=0o700, exist_ok=True)
    path = os.path.join(place, f"{selector}.pem")
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(made.pem)
        file.flush()
        os.fsync(file.fileno())
    _sync(place)
    return made


def load(folder: str, domain: str) -> list[SigningKey]:
    """Return all keys of the domain, by selector; none where there is no folder.

    Raises BadKey, naming the file, for a file that holds no key, and OSError for one that cannot be read.
    """
    name = canonical_domain(domain)
    place = os.path.join(folder, name)
    try:
        files = sorted(file for file in os.listdir(place) if file.endswith(".pem"))
    except FileNotFoundError:
        return []
    return [_read(os.path.join(place, file), name, file.removesuffix(".pem")) for file in files]


def remove(folder: str, domain: str, selector: str) -> bool:
    """Delete a key for good; say whether there was one."""
    place = os.path.join(folder, canonical_domain(domain))
    try:
        os.unlink(os.path.join(place, f"{selector}.pem"))
    except FileNotFoundError:
        return False
    _sync(place)
    return True


def _read(path: str, domain: str, selector: str) -> SigningKey:
    with open(path, "rb") as file:
        pem = file.read(64 * 1024)
    try:
        kind = load_pem_private_key(pem, None)
        algorithm: Algorithm = "rsa" if isinstance(kind, RSAPrivateKey) else "ed25519"
        return SigningKey(domain, selector, algorithm, pem.decode("ascii"))
    except (ValueError, TypeError):
        raise BadKey(f"{path} holds no key to sign with") from None


def _generate(algorithm: Algorithm) -> str:
    made = (
        generate_private_key(public_exponent=65537, key_size=_BITS)
        if algorithm == "rsa"
        else Ed25519PrivateKey.generate()
    )
    return made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")


def _sync(folder: str) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
