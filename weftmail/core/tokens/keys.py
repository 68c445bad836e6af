"""The secret keys under which reply tokens and locators are made, and how they are written down.

A keyring holds up to sixteen keys, each with a number that labels made under it carry.  One key is current; the
others go on verifying until they are removed.  What a key is used for never shares bytes with another use: each
use takes a key of its own, derived by HMAC-SHA256 (RFC 2104) from the key and a label.
"""

from __future__ import annotations

import binascii
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

KEY_BYTES = 32
MAX_KEYS = 16

_LINE = re.compile(r"key (\d{1,2}) ([0-9a-f]{64})( current)?")


class BadKeyring(ValueError):
    """The text or the values are no keyring; the message says why and never shows a key."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys by number, and the number of the one that new labels are made under."""

    current: int
    keys: Mapping[int, bytes] = field(repr=False)

    def __post_init__(self) -> None:
        if not all(0 <= key_id < MAX_KEYS for key_id in self.keys):
            raise BadKeyring(f"a key's number must lie between 0 and {MAX_KEYS - 1}")
        if any(len(key) != KEY_BYTES for key in self.keys.values()):
            raise BadKeyring(f"a key must have {KEY_BYTES} bytes")
        if self.current not in self.keys:
            raise BadKeyring(f"key {self.current} is to be current, but is not there")
        object.__setattr__(self, "keys", MappingProxyType(dict(self.keys)))

    def derive(self, key_id: int, label: bytes) -> bytes | None:
        """Return the key for one use, 32 bytes; None where there is no key of that number."""
        key = self.keys.get(key_id)
        return None if key is None else hmac.digest(key, b"weftmail:" + label, "sha256")

    def current_key(self, label: bytes) -> bytes:
        """Return the key for one use, derived from the current key."""
        return hmac.digest(self.keys[self.current], b"weftmail:" + label, "sha256")

    def rotated(self, key: bytes) -> Keyring:
        """Return a keyring that has ``key`` as well, and makes new labels under it.

        Raises BadKeyring when all sixteen numbers are taken: one must be removed first.
        """
        following = ((self.current + step) % MAX_KEYS for step in range(1, MAX_KEYS))
        for key_id in following:
            if key_id not in self.keys:
                return Keyring(key_id, {**self.keys, key_id: key})
        raise BadKeyring("all sixteen key numbers are taken; remove the oldest key first")

    def without(self, key_id: int) -> Keyring:
        """Return a keyring without that key: what was made under it verifies no more.

        Raises BadKeyring for the current key.
        """
        return Keyring(self.current, {number: key for number, key in self.keys.items() if number != key_id})


def single(key: bytes) -> Keyring:
    """Return the keyring that a new installation begins with: one key, number 0."""
    return Keyring(0, {0: key})


def dump(keyring: Keyring) -> str:
    """Return the keyring as text: one line a key, in the order of their numbers.  The file belongs to 0600."""
    lines = ["# Keys of reply tokens and locators. Secret: who has them can forge both."]
    for key_id, key in sorted(keyring.keys.items()):
        mark = " current" if key_id == keyring.current else ""
        lines.append(f"key {key_id} {binascii.hexlify(key).decode('ascii')}{mark}")
    return "\n".join(lines) + "\n"


def load(text: str) -> Keyring:
    """Return the keyring that ``text`` holds; raise BadKeyring, naming the line, for anything else."""
    keys: dict[int, bytes] = {}
    current: list[int] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        found = _LINE.fullmatch(line.strip())
        if found is None:
            raise BadKeyring(f"line {number} is not of the form: key NUMBER HEX [current]")
        key_id = int(found[1])
        if key_id in keys:
            raise BadKeyring(f"line {number} repeats key {key_id}")
        keys[key_id] = binascii.unhexlify(found[2])
        if found[3]:
            current.append(key_id)
    if len(current) != 1:
        raise BadKeyring("exactly one key must be marked as current")
    return Keyring(current[0], keys)
