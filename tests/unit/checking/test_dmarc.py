"""DMARC by RFC 9989: the walk up the tree in place of a list of suffixes, and no share of mail."""

from __future__ import annotations

import pytest

from tests.unit.checking.signing import Dns
from weftmail.core import limits
from weftmail.core.checking import dmarc
from weftmail.core.routing.result import CheckResult
from weftmail.core.wording.sentences import say

PASS = "pass"


def verdict(author: str, records: dict[str, str | None], *results: CheckResult) -> str:
    found = dmarc.check(author, results, Dns({f"_dmarc.{name}": text for name, text in records.items()}))
    assert found.reason is not None and say(found.reason)
    return found.result


def dkim(domain: str, result: str = PASS) -> CheckResult:
    return CheckResult("dkim", result, domain)


def spf(domain: str, result: str = PASS) -> CheckResult:
    return CheckResult("spf", result, domain)


@pytest.mark.parametrize(
    ("author", "records", "by", "result"),
    [
        ("a.example", {"a.example": "v=DMARC1; p=reject"}, "a.example", "pass"),
        ("a.example", {"a.example": "v=DMARC1; p=reject"}, "b.example", "fail"),
        ("a.example", {"a.example": "v=DMARC1; p=reject"}, "mail.a.example", "pass"),
        ("news.a.example", {"a.example": "v=DMARC1; p=reject"}, "a.example", "pass"),
        ("news.a.example", {"a.example": "v=DMARC1; p=reject"}, "mail.a.example", "pass"),
        # Strict: the very domain.
        ("a.example", {"a.example": "v=DMARC1; p=reject; adkim=s"}, "mail.a.example", "fail"),
        # A domain that says psd=n stands for itself; what lies beside it is another organization.
        ("x.a.example", {"x.a.example": "v=DMARC1; psd=n", "a.example": "v=DMARC1"}, "a.example", "fail"),
        # A registry: the organization is the label below it.
        ("shop.co.example", {"co.example": "v=DMARC1; psd=y; p=reject"}, "other.co.example", "fail"),
        ("shop.co.example", {"co.example": "v=DMARC1; psd=y; p=reject"}, "mail.shop.co.example", "pass"),
        ("co.example", {"co.example": "v=DMARC1; psd=y; p=reject"}, "co.example", "pass"),
        # The highest record counts, not the nearest.
        ("b.a.example", {"b.a.example": "v=DMARC1", "a.example": "v=DMARC1"}, "c.a.example", "pass"),
        # More than eight labels.
        ("a.b.c.d.e.f.g.h.i.example", {"i.example": "v=DMARC1; p=none"}, "i.example", "pass"),
        # No share of mail any more, whatever the record says.
        ("a.example", {"a.example": "v=DMARC1; p=reject; pct=0"}, "b.example", "fail"),
        # None, two, and one that is none.
        ("a.example", {}, "a.example", "none"),
        ("a.example", {"a.example": "v=DMARC2; p=none"}, "a.example", "none"),
        ("a.example", {"a.example": None}, "a.example", "temperror"),
        ("a.example", {"example": "v=DMARC1; p=reject; psd=y"}, "b.example", "fail"),
    ],
)
def test_who_speaks_for_whom(author: str, records: dict[str, str | None], by: str, result: str) -> None:
    assert verdict(author, records, dkim(by)) == result
    if "adkim" not in str(records):
        assert verdict(author, records, spf(by)) == result


def test_two_records_count_as_none() -> None:
    dns = Dns({"_dmarc.a.example": ["v=DMARC1; p=reject", "v=DMARC1; p=none"]})
    assert dmarc.check("a.example", (dkim("a.example"),), dns).result == "none"


def test_what_failed_speaks_for_nobody_and_what_is_unknown_leaves_it_open() -> None:
    records: dict[str, str | None] = {"a.example": "v=DMARC1; p=reject"}
    assert verdict("a.example", records, dkim("a.example", "fail"), spf("a.example", "softfail")) == "fail"
    assert verdict("a.example", records, dkim("a.example", "temperror"), spf("b.example", "pass")) == "temperror"
    assert verdict("a.example", records, dkim("a.example", "temperror"), spf("a.example", "pass")) == "pass"
    assert verdict("a.example", records, dkim("b.other", "temperror")) == "fail"
    assert verdict("a.example", records) == "fail"
    assert verdict("", {}) == "none"


@pytest.mark.parametrize(
    ("record", "above", "asks"),
    [
        ("v=DMARC1; p=reject", "", "reject"),
        ("v=DMARC1; p=Quarantine", "", "quarantine"),
        ("v=DMARC1; p=reject; t=y", "", "quarantine"),
        ("v=DMARC1; p=quarantine; t=y", "", "none"),
        ("v=DMARC1", "", "none"),
        ("", "v=DMARC1; p=reject; sp=quarantine", "quarantine"),
        ("", "v=DMARC1; p=reject", "reject"),
        ("", "v=DMARC1; p=reject; np=none", "none"),
    ],
)
def test_what_the_domain_asks_is_told(record: str, above: str, asks: str) -> None:
    texts = {"_dmarc.sub.a.example": record, "_dmarc.a.example": above}
    found = dmarc.check("sub.a.example", (), Dns({name: text for name, text in texts.items() if text}))
    assert found.reason is not None and found.reason.values["policy"] == asks


def test_a_name_that_exists_is_asked_by_sp() -> None:
    records = {"_dmarc.a.example": "v=DMARC1; p=reject; np=none", ("sub.a.example", "A"): "192.0.2.1"}
    found = dmarc.check("sub.a.example", (), Dns(records))
    assert found.reason is not None and found.reason.values["policy"] == "reject"


def test_so_many_domains_are_walked_up() -> None:
    dns = Dns({"_dmarc.a.example": "v=DMARC1; p=reject"})
    many = [dkim(f"m{number}.b.example") for number in range(50)]
    assert dmarc.check("a.example", many, dns).result == "fail"
    assert len({name for name, _ in dns.asked if name.startswith("_dmarc.m")}) == limits.DMARC_DOMAINS
