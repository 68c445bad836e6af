"""The servers of a zone, asked one by one: what they say counts before caches have learned it (RFC 1034, 4.2).

A server is asked without recursion; what it says is what it has, and nothing is kept.
"""

from __future__ import annotations

import contextlib

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype

from weftmail.core.ports import (
    Clock,
    DnsAnswer,
    DnsFailure,
    DnsResult,
    DnsType,
    NoData,
    NoSuchName,
    Resolver,
    Zone,
    ZoneServer,
)
from weftmail.transport.dns import TRY, UDP_SIZE, canonical_text, value_of

MOST_SERVERS = 13
"""So many servers of a zone are asked: the number that the root has (RFC 3226)."""


class ZoneResolver:
    """Fulfils ``Zones`` over a resolver, which finds the servers and their addresses."""

    def __init__(self, resolver: Resolver, clock: Clock, port: int = 53, one_try: float = TRY) -> None:
        self._resolver = resolver
        self._clock = clock
        self._port = port
        self._one_try = one_try

    def query(self, name: str, kind: DnsType) -> DnsResult:
        """Return what the resolver says."""
        return self._resolver.query(name, kind)

    def zone_of(self, name: str) -> Zone | DnsFailure:
        """Return the nearest zone at the name or above it, with its servers."""
        labels = name.split(".")
        for at in range(len(labels)):
            above = ".".join(labels[at:])
            found = self._resolver.query(above, "NS")
            if isinstance(found, DnsFailure):
                return found
            # A name that leads elsewhere (CNAME) is no zone, whatever stands there.
            if isinstance(found, DnsAnswer) and found.name == above:
                return Zone(above, tuple(self._server(one) for one in sorted(found.values)[:MOST_SERVERS]))
        return DnsFailure(f"no zone holds {name}")

    def _server(self, name: str) -> ZoneServer:
        for kind in ("A", "AAAA"):
            found = self._resolver.query(name, "A" if kind == "A" else "AAAA")
            if isinstance(found, DnsAnswer):
                return ZoneServer(name, found.values[0])
        return ZoneServer(name, "")

    def ask(self, server: ZoneServer, name: str, kind: DnsType) -> DnsResult:
        """Return what this server has for a name and a type."""
        if not server.address:
            return DnsFailure(f"{server.name} has no address")
        question = dns.message.make_query(name, kind, use_edns=0, payload=UDP_SIZE)
        question.flags &= ~dns.flags.RD
        try:
            return self._result(self._exchanged(question, server), kind)
        except (dns.exception.DNSException, OSError, EOFError) as error:
            return DnsFailure(str(error) or type(error).__name__)

    def _exchanged(self, question: dns.message.Message, server: ZoneServer) -> dns.message.Message:
        """Ask a server; a second time where nothing comes, since one datagram that is lost says nothing of it."""
        with contextlib.suppress(dns.exception.Timeout):
            return dns.query.udp_with_fallback(question, server.address, self._one_try / 2, self._port)[0]
        return dns.query.udp_with_fallback(question, server.address, self._one_try, self._port)[0]

    def _result(self, response: dns.message.Message, kind: DnsType) -> DnsResult:
        rcode = response.rcode()
        if rcode not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
            return DnsFailure(dns.rcode.to_text(rcode))
        if not response.flags & dns.flags.AA:
            return DnsFailure("it does not serve the zone")
        wanted = dns.rdatatype.from_text(kind)
        for found in response.answer:
            if found.rdtype == wanted:
                values = tuple(value_of(record) for record in found)
                return DnsAnswer(canonical_text(found.name), values, self._clock() + found.ttl * 1000)
        if response.answer:
            # It leads to a name of another zone, of which this server knows nothing.
            return self._resolver.query(value_of(response.answer[-1][0]), kind)
        return NoSuchName() if rcode == dns.rcode.NXDOMAIN else NoData()
