"""How failed sign-ins slow somebody down, and never lock anybody else out.

What counts is the client and the address *together*, and the client alone.  The address alone does not: whoever knows
it could keep its owner out.  A browser that signed in before is counted by itself (``device``), so that it gets in
while its neighbours are slowed down.  A sign-in link is no guess, and is not counted.
"""

from __future__ import annotations

from dataclasses import dataclass

from weftmail.store.store import Store

WINDOW = 15 * 60 * 1000
"""Failures count for that many milliseconds."""


@dataclass(frozen=True, slots=True)
class Brake:
    """After ``free`` failures each further one doubles the pause before the next attempt, from a second on."""

    free: int
    longest: int
    """Milliseconds."""

    def pause(self, failures: int) -> int:
        """Return for how many milliseconds after the last failure nothing is tried."""
        over = failures - self.free
        return 0 if over < 0 else min(self.longest, 1000 << min(over, 20))


PAIR = Brake(5, WINDOW)
"""For an address from one client."""
CLIENT = Brake(20, 60 * 1000)
"""For all addresses that one client tries: an office may be one client, so the pause stays short."""
DEVICE = Brake(5, WINDOW)
"""For a browser that signed in before."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Whom an attempt counts against, each with its brake."""

    subjects: tuple[tuple[str, Brake], ...]

    def wait(self, store: Store, now: int) -> int:
        """Return for how many milliseconds nothing more is tried; 0: now."""
        found = [(store.sessions.failures(name, now - WINDOW), brake) for name, brake in self.subjects]
        return max((0, *(one.last_at + brake.pause(one.failures) - now for one, brake in found if one.failures)))

    def count(self, store: Store, now: int) -> list[int]:
        """Count a failure, before it is known to be one: many attempts at once are no way around the pause."""
        return [store.sessions.failed(name, now) for name, _ in self.subjects]


def of_stranger(address: str, client: str) -> Counted:
    """Return what an attempt from a browser that we do not know counts against."""
    return Counted(((f"pair {address[:320]} {client}", PAIR), (f"client {client}", CLIENT)))


def of_user(user_id: int) -> Counted:
    """Return what an attempt counts against by somebody who has shown already that they are this user, or says so."""
    return Counted(((f"user {user_id}", DEVICE),))


def of_device(device: str) -> Counted:
    """Return what an attempt from a browser counts against that signed in as this very user before."""
    return Counted(((f"device {device}", DEVICE),))
