"""Exim's main log, read for what became of mail that left with a return path of ours (Exim's specification, 52).

A message is learnt from its line ``<=``, which names the return path, and forgotten with ``Completed``.  Of other mail
the last thousand ids are kept and nothing else: by these an answer that names one is known to come from our own server,
which took the message back from a filter, so that it did not leave yet.

What is handed over to us is counted as well, by the transport that it goes to.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from datetime import datetime, tzinfo
from typing import Final

from weftmail.core.next_hop import HandedOver, NextHop
from weftmail.mta.exim.settings import TRANSPORT_PREFIX
from weftmail.mta.postfix.log import LONGEST_LINE, MOST_IDS, MOST_SEEN, remember

PAUSE: Final = 30 * 60_000
"""Debian lets Exim try again every 15 minutes, and start a round every 30; in milliseconds."""

_ID = r"[0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4}"
_LINE = re.compile(
    r"(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ exim\S*: |\d{4}-\d\d-\d\dT\S{1,30} \S+ exim\S*: )?"
    r"(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?(?: [+-]\d{4})?) (?:\[\d+\] )?"
    rf"(?P<id>{_ID}) (?P<rest>.*)",
    re.DOTALL,
)
_FROM = re.compile(r"<= (?P<sender>\S+) ")
_TO = re.compile(
    r"(?P<how>=>|->|==) (?P<first>\S+)(?: \((?P<exact>[^)\s]+)\))?(?: <(?P<angle>[^>\s]*)>)?"
    r" (?P<rest>(?:[A-Z]\w*=|defer).*)",
    re.DOTALL,
)
_TRANSPORT = re.compile(r"\bT=(\S+)")
_HOST = re.compile(r" H=(\S+) \[[^\]]*\]")
_ANSWER = re.compile(r' C="((?:[^"\\]|\\.)*)"')
_DEFER = re.compile(r"\bdefer \((?P<code>-?\d+)\)(?: H=\S+ \[[^\]]*\])?(?: [A-Z]+=\S+)*: ?(?P<words>.*)", re.DOTALL)
_NOT_TRIED: Final = frozenset({"-51", "-52", "-53", "-54"})
"""Reasons for which nobody was asked: it is not time yet."""
_QUEUED_AS = re.compile(rf"\bid=({_ID})\b")


class EximLog:
    """Reads one log, line by line.  ``ids`` can be kept and given to the next reader of the same log."""

    def __init__(self, zone: tzinfo | None = None, ids: dict[str, str] | None = None) -> None:
        """``zone`` is that of times without one, by default this machine's."""
        self._zone = zone
        self.ids: OrderedDict[str, str] = OrderedDict(ids or {})
        self._seen: OrderedDict[str, None] = OrderedDict()

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
            if transport is not None and transport[1].startswith(TRANSPORT_PREFIX):
                return HandedOver(message, _exact(to), at) if to["how"] != "==" else self._deferred(message, to, at)
            return self._deferred(message, to, at) if to["how"] == "==" else self._taken(message, to, at)
        return None

    def _follow(self, message: str, rest: str) -> None:
        named = _FROM.match(rest + " ")
        if named is not None and named["sender"].lower().startswith("bounce+"):
            remember(self.ids, message, named["sender"], MOST_IDS)
        else:
            remember(self._seen, message, None, MOST_SEEN)

    def _taken(self, message: str, to: re.Match[str], at: int) -> NextHop | None:
        if message not in self.ids:
            return None
        answer = _ANSWER.search(to["rest"])
        words = answer[1].replace('\\"', '"') if answer is not None else ""
        queued = _QUEUED_AS.search(words)
        if queued is not None and (queued[1] in self._seen or queued[1] in self.ids):
            return None
        host, relay = _next(to["rest"])
        return NextHop(self.ids[message], _first(to), True, host, relay, words, at)

    def _deferred(self, message: str, to: re.Match[str], at: int) -> NextHop | None:
        found = _DEFER.search(to["rest"])
        if message not in self.ids or found is None or found["code"] in _NOT_TRIED:
            return None
        host, relay = _next(to["rest"])
        return NextHop(self.ids[message], _first(to), False, host, relay, found["words"].strip(), at, at + PAUSE)


def _exact(to: re.Match[str]) -> str:
    """The address that was delivered to: in parentheses where another one was asked for, else the whole one."""
    return str(to["exact"] or (to["first"] if "@" in to["first"] else to["angle"]) or "")


def _first(to: re.Match[str]) -> str:
    """The address that the mail was sent to."""
    return str(to["angle"] or to["first"])


def _next(rest: str) -> tuple[str, bool]:
    host, transport = _HOST.search(rest), _TRANSPORT.search(rest)
    return (host[1].lower() if host is not None else ""), transport is not None and "smarthost" in transport[1]


def _time(text: str, zone: tzinfo | None) -> int | None:
    """Return the time of a line in milliseconds since 1970; None where it is none."""
    try:
        moment = datetime.fromisoformat(re.sub(r" (?=[+-]\d{4}$)", "", text))
        moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone) if zone else moment.astimezone()
        return int(moment.timestamp() * 1000)
    except (ValueError, OverflowError):
        return None
