"""What is stored of a decision and of a proof, and read again."""

from __future__ import annotations

import pytest

from weftmail.core.limits import RESULTS_OF_METHOD
from weftmail.core.routing.authentication import Proof
from weftmail.core.routing.disposition import Asked
from weftmail.core.routing.findings import findings
from weftmail.core.routing.recipients import Named, Outsider, audience
from weftmail.core.routing.result import CheckResult
from weftmail.core.wording.phrase import Phrase


def test_a_rule_that_was_asked_is_stored_without_words_and_shown_with_them() -> None:
    asked = Asked("alias", True, Phrase("alias.internal", {"alias": "leads@acme.example"}))
    assert asked.stored() == {"rule": "alias", "matched": True, **asked.why.plain()}
    assert asked.plain()["rule"] == "alias" and asked.plain()["matched"] is True
    assert "leads@acme.example" in asked.plain()["why"] and asked.plain().keys() > asked.stored().keys()
    assert Asked.from_stored(asked.stored()) == asked


def test_a_proof_is_stored_by_these_names() -> None:
    result = CheckResult("dkim", "pass", domain="customer.example")
    proof = Proof(
        "pass",
        "fail",
        "none",
        "pass",
        "milter",
        login="anna",
        checker="mx",
        client="192.0.2.9",
        helo="h",
        results=(result,),
    )
    assert proof.stored() == {
        "spf": "pass", "dkim": "fail", "dmarc": "none", "arc": "pass", "source": "milter", "login": "anna",
        "checker": "mx", "client": "192.0.2.9", "helo": "h", "checks": [result.stored()],
    }  # fmt: skip
    assert Proof().stored()["login"] == "" and "scanned" not in Proof().stored()


@pytest.mark.parametrize("own", [True, False])
def test_of_one_method_eight_results_are_told_and_where_there_is_none_we_say_so(own: bool) -> None:
    many = [CheckResult("dkim", "pass", domain=f"d{one}.example").stored() for one in range(RESULTS_OF_METHOD + 2)]
    proof = {"login": "", "checker": "own" if own else "mx", "client": "192.0.2.9", "checks": many}
    assert [one.code for one in findings(proof)].count("check.reported.domain") == RESULTS_OF_METHOD
    codes = [one.code for one in findings({**proof, "checks": []})]
    assert codes == (["checked.own", "check.dkim.none", "check.arc.none"] if own else ["checked.milter"])
    assert findings({**proof, "scanned": ["dead", "no route"]})[-1] == Phrase("check.virus.dead", {"error": "no route"})


def test_an_answer_copies_twenty_of_whom_somebody_outside_named() -> None:
    named = [Named("to", f"N{one}", f"n{one}@x.example", one) for one in range(2, 30)]
    author = Outsider(1, "Karin", "karin@customer.example")
    found = audience(author, named, range(1, 30))
    assert found[0] == author and len(found) == 21 and {one.field for one in found[1:]} == {"cc"}
    assert found[1] == Outsider(2, "N2", "n2@x.example", "cc")
    assert len(audience(author, named, range(2, 30))) == 20
    ours = audience(None, named, range(1, 30))
    assert len(ours) == 28 and ours[0] == Outsider(2, "N2", "n2@x.example", "to")
