"""mail-admin dns check, over a DNS that is a table."""

from __future__ import annotations

import json

import pytest

from tests.unit.shell import Shell
from tests.unit.world import HOST
from tests.unit.zones import TableZones, good


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
    assert 'update add _dmarc.acme.example. 3600 TXT "v=DMARC1; p=none"\nsend\n' in said


def test_json_and_zone_file(shell: Shell) -> None:
    status, said, _ = shell.call("dns", "check", "acme.example", "--json", context=shell.context(zones=zones()))
    found = json.loads(said)
    assert (status, found["verdict"]) == (2, "broken")
    (key,) = [one for one in found["records"] if one["record"] == "dkim"]
    assert key["next"] == "Make them: mail-admin dkim create acme.example"
    asked = zones()
    del asked.rows["acme.example", "MX"]
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
    assert "✕ broken" in said and "● good" in said.splitlines()[-8]


def test_an_unknown_domain(shell: Shell) -> None:
    assert "unknown domain" in shell.refused("dns", "check", "other.example")
