"""The path of a mail: which servers had it, when, and how long each kept it (RFC 5321, 4.4).

Each server writes a Received field above those of the servers before it.  mail-parser reads these fields.  What stands
below the field of your own mail server was written by others, and may be invented.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from weftmail.core.limits import OUTLINE, PATH_FIELD, PATH_NAME, PATH_SERVERS
from weftmail.core.parsing import header, transfer
from weftmail.core.parsing.block import read_block

INSTALLATION = "weftmail"
"""What the last hop is called: the mail has been accepted here."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One server that took the mail.

    ``by`` is its own name and ``from_`` what it wrote of the one that handed the mail over; each is "" where the field
    does not say.  ``at`` is when that was, or None.  ``delay`` is the time since the hop before; None where one of the
    two times is missing, and below zero where one of the two clocks is wrong.  Both are in milliseconds.
    """

    by: str
    from_: str
    at: int | None
    delay: int | None


@dataclass(frozen=True, slots=True)
class Path:
    """The hops, first one first; ``unread`` counts the older ones that are left out."""

    hops: tuple[Hop, ...]
    unread: int = 0

    @property
    def total(self) -> int | None:
        """Milliseconds from the first time that is known to the last one; None where fewer than two are known."""
        times = [hop.at for hop in self.hops if hop.at is not None]
        return times[-1] - times[0] if len(times) > 1 else None

    @property
    def longest(self) -> int:
        """The longest delay, in milliseconds; 0 where there is none."""
        return max((hop.delay or 0 for hop in self.hops), default=0)

    @property
    def skewed(self) -> bool:
        """Whether a clock on the way is wrong: a mail cannot arrive before it was sent."""
        return any(hop.delay is not None and hop.delay < 0 for hop in self.hops)


def read(raw: bytes | BinaryIO, accepted_at: int | None = None) -> Path:
    """Return the path of a mail; never raises.

    Only the header is looked at, from a file too.  ``accepted_at`` adds the hop into this installation; it is cut to
    the second, like the times of mail servers.
    """
    fields = [transfer.octets(value) for value in read_block(raw, OUTLINE).values("received")]
    hops = list(_hops(fields[:PATH_SERVERS]))
    if accepted_at is not None:
        at = accepted_at - accepted_at % 1000
        before = hops[-1].at if hops else None
        hops.append(Hop(INSTALLATION, hops[-1].by if hops else "", at, None if before is None else at - before))
    return Path(tuple(hops), max(len(fields) - PATH_SERVERS, 0))


def _hops(fields: list[bytes]) -> list[Hop]:
    # Its import takes longer than reading a hundred mails, and neither the listener nor the pipe program needs it.
    import mailparser

    # It gets these fields and nothing else, each on one line, so that no other part of the mail can cost or break
    # anything.  It returns one entry for each, oldest first.
    lines = b"".join(b"Received: " + b" ".join(field[:PATH_FIELD].split()) + b"\n" for field in fields)
    hops: list[Hop] = []
    for found in mailparser.parse_from_bytes(lines + b"\n").received:
        at = _time(found.get("date_utc"))
        known = at is not None and bool(hops) and hops[-1].at is not None
        by = _name(found.get("by", "")).partition(" ")[0]
        hops.append(Hop(by, _name(found.get("from", "")), at, int(found["delay"] * 1000) if known else None))
    return hops


def _time(date: str | None) -> int | None:
    return int(datetime.fromisoformat(date).timestamp() * 1000) if date else None


def _name(clause: str) -> str:
    return header.clean(clause)[:PATH_NAME]
