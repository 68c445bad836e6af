"""Signatures made by dkimpy are true here, and no longer once anything of what they cover was changed."""

from __future__ import annotations

import re
from dataclasses import replace

import dkim as dkimpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.checking.signing import NOW, PLAIN, Dns, claims, ed25519_key, rsa_key, signed
from tests.unit.thorough import examples
from weftmail.core.checking import dkim
from weftmail.core.parsing.seal import Seal
from weftmail.core.wording.sentences import say

KEY = "s1._domainkey.customer.example"
RSA = Dns({KEY: rsa_key()[1]})


def verdict(raw: bytes, dns: Dns = RSA, now: int = NOW) -> tuple[str, str]:
    found = dkim.check(claims(raw)[0], dns, now)
    assert found.reason is not None and say(found.reason) and found.domain in ("customer.example", "")
    return found.result, found.reason.code


@pytest.mark.parametrize("body", [b"relaxed", b"simple"])
@pytest.mark.parametrize("head", [b"relaxed", b"simple"])
@pytest.mark.parametrize("algorithm", [b"rsa-sha256", b"ed25519-sha256"])
def test_what_dkimpy_signs_is_true(head: bytes, body: bytes, algorithm: bytes) -> None:
    raw = signed(canonicalize=(head, body), algorithm=algorithm)
    dns = Dns({KEY: ed25519_key()[1] if b"ed" in algorithm else rsa_key()[1]})
    assert verdict(raw, dns) == ("pass", "check.dkim.pass")
    assert verdict(raw.replace(b"\r\n", b"\n"), dns) == ("pass", "check.dkim.pass")
    assert verdict(raw.replace(b"do 40", b"do 41"), dns) == ("fail", "check.dkim.body")
    assert verdict(raw.replace(b"\t40 chairs", b"\t41 chairs"), dns) == ("fail", "check.dkim.header")
    assert verdict(raw.replace(b"To: leads", b"From: anna@acme.example\r\nTo: leads"), dns)[0] == "fail"


LETTERS = st.text(alphabet="a \t\n\r", max_size=60).map(str.encode)


@settings(max_examples=examples(60), deadline=None)
@given(LETTERS, st.sampled_from([b"relaxed", b"simple"]), st.sampled_from([b"relaxed", b"simple"]))
def test_any_body_and_any_blanks_are_read_as_dkimpy_reads_them(text: bytes, head: bytes, body: bytes) -> None:
    # A mail that came by SMTP ends with a line end; of one that does not, dkimpy keeps the blanks of the last line.
    text = re.sub(rb"\r?\n", b"\r\n", text) + (b"\r\n" if text.endswith((b" ", b"\t")) else b"")
    raw = PLAIN.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" + text
    made = signed(raw, canonicalize=(head, body), algorithm=b"ed25519-sha256")
    assert verdict(made, Dns({KEY: ed25519_key()[1]})) == ("pass", "check.dkim.pass")
    keys = {f"{KEY}.".encode(): ed25519_key()[1].encode()}
    changed = b"b".join(made.rsplit(b"a", 1)) if b"a" in text else made + b"x"
    assert verdict(changed, Dns({KEY: ed25519_key()[1]}))[0] != "pass"
    assert dkimpy.DKIM(made).verify(0, lambda name, timeout=5: keys[name])


def test_of_several_signatures_each_is_asked_about() -> None:
    raw = signed(signed(algorithm=b"rsa-sha256"), canonicalize=(b"relaxed", b"simple"))
    assert [dkim.check(one, RSA, NOW).result for one in claims(raw)] == ["pass", "pass"]


def test_a_long_body_in_pieces() -> None:
    text = b"word \t word\r\n" * 20_000 + b"x" * 200_000 + b"\r\n \r\n"
    for form in (b"relaxed", b"simple"):
        raw = signed(PLAIN + text, canonicalize=(b"relaxed", form))
        assert verdict(raw) == ("pass", "check.dkim.pass")


def test_a_run_of_blanks_takes_no_longer_for_being_long() -> None:
    import time

    raw = signed().replace(b"Karin \r\n", b"Karin" + b" " * 400_000 + b"x\r\n")
    began = time.process_time()
    assert verdict(raw)[0] == "fail"
    assert time.process_time() - began < 1.0


def test_a_length_signs_a_part_and_more_than_there_is_signs_nothing() -> None:
    raw = signed(length=True)
    assert verdict(raw + b"more\r\n") == ("pass", "check.dkim.pass")
    assert verdict(raw.replace(b"\r\n\r\nKarin", b"")) == ("permerror", "check.dkim.length")
    many = b"".join(signed(PLAIN, length=True)[: -len(PLAIN)].replace(b"l=", b"l=%d" % n) for n in range(6)) + PLAIN
    assert [dkim.check(one, RSA, NOW).result for one in claims(many)][-2:] == ["policy", "policy"]


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ("v=DKIM1; p=", "check.dkim.revoked"),
        ("v=DKIM1; k=rsa; p=!!!", "check.dkim.bad key"),
        ("v=DKIM1; k=rsa", "check.dkim.bad key"),
        ("v=DKIM2; " + rsa_key()[1][9:], "check.dkim.bad key"),
        ("v=DKIM1; s=chat; " + rsa_key()[1][9:], "check.dkim.bad key"),
        ("v=DKIM1; h=sha1; " + rsa_key()[1][9:], "check.dkim.bad key"),
        ("v=DKIM1; k=ed25519; p=" + "A" * 43 + "=", "check.dkim.bad key"),
        ("", "check.dkim.bad key"),
        (";;", "check.dkim.bad key"),
        ("v=DKIM1; p", "check.dkim.bad key"),
        (rsa_key()[1] + "; p=", "check.dkim.bad key"),
        (rsa_key()[1] + "; k=rsa; k=rsa", "check.dkim.bad key"),
        ("v=spf1 -all", "check.dkim.bad key"),
        ("\0;=;é=\ufffd", "check.dkim.bad key"),
    ],
)
def test_a_key_that_is_none(record: str, code: str) -> None:
    assert verdict(signed(), Dns({KEY: record})) == ("permerror", code)


def test_the_dns_is_dead_or_has_no_such_key() -> None:
    assert verdict(signed(), Dns({KEY: None})) == ("temperror", "check.dkim.unknown")
    assert verdict(signed(), Dns({})) == ("permerror", "check.dkim.no key")
    assert verdict(signed(), Dns({KEY: ["v=DKIM1; p=", rsa_key()[1]]})) == ("pass", "check.dkim.pass")
    other = ed25519_key()[1].replace("p=", "p=AAAA")
    assert verdict(signed(algorithm=b"ed25519-sha256"), Dns({KEY: other}))[0] == "permerror"
    wrong = "v=DKIM1; k=ed25519; p=" + "A" * 43 + "="
    assert verdict(signed(algorithm=b"ed25519-sha256"), Dns({KEY: wrong})) == ("fail", "check.dkim.header")


def test_a_short_key_counts_as_none() -> None:
    raw = signed(bits=1024)
    assert verdict(raw, Dns({KEY: rsa_key(1024)[1]}))[0] == "pass"
    short = (
        "v=DKIM1; k=rsa; p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBALgSoqXVSEmfcIsOzw7oRuCCOwsmtX/SJnTWxYyj2leFxfS/"
        "AVJ+dYfY+hXqMsT7l+MZvvh/R1WzN4MO/kI/7XsCAwEAAQ=="
    )
    assert verdict(raw, Dns({KEY: short})) == ("policy", "check.dkim.key size")


def test_a_strict_key_signs_for_its_own_domain_alone() -> None:
    strict = Dns({KEY: "v=DKIM1; t=y:s; " + rsa_key()[1][9:]})
    assert verdict(signed(), strict)[0] == "pass"
    assert verdict(signed(identity=b"x@sub.customer.example"), strict)[0] == "permerror"
    assert verdict(signed(identity=b"x@sub.customer.example"))[0] == "pass"


@pytest.mark.parametrize(
    ("old", "new", "result"),
    [
        (b"v=1", b"v=2", "permerror"),
        (b"a=rsa-sha256", b"a=rsa-sha1", "policy"),
        (b"a=rsa-sha256", b"a=dsa-sha256", "permerror"),
        (b"d=customer", b"d=cus tomer", "permerror"),
        (b"i=@customer.example", b"i=@xcustomer.example", "permerror"),
        (b"q=dns/txt", b"q=http", "permerror"),
        (b"c=relaxed/simple", b"c=loose/simple", "permerror"),
        (b"s=s1", b"s=", "permerror"),
        (b"h=", b"h=x; h=", "permerror"),
        (b"h=", b"=", "permerror"),
        (b"bh=", b"bh=?", "permerror"),
        (b"t=", b"t=x", "permerror"),
        (b"t=", b"x=1; t=", "permerror"),
        (b"d=customer.example", b"d=a..b", "permerror"),
        (b"d=", b"n=" + b"y" * 17_000 + b"; d=", "permerror"),
    ],
)
def test_a_signature_that_has_not_its_form(old: bytes, new: bytes, result: str) -> None:
    raw = signed()
    raw = raw.replace(b";\r\n ", b"; ")
    assert old in raw
    assert verdict(raw.replace(old, new, 1))[0] == result


def test_from_has_to_be_signed() -> None:
    raw = re.sub(rb"(h=[^;]*)", lambda found: found[1].replace(b"from", b"xrom"), signed(), count=1)
    assert verdict(raw) == ("permerror", "check.dkim.from")


def test_the_time_of_a_signature() -> None:
    seal = claims(signed())[0]
    for changes, code in (
        ({"made_at": NOW // 1000 + 400}, "check.dkim.future"),
        ({"made_at": 1, "expires_at": NOW // 1000 - 301}, "check.dkim.expired"),
        ({"made_at": NOW // 1000 + 299, "expires_at": NOW // 1000 - 299}, "check.dkim.pass"),
    ):
        found = dkim.check(replace(seal, **changes), RSA, NOW)
        assert found.reason is not None and found.reason.code == code


@settings(max_examples=examples(60), deadline=None)
@given(st.binary(max_size=200), st.binary(max_size=60))
def test_any_bytes_are_read_and_prove_nothing(field: bytes, value: bytes) -> None:
    raw = b"DKIM-Signature: " + field.replace(b"\n", b"\n ") + b"\r\nARC-Seal: " + value + b"\r\n" + PLAIN
    dns = Dns({KEY: field.decode("latin-1")})
    assert all(dkim.check(one, dns, NOW).result != "pass" for one in claims(raw))
    odd = Seal("dkim", "customer.example", "s1", "", "rsa", value, "00" * 32)
    assert dkim.check(odd, RSA, NOW).result in ("fail", "permerror")
