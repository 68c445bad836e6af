"""Settings that may be changed while everything runs: they stand in the store, and count from the next use on.

What a program has to know before it opens the store stands in its file (``weftmail/cli/config.py``).  A new one is a
row of ``RUNNING``, with its meaning in ``core/wording/settings.py``; whoever needs it asks ``number`` at the moment of
use.
"""

from __future__ import annotations

from dataclasses import dataclass

from weftmail.core.limits import NOTICES_APART
from weftmail.store.store import Store


@dataclass(frozen=True, slots=True)
class RunningSetting:
    """A whole number from ``least`` to ``most``; 0 and 1 where it can only be off or on."""

    name: str
    default: int
    least: int
    most: int

    @property
    def switch(self) -> bool:
        """Whether it is off or on, and nothing else."""
        return (self.least, self.most) == (0, 1)


NOTICES = RunningSetting("notices_apart", NOTICES_APART // 60, 15, 24 * 60)
"""Minutes between two mails of notices to one person."""
SESSION = RunningSetting("session_days", 14, 1, 90)
"""Days for which somebody stays signed in."""

SECOND_FACTOR = RunningSetting("second_factor", 0, 0, 1)
"""Whether everybody has to have a second factor; a company may demand one of its own people."""

PAUSED = RunningSetting("sending_paused", 0, 0, 1)
"""Whether nothing leaves; the sender asks with each claim (``store/queries/outbox.sql``)."""

RUNNING = {one.name: one for one in (NOTICES, SESSION, SECOND_FACTOR, PAUSED)}
"""Each by its name."""


def number(store: Store, setting: RunningSetting) -> int:
    """Return what is set, or the default where nothing is, or nothing that fits."""
    text = store.settings.get(setting.name) or ""
    found = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1
    return found if setting.least <= found <= setting.most else setting.default
