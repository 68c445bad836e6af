"""The keyring: its text form, rotation and removal, and keys that share nothing between uses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weftmail.core.tokens import keys
from weftmail.core.tokens.keys import BadKeyring, Keyring

ONE = bytes(range(32))
TWO = bytes(range(32, 64))

keyrings = st.dictionaries(st.integers(0, 15), st.binary(min_size=32, max_size=32), min_size=1, max_size=16).flatmap(
    lambda made: st.builds(Keyring, st.sampled_from(sorted(made)), st.just(made))
)


@given(keyrings)
def test_text_form_comes_back_whole(keyring: Keyring) -> None:
    again = keys.load(keys.dump(keyring))
    assert (again.current, dict(again.keys)) == (keyring.current, dict(keyring.keys))


def test_rotation_keeps_the_old_key_and_makes_the_new_one_current() -> None:
    ring = keys.single(ONE).rotated(TWO)
    assert ring.current == 1
    assert dict(ring.keys) == {0: ONE, 1: TWO}
    assert dict(ring.without(0).keys) == {1: TWO}


def test_rotation_goes_round_and_skips_what_is_taken() -> None:
    ring = Keyring(15, {15: ONE, 0: ONE})
    assert ring.rotated(TWO).current == 1


def test_a_full_keyring_refuses_to_rotate() -> None:
    with pytest.raises(BadKeyring, match="remove the oldest"):
        Keyring(3, dict.fromkeys(range(16), ONE)).rotated(TWO)


def test_the_current_key_cannot_be_removed() -> None:
    with pytest.raises(BadKeyring, match="current"):
        keys.single(ONE).without(0)


@pytest.mark.parametrize(("current", "made"), [(0, {0: b"short"}), (16, {16: ONE}), (1, {0: ONE}), (0, {})])
def test_values_that_are_no_keyring(current: int, made: dict[int, bytes]) -> None:
    with pytest.raises(BadKeyring):
        Keyring(current, made)


def test_each_use_has_a_key_of_its_own() -> None:
    ring = keys.single(ONE).rotated(TWO)
    derived = {ring.derive(key_id, label) for key_id in (0, 1) for label in (b"a", b"b")}
    assert len(derived) == 4
    assert ring.current_key(b"a") == ring.derive(1, b"a")
    assert ring.derive(7, b"a") is None
    assert ONE not in derived


def test_no_key_is_shown() -> None:
    assert "0001020304" not in repr(keys.single(ONE)) and "\\x01" not in repr(keys.single(ONE))


GOOD = "key 0 " + "0a" * 32


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "exactly one"),
        (GOOD, "exactly one"),
        (f"{GOOD} current\nkey 1 {'0b' * 32} current", "exactly one"),
        (f"{GOOD} current\n{GOOD}", "line 2 repeats key 0"),
        ("key 0 zz current", "line 1 is not of the form"),
        (f"# a comment\n\nkey 99 {'0a' * 32} current", "between 0 and 15"),
    ],
)
def test_bad_text_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(BadKeyring, match=said):
        keys.load(text)
