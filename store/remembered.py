"""What somebody remembers of a mail, by which the log finds it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from weftmail.store.listing import NEWEST


@dataclass(frozen=True, slots=True)
class Remembered:
    """What somebody remembers of a mail; None leaves nothing out.

    ``who`` is a part of an address.  ``words`` stand in the subject or begin words of the text, each for itself, and
    those between quotation marks as one; ``queue_id`` is the mail server's.  ``since`` and ``until`` are milliseconds
    since 1970.  ``state``, ``report`` ("" for what is none, "any") and ``rfc_message_id`` are of what came,
    ``left_state`` of what left; ``message_id`` names a message of ours, ``way`` is came or left.
    """

    who: str | None = None
    words: str | None = None
    queue_id: str | None = None
    since: int = 0
    until: int = NEWEST
    rfc_message_id: str | None = None
    message_id: int | None = None
    state: str | None = None
    report: str | None = None
    left_state: str | None = None
    way: str | None = None
    reader: int | None = None
    """The user who asks, who finds the text of held mail only where they may decide on it; None finds all."""

    @property
    def phrases(self) -> tuple[str, ...]:
        """The words that have to be found."""
        found = (quoted or word for quoted, word in _WORDS.findall((self.words or "").lower()))
        return tuple(dict.fromkeys(one for one in found if one.strip()))[:MOST_WORDS]

    @property
    def of_what_came(self) -> bool:
        """Whether what came can fit."""
        return self.message_id is None and self.left_state is None and self.way != "left"

    @property
    def of_what_left(self) -> bool:
        """Whether what left can fit."""
        came = (self.rfc_message_id, self.state, self.report)
        return came == (None, None, None) and self.way != "came"

    def in_state(self, name: str) -> Remembered:
        """Return what is remembered with a state that people name: of what came, of its reports, or of what left."""
        if name in LEFT_STATES:
            return replace(self, left_state=name)
        if name in REPORTS:
            return replace(self, state="filed", report=REPORTS[name])
        return replace(self, state=name, report="" if name == "filed" else None)


LEFT_STATES = ("waiting", "delayed", "sent", "failed", "cancelled")
"""The states of what leaves."""
REPORTS = {"report": "any", "bounce": "bounce"}
"""Reports of mail servers are filed as well, and looked for by themselves: all of them, or those of one kind."""


_WORDS = re.compile(r'"([^"]*)"?|(\S+)')
MOST_WORDS = 12
"""So many words are looked for; the others are left out."""
EVERYTHING = Remembered()
