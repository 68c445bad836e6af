"""The word that stops a digest: only one that we made, and for whom it was made."""

from __future__ import annotations

import pytest

from weftmail.core.tokens import unsubscribe
from weftmail.core.tokens.keys import single

RING = single(b"k" * 32)


def test_it_names_the_user_it_was_made_for_under_older_keys_too() -> None:
    word = unsubscribe.mint(RING, 7)
    assert unsubscribe.verify(RING, word) == 7
    assert unsubscribe.verify(RING.rotated(b"n" * 32), word) == 7
    assert unsubscribe.verify(single(b"o" * 32), word) is None


@pytest.mark.parametrize(
    "text",
    ["", "0", "0.7", "0.7.", "0.7.x", "x.7.y", "0.x.y", "²." + "7.y", "99.7.y", "0." + "9" * 40 + ".y", "0.7.\ud800"],
)
def test_what_we_did_not_make_names_nobody(text: str) -> None:
    assert unsubscribe.verify(RING, text) is None


def test_a_word_of_one_user_is_none_of_another() -> None:
    seal = unsubscribe.mint(RING, 7).rpartition(".")[2]
    assert unsubscribe.verify(RING, f"0.8.{seal}") is None
