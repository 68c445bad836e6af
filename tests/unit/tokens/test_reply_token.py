"""Reply tokens: one text for each payload, none for any other; what is changed in any way counts as none."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weftmail.core.tokens import keys, locator, reply_token
from weftmail.core.tokens.reply_token import MAX_CONTACT, MAX_EPOCH, MAX_MESSAGE, Token

RING = keys.single(bytes(range(32)))
OTHER = keys.single(bytes(range(1, 33)))
DOMAIN = "in.acme.example"
ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"

tokens = st.builds(
    Token,
    st.sampled_from(["post", "note", "bounce"]),
    st.integers(1, MAX_MESSAGE),
    st.integers(0, MAX_CONTACT),
    st.integers(0, MAX_EPOCH),
)


@given(tokens)
def test_round_trip_in_either_case(made: Token) -> None:
    text = reply_token.mint(RING, made, DOMAIN)
    assert len(text) == reply_token.LENGTH and set(text) <= set(ALPHABET)
    assert reply_token.verify(RING, text, DOMAIN) == made
    assert reply_token.verify(RING, text.upper(), "IN.Acme.Example.") == made


@given(tokens, tokens)
def test_no_two_payloads_give_one_token(one: Token, other: Token) -> None:
    same = reply_token.mint(RING, one, DOMAIN) == reply_token.mint(RING, other, DOMAIN)
    assert same == (one == other)


@given(tokens, st.integers(0, 39), st.sampled_from(ALPHABET))
def test_any_other_character_anywhere_makes_it_none(made: Token, where: int, letter: str) -> None:
    text = reply_token.mint(RING, made, DOMAIN)
    changed = text[:where] + letter + text[where + 1 :]
    assert reply_token.verify(RING, changed, DOMAIN) == (made if changed == text else None)


def test_every_single_change_of_one_token() -> None:
    text = reply_token.mint(RING, Token("post", 298, 17, 3), DOMAIN)
    for where in range(40):
        for letter in set(ALPHABET) - {text[where]}:
            assert reply_token.verify(RING, text[:where] + letter + text[where + 1 :], DOMAIN) is None


@given(st.text())
def test_any_text_whatever_is_none_and_never_raises(text: str) -> None:
    assert reply_token.verify(RING, text, DOMAIN) is None
    assert reply_token.resolve(RING, text, DOMAIN) is None


@given(st.text(ALPHABET, min_size=40, max_size=40))
def test_a_guess_is_none(text: str) -> None:
    assert reply_token.verify(RING, text, DOMAIN) is None


def test_domain_key_and_length_are_bound() -> None:
    text = reply_token.mint(RING, Token("note", 5), DOMAIN)
    assert reply_token.verify(RING, text, "acme.example") is None
    assert reply_token.verify(RING, text, "not a domain") is None
    assert reply_token.verify(OTHER, text, DOMAIN) is None
    assert reply_token.verify(RING, text[:-1], DOMAIN) is None
    assert reply_token.verify(RING, text + "a", DOMAIN) is None
    assert reply_token.verify(RING, f" {text[:-1]}", DOMAIN) is None


def test_letters_that_only_fold_to_ours_outside_ascii_are_none() -> None:
    made = [Token("post", number) for number in range(1, 80)]
    text = next(text for one in made if "k" in (text := reply_token.mint(RING, one, DOMAIN)))
    assert reply_token.verify(RING, text.replace("k", "\u212a"), DOMAIN) is None


def test_another_purpose_or_key_number_in_the_first_byte_is_none() -> None:
    raw = base64.b32decode(reply_token.mint(RING, Token("post", 9), DOMAIN).upper())
    for first in set(range(256)) - {raw[0]}:
        text = base64.b32encode(bytes([first]) + raw[1:]).decode("ascii").lower()
        assert reply_token.verify(RING.rotated(bytes(32)), text, DOMAIN) is None


def test_old_keys_verify_until_they_are_removed() -> None:
    text = reply_token.mint(RING, Token("post", 9), DOMAIN)
    ring = RING.rotated(bytes(32))
    assert reply_token.verify(ring, text, DOMAIN) == Token("post", 9)
    assert reply_token.mint(ring, Token("post", 9), DOMAIN) != text
    assert reply_token.verify(ring.without(0), text, DOMAIN) is None


def test_neighbours_share_no_visible_part() -> None:
    """Masked: consecutive messages show nothing of their numbers."""
    middles = {reply_token.mint(RING, Token("post", number), DOMAIN)[2:19] for number in range(1, 60)}
    assert len({middle[:4] for middle in middles}) > 50


@pytest.mark.parametrize("bad", [(0, 0, 0), (2**40, 0, 0), (1, -1, 0), (1, 2**32, 0), (1, 0, 2**16), (1, 0, -1)])
def test_what_does_not_fit_is_refused(bad: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        Token("post", *bad)


@given(tokens)
def test_the_address_fits_and_is_found_again(made: Token) -> None:
    local, _, domain = reply_token.address(RING, made, DOMAIN).partition("@")
    assert domain == DOMAIN and len(local) <= 64
    assert local.startswith("bounce+" if made.purpose == "bounce" else "reply+")
    assert reply_token.resolve(RING, local.upper(), domain) == made


def test_a_purpose_at_the_wrong_address_is_none() -> None:
    bounce = reply_token.mint(RING, Token("bounce", 4), DOMAIN)
    assert reply_token.resolve(RING, f"reply+{bounce}", DOMAIN) is None
    assert reply_token.resolve(RING, f"bounce+{bounce}", DOMAIN) == Token("bounce", 4)
    assert reply_token.resolve(RING, "bounce+nothing", DOMAIN) is None


def test_find() -> None:
    assert reply_token.find("Reply+AbC") == ("reply", "abc")
    assert reply_token.find("bounce+") == ("bounce", "")
    assert reply_token.find("reply") is None
    assert reply_token.find("sales+reply+x") is None


@given(tokens)
def test_neither_label_verifies_as_the_other(made: Token) -> None:
    text = reply_token.mint(RING, made, DOMAIN)
    for cut in (text, text[:32], text[8:]):
        assert locator.verify(RING, f"<{cut}@{DOMAIN}>") is None
    left = locator.mint(RING, made.message, "public", DOMAIN)[1:33]
    assert reply_token.verify(RING, left, DOMAIN) is None
    assert reply_token.verify(RING, left + "a" * 8, DOMAIN) is None


MADE = reply_token.mint(RING, Token("post", 298, 17), DOMAIN)
NOTE = reply_token.mint(RING, Token("bounce", 298, 17), DOMAIN)


@pytest.mark.parametrize(
    "text",
    [
        f"Reply-To: reply+{MADE}@{DOMAIN}",
        f"<a href='mailto:reply%2B{MADE}@x'>",
        f"reply&#43;{MADE}@x reply&#x2B;{MADE}",
        f"REPLY+{MADE.upper()}@X",
        f"reply+{MADE[:20]}\n{MADE[20:]}@x",
        f"reply+\n{MADE}@x",
        f"reply+{MADE[:7]}\u200b{MADE[7:]}@x",
        f"reply+{MADE[:7]}<wbr>{MADE[7:]}@x",
        f"bounce+{MADE}=karin=customer.example@x",
        f"token {MADE}.",
    ],
)
def test_mask_leaves_no_usable_token(text: str) -> None:
    masked = reply_token.mask(text)
    assert "..." in masked
    assert all(MADE[start : start + 12] not in masked.lower() for start in range(20))


def test_mask_leaves_other_text_alone() -> None:
    text = "Please reply + thanks. reply+1 to that; sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709. See bounce+rate."
    assert reply_token.mask(text) == text
    assert reply_token.mask(f"a reply+{MADE}@{DOMAIN} b bounce+{NOTE}@{DOMAIN} c") == (
        f"a reply+...@{DOMAIN} b bounce+...@{DOMAIN} c"
    )
