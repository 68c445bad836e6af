"""Where is my mail: what came and what left, newest first, found by what people remember of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from weftmail.core.parsing.message import Message
from weftmail.core.tokens import locator
from weftmail.flow.installation import Installation
from weftmail.store.inbound import InboundLine
from weftmail.store.listing import NEWEST, OutboxLine
from weftmail.store.log import STRETCH, Remembered, number
from weftmail.store.store import Store

Line = InboundLine | OutboxLine


@dataclass(frozen=True, slots=True)
class Place:
    """From where to read on, in each direction; 0 where nothing is left there."""

    came: int = NEWEST
    left: int = NEWEST

    @property
    def more(self) -> bool:
        """Whether anything is left."""
        return bool(self.came or self.left)


@dataclass(frozen=True, slots=True)
class LogPage:
    """Lines of the log, newest first, and where older ones begin."""

    lines: tuple[Line, ...]
    older: Place


def log_page(
    store: Store, company_id: int | None, of: Remembered, at: Place, most: int, stretch: int = STRETCH
) -> LogPage:
    """Return a page of the log, of one company or of all; only reads, and of each direction ``stretch`` rows."""
    came = store.log.came(company_id, of, at.came, most, stretch) if at.came and of.of_what_came else None
    left = store.log.left(company_id, of, at.left, most, stretch) if at.left and of.of_what_left else None
    both: list[Line] = [*(came.lines if came else ()), *(left.lines if left else ())]
    shown = sorted(both, key=_when, reverse=True)[:most]
    older = Place(
        _older([one for one in shown if isinstance(one, InboundLine)], came.lines, came.go_on, at.came) if came else 0,
        _older([one for one in shown if isinstance(one, OutboxLine)], left.lines, left.go_on, at.left) if left else 0,
    )
    return LogPage(tuple(shown), older)


def of_mail(installation: Installation, message: Message) -> Iterator[Remembered]:
    """Give what to look for, to find a mail that somebody has as a file: one that we sent, or one that came."""
    ours = locator.verify(installation.keyring, message.message_id)
    if ours is not None:
        yield Remembered(message_id=ours.message)
    elif message.message_id:
        yield Remembered(rfc_message_id=message.message_id)


def by_file(
    store: Store,
    installation: Installation,
    company_id: int | None,
    message: Message,
    most: int,
    stretch: int = STRETCH,
) -> LogPage:
    """Return the lines of the log that tell of a mail which somebody has as a file."""
    for of in of_mail(installation, message):
        at = Place()
        while at.more:
            found = log_page(store, company_id, of, at, most, stretch)
            if found.lines:
                return replace(found, older=Place(0, 0))
            at = found.older
    return LogPage((), Place(0, 0))


def _when(line: Line) -> int:
    return line.accepted_at if isinstance(line, InboundLine) else line.row.created_at


def _older(shown: list[Line], found: tuple[Line, ...], go_on: int, before: int) -> int:
    """Return from where to go on in one direction: below what is shown of it, or below all that was found."""
    if len(shown) < len(found):
        return number(shown[-1]) if shown else before
    return go_on
