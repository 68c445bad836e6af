"""A certificate authority of the tests' own, with what it signs."""

from __future__ import annotations

import datetime
import ipaddress
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

LONG_AGO = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)


@dataclass(frozen=True, slots=True)
class Signed:
    """A certificate and its key, PEM."""

    certificate: str
    key: str

    @property
    def both(self) -> str:
        """The two in one text."""
        return self.certificate + self.key


class Authority:
    """Signs certificates that are good until 2120, unless told otherwise."""

    def __init__(self, name: str = "tests") -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"authority of the {name}")])
        self._own = self._built(self._name, self._key.public_key(), [], ca=True, ends=2120)
        self.pem = self._own.public_bytes(Encoding.PEM).decode()

    def sign(self, *hosts: str, ends: int = 2120) -> Signed:
        """Return a certificate for these hosts, names or addresses."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0])])
        made = self._built(name, key.public_key(), hosts, ca=False, ends=ends)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        return Signed(made.public_bytes(Encoding.PEM).decode(), pem)

    def _built(
        self,
        name: x509.Name,
        key: ec.EllipticCurvePublicKey,
        hosts: tuple[str, ...] | list[str],
        *,
        ca: bool,
        ends: int,
    ) -> x509.Certificate:
        until = datetime.datetime(ends, 1, 1, tzinfo=datetime.UTC)
        builder = (
            x509.CertificateBuilder().subject_name(name).issuer_name(self._name).public_key(key)
            .serial_number(x509.random_serial_number()).not_valid_before(LONG_AGO).not_valid_after(until)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )  # fmt: skip
        if hosts:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([_general(one) for one in hosts]), critical=False
            )
        return builder.sign(self._key, hashes.SHA256())


def _general(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
