"""Exemptions: added, said twice, taken back, and what cannot be one."""

from __future__ import annotations

import pytest

from tests.unit.flow.setup.conftest import Office
from weftmail.flow.setup import exemption


def covered(office: Office) -> list[str]:
    return [one.address for one in office.store.exemptions.all(office.world.acme)]


def test_a_sender_is_exempt_until_that_is_taken_back(office: Office) -> None:
    made = office.did(exemption.add(office.setup, "Shop+orders@Customer.example"))
    assert (made.act, made.subject, made.now["company"]) == ("exemption.add", "shop@customer.example", "Acme")
    again = office.did(exemption.add(office.setup, "shop@customer.example", company="Acme"))
    assert again.changes == ()
    office.did(exemption.add(office.setup, "@Partner.example"))
    assert covered(office) == ["@partner.example", "shop@customer.example"]
    gone = office.did(exemption.remove(office.setup, "shop@customer.example"))
    assert (gone.was["address"], gone.now) == ("shop@customer.example", {})
    assert covered(office) == ["@partner.example"]


def test_it_holds_for_its_company_alone(office: Office) -> None:
    other = office.store.companies.add("Beta", 1)
    office.did(exemption.add(office.setup, "@partner.example", company="Beta"))
    assert covered(office) == []
    assert office.store.exemptions.covers(other, ["x@partner.example", "@partner.example"])


@pytest.mark.parametrize(
    ("text", "code"),
    [("shop", "address_malformed"), ("@", "domain_malformed"), ("@com", "domain_one_label"), ("", "address_malformed")],
)
def test_what_names_no_sender_is_refused(office: Office, text: str, code: str) -> None:
    assert office.refused(exemption.add(office.setup, text)) == ("address", code)


def test_only_what_is_exempt_can_be_taken_back(office: Office) -> None:
    answer = exemption.remove(office.setup, "shop@customer.example")
    assert office.refused(answer) == ("address", "no_such_exemption")
