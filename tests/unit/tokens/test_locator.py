"""Locators: found whatever a mail program did to the Message-ID around them, and forged by nobody."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weftmail.core.tokens import keys, locator
from weftmail.core.tokens.locator import Locator
from weftmail.core.tokens.reply_token import MAX_MESSAGE

RING = keys.single(bytes(range(32)))
DOMAIN = "in.acme.example"
ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"

messages = st.integers(1, MAX_MESSAGE)
visibilities = st.sampled_from(["public", "internal"])


@given(messages, visibilities)
def test_round_trip_whatever_surrounds(message: int, visibility: locator.Visibility) -> None:
    made = locator.mint(RING, message, visibility, DOMAIN)
    expected = Locator(message, visibility, DOMAIN)
    assert made.startswith("<") and made.endswith(f"@{DOMAIN}>") and made.isascii()
    for shown in (made, made.upper(), made.strip("<>"), f"  \t{made} (x)", f"<a@b> {made}", f"{made[1:-1]}."):
        assert locator.verify(RING, shown) == expected


@given(messages, messages, visibilities)
def test_no_two_messages_share_a_locator(one: int, other: int, visibility: locator.Visibility) -> None:
    same = locator.mint(RING, one, visibility, DOMAIN) == locator.mint(RING, other, visibility, DOMAIN)
    assert same == (one == other)
    assert locator.mint(RING, one, "public", DOMAIN) != locator.mint(RING, one, "internal", DOMAIN)


def test_every_single_change_is_none() -> None:
    made = locator.mint(RING, 298, "internal", DOMAIN)
    for where in range(1, 33):
        for letter in set(ALPHABET) - {made[where]}:
            assert locator.verify(RING, made[:where] + letter + made[where + 1 :]) is None


def test_domain_and_first_byte_are_bound() -> None:
    made = locator.mint(RING, 298, "public", DOMAIN)
    assert locator.verify(RING, made.replace("in.", "")) is None
    assert locator.verify(RING, made.replace(DOMAIN, "a..b")) is None
    raw = base64.b32decode(made[1:33].upper())
    for first in set(range(256)) - {raw[0]}:
        text = base64.b32encode(bytes([first]) + raw[1:]).decode("ascii")
        assert locator.verify(RING.rotated(bytes(32)), f"<{text}@{DOMAIN}>") is None


def test_retired_keys_go_on_verifying() -> None:
    made = locator.mint(RING, 298, "public", DOMAIN)
    ring = RING.rotated(bytes(32))
    assert locator.verify(ring, made) == Locator(298, "public", DOMAIN)
    assert locator.verify(ring.without(0), made) is None


@given(st.text())
def test_other_text_is_none(text: str) -> None:
    assert locator.verify(RING, text) is None
    assert locator.verify(RING, f"<{text}@{DOMAIN}>") is None


@pytest.mark.parametrize("message", [0, -1, MAX_MESSAGE + 1])
def test_what_does_not_fit_is_refused(message: int) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        locator.mint(RING, message, "public", DOMAIN)
