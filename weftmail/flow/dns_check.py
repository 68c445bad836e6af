"""The records of a domain in the DNS: each asked of the zone's own servers and of the resolver, and judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from weftmail.core.dns import dkim, dmarc, host, mx, return_path, spf, spf_cost, tls
from weftmail.core.dns.dkim import PublicKey
from weftmail.core.dns.finding import (
    DnsFinding,
    DnsRecord,
    Judgement,
    Values,
    Verdict,
    View,
    over_servers,
    values,
    with_cname,
    worst,
)
from weftmail.core.dns.key_life import Shown, shown
from weftmail.core.ports import DnsFailure, DnsResult, DnsType, Zone, Zones
from weftmail.core.wording.command import Command
from weftmail.core.wording.phrase import Phrase


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about: a domain with its keys, and the name that this server gives in HELO."""

    domain: str
    dedicated: bool
    host: str
    keys: tuple[PublicKey, ...]
    unaligned: int = 0
    """Emails that left with the domain in From within the last day, and that DMARC would not pass."""


@dataclass(frozen=True, slots=True)
class Table:
    """What was found of one domain: its zone, the zone's servers, and a row for each record."""

    domain: str
    zone: str
    servers: tuple[str, ...]
    findings: tuple[DnsFinding, ...]
    asked_at: int
    keys: Mapping[str, Shown] = field(default_factory=dict)
    """Which servers show each key, by its selector."""

    @property
    def verdict(self) -> Verdict:
        """The worst of the rows; what is optional and missing makes none of it worse."""
        return worst(one.verdict for one in self.findings if one.verdict != "optional")

    @property
    def judgements(self) -> tuple[Judgement, ...]:
        """What is to be changed, each once: rows may share it."""
        return tuple(one.judgement for one in self.findings)


def check(zones: Zones, question: Question, now: int) -> Table:
    """Ask for every record of a domain; never raises for what the DNS does."""
    return _Checking(zones, question).table(now)


@dataclass(slots=True)
class _Checking:
    zones: Zones
    question: Question
    silent: dict[str, DnsFailure] = field(default_factory=dict)
    """The servers that failed once: nobody waits for them again."""
    seen: dict[str, Shown] = field(default_factory=dict)

    def table(self, now: int) -> Table:
        zone = self.zones.zone_of(self.question.domain)
        if isinstance(zone, DnsFailure):
            failed = Judgement("broken", Phrase("dns.no zone", {"text": zone.text}))
            row = DnsFinding("zone", self.question.domain, (), (), (), failed)
            coming = to_come(self.question, self._addresses())
            return Table(self.question.domain, "", (), (row, *coming, self._pointers()), now)
        first = [self._mx(zone), self._spf(zone)]
        way_back = self._return_path(first[0].verdict, first[1].verdict)
        keys = self._keys(zone)
        vouched = first[1].verdict == "good" and any(one.verdict == "good" for one in keys)
        findings = (
            *first, *keys, self._dmarc(zone, vouched=vouched), way_back, self._pointers(), self._policy(zone),
            self._reports(zone),
        )  # fmt: skip
        return Table(self.question.domain, zone.name, tuple(one.name for one in zone.servers), findings, now, self.seen)

    def _view(self, zone: Zone, name: str, kind: DnsType) -> View:
        servers = tuple((server.name, self._asked(zone, at, name, kind)) for at, server in enumerate(zone.servers))
        return View(name, kind, servers, self.zones.query(name, kind))

    def _asked(self, zone: Zone, at: int, name: str, kind: DnsType) -> DnsResult:
        server = zone.servers[at]
        if server.name in self.silent:
            return self.silent[server.name]
        found = self.zones.ask(server, name, kind)
        if isinstance(found, DnsFailure):
            self.silent[server.name] = found
        return found

    def _elsewhere(self, zone: Zone) -> Values:
        return self._view(zone, self.question.domain, "CNAME").everything()

    def _cname_there(self, zone: Zone, name: str, judged: Judgement) -> Judgement:
        """Look for a CNAME where a record is to be added: a server takes no other record beside one."""
        target = self._view(zone, name, "CNAME").everything() if judged.add else ()
        return with_cname(judged, name, target[0]) if target else judged

    def _mx(self, zone: Zone) -> DnsFinding:
        domain, server = self.question.domain, self.question.host
        view, wanted = self._view(zone, domain, "MX"), mx.wanted(domain, server)
        target = self._elsewhere(zone)
        if "." not in server:
            return _nameless(domain, view.everything())
        if target:
            judged = mx.leads_elsewhere(domain, target[0], (wanted,))
        else:
            judged = over_servers(view, lambda found: mx.judge(domain, server, found))
        return DnsFinding("mx", domain, view.everything(), values(view.resolver), (wanted.value,), judged)

    def _spf(self, zone: Zone) -> DnsFinding:
        domain, server, addresses = self.question.domain, self.question.host, self._addresses()
        view = self._view(zone, domain, "TXT")

        def judge(found: Values) -> Judgement:
            there = spf.records(found)
            cost = spf_cost.cost(there[0], domain, addresses, self.zones.query, server) if len(there) == 1 else None
            return spf.judge(domain, found, cost, server, addresses)

        judged = over_servers(view, judge)
        found = spf.records(view.everything())
        # A server without a full name can be named by its address alone.
        named = "." in server or bool(host.public(addresses))
        wanted = (spf.wanted(found, server, addresses),) if named else ()
        expected = found if judged.verdict == "good" else wanted
        return DnsFinding("spf", domain, found, spf.records(values(view.resolver)), expected, judged)

    def _keys(self, zone: Zone) -> list[DnsFinding]:
        domain = self.question.domain
        if not self.question.keys:
            command = str(Command("mail-admin dkim create {domain}", domain=domain))
            step = Phrase("dns.step.keys", {"command": command})
            none = Judgement("broken", Phrase("dns.dkim.no keys", {"domain": domain}), step)
            return [DnsFinding("dkim", f"_domainkey.{domain}", (), (), (), none)]
        return [self._key(zone, key) for key in self.question.keys]

    def _key(self, zone: Zone, key: PublicKey) -> DnsFinding:
        view = self._view(zone, key.name, "TXT")
        judged = self._cname_there(zone, key.name, over_servers(view, lambda found: dkim.judge(key, found)))
        self.seen[key.selector] = shown(key, view)
        return DnsFinding("dkim", key.name, view.everything(), values(view.resolver), (key.record,), judged)

    def _dmarc(self, zone: Zone, *, vouched: bool) -> DnsFinding:
        domain = self.question.domain
        view = self._view(zone, dmarc.name(domain), "TXT")

        def above() -> tuple[str, dmarc.DmarcPolicy] | None:
            return dmarc.inherited(domain, lambda name: values(self.zones.query(name, "TXT")))

        unaligned = self.question.unaligned
        judged = over_servers(
            view,
            lambda found: dmarc.judge(
                domain, found, above, vouched=vouched, unaligned=unaligned, reports=self.question.dedicated
            ),
        )
        judged = self._cname_there(zone, dmarc.name(domain), judged)
        expected = tuple(one.value for one in judged.add) or view.everything()
        return DnsFinding("dmarc", dmarc.name(domain), view.everything(), values(view.resolver), expected, judged)

    def _policy(self, zone: Zone) -> DnsFinding:
        domain, server = self.question.domain, self.question.host
        view = self._view(zone, tls.policy_record(domain).name, "TXT")
        judged = over_servers(view, lambda found: tls.judge_policy(domain, server, found))
        return _optional("mta-sts", view, tls.policies, tls.policy_record(domain), judged)

    def _reports(self, zone: Zone) -> DnsFinding:
        domain = self.question.domain
        view = self._view(zone, tls.report_record(domain).name, "TXT")
        judged = over_servers(view, lambda found: tls.judge_reports(domain, found))
        return _optional("tls-rpt", view, tls.reports, tls.report_record(domain), judged)

    def _return_path(self, came: Verdict, vouched: Verdict) -> DnsFinding:
        domain = self.question.domain
        address = (f"bounce@{domain}",)
        return DnsFinding("return path", domain, address, address, address, return_path.judge(domain, came, vouched))

    def _pointers(self) -> DnsFinding:
        server, addresses = self.question.host, self._addresses()
        pointers = {one: self.zones.query(host.reverse_name(one), "PTR") for one in host.public(addresses)}
        found = tuple(dict.fromkeys(name for one in pointers.values() for name in values(one)))
        return DnsFinding("ptr", server, found, found, (server,), host.judge(server, addresses, pointers))

    def _addresses(self) -> Sequence[str]:
        found = (self.zones.query(self.question.host, "A"), self.zones.query(self.question.host, "AAAA"))
        return [one for some in found for one in values(some)]


def to_come(question: Question, addresses: Sequence[str] | None) -> list[DnsFinding]:
    """Return what a zone has to hold, where there is none yet: who sets a domain up wants to know it first.

    ``addresses`` are those of this server; None where nobody has asked for them.
    """
    domain, host_name = question.domain, question.host
    return [
        _missing("mx", mx.wanted(domain, host_name)) if "." in host_name else _nameless(domain, ()),
        _spf_to_come(question, addresses),
        *(_missing("dkim", key.wanted) for key in question.keys),
        _missing("dmarc", dmarc.wanted(domain, reports=question.dedicated)),
    ]


def _spf_to_come(question: Question, addresses: Sequence[str] | None) -> DnsFinding:
    if addresses is None and "." in question.host:
        return _missing("spf", spf.by_name(question.domain, question.host))
    judged = spf.judge(question.domain, (), None, question.host, addresses or ())
    return DnsFinding("spf", question.domain, (), (), tuple(one.value for one in judged.add), judged)


def not_asked(question: Question) -> list[DnsFinding]:
    """Return the same for a domain of which the DNS was not asked: nobody knows what it has, so nothing is broken."""
    return [
        replace(one, judgement=replace(one.judgement, verdict="look", reason=Phrase("dns.not asked")))
        if one.judgement.add
        else one
        for one in to_come(question, None)
    ]


def _optional(
    what: str, view: View, records: Callable[[Values], Values], record: DnsRecord, judged: Judgement
) -> DnsFinding:
    """Return the row of what a domain may have; the record to add stands beside it alone, as nothing is missing."""
    found = records(view.everything())
    expected = found if judged.verdict == "good" else (record.value,)
    return DnsFinding(what, record.name, found, records(values(view.resolver)), expected, judged)


def _nameless(domain: str, found: Values) -> DnsFinding:
    """The MX record would name this server, which has no name that others can find."""
    judged = Judgement("broken", Phrase("dns.mx.nameless"), Phrase("dns.step.hostname"))
    return DnsFinding("mx", domain, found, (), (), judged)


def _missing(what: str, record: DnsRecord) -> DnsFinding:
    judged = Judgement("broken", Phrase("dns.to come"), Phrase("dns.step.add", {"name": record.name}), add=(record,))
    return DnsFinding(what, record.name, (), (), (record.value,), judged)
