"""Exim's main log, read for what became of mail that left with a return path of ours (Exim's specification, 52).

A message is learnt from its line ``<=``, which names the return path, and forgotten with ``Completed``.  Of other mail
the last thousand ids are kept and nothing else.  A message that a filter took and brought back did not leave yet: the
answer names an id of our own server, or a younger message with the same return path is there.  What bounces is told by
the report, not by ``**``.

What is handed over to us is counted as well, by the transport that it goes to.  Addresses and answers are strangers'
words.  Exim writes a line break in them as ``\\n``, so they begin no line; a local part with blanks in it, which could
look like fields of Exim's, is believed where it is quoted alone.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Final

from weftmail.core.next_hop import HandedOver, NextHop
from weftmail.mta.exim.settings import TRANSPORT_PREFIX
from weftmail.mta.log import LONGEST_LINE, MOST_IDS, MOST_SEEN, remember, words

HOUR: Final = 3600_000
ROUND: Final = HOUR // 2
"""Debian's Exim looks at its queue so often; in milliseconds."""

_ID = r"[0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4}"
_ADDRESS = r'(?:"(?:[^"\\]|\\.)*"@\S+|[^"\s]\S*)'
_LINE = re.compile(
    r"(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ exim\S*: |\d{4}-\d\d-\d\dT\S{1,30} \S+ exim\S*: )?"
    r"(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?(?: [+-]\d{4})?) (?:\[\d+\] )?"
    rf"(?P<id>{_ID}) (?P<rest>.*)",
    re.DOTALL,
)
_FROM = re.compile(rf"<= (?P<sender>{_ADDRESS}) ")
_TO = re.compile(
    rf"(?P<how>=>|->|==) (?P<first>{_ADDRESS})(?: \((?P<exact>[^)\s]+)\))?"
    r'(?: <(?P<angle>(?:"(?:[^"\\]|\\.)*"@)?[^">\s]*)>)?'
    r" (?P<rest>(?:[A-Z]\w*=|defer).*)",
    re.DOTALL,
)
_TRANSPORT = re.compile(r"\bT=(\S+)")
_HOST = re.compile(r" H=(\S{1,255}) \[[^\]]{1,80}\]")
_ANSWER = re.compile(r' C="((?:[^"\\]|\\.)*)(?:"|\Z)', re.DOTALL)
_DEFER = re.compile(
    r"(?:[A-Za-z]\w*=\S+ (?:\[[^\]]{1,80}\] )?)*defer \((?P<code>-?\d+)\)(?: H=\S{1,255} \[[^\]]{1,80}\](?::\d+)?)?"
    r"(?: [A-Z]+=\S+)*: ?(?P<words>.*)",
    re.DOTALL,
)
_NOT_TRIED: Final = frozenset({"-51", "-52", "-53", "-54"})
"""Reasons for which nobody was asked: it is not time yet."""
_QUEUED_AS = re.compile(rf"\bid=({_ID})\b")
_ESCAPED = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class EximLog:
    """Reads one log, line by line; fulfils ``LogReader``."""

    def __init__(self, zone: tzinfo | None = None, ids: Mapping[str, str] | None = None) -> None:
        """``zone`` is that of times without one, by default this machine's; ``ids`` are those of an earlier reader."""
        self._zone = zone
        self.ids: OrderedDict[str, str] = OrderedDict(ids or {})
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._youngest: OrderedDict[str, str] = OrderedDict((path, message) for message, path in self.ids.items())

    def read(self, line: str, now: int) -> NextHop | HandedOver | None:
        """Return what a line says of a mail of ours, None where that is nothing; never raises.

        ``now`` is not asked: Exim's times name the year.
        """
        found = _LINE.match(line[:LONGEST_LINE])
        if found is None:
            return None
        message, rest = found["id"], found["rest"].rstrip("\n")
        if rest.startswith("<= "):
            self._follow(message, rest)
        elif rest == "Completed" or rest.startswith("Completed "):
            self.ids.pop(message, None)
        elif (to := _TO.match(rest)) is not None and (at := _time(found["time"], self._zone)) is not None:
            transport = _TRANSPORT.search(to["rest"])
            if to["how"] == "==":
                return self._deferred(message, to, at)
            if transport is not None and transport[1].startswith(TRANSPORT_PREFIX):
                exact = _exact(to)
                return HandedOver(message, exact, at) if "@" in exact else None
            return self._taken(message, to, at)
        return None

    def _follow(self, message: str, rest: str) -> None:
        named = _FROM.match(rest + " ")
        if named is not None and named["sender"].lower().startswith("bounce+"):
            remember(self.ids, message, named["sender"], MOST_IDS)
            remember(self._youngest, named["sender"], message, MOST_IDS)
        else:
            remember(self._seen, message, None, MOST_SEEN)

    def _taken(self, message: str, to: re.Match[str], at: int) -> NextHop | None:
        if message not in self.ids:
            return None
        answer = _ANSWER.search(to["rest"])
        said = _plain(re.sub(r"\\(.)", r"\1", answer[1])) if answer is not None else ""
        if self._goes_on_here(message, said):
            return None
        host, relay = _next(to["rest"])
        return NextHop(self.ids[message], _first(to), True, host, relay, words(said), at)

    def _goes_on_here(self, message: str, said: str) -> bool:
        """Say whether a filter took the message, and brought it back to this server under another id."""
        queued, youngest = _QUEUED_AS.search(said), self._youngest.get(self.ids[message], message)
        # Ids of one server are in the order of time (Exim's specification, 3.4).
        return (queued is not None and (queued[1] in self._seen or queued[1] in self.ids)) or (
            youngest > message and youngest in self.ids
        )

    def _deferred(self, message: str, to: re.Match[str], at: int) -> NextHop | None:
        found = _DEFER.match(to["rest"])
        if message not in self.ids or found is None or found["code"] in _NOT_TRIED:
            return None
        host, relay = _next(to["rest"][: found.start("words")])
        again_at = at + _pause(at - _born(message))
        return NextHop(self.ids[message], _first(to), False, host, relay, words(_plain(found["words"])), at, again_at)


def _exact(to: re.Match[str]) -> str:
    """The address that was delivered to: in parentheses where another one was asked for, else the whole one."""
    return str(to["exact"] or (to["first"] if "@" in to["first"] else to["angle"]) or "")


def _first(to: re.Match[str]) -> str:
    """The address that the mail was sent to."""
    return str(to["angle"] or to["first"])


def _next(rest: str) -> tuple[str, bool]:
    host, transport = _HOST.search(rest), _TRANSPORT.search(rest)
    return (words(host[1]).lower() if host is not None else ""), transport is not None and "smarthost" in transport[1]


def _plain(text: str) -> str:
    """Return words as they were before Exim made them printable: bytes by their octal number, breaks by a letter."""
    return _ESCAPED.sub(_byte, text.encode("utf-8", "replace")).decode("utf-8", "replace")


def _byte(found: re.Match[bytes]) -> bytes:
    said = found[1]
    if len(said) == 3:
        return bytes([int(said, 8) & 0xFF])
    return b"\n" if said in b"nrt" else said


def _born(message: str) -> int:
    """Return when a message came, in milliseconds since 1970: its id begins with the seconds, to the base 62."""
    seconds = 0
    for digit in message[:6]:
        seconds = 62 * seconds + _DIGITS.index(digit)
    return 1000 * seconds


def _pause(age: int) -> int:
    """How long Debian's Exim waits for a message of that age: ``F,2h,15m; G,16h,1h,1.5; F,4d,6h``.

    Nothing is tried between two looks at the queue; the pauses that grow by one half are half of the time since 2 h.
    """
    if age < 2 * HOUR:
        return ROUND
    return HOUR + (age - 2 * HOUR) // 2 if age < 16 * HOUR else 6 * HOUR


def _time(text: str, zone: tzinfo | None) -> int | None:
    """Return the time of a line in milliseconds since 1970; None where it is none."""
    try:
        moment = datetime.fromisoformat(re.sub(r" (?=[+-]\d{4}$)", "", text))
        moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone) if zone else moment.astimezone()
        return int(moment.timestamp() * 1000)
    except (ValueError, OverflowError):
        return None
