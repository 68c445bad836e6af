"""Who is here: the people who have a record open, and who of them is writing, as far as this site knows.

It is kept in memory and never in the store: nobody misses it after a restart, and a row for each look would wake every
open page.  Somebody is here while one of their pages waits for a change, and a moment longer, until it asks again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

LINGER = 8.0
"""Seconds for which somebody is still here after their page has stopped waiting: it may be about to ask again."""
LOOKED = 60.0
"""Seconds for which somebody is here whose page asks for no changes, from when they opened it."""
WRITES = 60.0
"""Seconds after which somebody who has typed nothing more is no longer writing."""
SHOWN = 5
"""So many people of a record are named, those who came first; more wake nobody."""

Place = tuple[int, int]
"""A company and a record of it."""


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody who has a record open."""

    user_id: int
    name: str
    writing: bool


@dataclass(slots=True)
class _Stay:
    name: str
    until: float
    waiting: int = 0
    writes_until: float = 0.0


class Presence:
    """The people at each record; to be used from any thread."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """``clock`` counts seconds."""
        self._clock = clock
        self._lock = threading.Lock()
        self._places: dict[Place, dict[int, _Stay]] = {}
        self._said: dict[Place, tuple[Present, ...]] = {}

    def look(self, place: Place, user_id: int, name: str) -> None:
        """Somebody opened a record."""
        with self._lock:
            stay = self._stay(place, user_id, name)
            stay.until = self._clock() + LOOKED

    def wait(self, place: Place, user_id: int, name: str, *, writing: bool) -> None:
        """A page of somebody begins to wait there; ``writing`` says that they type an answer."""
        with self._lock:
            stay = self._stay(place, user_id, name)
            stay.waiting += 1
            stay.writes_until = self._clock() + WRITES if writing else 0.0

    def leave(self, place: Place, user_id: int) -> None:
        """A page of theirs waits no longer."""
        with self._lock:
            stay = self._stay(place, user_id, "")
            stay.waiting = max(0, stay.waiting - 1)
            stay.until = self._clock() + LINGER

    def others(self, place: Place, user_id: int) -> tuple[Present, ...]:
        """Return who else is there, those who came first at the head, and no more than ``SHOWN``."""
        with self._lock:
            return tuple(one for one in self._here(place) if one.user_id != user_id)[:SHOWN]

    def moved(self) -> set[Place]:
        """Return the places at which somebody is seen to come, go or write since this was last asked."""
        with self._lock:
            now = {place: self._here(place) for place in list(self._places)}
            now = {place: here for place, here in now.items() if here}
            found = {place for place in {*now, *self._said} if now.get(place) != self._said.get(place)}
            self._said = now
            return found

    def _here(self, place: Place) -> tuple[Present, ...]:
        """Who is there; one more than is shown to somebody who is among them."""
        now, stays = self._clock(), self._places.get(place, {})
        for gone in [one for one, stay in stays.items() if not stay.waiting and stay.until <= now]:
            del stays[gone]
        if not stays:
            self._places.pop(place, None)
        first = list(stays.items())[: SHOWN + 1]
        return tuple(Present(one, stay.name, stay.writes_until > now) for one, stay in first)

    def _stay(self, place: Place, user_id: int, name: str) -> _Stay:
        return self._places.setdefault(place, {}).setdefault(user_id, _Stay(name, 0.0))
