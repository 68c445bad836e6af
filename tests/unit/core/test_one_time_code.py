"""Codes of an app: those of RFC 6238, each in its time, and keys that are kept sealed for one user."""

from __future__ import annotations

import pytest

from weftmail.core.tokens import link
from weftmail.core.tokens.keys import Keyring, single
from weftmail.core.tokens.one_time_code import code_at, seal, step_of, typed, unseal, uri

SECRET = b"12345678901234567890"
KEYS = single(b"k" * 32)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_the_codes_of_the_standard(seconds: int, code: str) -> None:
    assert code_at(SECRET, seconds * 1000) == code
    assert step_of(SECRET, code, seconds * 1000) == seconds // 30


def test_a_code_holds_a_step_before_and_after_its_own() -> None:
    now = 1_800_000_000_000
    code, step = code_at(SECRET, now), now // 30_000
    assert [step_of(SECRET, code, now + drift * 30_000) for drift in (-2, -1, 0, 1, 2)] == [
        None,
        step,
        step,
        step,
        None,
    ]
    assert [step_of(SECRET, text, now) for text in ("", "12345", "\u0661\u0662\u0663\u0664\u0665\u0666")] == [None] * 3


def test_a_key_is_sealed_for_one_user_under_a_key_of_ours() -> None:
    sealed = seal(KEYS, SECRET, 7, b"n" * 12)
    assert SECRET.hex() not in sealed
    assert unseal(KEYS, sealed, 7) == SECRET
    assert unseal(KEYS, sealed, 8) is None
    rotated = KEYS.rotated(b"l" * 32)
    assert unseal(rotated, sealed, 7) == SECRET
    assert unseal(rotated.without(0), sealed, 7) is None
    assert unseal(Keyring(0, {0: b"x" * 32}), sealed, 7) is None


def test_what_the_app_reads_and_what_is_typed() -> None:
    assert uri(SECRET, "anna@acme.example", "weftmail").startswith("otpauth://totp/weftmail:anna%40acme.example?")
    assert typed(SECRET) == "gezd gnbv gy3t qojq gezd gnbv gy3t qojq"


def test_the_secret_of_a_link_needs_the_key() -> None:
    seed = link.seed(KEYS, b"r" * 16)
    secret = link.secret(KEYS, seed)
    assert len(secret) == 43 and secret not in seed
    assert link.secret(KEYS.rotated(b"l" * 32), seed) == secret
    assert link.secret(single(b"x" * 32), seed) != secret
    assert link.secret(Keyring(1, {1: b"k" * 32}), seed) == link.secret(KEYS, "what") == ""
