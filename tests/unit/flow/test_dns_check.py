"""A domain's records asked for, one by one, of every server of the zone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.zones import TableZones, good
from weftmail.core.dns.dkim import PublicKey
from weftmail.core.dns.finding import DnsFinding
from weftmail.core.wording.sentences import say
from weftmail.flow.dns_check import Question, Table, check

HOST = "mx1.acme.example"
KEY = PublicKey("wm26a", "acme.example", "v=DKIM1; k=rsa; p=ABCD", "signing")
QUESTION = Question("acme.example", True, HOST, (KEY,))


def rows(table: Table) -> dict[str, DnsFinding]:
    """Return the rows by their records."""
    return {one.what: one for one in table.findings}


def zones() -> TableZones:
    """Return a zone that is as it should be."""
    return TableZones("acme.example", good("acme.example", HOST, {"wm26a": KEY.record}))


def test_all_is_good() -> None:
    found = check(zones(), QUESTION, 7)
    assert (found.verdict, found.zone, found.servers, found.asked_at) == ("good", "acme.example", ("ns1", "ns2"), 7)
    assert {one.what: one.found for one in found.findings} == {
        "mx": ("10 mx1.acme.example",),
        "spf": ("v=spf1 ip4:203.0.113.7 -all",),
        "dkim": (KEY.record,),
        "dmarc": ("v=DMARC1; p=reject",),
        "return path": ("bounce@acme.example",),
        "ptr": (HOST,),
        "mta-sts": (),
        "tls-rpt": (),
    }
    optional = [one for one in found.findings if one.verdict == "optional"]
    assert [one.what for one in optional] == ["mta-sts", "tls-rpt"] and all(one.expected for one in optional)
    assert all(one.found == one.expected for one in found.findings if one not in optional)
    assert not any(one.add or one.remove for one in found.judgements)


def test_what_is_optional_makes_a_domain_no_worse_and_is_judged_where_it_is_there() -> None:
    asked = zones()
    asked.rows["_mta-sts.acme.example", "TXT"] = ("v=STSv1; id=1",)
    asked.rows["_smtp._tls.acme.example", "TXT"] = ("v=TLSRPTv1; rua=nobody", "something=else")
    found = check(asked, QUESTION, 7)
    policy, reports = rows(found)["mta-sts"], rows(found)["tls-rpt"]
    assert (policy.verdict, policy.found) == ("good", policy.expected)
    assert (reports.verdict, reports.found) == ("look", ("v=TLSRPTv1; rua=nobody",)) and found.verdict == "look"


def test_a_stricter_policy_waits_for_what_vouches() -> None:
    asked = zones()
    asked.rows["_dmarc.acme.example", "TXT"] = ("v=DMARC1; p=none",)
    step = rows(check(asked, QUESTION, 7))["dmarc"].judgement.step
    assert step is not None and "go on to v=DMARC1; p=quarantine" in say(step)
    del asked.rows["wm26a._domainkey.acme.example", "TXT"]
    step = rows(check(asked, QUESTION, 7))["dmarc"].judgement.step
    assert step is not None and say(step).startswith("Keep it until")


def test_what_is_missing_is_said_with_what_should_be_there() -> None:
    asked = zones()
    for name in ("acme.example", "_dmarc.acme.example"):
        del asked.rows[name, "TXT"]
    found = rows(check(asked, Question("acme.example", False, HOST, ()), 7))
    assert found["spf"].expected == ("v=spf1 ip4:203.0.113.7 ~all",)
    assert found["dmarc"].expected == ("v=DMARC1; p=none",)
    assert say(found["dkim"].judgement.reason) == "acme.example has no signing keys, so its email leaves unsigned"
    assert found["return path"].verdict == "look"


def test_a_policy_from_above_is_asked_of_the_resolver() -> None:
    asked = zones()
    found = rows(check(asked, Question("in.acme.example", True, HOST, ()), 7))
    assert say(found["dmarc"].judgement.reason) == "Its policy is reject, inherited from acme.example"


def test_a_server_that_failed_is_not_waited_for_again() -> None:
    asked = zones()
    asked.failed["ns2"] = "timed out"
    found = check(asked, QUESTION, 7)
    assert found.verdict == "look"
    assert [server for server, _, _ in asked.asked].count("ns2") == 1


def test_a_cname_at_the_name_has_none_of_its_own() -> None:
    asked = zones()
    asked.rows["acme.example", "CNAME"] = ("other.example",)
    found = rows(check(asked, QUESTION, 7))["mx"]
    assert (found.verdict, found.judgement.reason.code) == ("broken", "dns.cname")
    assert [one.kind for one in (*found.judgement.remove, *found.judgement.add)] == ["CNAME", "MX"]


@pytest.mark.parametrize("name", ["wm26a._domainkey.acme.example", "_dmarc.acme.example"])
def test_nothing_is_added_beside_a_cname_that_leads_nowhere(name: str) -> None:
    asked = zones()
    del asked.rows[name, "TXT"]
    asked.rows[name, "CNAME"] = ("gone.provider.example",)
    (found,) = [one for one in check(asked, QUESTION, 7).findings if one.name == name]
    said = say(found.judgement.reason)
    assert said.endswith(f". {name} is a CNAME of gone.provider.example, so nothing can be added beside it")
    assert [(one.kind, one.value) for one in found.judgement.remove] == [("CNAME", "gone.provider.example")]
    assert [one.kind for one in found.judgement.add] == ["TXT"]
    assert found.judgement.step is not None
    assert say(found.judgement.step) == f"Remove the CNAME at {name}, then add its own records"


def test_without_a_zone_nothing_else_is_asked() -> None:
    asked = zones()
    asked.failed["zone"] = "SERVFAIL"
    found = check(asked, QUESTION, 7)
    shown = rows(found)
    assert list(shown) == ["zone", "mx", "spf", "dkim", "dmarc", "ptr"] and found.verdict == "broken"
    # What has to be there is said all the same: who sets a domain up wants to know it first.
    assert shown["mx"].expected == (f"10 {QUESTION.host}",) and shown["dkim"].expected == (QUESTION.keys[0].record,)
    assert shown["spf"].expected[0].startswith("v=spf1 ") and shown["dmarc"].expected == (
        "v=DMARC1; p=none; rua=mailto:dmarc@acme.example",
    )
    assert [new.name for one in found.findings for new in one.judgement.add][-1] == f"_dmarc.{QUESTION.domain}"
    assert not asked.asked


def test_which_servers_show_a_key() -> None:
    asked = zones()
    assert check(asked, QUESTION, 7).keys == {"wm26a": "everywhere"}
    asked.failed["ns2"] = "timed out"
    assert check(asked, QUESTION, 7).keys == {"wm26a": "unknown"}
    asked.failed.clear()
    asked.other["ns2"] = {}
    assert check(asked, QUESTION, 7).keys == {"wm26a": "not"}
    asked.other.clear()
    asked.cached = {}
    assert check(asked, QUESTION, 7).keys == {"wm26a": "zone"}
    asked.failed["resolver"] = "timed out"
    assert check(asked, QUESTION, 7).keys == {"wm26a": "zone"}


@pytest.mark.parametrize("zone", ["answers", "fails"])
@pytest.mark.parametrize("leads_to", [None, "10.1.2.3"])
def test_a_server_without_a_public_address_is_told_what_to_publish_and_shut_out_by_no_advice(
    zone: str, leads_to: str | None
) -> None:
    asked = zones()
    nowhere = replace(QUESTION, host="nowhere.example")
    if zone == "fails":
        asked.failed["zone"] = "SERVFAIL"
    if leads_to is not None:
        asked.rows["nowhere.example", "A"] = (leads_to,)
    found = rows(check(asked, nowhere, 7))
    there = () if zone == "fails" else ("v=spf1 ip4:203.0.113.7 a:nowhere.example -all",)
    spf = found["spf"]
    assert spf.verdict == "broken"
    assert (
        spf.expected == tuple(one.value for one in spf.judgement.add) == (there or ("v=spf1 a:nowhere.example ~all",))
    )
    assert spf.judgement.step is not None and say(spf.judgement.step).startswith("Give nowhere.example an A record")
    assert found["ptr"].verdict == "broken" and "nowhere.example, the name of this" in say(
        found["ptr"].judgement.reason
    )


def test_a_server_without_a_full_name_is_named_before_an_mx_record_is() -> None:
    """An MX record that gave "localhost" would break the zone of whoever copied it."""
    for asked in (zones(), TableZones("other.example", {})):
        found = rows(check(asked, replace(QUESTION, host="localhost"), 7))["mx"]
        assert found.verdict == "broken" and found.expected == () and found.judgement.add == ()
        assert say(found.judgement.reason).startswith("This server has no full name yet")
        assert found.judgement.step is not None
        assert say(found.judgement.step) == "Set hostname in the settings file first"
