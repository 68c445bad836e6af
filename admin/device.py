"""The cookie by which a browser shows that somebody signed in with it before, and who.

It opens nothing.  It only says that failures elsewhere are no reason to make this browser wait.  Each entry names a
day and a number, under a MAC over both, the user and the hash of their password: it ends with the password, after half
a year, and is worth nothing for another user.
"""

from __future__ import annotations

import hmac
import re

from weftmail.core.tokens.keys import MAX_KEYS, Keyring
from weftmail.store.people import User

DAY = 24 * 3600 * 1000
LASTS = 180
"""Days."""
MOST = 4
"""People who share a browser."""

_ENTRY = re.compile(r"([0-9]{1,6})\.([0-9a-f]{32})\.([0-9a-f]{32})")


def entry(keyring: Keyring, user: User, password: str, number: bytes, now: int) -> str:
    """Return a new entry; ``number``: 16 bytes that nobody can guess, ``password``: the hash that is kept, or ""."""
    name = f"{now // DAY}.{number.hex()}"
    return f"{name}.{_mac(keyring.current_key(b'device'), name, user, password)}"


def found(keyring: Keyring, cookie: str, user: User, password: str, now: int) -> str:
    """Return the number of the entry that is this user's; "" where the cookie holds none that is genuine."""
    keys = [key for one in range(MAX_KEYS) if (key := keyring.derive(one, b"device")) is not None]
    for day, number, mac in _ENTRY.findall(cookie[:1000])[:MOST]:
        fresh = 0 <= now // DAY - int(day) <= LASTS
        if fresh and any(hmac.compare_digest(_mac(key, f"{day}.{number}", user, password), mac) for key in keys):
            return str(number)
    return ""


def with_entry(cookie: str, new: str, instead: str) -> str:
    """Return the cookie with a new entry first, ``instead`` of the one with that number; the oldest make room."""
    kept = [one[0] for one in _ENTRY.finditer(cookie[:1000]) if one[2] != instead]
    return "~".join([new, *kept][:MOST])


def _mac(key: bytes, name: str, user: User, password: str) -> str:
    text = f"{name}.{user.id}.{password}"
    return hmac.digest(key, text.encode("utf-8", "replace"), "sha256")[:16].hex()
