"""nsd: an authoritative DNS server on loopback, with the zones of a test and nothing else."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import dns.exception
import dns.message
import dns.query

SOA = "@ 300 IN SOA ns1 hostmaster 1 3600 600 86400 {minimum}\n@ 300 IN NS ns1\nns1 300 IN A 127.0.0.1\n"
"""What each zone begins with; ``minimum`` is how long it may be remembered that a name is not there, in seconds."""


def free_port(address: str) -> int:
    """Return a port that is free for datagrams and for connections alike: a name server needs both."""
    for _ in range(100):
        with (
            socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
        ):
            stream.bind((address, 0))
            port: int = stream.getsockname()[1]
            try:
                datagrams.bind((address, port))
            except OSError:
                continue
            return port
    raise AssertionError(f"no port of {address} is free for both")


class Nsd:
    """An nsd on a free port, as whoever runs the tests."""

    def __init__(
        self,
        folder: Path,
        zones: Mapping[str, str],
        broken: tuple[str, ...] = (),
        address: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        """``zones`` are zone files by domain; for each domain in ``broken`` nsd has no data, and answers SERVFAIL.

        It listens at ``port`` of ``address``, by default at a free one.
        """
        self._address = address
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._asked = next(iter(zones), "")
        self.port = port or free_port(address)
        for domain, text in zones.items():
            (folder / f"{domain}.zone").write_text(f"$ORIGIN {domain}.\n{text}")
        parts = "".join(f'zone:\n name: "{one}"\n zonefile: "{folder}/{one}.zone"\n' for one in (*zones, *broken))
        (folder / "nsd.conf").write_text(
            f'server:\n ip-address: {address}@{self.port}\n server-count: 1\n username: ""\n database: ""\n'
            f' zonesdir: "{folder}"\n pidfile: "{folder}/nsd.pid"\n xfrdfile: "{folder}/xfrd.state"\n'
            f' zonelistfile: "{folder}/zone.list"\n xfrdir: "{folder}"\n logfile: "{folder}/nsd.log"\n'
            f"remote-control:\n control-enable: no\n{parts}"
        )

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._process = subprocess.Popen(["/usr/sbin/nsd", "-d", "-c", str(self._folder / "nsd.conf")])
        end = time.monotonic() + 10
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"nsd does not start: {(self._folder / 'nsd.log').read_text()}")

    def _answers(self) -> bool:
        """Say whether its process answers a question: its sockets stand before its zones are read."""
        question = dns.message.make_query(self._asked or "example", "SOA")
        try:
            dns.query.udp(question, self._address, 0.2, self.port)
        except (dns.exception.Timeout, OSError):
            time.sleep(0.02)
            return False
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Stop it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None
