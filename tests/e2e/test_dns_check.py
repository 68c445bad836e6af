"""Broken zones on a real authoritative server: what is said of each, at the zone's own servers and the resolver."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from weftmail.core.dns.dkim import PublicKey
from weftmail.core.dns.finding import DnsFinding
from weftmail.core.dns.zone_text import nsupdate, parts, zone_file
from weftmail.core.wording.sentences import say
from weftmail.flow.dns_check import Question, Table, check
from weftmail.transport import dkim_files
from weftmail.transport.dns import CachingResolver
from weftmail.transport.dns_zone import ZoneResolver

from .nsd import Nsd

NOW = 1_800_000_000_000
HOST = "mx1.acme.example"
HEAD = """@ 300 IN SOA ns1 hostmaster 1 3600 600 86400 60
@ 300 IN NS ns1
@ 300 IN NS ns2
ns1 300 IN A 127.0.0.1
ns2 300 IN A {second}
"""
MX = "@ 300 IN MX 10 mx1.acme.example.\n"
SPF = '@ 300 IN TXT "v=spf1 ip4:203.0.113.7 -all"\n'
DMARC = '_dmarc 300 IN TXT "v=DMARC1; p=reject"\n'
ELEVEN = '@ 300 IN TXT "v=spf1 ' + " ".join(f"a:h{at}.acme.example" for at in range(11)) + ' ip4:203.0.113.7 -all"\n'
VOID = '@ 300 IN TXT "v=spf1 a:no1.void.example a:no2.void.example a:no3.void.example ip4:203.0.113.7 -all"\n'


class Records(NamedTuple):
    """The text of each record, as a zone file has it."""

    rsa: str
    ed25519: str
    old: str


def text(record: str) -> str:
    """Return a record in parts of 255."""
    return " ".join(f'"{part}"' for part in parts(record))


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Records:
    """Keys, made as every domain's are."""
    folder = str(tmp_path_factory.mktemp("keys"))
    rsa, old = (dkim_files.create(folder, "acme.example", name, "rsa").record for name in ("a", "old"))
    return Records(rsa, dkim_files.create(folder, "acme.example", "e", "ed25519").record, old)


def zone(records: Records, *, mx: str = MX, spf: str = SPF, rsa: str = "", dmarc: str = DMARC, second: str = "") -> str:
    """Return a zone that is good, but for what is given."""
    keys = f"wm26e._domainkey 300 IN TXT {text(records.ed25519)}\n" + (
        rsa or f"wm26a._domainkey 300 IN TXT {text(records.rsa)}\n"
    )
    return HEAD.format(second=second or "127.0.0.2") + mx + spf + keys + dmarc


NO_KEY = "; no key here\n"


@pytest.fixture(scope="module")
def zones(tmp_path_factory: pytest.TempPathFactory, records: Records) -> Iterator[ZoneResolver]:
    """Two servers with the zones, and one that never answers; the first is the resolver, too."""

    def limited(tag: str) -> str:
        return f"wm26a._domainkey 300 IN TXT {text(records.rsa.replace('v=DKIM1;', f'v=DKIM1; {tag};'))}\n"

    cut = f'wm26a._domainkey 300 IN TXT "{records.rsa[:255]}"\n'
    everywhere = {
        "acme.example": zone(records)
        + "mx1 300 IN A 203.0.113.7\nmx2 300 IN A 203.0.113.8\n"
        + "".join(f"h{at} 300 IN A 203.0.113.9\n" for at in range(11)),
        "113.0.203.in-addr.arpa": HEAD.format(second="127.0.0.2")
        + "7 300 IN PTR mx1.acme.example.\n8 300 IN PTR customer-8.provider.example.\n",
        "no-mx.example": zone(records, mx=""),
        "two-spf.example": zone(records, spf=SPF + '@ 300 IN TXT "v=spf1 include:acme.example ~all"\n'),
        "eleven.example": zone(records, spf=ELEVEN),
        "cut.example": zone(records, rsa=cut),
        "old.example": zone(records, rsa=f"wm26a._domainkey 300 IN TXT {text(records.old)}\n"),
        "one.example": zone(records),
        "dmarc.example": zone(records, dmarc='_dmarc 300 IN TXT "v=DMARC1; p=rejekt"\n'),
        "null.example": zone(records, mx="@ 300 IN MX 0 .\n"),
        "cname.example": zone(records) + "in 300 IN CNAME mail.cname.example.\nmail 300 IN A 203.0.113.9\n",
        "silent.example": zone(records, second="127.0.0.3"),
        "merge.example": zone(records, spf='@ 300 IN TXT "v=spf1 ip4:198.51.100.1 ~all"\n'),
        "two-dmarc.example": zone(records, dmarc=DMARC + '_dmarc 300 IN TXT "v=DMARC1; p=none"\n'),
        "loop.example": zone(records, spf='@ 300 IN TXT "v=spf1 include:loop.example ip4:203.0.113.7 -all"\n'),
        "ptr.example": zone(records, spf='@ 300 IN TXT "v=spf1 ptr:acme.example -all"\n'),
        "macro.example": zone(records, spf='@ 300 IN TXT "v=spf1 exists:%{ir}.%{v}._spf.%{d} -all"\n')
        + "7.113.0.203.in-addr._spf 300 IN A 127.0.0.2\n",
        "void.example": zone(records, spf=VOID),
        "bits.example": zone(records, spf='@ 300 IN TXT "v=spf1 a/33 ip4:203.0.113.7 -all"\n'),
        "wild.example": zone(records, mx="* 300 IN MX 10 mx1.acme.example.\n"),
        "sha1.example": zone(records, rsa=limited("h=sha1")),
        "testing.example": zone(records, rsa=limited("t=y")),
        "strict.example": zone(records, rsa=limited("t=s")),
        "twice.example": zone(records, rsa=limited("t=s") * 2 + limited("n=2")),
        "dangling.example": zone(records, rsa="wm26a._domainkey 300 IN CNAME gone.dangling.example.\n"),
        "hosted.example": zone(records, rsa="wm26a._domainkey 300 IN CNAME wm26a._domainkey.acme.example.\n"),
        "lame.example": zone(records),
    }
    first = Nsd(tmp_path_factory.mktemp("first"), everywhere, broken=("servfail.example",))
    behind = {**everywhere, "one.example": zone(records, rsa=NO_KEY)}
    del behind["lame.example"]
    second = Nsd(tmp_path_factory.mktemp("second"), behind, address="127.0.0.2", port=first.port)
    first.start()
    second.start()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.3", first.port))
        resolver = CachingResolver(lambda: NOW, [("127.0.0.1", first.port)], most=0)
        yield ZoneResolver(resolver, lambda: NOW, first.port, one_try=0.3)
    second.stop()
    first.stop()


def asked(zones: ZoneResolver, records: Records, domain: str, host: str = HOST) -> Table:
    """Return the table of a domain with two keys that sign."""
    keys = (
        PublicKey("wm26a", domain, records.rsa, "signing"),
        PublicKey("wm26e", domain, records.ed25519, "signing"),
    )
    return check(zones, Question(domain, True, host, keys), NOW)


def row(table: Table, what: str, name: str = "") -> DnsFinding:
    """Return the row of a record."""
    (found,) = [one for one in table.findings if one.what == what and one.name.startswith(name)]
    return found


def test_a_zone_as_it_should_be(zones: ZoneResolver, records: Records) -> None:
    table = asked(zones, records, "acme.example")
    assert [(one.what, one.verdict) for one in table.findings] == [
        ("mx", "good"),
        ("spf", "good"),
        ("dkim", "good"),
        ("dkim", "good"),
        ("dmarc", "good"),
        ("return path", "good"),
        ("ptr", "good"),
        ("mta-sts", "optional"),
        ("tls-rpt", "optional"),
    ]
    assert table.verdict == "good"
    assert (table.zone, table.servers) == ("acme.example", ("ns1.acme.example", "ns2.acme.example"))
    assert zone_file(table.judgements) == [] and nsupdate(table.zone, table.judgements) == []


@pytest.mark.parametrize(
    ("domain", "what", "name", "verdict", "sentence"),
    [
        ("no-mx.example", "mx", "", "broken", "no-mx.example has no MX record, so no email comes here"),
        ("two-spf.example", "spf", "", "broken", "There are 2 SPF records; with more than one, none counts"),
        (
            "eleven.example",
            "spf",
            "",
            "broken",
            "Checking the SPF record takes 11 look-ups; beyond 10 it does not count",
        ),
        ("cut.example", "dkim", "wm26a", "broken", "The key wm26a is cut in the DNS, after character 237 of 392"),
        (
            "old.example",
            "dkim",
            "wm26a",
            "broken",
            "The key at wm26a in the DNS is not ours: it differs from character {at} on",
        ),
        (
            "one.example",
            "dkim",
            "wm26a",
            "look",
            (
                "ns1.one.example as it should be, but not ns2.one.example: "
                "wm26a._domainkey.one.example is not in the DNS, so what the key signs does not verify"
            ),
        ),
        ("dmarc.example", "dmarc", "", "broken", "The DMARC record cannot be read at p=rejekt"),
        ("null.example", "mx", "", "broken", "null.example says by a null MX record that it takes no email"),
        (
            "in.cname.example",
            "mx",
            "",
            "broken",
            (
                "in.cname.example is a CNAME of mail.cname.example, so that its records are those "
                "of mail.cname.example "
                "and it can have none of its own"
            ),
        ),
        ("servfail.example", "zone", "", "broken", "The servers of the zone cannot be found: {servfail}"),
        (
            "silent.example",
            "mx",
            "",
            "look",
            "Email comes to mx1.acme.example. But ns2.silent.example did not answer: The DNS operation timed out.",
        ),
    ],
)
def test_a_broken_zone(
    zones: ZoneResolver, records: Records, domain: str, what: str, name: str, verdict: str, sentence: str
) -> None:
    found = row(asked(zones, records, domain), what, name)
    ours, theirs = (one.split("p=")[1] for one in (records.rsa, records.old))
    at = next(at for at, pair in enumerate(zip(ours, theirs, strict=True), 1) if pair[0] != pair[1])
    said = say(found.judgement.reason)
    assert found.verdict == verdict
    if "{servfail}" in sentence:
        assert said.startswith("The servers of the zone cannot be found:") and "SERVFAIL" in said
    else:
        assert said == sentence.replace("{at}", str(at))
    assert found.judgement.step is not None or what == "zone"


@pytest.mark.parametrize(
    ("domain", "what", "verdict", "sentence"),
    [
        ("two-dmarc.example", "dmarc", "broken", "There are 2 DMARC records; with more than one, none counts"),
        ("loop.example", "spf", "broken", "Checking the SPF record takes 41 look-ups; beyond 10 it does not count"),
        ("ptr.example", "spf", "good", "Names this server, with 1 look-up of 10"),
        ("macro.example", "spf", "good", "Names this server, with 1 look-up of 10"),
        ("void.example", "spf", "broken", "3 look-ups of the SPF record find nothing; beyond 2 it does not count"),
        ("bits.example", "spf", "broken", "The SPF record cannot be read at a/33, so it does not count"),
        ("wild.example", "mx", "broken", "wild.example has no MX record, so no email comes here"),
        ("in.wild.example", "mx", "good", "Email comes to mx1.acme.example"),
        ("sha1.example", "dkim", "broken", "The record limits what the key may sign: v=DKIM1; h=sha1; k=rsa; p="),
        ("testing.example", "dkim", "look", "The record says that DKIM is only being tested (t=y), so receivers may"),
        ("strict.example", "dkim", "good", "The key wm26a is in the DNS"),
        ("twice.example", "dkim", "broken", "There are 2 records at wm26a._domainkey.twice.example; a receiver may"),
        (
            "dangling.example",
            "dkim",
            "broken",
            "wm26a._domainkey.dangling.example is not in the DNS, so what the key signs does not verify. wm26a.",
        ),
        ("hosted.example", "dkim", "good", "The key wm26a is in the DNS"),
        ("lame.example", "mx", "look", "Email comes to mx1.acme.example. But ns2.lame.example did not answer: REFUSED"),
    ],
)
def test_other_zones_of_the_same_kinds(
    zones: ZoneResolver, records: Records, domain: str, what: str, verdict: str, sentence: str
) -> None:
    found = row(asked(zones, records, domain), what, "wm26a" if what == "dkim" else "")
    assert say(found.judgement.reason).startswith(sentence)
    assert found.verdict == verdict and (found.judgement.step is None) is (verdict == "good")


def test_a_wrong_ptr(zones: ZoneResolver, records: Records) -> None:
    found = row(asked(zones, records, "acme.example", "mx2.acme.example"), "ptr")
    assert found.verdict == "broken"
    assert say(found.judgement.reason) == (
        "203.0.113.8 leads back to customer-8.provider.example, not to mx2.acme.example, the name in HELO"
    )
    assert found.judgement.step is not None
    assert say(found.judgement.step) == "Have the provider of 203.0.113.8 set its PTR record to mx2.acme.example"


def test_an_spf_record_is_merged_and_never_doubled(zones: ZoneResolver, records: Records) -> None:
    found = row(asked(zones, records, "merge.example"), "spf")
    assert say(found.judgement.reason) == "The SPF record does not let this server send: 203.0.113.7"
    assert nsupdate("merge.example", [found.judgement]) == [
        "zone merge.example.",
        'update delete merge.example. TXT "v=spf1 ip4:198.51.100.1 ~all"',
        'update add merge.example. 3600 TXT "v=spf1 ip4:198.51.100.1 ip4:203.0.113.7 ~all"',
        "send",
    ]
    two = row(asked(zones, records, "two-spf.example"), "spf").judgement
    assert [one.value for one in two.add] == ["v=spf1 ip4:203.0.113.7 include:acme.example ~all"]
    assert len(two.remove) == 2


def test_what_was_to_be_changed_makes_a_zone_good(zones: ZoneResolver, records: Records, tmp_path: Path) -> None:
    """The lines for a zone file go into one as they are: the real server takes them, and nothing is left to say."""
    lines = zone_file(asked(zones, records, "no-mx.example").judgements)
    mended = zone(records, mx="") + "\n".join(lines) + "\n"
    acme = zone(records) + "mx1 300 IN A 203.0.113.7\n"
    reverse = HEAD.format(second="127.0.0.1") + "7 300 IN PTR mx1.acme.example.\n"
    files = {"no-mx.example": mended, "acme.example": acme, "113.0.203.in-addr.arpa": reverse}
    (tmp_path / "one").mkdir()
    server = Nsd(tmp_path / "one", {name: one.replace("127.0.0.2", "127.0.0.1") for name, one in files.items()})
    server.start()
    try:
        resolver = CachingResolver(lambda: NOW, [("127.0.0.1", server.port)], most=0)
        assert asked(ZoneResolver(resolver, lambda: NOW, server.port), records, "no-mx.example").verdict == "good"
    finally:
        server.stop()


@pytest.mark.parametrize(
    ("domain", "shown"),
    [("acme.example", "everywhere"), ("one.example", "not"), ("cut.example", "not"), ("silent.example", "unknown")],
)
def test_a_key_is_seen_only_where_every_server_shows_it(
    zones: ZoneResolver, records: Records, domain: str, shown: str
) -> None:
    assert asked(zones, records, domain).keys["wm26a"] == shown
