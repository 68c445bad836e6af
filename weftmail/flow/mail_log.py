"""Where is my mail: what came and what left, newest first, found by what people remember of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from weftmail.core.address import comparable
from weftmail.core.near import one_slip
from weftmail.core.parsing.message import Message
from weftmail.core.ports import Refused
from weftmail.core.routing.disposition import Asked
from weftmail.core.tokens import locator
from weftmail.flow.copy import copy_of
from weftmail.flow.installation import Installation
from weftmail.flow.setup.alias import near as aliases_near
from weftmail.store.inbound import InboundLine
from weftmail.store.listing import NEWEST, OutboxLine
from weftmail.store.log import STRETCH, number
from weftmail.store.remembered import Remembered
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


def near(store: Store, company_id: int, who: str, most: int = 5) -> tuple[str, ...]:
    """Return addresses that are one slip of the hand from what somebody typed: of contacts, colleagues and aliases."""
    typed = comparable(who.strip())
    if len(typed) < SHORTEST:
        return ()
    alike = dict.fromkeys(
        [
            *store.log.addresses_like(company_id, typed[: len(typed) // 2], MOST_ALIKE),
            *store.log.addresses_like(company_id, typed[:1], MOST_ALIKE),
            *_aliases(store, company_id, typed),
        ]
    )
    return tuple(address for address in alike if _one_slip_off(typed, address))[:most]


SHORTEST = 3
"""What is shorter is near to everything."""
MOST_ALIKE = 2000
"""So many addresses that begin alike are compared."""


def _aliases(store: Store, company_id: int, typed: str) -> list[str]:
    """Return the company's own aliases that are near to an address."""
    found = {one: store.aliases.by_address(one) for one in aliases_near(store, typed)}
    return [one for one, alias in found.items() if alias is not None and alias.company_id == company_id]


def _one_slip_off(typed: str, address: str) -> bool:
    return one_slip(typed, address if "@" in typed else address.rpartition("@")[0])


_QUEUED = re.compile(
    r"queued as ([0-9A-Za-z]+)|\bid=([0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4})(?![0-9A-Za-z-])"
)
"""As Postfix says it, and as Exim does."""


def queue_id(said: str) -> str:
    """Return the queue id in what the mail server said when it took a copy; "" where it named none."""
    found = _QUEUED.search(said)
    return found[found.lastindex or 0] if found else ""


def as_composed(store: Store, installation: Installation, copy_id: int) -> bytes | None:
    """Return a copy as it is composed from the store, without its signatures; None where nobody may see it, or it
    cannot be composed any more.

    What goes to users about their account, or to whom keeps the DNS, holds links that open without a password.
    """
    claimed = store.outbox.get(copy_id)
    if claimed is None or claimed.audience not in SHOWN:
        return None
    copy = copy_of(store, installation, claimed)
    return None if isinstance(copy, Refused) else copy.data


SHOWN = ("outsider", "colleagues", "notices")
"""Audiences whose copies hold no link that opens without a password."""


@dataclass(frozen=True, slots=True)
class Differing:
    """A rule that says something else now: what it said then and says now; None where it was not asked."""

    rule: str
    then: Asked | None
    now: Asked | None


def differing(then: Sequence[Asked], now: Sequence[Asked]) -> tuple[Differing, ...]:
    """Return the rules that say something else than they did, in the order in which they are asked now."""
    before, after = {one.rule: one for one in then}, {one.rule: one for one in now}
    both = dict.fromkeys([*after, *before])
    return tuple(
        Differing(rule, before.get(rule), after.get(rule)) for rule in both if before.get(rule) != after.get(rule)
    )
