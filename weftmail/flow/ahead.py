"""Reading ahead: accepted mail is read by other processes while the transaction before it runs, once for each blob.

The oldest mail is filed first, but what lies in the slow lane is overtaken.  Each end of a reader under a mail is
counted in the store, for each row that the mail has; what a mail is blamed for twice, the second time alone, or what
happened ten times without its fault, leaves it as far as it was read.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from weftmail.core.limits import BATCH_BYTES, READER_FAULTS, READER_STOPS
from weftmail.core.parsing.message import Message
from weftmail.core.ports import Readers, Reading
from weftmail.flow.checking import NOTHING, Checked, Checks
from weftmail.flow.reading import BLAME, unreadable
from weftmail.store.inbound import Accepted
from weftmail.store.store import Store

log = logging.getLogger("weftmail.settle")

AHEAD_BYTES = 2 * BATCH_BYTES
"""Bytes of mail that are being read or lie read."""


@dataclass(frozen=True, slots=True)
class Read:
    """A row with its mail as read and what we checked of it, or with the traceback of our failing at it."""

    row: Accepted
    message: Message | str
    checked: Checked = NOTHING


class Ahead:
    """What is being read of the accepted mail, and what is read and not filed yet."""

    def __init__(self, store: Store, readers: Readers, checks: Checks) -> None:
        self._store = store
        self._readers = readers
        self._checks = checks
        self._sizes: dict[int, int] = {}
        """By blob: what is being read."""
        self._read: dict[int, Message | str] = {}
        self._ended: set[int] = set()
        """The blobs under which a reader ended, and that are to be read once more."""

    @property
    def busy(self) -> bool:
        """Whether something is being read, or checked."""
        return bool(self._sizes) or self._checks.busy

    @property
    def overtaken(self) -> int:
        """How many mails lie in the slow lane, or are being checked."""
        return len(self._readers.slow()) + self._checks.count()

    def begin(self, waiting: Sequence[Accepted]) -> None:
        """Begin with what is next, as far as there is room."""
        slow = self._readers.slow()
        for row in waiting:
            if row.blob_id in self._sizes or row.blob_id in self._read:
                continue
            # What lies in the slow lane is not opened before its turn, and holds no younger mail up.
            taken = sum(size for blob_id, size in self._sizes.items() if blob_id not in slow)
            if not self._readers.room() or (taken and taken + row.size > AHEAD_BYTES):
                return
            self._sizes[row.blob_id] = row.size
            alone = row.faults + row.stops > 0 or row.blob_id in self._ended
            self._readers.begin(
                row.blob_id, partial(self._store.blobs.open, row.blob_id, row.size), row.size, alone=alone
            )

    def collect(self, seconds: float = 0.0, wake: int | None = None) -> None:
        """Take in what was read, after at most so many seconds, or as soon as ``wake`` can be read from."""
        for blob_id, reading in self._readers.ended(seconds, wake):
            size = self._sizes.pop(blob_id, 0)
            found = self._judged(blob_id, size, reading)
            if found is None:
                self._ended.add(blob_id)
            else:
                self._ended.discard(blob_id)
                self._read[blob_id] = found

    def _judged(self, blob_id: int, size: int, reading: Reading) -> Message | str | None:
        """Return what is to be filed; None for what is to be read once more."""
        if reading.end == "whole" and reading.message is not None:
            return reading.message
        if reading.end == "error":
            return reading.detail
        blamed = reading.end in BLAME
        count = self._store.inbound.reading_ended(blob_id, blamed=blamed)
        log.warning("reading ended under the mail in blob %d, time %d: %s", blob_id, count, reading.detail)
        if count < (READER_FAULTS if blamed else READER_STOPS):
            return None
        return unreadable(self._store.blobs.open(blob_id, size), reading.message)

    def ready(self, waiting: Sequence[Accepted]) -> Iterator[Read]:
        """Yield what can be filed now, oldest first; a mail in the slow lane, or one that waits for the DNS, is
        overtaken, no other one."""
        slow = self._readers.slow()
        for row in waiting:
            found = self._read.get(row.blob_id)
            if isinstance(found, str):
                yield Read(row, found)
            elif found is not None:
                checked = self._checks.checked(row, found, partial(self._store.blobs.read, row.blob_id))
                if isinstance(checked, str):
                    yield Read(row, checked)
                elif checked is not None:
                    yield Read(row, found, checked)
            elif row.blob_id not in slow:
                return

    def forget(self, waiting: Sequence[Accepted]) -> None:
        """Let go of what none of the rows that still wait has."""
        needed = {row.blob_id for row in waiting}
        self._checks.keep({row.id for row in waiting})
        for blob_id in [one for one in self._read if one not in needed]:
            del self._read[blob_id]

    def stop(self) -> None:
        """End the readers; what they were at work on is counted."""
        for blob_id in self._readers.close():
            self._store.inbound.reading_ended(blob_id, blamed=False)
        self._checks.stop()
        self._sizes.clear()
        self._read.clear()
