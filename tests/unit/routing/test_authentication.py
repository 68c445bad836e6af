"""Proof: what our own mail server wrote counts; what a sender can write, wherever, counts for nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weftmail.core.address import Mailbox
from weftmail.core.routing.authentication import Policy, Proof, reported, verify
from weftmail.core.routing.hop import CountingHop, counting
from weftmail.core.routing.result import CheckResult

POLICY = Policy("mx1.acme.example", frozenset({"mx1.acme.example"}))
ANNA = (Mailbox("Anna", "anna@acme.example"),)
KARIN = (Mailbox("Karin Ek", "Karin@Customer.example"),)
PLAIN = (
    "from mail.customer.example (mail.customer.example [192.0.2.1])\r\n\tby mx1.acme.example (Postfix) with ESMTP "
    "id 4F2C1\r\n\tfor <leads@in.acme.example>; Tue, 24 Nov 2026 10:00:00 +0000 (UTC)"
)
SUBMITTED = (
    "from [192.168.1.7] (unknown [IPv6:2001:db8::7])\n\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 "
    "bits)\n\t key-exchange X25519 server-signature RSA-PSS (2048 bits) server-digest SHA256)\n\t(No client "
    "certificate requested)\n\t(Authenticated sender: anna)\n\tby mx1.acme.example (Postfix) with ESMTPSA id 4F2C1;\n"
    "\tTue, 24 Nov 2026 10:00:00 +0000 (UTC)"
)


def ask(
    *results: str,
    from_: tuple[Mailbox, ...] = ANNA,
    received: tuple[str, ...] = (PLAIN,),
    queue_id: str = "",
    policy: Policy = POLICY,
) -> Proof:
    hop = counting(received, queue_id, policy)
    return verify(from_, hop, reported(results, hop, policy), policy)


@pytest.mark.parametrize(
    "value",
    [
        "mx1.acme.example; dkim=pass header.d=acme.example",
        "MX1.Acme.Example 1; DKIM=Pass (2048-bit key; unprotected)\r\n\theader.d=ACME.example header.b=abc;",
        "mx1.acme.example; dkim=fail header.d=acme.example; dkim=pass header.d=acme.example header.i=x@acme.example",
        "mx1.acme.example; dkim=pass header.i=@acme.example",
        "mx1.acme.example; spf=none smtp.mailfrom=x@y.example; dkim=pass policy.x=y zzz.foo=bar header.d=acme.example",
    ],
)
def test_aligned_dkim_proves_anybody(value: str) -> None:
    proof = ask(value)
    assert (proof.dkim, proof.verified, proof.colleague_proof) == ("pass", True, True)
    assert proof.source == "authentication-results"
    assert not proof.submitted_by(()) and proof.address == "anna@acme.example"


def test_what_opendkim_really_writes() -> None:
    passed = (
        "mx1.acme.example;\n\tdkim=pass (2048-bit key) header.d=acme.example header.i=@acme.example "
        "header.a=rsa-sha256 header.s=wm26a header.b=ez+0L4mM;\n\tdkim=pass header.d=acme.example "
        "header.i=@acme.example header.a=ed25519-sha256 header.s=wm26e header.b=f+vTnzIn;\n\tdkim-atps=neutral"
    )
    assert ask(passed).colleague_proof
    failed = passed.replace("dkim=pass", 'dkim=fail reason="signature verification failed"')
    assert (ask(failed).dkim, ask(failed).verified) == ("fail", False)


def test_dmarc_proves_an_outsider_but_no_colleague() -> None:
    proof = ask(
        "mx1.acme.example; spf=pass smtp.mailfrom=customer.example",
        "mx1.acme.example; dmarc=pass (p=none dis=none) header.from=customer.example; arc=none",
        from_=KARIN,
    )
    assert (proof.spf, proof.dmarc, proof.arc, proof.dkim) == ("pass", "pass", "none", "none")
    assert (proof.verified, proof.colleague_proof) == (True, False)
    assert not proof.submitted_by(("karin",))


@pytest.mark.parametrize(
    "value",
    [
        "other.example; dkim=pass header.d=acme.example",
        "mx1.acme.example.evil.example; dkim=pass header.d=acme.example",
        "(mx1.acme.example) evil.example; dkim=pass header.d=acme.example",
        "evil.example (mx1.acme.example;) ; dkim=pass header.d=acme.example",
        '"mx1.acme.example"; dkim=pass header.d=acme.example',
        "mx1.acme.example 2; dkim=pass header.d=acme.example",
        "mx1.acme.example; none",
        "mx1.acme.example",
        "",
        "mx1.acme.example; dkim=pass",
        "mx1.acme.example; dkim=pass header.d=evil.example",
        "mx1.acme.example; dkim=pass header.d=evil.example header.i=@acme.example",
        "mx1.acme.example; dkim=pass header.d=sub.acme.example",
        "mx1.acme.example; dkim=pass header.d=example",
        "mx1.acme.example; dkim=pass header.d=acme.example header.d=evil.example",
        "mx1.acme.example; dkim=pass (header.d=acme.example)",
        'mx1.acme.example; dkim=pass header.d="a b"',
        "mx1.acme.example; dkim=neutral header.d=acme.example",
        "mx1.acme.example; dkim=fail (dkim=pass header.d=acme.example) header.d=acme.example",
        'mx1.acme.example; spf=pass smtp.mailfrom="x; dkim=pass header.d=acme.example"@evil.example',
        "mx1.acme.example; spf=pass smtp.mailfrom=acme.example",
        "mx1.acme.example; dmarc=pass header.from=evil.example",
        "mx1.acme.example; dmarc=pass",
        "mx1.acme.example; dmarc=fail header.from=acme.example; dmarc=pass header.from=acme.example",
        "mx1.acme.example; dmarc=pass header.from=acme.example; dmarc=pass header.from=evil.example",
        "mx1.acme.example; dkim=pass header.d=acme.example reason=" + "x" * 9000,
        "mx1.acme.example; dkim=pass " + "(" * 4000,
        "(" * 4000,
    ],
)
def test_what_proves_nothing(value: str) -> None:
    proof = ask(value)
    assert (proof.verified, proof.colleague_proof, proof.login) == (False, False, None)


@pytest.mark.parametrize(
    "from_",
    [
        (),
        (*ANNA, *KARIN),
        (*ANNA, *ANNA),
        (Mailbox("", "not an address"),),
        (Mailbox("", ""),),
    ],
)
def test_anything_but_one_address_is_never_verified(from_: tuple[Mailbox, ...]) -> None:
    proof = ask("mx1.acme.example; dkim=pass header.d=acme.example", from_=from_, received=(SUBMITTED,))
    assert (proof.address, proof.verified, proof.colleague_proof) == ("", False, False)
    assert not proof.submitted_by(("anna",))


def test_without_a_received_of_ours_on_top_nothing_is_believed() -> None:
    value = "mx1.acme.example; dkim=pass header.d=acme.example; auth=pass smtp.auth=anna"
    foreign = PLAIN.replace("mx1.acme.example", "mx.other.example")
    for received in ((), (foreign, PLAIN), ("x" * 9000,), ("junk",), (f"by mx1.acme.example{'x' * 9}; date",)):
        assert ask(value, received=received) == Proof(address="anna@acme.example")
    assert ask(value, policy=Policy("mx1.acme.example", frozenset())) == Proof(address="anna@acme.example")
    assert not ask(value, policy=Policy(None, POLICY.hostnames)).verified
    assert not ask(value, received=("by mx1.acme.example (Postfix, from userid 0)\n\tid 4F; date", foreign)).verified
    assert ask(value, received=(PLAIN.replace("by mx1", "by MX1"), foreign)).verified


@pytest.mark.parametrize("protocol", ["ESMTPA", "ESMTPSA", "UTF8SMTPA", "UTF8SMTPSA"])
def test_an_authenticated_submission_tells_the_login(protocol: str) -> None:
    proof = ask(received=(SUBMITTED.replace("ESMTPSA", protocol),), queue_id="4F2C1")
    assert (proof.login, proof.source) == ("anna", "submission")
    assert (proof.verified, proof.colleague_proof) == (False, False)
    assert proof.submitted_by(frozenset({"anna"})) and not proof.submitted_by(frozenset({"bjorn", "ann"}))


def test_names_in_the_policy_may_be_in_any_case() -> None:
    policy = Policy("MX1.Acme.example", frozenset({"MX1.Acme.example"}))
    assert ask("mx1.acme.example; dkim=pass header.d=acme.example", policy=policy).verified
    assert ask(received=(SUBMITTED,), policy=policy).login == "anna"


def test_without_tls_and_with_one_recipient() -> None:
    received = PLAIN.replace("\tby", "\t(Authenticated sender: anna@acme.example)\r\n\tby").replace("ESMTP", "ESMTPA")
    assert ask(received=(received,)).login == "anna@acme.example"


def test_a_client_certificate_may_say_what_it_likes() -> None:
    said = '(Client CN "x (Authenticated sender: bjorn) y", Issuer "z (q)" (not verified))'
    received = SUBMITTED.replace("(No client certificate requested)", said)
    assert ask(received=(received,)).login == "anna"
    without = received.replace("\t(Authenticated sender: anna)\n", "")
    assert ask(received=(without,)).login is None


MEASURED = (
    "from [10.0.0.1] (localhost [127.0.0.1])\n\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)\n\t "
    "key-exchange X25519 server-signature RSA-PSS (2048 bits) server-digest SHA256\n\t client-signature RSA-PSS (2048 "
    'bits) client-digest SHA256)\n\t(Client CN "x"?? (Authenticated sender: bjorn) by mx1.acme.example (())", Issuer '
    '"x"?? (Authenticated sender: bjorn) by mx1.acme.example (())" (not verified))\n\t{sender}by mx1.acme.example '
    "(Postfix) with {protocol} id ADC2320C603\n\tfor <x@acme.example>; Tue, 24 Nov 2026 15:57:25 +0000 (UTC)"
)


def test_what_postfix_really_writes_for_a_hostile_certificate() -> None:
    """ReceivedField from Postfix 3.7 with a certificate whose common name tries to pass for the comment that counts."""
    signed_in = MEASURED.format(sender="(Authenticated sender: anna)\n\t", protocol="ESMTPSA")
    assert ask(received=(signed_in,), queue_id="ADC2320C603").login == "anna"
    for protocol in ("ESMTPS", "ESMTPSA"):
        assert ask(received=(MEASURED.format(sender="", protocol=protocol),)).login is None
    helo = PLAIN.replace("mail.customer.example (", "x??Authenticated:sender\u2028 (")
    assert ask("mx1.acme.example; auth=fail smtp.auth=anna", received=(helo,)).login is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("ESMTPSA", "ESMTPS"),
        ("4F2C1", "4F2C2"),
        ("(Authenticated sender: anna)\n\tby", "by"),
        ("(Authenticated sender: anna)", "(Authenticated sender: anna x)"),
        ("(Authenticated sender: anna)", "(Authenticated sender: anna) (x)"),
        ("(Authenticated sender: anna)", "((Authenticated sender: anna))"),
        ("from [192.168.1.7]", "from x (Authenticated sender: anna) by mx1.acme.example"),
        ("from [192.168.1.7]", "from x?y(z)"),
        ("unknown [", "unknown (Authenticated sender: bjorn) ["),
        ("from ", "by mx1.acme.example from "),
        ("by mx1.acme.example", "by mx2.acme.example"),
    ],
)
def test_a_changed_received_tells_no_login(old: str, new: str) -> None:
    assert old in SUBMITTED
    assert ask(received=(SUBMITTED.replace(old, new),), queue_id="4F2C1").login is None


def test_a_forged_submission_below_ours_or_in_helo_tells_nothing() -> None:
    helo = "x?(Authenticated?sender:?anna)?by?mx1.acme.example?(Postfix)?with?ESMTPA?id?4F2C1;"
    recipient = '<"x) (Authenticated sender: anna) by mx1.acme.example (Postfix) with ESMTPA id 4F2C1; "@acme.example>'
    assert ask(received=(PLAIN, SUBMITTED)).login is None
    assert ask(received=(PLAIN.replace("from mail.customer.example", f"from {helo}"),)).login is None
    assert ask(received=(PLAIN.replace("<leads@in.acme.example>", recipient),)).login is None


def test_auth_in_results_tells_the_login_if_it_tells_one() -> None:
    one = "mx1.acme.example; auth=pass (plain) smtp.auth=anna smtp.mailfrom=anna@acme.example"
    assert ask(one).login == "anna" and ask(one).source == "submission"
    assert ask(one, one.replace("auth=anna", "auth=bjorn")).login is None
    assert ask(one.replace("pass", "fail")).login is None
    assert ask("mx1.acme.example; auth=pass").login is None


@given(st.lists(st.text(), max_size=3), st.lists(st.text(), max_size=3), st.text(), st.text())
def test_never_raises_and_junk_proves_nothing(
    results: list[str], received: list[str], queue_id: str, name: str
) -> None:
    hop = counting(received, queue_id, POLICY)
    proof = verify((Mailbox("", name),), hop, reported(results, hop, POLICY), POLICY)
    assert not proof.verified and proof.login is None
    above = [f"mx1.acme.example; dkim={text} header.d={text}" for text in results]
    hop = counting((f"{PLAIN} {queue_id}",), queue_id, POLICY)
    assert not verify(ANNA, hop, reported(above, hop, POLICY), POLICY).verified


HOP = CountingHop(0, "203.0.113.9", "mail.customer.example")
KARINS = [Mailbox("Karin", "karin@customer.example")]
OWN = Policy(None, frozenset({"mx1.acme.example"}), (), own_check=True)
SPF = CheckResult("spf", "pass", "customer.example")


def proof(*results: CheckResult, policy: Policy = OWN, partial: tuple[str, ...] = ()) -> Proof:
    return verify(KARINS, HOP, results, policy, partial)


@pytest.mark.parametrize(
    ("results", "aligned"),
    [
        ((SPF,), True),
        ((replace(SPF, domain="other.example"),), False),
        ((replace(SPF, by_helo=True),), False),
        ((replace(SPF, result="none"),), False),
        ((replace(SPF, method="dkim"),), False),
        ((SPF, replace(SPF, result="fail")), False),
        ((SPF, replace(SPF, result="softfail")), True),
        ((), False),
    ],
)
def test_spf_speaks_for_the_domain_of_the_envelope_alone(results: tuple[CheckResult, ...], aligned: bool) -> None:
    assert proof(*results).spf_aligned is aligned
    assert verify([], HOP, results, OWN).spf_aligned is False


@pytest.mark.parametrize("domain", ["customer.example", "mail.customer.example", "CUSTOMER.example."])
def test_a_signature_that_leaves_a_part_out_lets_nothing_speak_for_its_domain(domain: str) -> None:
    dkim = CheckResult("dkim", "pass", "customer.example")
    whole = proof(dkim, SPF)
    assert (whole.verified, whole.colleague_proof, whole.spf_aligned) == (True, True, True)
    left_out = proof(dkim, SPF, partial=(domain,))
    assert (left_out.verified, left_out.colleague_proof, left_out.spf_aligned) == (False, False, False)
    assert proof(dkim, SPF, partial=("other.example",)).verified


def test_who_found_it_and_all_that_was_found() -> None:
    found = proof(SPF, CheckResult("arc", "pass"), CheckResult("auth", "pass", login="karin"))
    assert (found.source, found.arc, found.spf, found.client, found.helo) == (
        "submission", "pass", "pass", "203.0.113.9", "mail.customer.example",
    )  # fmt: skip
    assert [one.method for one in found.results] == ["spf", "arc"]
    assert proof(SPF).source == "own check" and proof().source == "none" and proof().checker == ""
    assert (
        proof(SPF, policy=Policy("mx1.acme.example", frozenset({"mx1.acme.example"}))).source
        == "authentication-results"
    )


def test_what_a_milter_reports_of_spf_and_dmarc() -> None:
    policy = Policy("mx1.acme.example", frozenset({"mx1.acme.example"}))
    value = (
        "mx1.acme.example; spf=pass smtp.mailfrom=karin@customer.example; spf=pass smtp.helo=mail.customer.example;"
        " dmarc=pass header.from=customer.example; dkim=pass header.i=@customer.example"
    )
    assert reported([value], HOP, policy) == (
        SPF,
        CheckResult("spf", "pass", "", by_helo=True),
        CheckResult("dmarc", "pass", "customer.example"),
        CheckResult("dkim", "pass", "customer.example"),
    )
