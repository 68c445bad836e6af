"""Addresses: one canonical form to compare by, and nothing odd in what leaves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weftmail.core.address import (
    BadAddress,
    canonical,
    canonical_domain,
    comparable,
    domain_of,
    in_full,
    split,
    without_plus,
)


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("Anna@ACME.example", "anna@acme.example"),
        ("Leads+A@acme.example.", "leads+a@acme.example"),
        ("jösé@exämple.org", "jösé@xn--exmple-cua.org"),
        ("a.b-c_d@in.acme.example", "a.b-c_d@in.acme.example"),
    ],
)
def test_the_canonical_form(written, form):
    assert canonical(written) == form
    assert canonical(form) == form


@pytest.mark.parametrize(
    "written",
    [
        "", "anna", "@acme.example", "anna@", "a b@acme.example", "anna@acme example", "-x@acme.example",
        "$(id)@acme.example", "a..b@acme.example", ".a@acme.example", '"a b"@acme.example', "a@b@acme.example",
        "a\r\n@acme.example", "a\u2028@acme.example", "a\u202e@acme.example", "a\ud800@acme.example", "a@-x.example",
        "a@x..example", "a@" + "x" * 64 + ".example", "a@" + "x." * 130 + "example", "a" * 65 + "@acme.example",
        "a@ex\u2024.example/..", "a@\u3002", "<a@acme.example>",
    ],
)  # fmt: skip
def test_what_is_no_address(written):
    with pytest.raises(BadAddress):
        canonical(written)


def test_what_does_not_parse_still_compares_with_itself():
    assert comparable(" Odd Thing ") == "odd thing"
    assert comparable("ANNA@Acme.Example") == "anna@acme.example"


def test_a_domain_that_idna_refuses():
    with pytest.raises(BadAddress):
        canonical_domain("ex\u0000ä.example")


def test_parts():
    assert split("a@b@c") == ("a@b", "c")
    assert (without_plus("leads+x+y"), without_plus("+x"), without_plus("leads")) == ("leads", "+x", "leads")
    assert (domain_of("a@b.example"), domain_of("nothing")) == ("b.example", "")


@given(st.text())
def test_never_anything_but_bad_address(text):
    try:
        form = canonical(text)
    except BadAddress:
        return
    assert canonical(form) == form
    assert not any(ord(char) < 33 or char in '<>"(),:;[]\\' for char in form)
    assert comparable(form) == form


@pytest.mark.parametrize(
    ("name", "address", "shown"),
    [
        ("Karin Ek", "karin@customer.example", "Karin Ek <karin@customer.example>"),
        ("", "karin@customer.example", "karin@customer.example"),
        ("karin@customer.example", "karin@customer.example", "karin@customer.example"),
        ("Karin  Ek", "", "Karin Ek"),
        ("", "", ""),
        ("Anna <anna@acme.example>", "x@evil.example", "Anna anna@acme.example <x@evil.example>"),
        ("<>", "x@evil.example", "x@evil.example"),
    ],
)
def test_somebody_outside_is_shown_with_the_address(name, address, shown):
    assert in_full(name, address) == shown


@pytest.mark.parametrize("local", ["a", "a" * 64, "a" * 400])
def test_an_address_that_is_asked_for_again_is_what_it_was(local):
    """Short ones are remembered, refusals are not."""
    address = f"{local}@Customer.example"
    said = []
    for _ in range(2):
        try:
            said.append(canonical(address))
        except BadAddress as error:
            said.append(error.code)
    assert said == [f"{local}@customer.example" if len(local) <= 64 else "address_long"] * 2
