"""The contract between the runner and a kind of thing that happens at a time."""

from __future__ import annotations

from typing import Protocol

from weftmail.flow.installation import Installation
from weftmail.store.due import Due
from weftmail.store.store import Store


class Kind(Protocol):
    """One kind of thing that happens at a time."""

    @property
    def name(self) -> str:
        """What the rows of this kind bear in the table ``due``."""
        ...

    @property
    def standing(self) -> bool:
        """Whether every store has one of it, with an empty key, from the first start on."""
        ...

    def farthest(self, store: Store) -> int | None:
        """Return in how many milliseconds at most it is due again by itself; None where people chose the time.

        What lies further ahead was put off by a clock that was ahead itself, and is due once the clock is right.
        """
        ...

    def run(self, store: Store, installation: Installation, due: Due, now: int) -> int | None:
        """Do it; return when it is due again, or None when it is over.

        Called inside a transaction, which takes the effect and its mark together: writes go to the store, and what
        leaves the installation goes into the outbox.  Whatever is raised undoes both, and it is tried again later.
        """
        ...
