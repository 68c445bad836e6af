"""Postfix's log, read for what became of mail that left with a return path of ours.

A queue id stands for a message only while it lives: short ids are used again.  It is learnt from the line of ``qmgr``
that names the return path, which Postfix writes anew for each round of attempts, and forgotten with ``removed``.  Of
other mail the last thousand queue ids are kept and nothing else: by these an answer ``queued as`` is known to come from
our own server, which took the message back from a filter, so that it did not leave yet.

What is handed over to us is counted as well, by the transport or the socket that it goes to.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from weftmail.core.next_hop import HandedOver, NextHop
from weftmail.mta.log import LONGEST_LINE, MOST_IDS, MOST_SEEN, remember, words

_SUBMISSION: Final = frozenset({"465", "587", "2525"})
"""Ports at which a server takes mail of those whom it knows, in order to pass it on (RFC 6409, RFC 8314)."""

_LINE = re.compile(
    r"(?P<time>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\S{1,30}) \S+ "
    r"postfix[^\s/]*/(?:[^\s/\[]+/)*(?P<program>[\w-]+)\[\d+\]: (?P<id>[0-9A-Za-z]{5,20}): (?P<rest>.*)",
    re.DOTALL,
)
_FROM = re.compile(r"from=<(?P<sender>bounce\+[^>]*)>, size=\d+, nrcpt=\d+ \(queue active\)", re.IGNORECASE)
_TO = re.compile(
    r"to=<(?P<to>[^>]*)>, (?:orig_to=<(?P<first>[^>]*)>, )?relay=(?P<relay>[^,]*), (?:conn_use=\d+, )?"
    r"delay=(?P<delay>[\d.]+), (?:delays=[^,]*, )?dsn=[\d.]+, status=(?P<status>\w+) \((?P<words>.*)\)\s*",
    re.DOTALL,
)
_RELAY = re.compile(r"(?P<host>[^\[]+)\[[^\]]*\](?::(?P<port>\d+))?")
_SOCKET = re.compile(r"[^\[]*\[(?P<path>/[^\]]*)\]")
_QUEUED_AS = re.compile(r"queued as ([0-9A-Za-z]{5,20})\b")
_LEAVING: Final = frozenset({"smtp", "lmtp", "relay", "error", "pipe", "local", "virtual"})
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class PostfixLog:
    """Reads one log, line by line; fulfils ``LogReader``."""

    def __init__(
        self,
        relays: Collection[str] = (),
        backoff: tuple[int, int] = (300, 4000),
        zone: tzinfo | None = None,
        ids: Mapping[str, str] | None = None,
        ours: Collection[str] = (),
    ) -> None:
        """``relays`` are the servers that pass mail on for us, in lower case; ``backoff`` is Postfix's shortest and
        longest pause between attempts, in seconds; ``zone`` is that of times without one, by default this machine's;
        ``ids`` are those of an earlier reader; ``ours`` are the transport and the socket by which mail is handed over
        to us.
        """
        self._relays = frozenset(relays)
        self._backoff = backoff
        self._zone = zone
        self._ours = frozenset(ours)
        self.ids: OrderedDict[str, str] = OrderedDict(ids or {})
        self._seen: OrderedDict[str, None] = OrderedDict()

    def read(self, line: str, now: int) -> NextHop | HandedOver | None:
        """Return what a line says of a mail of ours, None where that is nothing; never raises.

        ``now`` is in milliseconds since 1970: a time without a year is of the last twelve months.
        """
        found = _LINE.match(line[:LONGEST_LINE])
        if found is None:
            return None
        queue_id, rest = found["id"], found["rest"]
        if found["program"] == "qmgr":
            self._follow(queue_id, rest)
        elif found["program"] == "cleanup":
            remember(self._seen, queue_id, None, MOST_SEEN)
        elif found["program"] in _LEAVING and (at := _time(found["time"], now, self._zone)) is not None:
            if queue_id in self.ids and (attempt := self._attempt(self.ids[queue_id], rest, at)) is not None:
                return attempt
            return self._handed_over(queue_id, rest, at)
        return None

    def _handed_over(self, queue_id: str, rest: str, at: int) -> HandedOver | None:
        """Return a mail that was handed over to us; what comes back to a return path of ours is one, too."""
        found = _TO.match(rest) if self._ours else None
        if found is None or found["status"] != "sent":
            return None
        socket = _SOCKET.fullmatch(found["relay"])
        if (socket["path"] if socket is not None else found["relay"]) not in self._ours:
            return None
        return HandedOver(queue_id, found["to"], at)

    def _follow(self, queue_id: str, rest: str) -> None:
        if rest.strip() == "removed":
            self.ids.pop(queue_id, None)
        elif named := _FROM.match(rest):
            remember(self.ids, queue_id, named["sender"], MOST_IDS)
        elif rest.startswith("from=<"):
            # The id is another message's by now: the line that removed ours was not read.
            self.ids.pop(queue_id, None)

    def _attempt(self, sender: str, rest: str, at: int) -> NextHop | None:
        found = _TO.match(rest)
        if found is None or found["status"] not in ("sent", "deferred") or self._goes_on_here(found):
            return None
        taken = found["status"] == "sent"
        host, relay = self._next(found["relay"])
        again_at = 0 if taken else at + 1000 * self._pause(float(found["delay"]))
        recipient = found["first"] or found["to"]
        return NextHop(sender, recipient, taken, host, relay, words(found["words"]), at, again_at)

    def _goes_on_here(self, found: re.Match[str]) -> bool:
        """Say whether a filter took the message, and brought it back to this server."""
        queued = _QUEUED_AS.search(found["words"]) if found["status"] == "sent" else None
        return queued is not None and (queued[1] in self._seen or queued[1] in self.ids)

    def _next(self, relay: str) -> tuple[str, bool]:
        found = _RELAY.fullmatch(relay)
        if found is None:
            return "", False
        host = found["host"].lower()
        return host, host in self._relays or (found["port"] or "") in _SUBMISSION

    def _pause(self, age: float) -> int:
        """How long Postfix waits after a failure: as long as the message is old, within its two bounds."""
        shortest, longest = self._backoff
        return int(min(max(age, shortest), longest))


def _time(text: str, now: int, zone: tzinfo | None) -> int | None:
    """Return the time of a line in milliseconds since 1970; None where it is none (RFC 3164, 4.1.2; RFC 3339)."""
    try:
        moment = datetime.fromisoformat(text) if text[0].isdigit() else _without_year(text, now, zone)
        return int(moment.timestamp() * 1000)
    except (ValueError, OverflowError):
        return None


def _without_year(text: str, now: int, zone: tzinfo | None) -> datetime:
    latest = datetime.fromtimestamp(now / 1000, UTC) + timedelta(days=1)
    month = _MONTHS.index(text[:3]) + 1
    clock = int(text[7:9]), int(text[10:12]), int(text[13:15])
    # A leap year may lie seven years back, as before 1904; no log does.
    for year in range(latest.year, latest.year - 5, -1):
        try:
            there = datetime(year, month, int(text[4:6]), *clock, tzinfo=zone or UTC)
            moment = there if zone is not None else there.replace(tzinfo=None).astimezone()
        except ValueError:
            continue
        if moment <= latest:
            return moment
    raise ValueError(text)


def relays_of(value: Callable[[str], str]) -> frozenset[str]:
    """Return the servers that Postfix gives all its mail to; ``value`` returns a setting, as ``postconf -h`` does."""
    return frozenset(
        found[1].lower()
        for word in value("relayhost").replace(",", " ").split()
        if (found := re.match(r"\[?([^\]:\s]+)\]?", word))
    )
