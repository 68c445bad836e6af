"""A chain of ARC sets made by dkimpy holds, and breaks with anything that was signed."""

from __future__ import annotations

import re

import dkim as dkimpy
import pytest

from tests.unit.checking.signing import NOW, PLAIN, Dns, claims, rsa_key
from weftmail.core import limits
from weftmail.core.checking import arc
from weftmail.core.wording.sentences import say

DNS = Dns({"s1._domainkey.list.example": rsa_key()[1], "s1._domainkey.relay.example": rsa_key()[1]})


def sealed(raw: bytes, domain: bytes, server: bytes = b"") -> bytes:
    """Return the mail as a server of that domain passes it on."""
    found = arc.check(claims(raw), DNS, NOW)
    chain = b"none" if found is None else found.result.encode()
    raw = b"Authentication-Results: " + (server or domain) + b"; arc=" + chain + b"; spf=pass\r\n" + raw
    fields = dkimpy.ARC(raw).sign(b"s1", domain, rsa_key()[0], server or domain)
    return b"".join(fields) + raw


ONE = sealed(PLAIN, b"list.example")
TWO = sealed(ONE, b"relay.example")


def result(raw: bytes, dns: Dns = DNS) -> tuple[str, str]:
    found = arc.check(claims(raw), dns, NOW)
    assert found is not None and found.reason is not None and say(found.reason)
    return found.result, found.reason.code


@pytest.mark.parametrize("raw", [ONE, TWO])
def test_a_chain_holds_until_something_of_it_is_changed(raw: bytes) -> None:
    keys = {f"{name}.".encode(): str(text).encode() for name, text in DNS.records.items()}
    assert dkimpy.ARC(raw).verify(lambda name, timeout=5: keys[name])[0] == b"pass"
    assert result(raw) == ("pass", "check.arc.pass")
    assert result(raw.replace(b"do 40", b"do 41"))[0] == "fail"
    assert result(raw.replace(b"spf=pass", b"spf=fail", 1))[0] == "fail"
    assert result(raw.replace(b"\t40 chairs", b"\t41 chairs"))[0] == "fail"


def test_no_chain_and_one_that_cannot_be_followed_now() -> None:
    assert arc.check(claims(PLAIN), DNS, NOW) is None
    assert result(ONE, Dns({"s1._domainkey.list.example": None})) == ("temperror", "check.dkim.unknown")
    assert result(ONE, Dns({})) == ("fail", "check.arc.broken")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (rb"ARC-Seal: i=1", b"ARC-Seal: i=2"),
        (rb"ARC-Seal: i=1", b"ARC-Seal: i=0"),
        (rb"ARC-Seal: i=1", b"ARC-Seal: i=x"),
        (rb"ARC-Seal:", b"X-Seal:"),
        (rb"ARC-Message-Signature:", b"X-Signature:"),
        (rb"ARC-Authentication-Results: i=1", b"ARC-Authentication-Results: x"),
        (rb"cv=none", b"cv=pass"),
        (rb"cv=none", b"cv=none; h=from"),
        (rb"cv=none; a=rsa-sha256", b"cv=none; a=rsa-sha1"),
        (rb"cv=none; a=rsa-sha256", b"cv=none; a=rsa-md5"),
        (rb"cv=none", b"cv=none; b=?"),
    ],
)
def test_a_chain_that_has_not_its_form(old: bytes, new: bytes) -> None:
    raw = ONE.replace(b";\r\n ", b"; ")
    assert re.search(old, raw), raw
    assert result(re.sub(old, lambda _: new, raw, count=1))[0] == "fail"


def test_a_seal_of_odd_bytes_and_a_set_that_stands_twice() -> None:
    seal = re.search(rb"ARC-Seal:.*?(?=ARC-Message)", ONE, re.S)
    assert seal is not None
    assert result(seal[0] + ONE) == ("fail", "check.arc.form")
    broken = re.sub(rb"(ARC-Seal:.*? b=).*?(?=\r\nARC)", rb"\1?!", ONE, count=1, flags=re.S)
    assert result(broken) == ("fail", "check.arc.form")


def test_the_last_server_says_itself_that_it_is_broken() -> None:
    raw = re.sub(rb"cv=pass", b"cv=fail", TWO)
    assert result(raw) == ("fail", "check.arc.said so")


def test_a_long_chain_is_not_followed() -> None:
    raw = PLAIN
    for number in range(limits.ARC_KEYS + 1):
        raw = sealed(raw, b"list.example" if number % 2 else b"relay.example", b"mx%d.example" % number)
    assert result(raw) == ("policy", "check.arc.long")
