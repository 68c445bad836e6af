"""Reading: the bytes of a mail become a message, parsed in one room of the core and judged in the next."""

from __future__ import annotations

from typing import BinaryIO

from weftmail.core.parsing.message import Message, parse
from weftmail.core.reports.kind import classify


def read(raw: bytes | BinaryIO) -> Message:
    """Return the message that ``raw`` holds; an open binary file is read in pieces, from its start.

    Never raises for anything that the bytes say.
    """
    return parse(raw, classify)
