"""Reading: the bytes of a mail become a message, parsed in one room of the core and judged in the next.

``read`` does it here; strangers' mail is read by ``Readers``, processes that nothing but their own end can hurt.
``reader`` waits for them; ``ahead`` does not.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager

from weftmail.core.limits import READER_FAULTS
from weftmail.core.parsing.message import Message
from weftmail.core.parsing.steps import outline, parse
from weftmail.core.ports import End, Raw, Readers, Reading
from weftmail.core.redaction import without_words
from weftmail.core.reports.kind import classify
from weftmail.flow.refusal import RefusedAct
from weftmail.store.errors import temporary

log = logging.getLogger("weftmail.reading")

BLAME: frozenset[End] = frozenset({"processor", "memory", "fault"})
"""The ends of a reading for which the mail can be blamed."""
_STOPS = 3

Reader = Callable[[Raw], Message]


class Unread(RefusedAct):
    """Our own code failed on this mail; ``detail`` is its traceback."""

    def __init__(self, detail: str) -> None:
        said = RefusedAct("eml", "mail_not_read")
        super().__init__(said.refusal.field, said.refusal.code)
        self.detail = detail


def read(raw: Raw) -> Message:
    """Return the message that ``raw`` holds; an open binary file is read in pieces, from its start.

    Never raises for anything that the bytes say.
    """
    return parse(raw, classify)


def unreadable(raw: Raw, partly: Message | None) -> Message:
    """Return the message as far as it was read; where that is nowhere, what a bounded look at its header tells."""
    return partly if partly is not None else outline(raw, classify)


def reader(lend: Callable[[], AbstractContextManager[Readers]]) -> Reader:
    """Return a function that has one mail read and waits for it; several threads may call it.

    ``lend`` gives readers to one thread at a time.  Raises TempFail where no reader can be started, and Unread where
    our own code failed.
    """

    def waiting(raw: Raw) -> Message:
        with lend() as readers:
            return _waited(readers, raw)

    return waiting


def _waited(readers: Readers, raw: Raw) -> Message:
    size = len(raw) if isinstance(raw, bytes) else raw.seek(0, 2)
    faults = stops = 0
    while True:
        readers.begin(0, lambda: raw, size, alone=faults + stops > 0)
        reading = _ended(readers)
        if reading.end == "whole" and reading.message is not None:
            return reading.message
        if reading.end == "error":
            log.error("our code failed on a mail: %s", without_words(reading.detail))
            raise Unread(reading.detail)
        faults += reading.end in BLAME
        stops += reading.end not in BLAME
        if faults >= READER_FAULTS or stops >= _STOPS:
            return unreadable(raw, reading.message)


def _ended(readers: Readers) -> Reading:
    ended: list[tuple[int, Reading]] = []
    while not ended:
        ended = readers.ended(1.0)
    return ended[0][1]


class Here:
    """Readers that read in this very process, each mail at once: for mail of our own making, in tests."""

    def __init__(self, reader: Reader = read) -> None:
        self._reader = reader
        self._ended: list[tuple[int, Reading]] = []

    def room(self) -> bool:
        """There always is."""
        return True

    @property
    def busy(self) -> bool:
        """Whether something is read that nobody has asked for yet."""
        return bool(self._ended)

    def begin(self, key: int, mail: Callable[[], Raw], size: int, *, alone: bool = False) -> None:
        """Read a mail; a fault of the machine is raised."""
        try:
            reading = Reading(self._reader(mail()), "whole")
        except Exception as error:
            # A mail that our code fails on is set aside with its traceback, as from a reader process.
            if temporary(error):
                raise
            reading = Reading(None, "error", traceback.format_exc())
        self._ended.append((key, reading))

    def slow(self) -> frozenset[int]:
        """Nothing is."""
        return frozenset()

    def ended(self, seconds: float, wake: int | None = None) -> list[tuple[int, Reading]]:
        """Return what was read."""
        found, self._ended = self._ended, []
        return found

    def close(self) -> list[int]:
        """Forget what was read."""
        self._ended = []
        return []
