"""mail-admin dns check, over a DNS that is a table."""

from __future__ import annotations

import json
import threading
from dataclasses import replace

import pytest

from tests.unit import dmarc
from tests.unit.shell import Shell
from tests.unit.world import HOST
from tests.unit.zones import TableZones, good
from weftmail.cli import dns_watch


def zones() -> TableZones:
    """Return the zone of Acme, without keys."""
    return TableZones("acme.example", good("acme.example", HOST, {}))


def published(shell: Shell) -> TableZones:
    """Return the zone of Acme with the keys that it has."""
    keys = shell.json("dkim", "create", "acme.example")["keys"]
    return TableZones("acme.example", good("acme.example", HOST, {one["selector"]: one["record"] for one in keys}))


def test_a_domain_that_is_as_it_should_be(shell: Shell) -> None:
    found = published(shell)
    status, said, complaint = shell.call("dns", "check", "acme.example", context=shell.context(zones=found))
    assert (status, complaint) == (0, "")
    assert said.startswith("acme.example: ● good   (zone acme.example, asked at ns1, ns2 and your resolver, ")
    assert "● mx: Email comes to mx1.acme.example." in said and "the same" in said


@pytest.mark.parametrize(("broken", "status"), [(False, 1), (True, 2)])
def test_the_status_says_how_it_stands(shell: Shell, broken: bool, status: int) -> None:
    found = published(shell)
    del found.rows["_dmarc.acme.example", "TXT"]
    if broken:
        del found.rows["acme.example", "MX"]
    context = shell.context(zones=found)
    got, said, _ = shell.call("dns", "check", "acme.example", "--format", "nsupdate", context=context)
    assert got == status
    assert ("update add acme.example. 3600 MX 10 mx1.acme.example.\n" in said) is broken
    assert 'update add _dmarc.acme.example. 3600 TXT "v=DMARC1; p=none; rua=mailto:dmarc@acme.example"\nsend\n' in said


def test_json_and_zone_file(shell: Shell) -> None:
    status, said, _ = shell.call("dns", "check", "acme.example", "--json", context=shell.context(zones=zones()))
    found = json.loads(said)
    assert (status, found["verdict"]) == (2, "broken")
    (key,) = [one for one in found["records"] if one["record"] == "dkim"]
    assert key["next"] == "Make them: mail-admin dkim create acme.example"
    asked = zones()
    del asked.rows["acme.example", "MX"]
    _, said, _ = shell.call("dns", "check", "acme.example", "--json", context=shell.context(zones=asked))
    (mx,) = [one for one in json.loads(said)["records"] if one["record"] == "mx"]
    assert mx["add"] == [{"name": "acme.example", "type": "MX", "value": "10 mx1.acme.example"}]
    words = ("dns", "check", "acme.example", "--format", "zone")
    assert (
        shell.call(*words, context=shell.context(zones=asked))[1] == "acme.example. 3600 IN MX 10 mx1.acme.example.\n"
    )


def test_watching_ends_when_all_is_good(shell: Shell) -> None:
    found = published(shell)
    record = found.rows.pop(("acme.example", "MX"))
    waited = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        found.rows["acme.example", "MX"] = record

    context = shell.context(zones=found, wait=wait)
    status, said, _ = shell.call("dns", "check", "acme.example", "--watch", context=context)
    assert (status, waited) == (0, [20.0])
    heads = [line for line in said.splitlines() if line.startswith("acme.example: ")]
    assert "✕ broken" in heads[0] and "● good" in heads[-1] and len(heads) == 2


def test_an_unknown_domain(shell: Shell) -> None:
    assert "unknown domain" in shell.refused("dns", "check", "other.example")


def test_a_link_for_whoever_keeps_the_dns(shell: Shell) -> None:
    made = shell.json("dns", "share", "acme.example")
    token = made["link"].rpartition("/dns/")[2]
    assert shell.world.store.dns.linked(token, 0) == "acme.example"
    assert "without signing in: http" in shell.ok("dns", "share", "acme.example")


def test_keys_live_by_commands(shell: Shell) -> None:
    assert "They sign once every server of the zone shows them" in shell.ok("dkim", "create", "acme.example")
    assert "not seen in the DNS yet -> signing" in shell.ok("dkim", "sign-now", "acme.example")
    made = shell.json("dkim", "rotate", "acme.example")
    assert len(made["made"]) == 2 and [one["state"] for one in made["keys"]] == ["signing", "signing", "made", "made"]
    said = shell.ok("dkim", "retire", "acme.example", made["keys"][0]["selector"])
    assert "signing -> retiring" in said
    assert "are not in the DNS yet" in shell.refused("dkim", "rotate", "acme.example")


def test_who_is_told_of_postmaster_s_mail(shell: Shell) -> None:
    said = shell.ok("domain", "postmaster", "acme.example", "bjorn@acme.example")
    assert "acme.example: postmaster" in said and shell.world.store.domains.postmaster("acme.example") is not None


def test_the_site_looks_in_a_thread_of_its_own_and_the_demo_does_not(shell: Shell) -> None:
    config, stop = shell.context().config, threading.Event()
    assert dns_watch.watching(replace(config, demo=True), stop) is None
    started = dns_watch.watching(config, stop)
    assert started is not None and started.is_alive()
    stop.set()
    started.join(30)
    assert not started.is_alive()


def test_reports_say_who_sends_in_the_domain_s_name(shell: Shell) -> None:
    assert "no verified DMARC report came within 30 days" in shell.ok("dns", "reports", "acme.example")
    name = "receiver.example!acme.example!1799800000!1799886400.xml.gz"
    rows = [dmarc.ROW, ("198.51.100.7", 40, "reject", "fail", "fail", "")]
    for verified, number in ((True, "r1"), (False, "r2")):
        content = dmarc.packed(dmarc.report(rows, number=number))
        raw = shell.world.mail(
            "noreply@receiver.example", "dmarc@acme.example", verified=verified, files=[(name, content)]
        )
        shell.world.deliver(raw, "dmarc@acme.example")
    said = shell.ok("dns", "reports", "acme.example")
    assert "acme.example: 3 of 43 emails passed DMARC, 30 days\n" in said
    assert "3 of 43 emails passed DMARC, 30 days, by reports whose sender is not verified\n" in said
    assert "reported by Receiver (receiver.example) 1\n" in said
    found = shell.json("dns", "reports", "acme.example")
    assert found["verified"]["mails"] == found["unverified"]["mails"] == 43
    assert found["verified"]["sources"][0]["source"] == "198.51.100.7"
