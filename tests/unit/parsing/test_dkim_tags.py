"""What a signature covers: its list, counted from the bottom of the header up."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.thorough import examples
from weftmail.core.parsing import dkim_tags
from weftmail.core.parsing.block import read_block

NAMES = ["From", "Date", "To", "Cc", "References", "X"]


def signature(raw: bytes) -> dkim_tags.SignatureField:
    (found,) = dkim_tags.read(read_block(raw), raw).signatures
    return found


@settings(max_examples=examples(400))
@given(st.lists(st.sampled_from(NAMES), max_size=8), st.lists(st.sampled_from(NAMES), max_size=8))
def test_it_leaves_out_what_a_verifier_would_not_have_hashed(stand: list[str], listed: list[str]) -> None:
    left = [name.lower() for name in stand]
    for name in map(str.lower, listed):
        # A verifier takes the lowest field of that name that it has not taken yet.
        if name in left:
            del left[len(left) - 1 - left[::-1].index(name)]
    head = "".join(f"{name}: x\n" for name in stand)
    found = signature(f"DKIM-Signature: d=acme.example; h={' : '.join(listed)}; b=x\n{head}\nHej".encode())
    missing = {name for name in ("from", "date") if name.title() not in {*stand, *listed}}
    assert set(found.leaves_out) == ({*left} - {"x"}) | missing


def test_names_are_decoded_and_the_list_is_not() -> None:
    found = signature(b"DKIM-Signature: d=acme=2Eexample; i=a@b.acme.example; h==66rom:date\nFrom: x\nDate: y\n\n")
    assert (found.domain, found.identity, found.leaves_out) == ("acme.example", "b.acme.example", ("from",))


def test_a_mail_without_a_signature_costs_nothing() -> None:
    raw = b"From: x\nFrom: y\n\nHej"
    assert dkim_tags.read(read_block(raw), raw) is dkim_tags.UNSIGNED


def test_a_signature_with_neither_domain_nor_list_is_of_nobody() -> None:
    raw = b"DKIM-Signature: v=1\nFrom: x\n\n"
    assert dkim_tags.read(read_block(raw), raw).signatures == ()
