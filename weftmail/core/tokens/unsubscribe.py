"""The word at the end of the link by which a digest is stopped with one press (RFC 8058): whose it is, and a seal.

It opens nothing and signs nobody in: one user gets no more digests, until they choose them again, and that is all.
"""

from __future__ import annotations

import base64
import hmac

from weftmail.core.tokens.keys import Keyring

LABEL = b"unsubscribe"


def mint(keyring: Keyring, user_id: int) -> str:
    """Return the word for a user, made under the current key."""
    key = keyring.current_key(LABEL)
    return f"{keyring.current}.{user_id}.{_seal(key, user_id)}"


def verify(keyring: Keyring, text: str) -> int | None:
    """Return whose word it is; None for one that we did not make, or whose key is gone."""
    number, _, rest = text.partition(".")
    user, _, seal = rest.partition(".")
    if not all(one.isascii() and one.isdecimal() and len(one) < 16 for one in (number, user)):
        return None
    key = keyring.derive(int(number), LABEL)
    if key is None or not hmac.compare_digest(_seal(key, int(user)).encode(), seal.encode("utf-8", "replace")):
        return None
    return int(user)


def _seal(key: bytes, user_id: int) -> str:
    return base64.urlsafe_b64encode(hmac.digest(key, str(user_id).encode(), "sha256")).rstrip(b"=").decode("ascii")
