"""What somebody may do: in one company, or, as an owner, in the whole installation."""

from __future__ import annotations

from enum import IntEnum


class Role(IntEnum):
    """Each role may do what those below it may."""

    READER = 1
    """Reads records."""
    AGENT = 2
    """Works on records, and decides on held mail that is theirs to decide."""
    ADMIN = 3
    """Looks after one company: its aliases, users, review queue and log."""
    OWNER = 4
    """Looks after the installation: all companies, domains, keys and settings; pages call it an admin of all."""

    @classmethod
    def named(cls, name: str) -> Role:
        """Return the role that a membership has by this name: reader, agent or admin."""
        return cls[name.upper()]
