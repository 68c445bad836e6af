"""What each machine does for itself now and then, beside the store: following its mail server's map, say.

It has no row and no lease, because the work of one machine does not relieve another.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from weftmail.store.errors import temporary

log = logging.getLogger("weftmail.due")

LONGEST = 60_000
"""A failing errand is run this often at least; in milliseconds."""


class Errand:
    """One such thing.  ``act`` may be called at any time, by several programs of the machine at once."""

    def __init__(self, name: str, act: Callable[[], object], every: int) -> None:
        """``every`` is in milliseconds."""
        self._name = name
        self._act = act
        self._every = every
        self._pause = every
        self._at = 0

    def run(self, now: int) -> None:
        """Run it if it is time; where it cannot be done now, say so and wait longer each time, a minute at most."""
        # A clock that was set back must not stop it.
        if self._at - self._pause <= now < self._at:
            return
        try:
            self._act()
            self._pause = self._every
        except Exception as error:
            # What passes is tried again later; a fault of ours is raised.
            if not temporary(error):
                raise
            self._pause = max(self._every, min(LONGEST, 2 * self._pause))
            log.warning("%s has to wait: %s", self._name, error)
        self._at = now + self._pause
