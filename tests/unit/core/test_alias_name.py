"""The name of an alias: cleaned by one rule, refused where no mail could come."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weftmail.core.address import BadAddress, canonical, split
from weftmail.core.alias_name import UNROUTABLE, alias_address


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("leads@acme.example", "leads@acme.example"),
        ("  Leads@ACME.example ", "leads@acme.example"),
        ("LEADS@acme.example.", "leads@acme.example"),
        ("Ko\u0308p@acme.example", "k\u00f6p@acme.example"),
        ("K\u00d6P@acme.example", "k\u00f6p@acme.example"),
        ("\uff4c\uff25\uff21\uff44\uff53@acme.example", "leads@acme.example"),
        ("leads@r\u00e4ksm\u00f6rg\u00e5s.example", "leads@xn--rksmrgs-5wao1o.example"),
        ("first.last@in.acme.example", "first.last@in.acme.example"),
        ("o'brien_42-x=y~z@acme.example", "o'brien_42-x=y~z@acme.example"),
        ("a" * 64 + "@acme.example", "a" * 64 + "@acme.example"),
    ],
)
def test_a_name_is_cleaned(text: str, stored: str) -> None:
    assert alias_address(text) == stored


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("leads", "address_malformed"),
        ("@acme.example", "address_malformed"),
        ("leads@", "address_malformed"),
        ("le ads@acme.example", "address_blank"),
        ("le\tads@acme.example", "address_blank"),
        ("le\u200bads@acme.example", "address_blank"),
        (".leads@acme.example", "address_unusual"),
        ("leads.@acme.example", "address_unusual"),
        ("le..ads@acme.example", "address_unusual"),
        ('"leads"@acme.example', "address_unusual"),
        ("le,ads@acme.example", "address_unusual"),
        ("le:ads@acme.example", "address_unusual"),
        ("<leads@acme.example", "address_unusual"),
        ("a@b@acme.example", "address_unusual"),
        ("-leads@acme.example", "address_hyphen"),
        ("a" * 65 + "@acme.example", "address_long"),
        ("leads+x@acme.example", "name_with_plus"),
        *((f"le{letter}ads@acme.example", "name_unroutable") for letter in UNROUTABLE),
        ("leads@acme_.ex ample", "address_blank"),
        ("leads@-acme.example", "address_domain"),
    ],
)
def test_a_name_that_no_mail_could_come_to_is_refused(text: str, code: str) -> None:
    with pytest.raises(BadAddress) as refused:
        alias_address(text)
    assert refused.value.code == code


@given(st.text(min_size=1, max_size=70))
def test_what_is_stored_is_what_mail_to_it_is_looked_up_by(name: str) -> None:
    try:
        stored = alias_address(f"{name}@acme.example")
    except BadAddress:
        return
    assert alias_address(stored) == stored == canonical(stored)
    assert not set(split(stored)[0]) & set(UNROUTABLE + "+@ ")
