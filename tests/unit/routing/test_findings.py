"""What was checked is told in sentences: by whom, and one for each method."""

from __future__ import annotations

from weftmail.core.routing.authentication import CheckResult, CountingHop, Policy, reported, verify
from weftmail.core.routing.findings import findings
from weftmail.core.wording.phrase import Phrase
from weftmail.core.wording.sentences import say

HOP = CountingHop(0, "203.0.113.9", "mail.customer.example")


def said(policy: Policy, *results: CheckResult, hop: CountingHop | None = HOP) -> list[str]:
    return [say(one) for one in findings(verify((), hop, results, policy).stored())]


def test_our_own_check_names_the_server_and_each_method() -> None:
    passed = Phrase("check.spf.pass", {"domain": "customer.example", "client": "203.0.113.9"})
    lines = said(Policy(None, frozenset(), (), True), CheckResult("spf", "pass", "customer.example", reason=passed))
    assert lines == [
        "Checked here, by what the DNS says, for the server 203.0.113.9.",
        "SPF: customer.example lets 203.0.113.9 send for it.",
        "DKIM: no signature.",
        "ARC: nobody on the way vouches for earlier checks.",
    ]


def test_the_milter_is_named_with_what_it_reports() -> None:
    policy = Policy("mx1.acme.example", frozenset())
    value = "mx1.acme.example; dkim=pass header.d=customer.example; spf=none; auth=fail smtp.auth=x"
    assert said(policy, *reported([value], HOP, policy)) == [
        "Checked by the mail server's own filter, mx1.acme.example.",
        "SPF: none.",
        "DKIM: pass, for customer.example.",
    ]


def test_nobody_checked_and_the_next_step_is_named() -> None:
    assert "name it in the setting relays" in said(Policy(None, frozenset()), hop=None)[0]
    assert "authserv_id" in said(Policy(None, frozenset()))[0]
    signed_in = CountingHop(0, "203.0.113.9", "", "anna")
    assert said(Policy(None, frozenset()), hop=signed_in) == [
        "Handed over with the login anna: it needs no other proof."
    ]


def test_a_message_of_before_tells_nothing() -> None:
    assert findings({"spf": "pass"}) == []


def test_results_are_stored_and_read() -> None:
    one = CheckResult("spf", "none", "a.example", True, reason=Phrase("check.spf.none", {"domain": "a.example"}))
    again = CheckResult.from_stored(one.stored())
    assert again == one and again.reason == one.reason
    assert CheckResult.from_stored(CheckResult("dkim", "pass", "a.example").stored()) == CheckResult(
        "dkim", "pass", "a.example"
    )
