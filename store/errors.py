"""What can go wrong in the store, whichever database keeps it: nobody above ``store`` catches anything else of it."""

from __future__ import annotations

from weftmail.core.failure import TempFail

__all__ = ["BadQuery", "Broken", "Busy", "Conflict", "Full", "StoreError", "temporary"]


class StoreError(Exception):
    """The database refused a statement; the text is the database's own."""


class Busy(StoreError):
    """Another writer held the store for longer than we wait."""


class Full(StoreError):
    """The disk or the memory is full, read-only or failing: it passes once the machine is mended."""


class Broken(StoreError):
    """The file is no store, or it is damaged."""


class Conflict(StoreError):
    """A row contradicts what the store holds: a name that is taken, a reference to nothing, a word outside its set."""


class BadQuery(StoreError):
    """A statement does not fit the schema: a fault of our code, or a store of another version."""


def temporary(error: BaseException) -> bool:
    """Say whether this is a fault of the store or the machine that may pass, rather than a fault of our code."""
    return isinstance(error, (Busy, Full, Broken, OSError, MemoryError, TempFail))
