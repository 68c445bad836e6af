"""Secrets at the end of links that leave by mail: made anew from a seed and a key whenever the mail is composed.

What waits in the outbox holds the seed alone, and the store a hash of the secret: who has a copy of the store, and not
the keys, can open no link.
"""

from __future__ import annotations

import base64
import hmac

from weftmail.core.tokens.keys import Keyring

RANDOM = 16
"""Bytes of randomness in a seed."""


def seed(keyring: Keyring, random: bytes) -> str:
    """Return a seed for the current key; ``random`` are 16 bytes that nobody can guess."""
    return f"{keyring.current}.{random.hex()}"


def secret(keyring: Keyring, seed_: str) -> str:
    """Return the secret of a seed, 256 bits as text for an address; "" where its key is gone."""
    number = seed_.partition(".")[0]
    key = keyring.derive(int(number), b"link") if number.isascii() and number.isdecimal() else None
    if key is None:
        return ""
    return base64.urlsafe_b64encode(hmac.digest(key, seed_.encode(), "sha256")).rstrip(b"=").decode("ascii")
