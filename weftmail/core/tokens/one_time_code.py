"""Codes of an authenticator app (TOTP, RFC 6238): six digits that hold for 30 seconds, by the library's own rules.

The key that the app shares with us is kept sealed (AES-GCM) under a key of the keyring, and for its user alone.
"""

from __future__ import annotations

import base64
import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from weftmail.core.tokens.keys import Keyring

SECRET = 20
"""Bytes of the shared key, as RFC 4226 wants them."""
NONCE = 12
STEP = 30
"""Seconds for which a code holds."""
DIGITS = 6
DRIFT = 1
"""So many steps before and after now are taken as well: clocks differ, and typing takes its time."""


def step_of(secret: bytes, code: str, now: int) -> int | None:
    """Return the step whose code this is, of those that are taken now; None for any other text."""
    at = now // (STEP * 1000)
    totp = _totp(secret)
    found = [step for step in range(at - DRIFT, at + DRIFT + 1) if _same(totp.generate(step * STEP), code)]
    return found[-1] if found else None


def code_at(secret: bytes, now: int) -> str:
    """Return the code of a moment, as an app shows it."""
    return _totp(secret).generate(now // 1000).decode("ascii")


def uri(secret: bytes, account: str, issuer: str) -> str:
    """Return what an app reads from the square."""
    return _totp(secret).get_provisioning_uri(account, issuer)


def typed(secret: bytes) -> str:
    """Return the key for who types it into the app, in groups of four."""
    text = base64.b32encode(secret).decode("ascii").rstrip("=").lower()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def seal(keyring: Keyring, secret: bytes, user_id: int, nonce: bytes) -> str:
    """Return the key as the store keeps it; ``nonce``: 12 bytes that are used once."""
    sealed = AESGCM(keyring.current_key(b"second factor")).encrypt(nonce, secret, _whose(user_id))
    return f"{keyring.current}.{(nonce + sealed).hex()}"


def unseal(keyring: Keyring, text: str, user_id: int) -> bytes | None:
    """Return the key that was sealed for this user; None where its key of the keyring is gone, or it was another's."""
    number, _, sealed = text.partition(".")
    key = keyring.derive(int(number), b"second factor")
    if key is None:
        return None
    raw = bytes.fromhex(sealed)
    try:
        return AESGCM(key).decrypt(raw[:NONCE], raw[NONCE:], _whose(user_id))
    except InvalidTag:
        return None


def _totp(secret: bytes) -> TOTP:
    # SHA-1 is what every app knows; HMAC with it is not broken (RFC 6238, 1.2).
    return TOTP(secret, DIGITS, SHA1(), STEP)  # noqa: S303


def _same(code: bytes, text: str) -> bool:
    return hmac.compare_digest(code, text.encode("utf-8", "replace"))


def _whose(user_id: int) -> bytes:
    return f"user {user_id}".encode()
