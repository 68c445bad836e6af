"""OpenDKIM: the milter that writes Authentication-Results, and the judge of what left; and customers who sign.

Debian's OpenDKIM 2.11 verifies rsa-sha256 and ed25519-sha256. Its DNS is a file, so no test asks the network.
"""

from __future__ import annotations

import base64
import os
import re
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

AUTHSERV_ID = "mx.acme.example"

_RESULT = re.compile(
    r"dkim=(\w+)(?: reason=\"[^\"]*\")?(?: \([^)]*\))? header\.d=(\S+) header\.i=\S+ header\.a=(\S+) header\.s=(\S+)"
)


@dataclass
class Records:
    """The DNS that OpenDKIM sees: a file of names and TXT records."""

    path: Path
    texts: dict[str, str] = field(default_factory=dict)

    def publish(self, name: str, text: str) -> None:
        """Publish one TXT record, in place of one of that name."""
        self.texts[name] = text
        self.path.write_text("".join(f"{one} {value}\n" for one, value in self.texts.items()))


@dataclass(frozen=True)
class Signature:
    """What OpenDKIM found about one signature."""

    result: str
    domain: str
    selector: str
    algorithm: str


class Verifier:
    """OpenDKIM as a milter on a Unix socket."""

    def __init__(self, folder: Path, socket: Path, records: Records, authserv_id: str = AUTHSERV_ID) -> None:
        self.records = records
        self.authserv_id = authserv_id
        self._socket = socket
        self._conf = folder / "opendkim.conf"
        self._process: subprocess.Popen[bytes] | None = None
        records.path.touch()
        self._conf.write_text(
            f"Mode v\nAuthservID {authserv_id}\nRemoveARFrom {authserv_id}\nAlwaysAddARHeader yes\n"
            f"RequireSafeKeys no\nTestDNSData file:{records.path}\nMaximumSignaturesToVerify 10\n"
            f"Socket local:{socket}\nUMask 000\nBackground no\nSyslog no\n"
        )

    def publish(self, name: str, text: str) -> None:
        """Publish a TXT record, and let a running milter see it."""
        self.records.publish(name, text)
        if self._process is not None:
            self.kill()
            self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._socket.unlink(missing_ok=True)
        self._process = subprocess.Popen(["opendkim", "-f", "-x", str(self._conf)], stderr=subprocess.PIPE)
        end = time.monotonic() + 10
        while not self._socket.exists():
            if self._process.poll() is not None or time.monotonic() > end:
                assert self._process.stderr is not None
                raise AssertionError(f"opendkim does not start: {self._process.stderr.read().decode()}")
            time.sleep(0.02)

    def revive(self) -> None:
        """Start it if it is dead."""
        if self._process is None:
            self.start()

    def kill(self) -> None:
        """Let it die, as a milter dies: nobody answers any more."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            assert self._process.stderr is not None
            self._process.stderr.close()
            self._process = None
        self._socket.unlink(missing_ok=True)

    def verify(self, raw: bytes) -> list[Signature]:
        """Return what OpenDKIM says about each signature of a mail that left, topmost first."""
        mail = self._conf.with_name(f"verify-{os.getpid()}-{time.monotonic_ns()}.eml")
        mail.write_bytes(re.sub(rb"\r?\n", b"\r\n", raw))
        done = subprocess.run(
            ["opendkim", "-x", str(self._conf), "-vv", "-t", str(mail)], capture_output=True, text=True, check=False
        )
        mail.unlink()
        assert done.returncode == 0, done.stderr
        found = _RESULT.findall(done.stdout)
        return [Signature(result, domain, selector, algorithm) for result, domain, algorithm, selector in found]


class Signer:
    """A domain that signs its mail as a customer's mail server does; its key is made when the tests run."""

    def __init__(self, domain: str, records: Verifier | Records, selector: str = "s1") -> None:
        key = rsa.generate_private_key(65537, 2048)
        self.domain, self.selector = domain, selector
        self._pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
        public = key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        records.publish(f"{selector}._domainkey.{domain}", f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}")

    def sign(self, raw: bytes) -> bytes:
        """Return the mail, with CRLF line ends, under one signature of this domain."""
        crlf = re.sub(rb"\r?\n", b"\r\n", raw)
        header = dkim.sign(
            crlf, self.selector.encode(), self.domain.encode(), self._pem, canonicalize=(b"relaxed", b"relaxed")
        )
        return bytes(header) + crlf
