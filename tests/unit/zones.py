"""The DNS as a table, for what is decided once it has answered; tests/e2e asks nsd what servers really say."""

from __future__ import annotations

from collections.abc import Mapping

from weftmail.core.ports import DnsAnswer, DnsFailure, DnsResult, DnsType, NoSuchName, Zone, ZoneServer

Rows = dict[tuple[str, DnsType], tuple[str, ...]]


class TableZones:
    """Fulfils ``Zones``: one zone, whose servers all have ``rows``, but for those in ``other`` and ``failed``."""

    def __init__(
        self, zone: str, rows: Rows, servers: tuple[str, ...] = ("ns1", "ns2"), cached: Rows | None = None
    ) -> None:
        self.zone = zone
        self.rows = rows
        self.cached = cached
        """What the resolver has where that is something else."""
        self.servers = servers
        self.other: dict[str, Rows] = {}
        self.failed: dict[str, str] = {}
        self.asked: list[tuple[str, str, str]] = []

    def query(self, name: str, kind: DnsType) -> DnsResult:
        """Answer as the resolver."""
        if "resolver" in self.failed:
            return DnsFailure(self.failed["resolver"])
        return _answer(self.rows if self.cached is None else self.cached, name, kind)

    def zone_of(self, name: str) -> Zone | DnsFailure:
        """Return the zone, if the name lies in it."""
        if "zone" in self.failed or not f".{name}".endswith(f".{self.zone}"):
            return DnsFailure(self.failed.get("zone", "no zone"))
        return Zone(self.zone, tuple(ZoneServer(one, "192.0.2.1") for one in self.servers))

    def ask(self, server: ZoneServer, name: str, kind: DnsType) -> DnsResult:
        """Answer as one server."""
        self.asked.append((server.name, name, kind))
        if server.name in self.failed:
            return DnsFailure(self.failed[server.name])
        return _answer(self.other.get(server.name, self.rows), name, kind)


def _answer(rows: Mapping[tuple[str, DnsType], tuple[str, ...]], name: str, kind: DnsType) -> DnsResult:
    found = rows.get((name, kind))
    return NoSuchName() if found is None else DnsAnswer(name, found, 0)


def good(domain: str, host: str, keys: Mapping[str, str]) -> Rows:
    """Return the rows of a domain that is as it should be; ``keys`` are records by their selectors."""
    rows: Rows = {
        (domain, "MX"): (f"10 {host}",),
        (domain, "TXT"): ("v=spf1 ip4:203.0.113.7 -all", "verification=1"),
        (f"_dmarc.{domain}", "TXT"): ("v=DMARC1; p=reject",),
        (host, "A"): ("203.0.113.7",),
        ("7.113.0.203.in-addr.arpa", "PTR"): (host,),
    }
    for selector, record in keys.items():
        rows[f"{selector}._domainkey.{domain}", "TXT"] = (record,)
    return rows
