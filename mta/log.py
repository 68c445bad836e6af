"""What the readers of a mail server's log share: their one form, their bounds, and one that reads whichever it is.

A line names the program that wrote it, at a place where no stranger's words stand.  So nobody has to say which mail
server writes a log: each line is one reader's or nobody's.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from weftmail.core.next_hop import HandedOver, NextHop

__all__ = ["LONGEST_ANSWER", "LONGEST_LINE", "MOST_IDS", "MOST_SEEN", "LogReader", "MailServerLog", "remember", "words"]

MOST_IDS: Final = 20_000
"""Messages of ours on their way; of more the oldest are forgotten until the mail server names them again."""
MOST_SEEN: Final = 1_000
"""Messages of others; of more the oldest are forgotten."""
LONGEST_LINE: Final = 16 * 1024
LONGEST_ANSWER: Final = 1_000
"""A far server may say what it likes; so many letters of it are kept."""


class LogReader(Protocol):
    """Reads one mail server's log, line by line."""

    @property
    def ids(self) -> Mapping[str, str]:
        """The return paths of our messages on their way, by the server's id; the next reader of this log wants them."""

    def read(self, line: str, now: int) -> NextHop | HandedOver | None:
        """Return what a line says of a mail of ours, None where that is nothing; never raises.

        ``now`` is in milliseconds since 1970.
        """


class MailServerLog:
    """Reads a log whichever mail server writes it; fulfils ``LogReader``."""

    def __init__(self, readers: Sequence[LogReader]) -> None:
        """``readers`` are asked in turn."""
        self._readers = readers

    @property
    def ids(self) -> Mapping[str, str]:
        """What all of them know."""
        return {message: sender for one in self._readers for message, sender in one.ids.items()}

    def read(self, line: str, now: int) -> NextHop | HandedOver | None:
        """Return what the first reader says that knows the line; see ``LogReader``."""
        return next((said for one in self._readers if (said := one.read(line, now)) is not None), None)


def remember(ids: OrderedDict[str, str] | OrderedDict[str, None], message: str, value: str | None, most: int) -> None:
    """Put what is known of a message last, and forget the oldest beyond ``most``."""
    ids[message] = value  # type: ignore[assignment]
    ids.move_to_end(message)
    if len(ids) > most:
        ids.popitem(last=False)


def words(text: str) -> str:
    """Return what a far server said as one line of letters that can be shown, with its end cut off where it is long."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= LONGEST_ANSWER else f"{line[: LONGEST_ANSWER - 1]}…"
