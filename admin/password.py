"""Passwords: argon2id (RFC 9106), and the same time for an address that nobody has."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LONGEST = 1000
"""Characters; a longer text is no password, and hashing it would cost too much."""


class Passwords:
    """Makes and checks the hashes that the store keeps."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._nobody = self._hasher.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """Return what the store keeps of a password, with its parameters and salt."""
        return self._hasher.hash(password)

    def check(self, kept: str | None, password: str) -> bool:
        """Say whether this is the password; with nothing kept the answer is no, and takes as long."""
        try:
            right = self._hasher.verify(kept or self._nobody, password[:LONGEST])
        except (VerificationError, InvalidHashError):
            return False
        return right and kept is not None and len(password) <= LONGEST

    def outdated(self, kept: str) -> bool:
        """Say whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(kept)
