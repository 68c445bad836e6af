"""mail-admin dns: the records of a domain as its own servers have them, beside what they should be."""

from __future__ import annotations

import argparse
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Final

from weftmail.cli.arguments import Parser, Verbs
from weftmail.cli.context import Context
from weftmail.cli.hostname import hostname
from weftmail.cli.output import Fields, as_json, iso, shown, table
from weftmail.cli.refusals import carried_out
from weftmail.cli.signing import DkimFolder
from weftmail.core.dns import zone_text
from weftmail.core.dns.finding import DnsFinding, Verdict
from weftmail.core.tokens.link import RANDOM
from weftmail.core.wording.sentences import say
from weftmail.flow import dmarc_reports, vocabulary
from weftmail.flow.dmarc_reports import DmarcLine, DmarcSummary
from weftmail.flow.dns_check import Table
from weftmail.flow.dns_watch import DnsWatch
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import dns, find

UNVERIFIED: Final = ", by reports whose sender is not verified"
AGAIN: Final = 20.0
"""Seconds between two looks, with --watch."""
STATUS: Final[Mapping[Verdict, int]] = {"good": 0, "optional": 0, "look": 1, "broken": 2}
MARKS: Final[Mapping[Verdict, str]] = {"good": "●", "optional": "○", "look": "▲", "broken": "✕"}
WHOLE: Final = 2000
"""Records are copied, so they are never cut."""


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    verb = verbs.add(
        "check", "compare each record of a domain with what it should be; ends with 0 good, 1 look, 2 broken", _check
    )
    verb.add_argument("domain", metavar="DOMAIN", help="the domain, such as acme.example")
    share = verbs.add("share", "make a link that shows the records to whoever keeps the DNS, for 14 days", _share)
    share.add_argument("domain", metavar="DOMAIN", help="the domain, such as acme.example")
    share.add_argument("--to", metavar="ADDR", help="send the link by email to this address")
    share.add_argument("--company", metavar="NAME", help="in whose name it leaves, where the domain is shared by all")
    reports = verbs.add(
        "reports", "show who sends in a domain's name, and what passes DMARC: 30 days of reports", _reports
    )
    reports.add_argument("domain", metavar="DOMAIN", help="the domain, such as acme.example")
    verb.add_argument("--watch", action="store_true", help=f"look again each {AGAIN:.0f} s until all is good")
    verb.add_argument(
        "--format",
        choices=tuple(FORMATS),
        default="table",
        help="table: all records; zone, nsupdate: what has to change, ready for the DNS; json",
    )


def _share(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(_shared(context, arguments))
    if arguments.to:
        context.wake_sender()
    link = f"{context.config.url}/dns/{made.token}"
    value = {"domain": made.subject, "link": link, "until": iso(made.until)}
    said = f"Until {shown(made.until)} this shows the records of {made.subject}, without signing in: {link}"
    sent = [f"It waits in the outbox for {arguments.to}."] if arguments.to else []
    context.answer(arguments.json, value, lambda: [said, *sent])


def _shared(context: Context, arguments: argparse.Namespace) -> dns.Shared | Refusal:
    if not arguments.to:
        return dns.share(context.setup, arguments.domain, secrets.token_hex(24))
    random, company_id = secrets.token_bytes(RANDOM), find.company_id(context.store, arguments.company)
    return dns.send(
        context.setup, context.installation.keyring, random, arguments.domain, arguments.to, company_id=company_id
    )


def _reports(context: Context, arguments: argparse.Namespace) -> None:
    domain = find.domain(context.store, arguments.domain, field="domain")
    sure, unsure = dmarc_reports.summaries(context.store, domain, context.setup.clock())
    value = {"domain": domain.name, "verified": _reported(sure), "unverified": _reported(unsure)}
    context.answer(
        arguments.json, value, lambda: [*_lines_of(domain.name, sure, ""), *_lines_of(domain.name, unsure, UNVERIFIED)]
    )


def _reported(found: DmarcSummary) -> Fields:
    return {
        "mails": found.mails,
        "passed": found.passed,
        "sources": [asdict(one) for one in found.lines],
        "reporters": [asdict(one) for one in found.reporters],
    }


def _lines_of(name: str, found: DmarcSummary, which: str) -> list[str]:
    if not found.mails:
        return [] if which else [f"{name}: no verified DMARC report came within 30 days."]
    rows = [
        ("ours" if one.ours else "", one.source or "others", one.mails, *_aligned(one), one.disposition)
        for one in found.lines
    ]
    who = ", ".join(f"{one.organisation or '-'} ({one.sender or '-'}) {one.reports}" for one in found.reporters)
    return [
        f"{name}: {found.passed} of {found.mails} emails passed DMARC, 30 days{which}",
        *table(("", "SOURCE", "EMAILS", "DKIM", "SPF", "DISPOSITION"), rows, "", most=WHOLE),
        f"reported by {who}",
    ]


def _aligned(one: DmarcLine) -> tuple[str, str]:
    dkim, spf = ("aligned" if aligned else "not aligned" for aligned in (one.dkim, one.spf))
    return dkim, spf


def _check(context: Context, arguments: argparse.Namespace) -> int:
    find.domain(context.store, arguments.domain, field="domain")
    show = FORMATS["json" if arguments.json else arguments.format]
    while True:
        found = _look(context, arguments.domain)
        for line in show(found):
            context.say(line)
        if not arguments.watch or STATUS[found.verdict] == 0:
            return STATUS[found.verdict]
        context.wait(AGAIN)


def _look(context: Context, name: str) -> Table:
    files = DkimFolder(str(context.config.dkim))
    return DnsWatch(context.setup, context.zones, hostname(context.config), files).look(name)


def _as_table(found: Table) -> list[str]:
    where = f"zone {found.zone}, asked at {', '.join(found.servers)} and your resolver" if found.zone else "no zone"
    rows = [row for one in found.findings for row in _rows(one)]
    return [
        f"{found.domain}: {MARKS[found.verdict]} {found.verdict}   ({where}, {shown(found.asked_at)})",
        *table(("", "RECORD", "NAME", "FOUND", "AS IT SHOULD BE"), rows, "", most=WHOLE),
        *(line for one in found.findings for line in _said(one)),
    ]


def _rows(one: DnsFinding) -> list[tuple[str, ...]]:
    """A record that differs from server to server has a line for each that is there."""
    pairs = max(len(one.found), len(one.expected), 1)
    found, expected = (list(values) + [""] * (pairs - len(values)) for values in (one.found, one.expected))
    first = (f"{MARKS[one.verdict]} {one.verdict}", one.what, one.name)
    return [
        (*(first if at == 0 else ("", "", "")), *_pair(found[at] or ("-" if at == 0 else ""), expected[at]))
        for at in range(pairs)
    ]


def _pair(found: str, expected: str) -> tuple[str, str]:
    return found, "the same" if found == expected else expected


def _said(one: DnsFinding) -> list[str]:
    reason = f"{MARKS[one.verdict]} {one.what}: {say(one.judgement.reason)}"
    return [f"{reason}. {say(one.judgement.step)}." if one.judgement.step else f"{reason}."]


def _as_zone(found: Table) -> list[str]:
    return zone_text.zone_file(found.judgements)


def _as_nsupdate(found: Table) -> list[str]:
    return zone_text.nsupdate(found.zone, found.judgements)


def _value(found: Table) -> Fields:
    return {
        "domain": found.domain,
        "verdict": found.verdict,
        "zone": found.zone,
        "servers": list(found.servers),
        "asked_at": iso(found.asked_at),
        "records": [vocabulary.finding(one) for one in found.findings],
    }


FORMATS: Final[Mapping[str, Callable[[Table], list[str]]]] = {
    "table": _as_table,
    "zone": _as_zone,
    "nsupdate": _as_nsupdate,
    "json": lambda found: [as_json(_value(found))],
}
