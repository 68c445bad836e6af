"""SPF as the domains say it: pyspf judges, and hears of the DNS through us."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.checking.signing import Dns
from tests.unit.thorough import examples
from weftmail.core.checking import spf
from weftmail.core.wording.sentences import say

CLIENT = "203.0.113.9"


def verdict(
    records: dict, sender: str = "karin@customer.example", helo: str = "mail.customer.example", client: str = CLIENT
):  # type: ignore[no-untyped-def,type-arg]
    found = spf.check(client, sender, helo, Dns(records))
    assert found.reason is not None and say(found.reason)
    return found.result, found.domain, found.by_helo


@pytest.mark.parametrize(
    ("record", "result"),
    [
        ("v=spf1 ip4:203.0.113.0/24 -all", "pass"),
        ("v=spf1 -all", "fail"),
        ("v=spf1 ~all", "softfail"),
        ("v=spf1 ?all", "neutral"),
        ("v=spf1 moo -all", "permerror"),
        ("v=spf1 include:gone.example -all", "permerror"),
        ("v=spf1 a:host.example -all", "pass"),
        ("v=spf1 mx:in.example -all", "pass"),
        ("v=spf1 exists:%{i}.list.example -all", "pass"),
        ("v=spf1 a:dead.example -all", "temperror"),
        ("v=spf1 ip4:999.1.1.1 -all", "permerror"),
        ("v=spf1 \u00e5 -all", "permerror"),
        ("something else", "none"),
    ],
)
def test_what_the_domain_says(record: str, result: str) -> None:
    records = {
        "customer.example": record,
        ("host.example", "A"): CLIENT,
        ("in.example", "MX"): ["10 host.example"],
        (f"{CLIENT}.list.example", "A"): "127.0.0.2",
        ("dead.example", "A"): None,
    }
    assert verdict(records) == (result, "customer.example", False)


def test_by_ptr_and_by_version_6() -> None:
    records = {
        "customer.example": "v=spf1 ptr ip6:2001:db8::/32 -all",
        ("9.113.0.203.in-addr.arpa", "PTR"): ["mail.customer.example"],
        ("mail.customer.example", "A"): CLIENT,
    }
    assert verdict(records)[0] == "pass"
    assert verdict(records, client="2001:db8::7")[0] == "pass"
    assert verdict(records, client="2001:db9::7")[0] == "fail"


def test_of_the_null_sender_helo_is_asked() -> None:
    records = {"mail.customer.example": "v=spf1 ip4:203.0.113.9 -all"}
    assert verdict(records, sender="") == ("pass", "mail.customer.example", True)
    assert verdict(records, sender="", helo="localhost") == ("none", "localhost", True)
    assert verdict(records, sender="", helo="[203.0.113.9]") == ("none", "", True)


@pytest.mark.parametrize("sender", ["karin", "karin@", "@", "a b@customer.example", "karin@a..b", "x@" + "y" * 300])
def test_a_sender_that_names_no_domain(sender: str) -> None:
    assert verdict({}, sender=sender)[0] == "none"


def test_a_record_that_asks_too_much() -> None:
    many = {"customer.example": "v=spf1 " + " ".join(f"mx:m{n}.example" for n in range(9)) + " -all"}
    for n in range(9):
        many[(f"m{n}.example", "MX")] = [f"10 h{k}.m{n}.example" for k in range(9)]  # type: ignore[index]
        for k in range(9):
            many[(f"h{k}.m{n}.example", "A")] = "192.0.2.1"  # type: ignore[index]
    assert verdict(many)[0] == "permerror"
    eleven = {"customer.example": "v=spf1 " + " ".join(f"a:a{n}.example" for n in range(11)) + " -all"}
    assert verdict(eleven)[0] == "permerror"


TERMS = (
    "v=spf1 a mx ptr ip4: ip6: exists: include: redirect= exp= all -all ~ + ? % %{ } i d r 1 99999999999999999999 l s h"
    " c t p v . / // 24 128 33 : customer.example b.example \u00e5 \u202e = _ - xn-- 1.2.3.4 ::1 [ ] @ %{l1r-} %{ir}"
)
WORDS = st.sampled_from(TERMS.split(" "))


@settings(max_examples=examples(300), deadline=None)
@given(
    st.lists(st.tuples(WORDS, st.sampled_from(["", " "])), max_size=8),
    st.sampled_from(["10 .", "0 a..b", "9 b.example"]),
)
def test_any_record_gets_a_result(words: list[tuple[str, str]], mx: str) -> None:
    record = "v=spf1 " + "".join(map("".join, words))
    records = {"customer.example": record, ("customer.example", "MX"): [mx], ("b.example", "A"): CLIENT}
    for sender in ("karin@customer.example", '"a b%{d}"@customer.example', ""):
        for client in (CLIENT, "2001:db8::9"):
            assert verdict(records, sender, "customer.example", client)[0] in (
                "pass", "fail", "softfail", "neutral", "none", "permerror", "temperror",
            )  # fmt: skip


def test_names_that_cannot_be_asked_are_not_there() -> None:
    assert verdict({"customer.example": "v=spf1 a:" + "x" * 70 + ".example ?all"})[0] == "neutral"
    assert spf.asked("no address", "a@b.example", "b.example", Dns({}))[0] == "permerror"
    assert spf.asked(CLIENT, "a@b.example", "b.example", Dns({"b.example": "v=spf1 redirect=%{x}"}))[0] == "permerror"
