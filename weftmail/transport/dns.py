"""The DNS, asked by dnspython, with answers kept for as long as their zones allow (RFC 1035, 2308, 9520).

An outage costs each name one wait: a failure is kept too, for some seconds.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

import dns.exception
import dns.message
import dns.name
import dns.nameserver
import dns.rdata
import dns.rdtypes.ANY.TXT
import dns.resolver

from weftmail.core.ports import Clock, DnsAnswer, DnsFailure, DnsResult, DnsType, NoData, NoSuchName

TRY = 2.0
"""Seconds that one server has for its answer, before the next one is asked."""
PATIENCE = 5.0
"""Seconds after which a query has failed, whatever servers there are."""
KEPT_ANSWERS = 10_000
LONGEST = 3600
"""Seconds that an answer is kept at most: a mended record counts within the hour, whatever its zone once allowed."""
FAILURE = 5
"""Seconds that a failure is kept."""
UDP_SIZE = 1232
"""Bytes that fit into a datagram everywhere; longer answers come by TCP."""

CHECK = 5.0
"""Seconds that all questions about one mail may take together."""

Key = tuple[str, DnsType]


class CachingResolver:
    """A ``Resolver`` over the servers of /etc/resolv.conf, or over those that are named; for any number of threads."""

    def __init__(
        self,
        clock: Clock,
        servers: Sequence[tuple[str, int]] = (),
        *,
        one_try: float = TRY,
        patience: float = PATIENCE,
        most: int = KEPT_ANSWERS,
    ) -> None:
        """``servers`` are addresses with their ports; ``most`` answers are kept, and none with 0."""
        self._clock = clock
        self._kept = _Kept(most)
        self._servers = servers
        self._one_try, self._patience = one_try, patience

    def query(self, name: str, kind: DnsType, patience: float | None = None) -> DnsResult:
        """Return what the DNS has for a name and a type, or what is still known of it; never raises.

        ``patience`` is in seconds, where there is less than usual.
        """
        try:
            question = dns.name.from_text(name, idna_codec=dns.name.IDNA_2008_UTS_46)
        except (dns.exception.DNSException, UnicodeError):
            return NoSuchName()
        key = (canonical_text(question), kind)
        found = self._kept.get(key, self._clock())
        if found is None:
            found, seconds = self._ask(question, kind, patience)
            self._kept.put(key, found, self._clock() + seconds * 1000)
        return found

    def _ask(self, question: dns.name.Name, kind: DnsType, patience: float | None) -> tuple[DnsResult, int]:
        """Ask the servers; return what they say, and for how many seconds it may be kept."""
        try:
            resolver = self._resolver()
            resolver.lifetime = min(self._patience, self._patience if patience is None else patience)
            answer = resolver.resolve(question, kind, raise_on_no_answer=False, search=False)
        except dns.resolver.NXDOMAIN as error:
            response: dns.message.QueryMessage = error.responses()[question]  # type: ignore[no-untyped-call]
            return NoSuchName(), min(response.resolve_chaining().minimum_ttl, LONGEST)
        except dns.message.ChainTooLong:
            # CNAME records that lead round in circles lead nowhere, today and tomorrow.
            return NoData(), FAILURE
        except dns.exception.DNSException as error:
            return DnsFailure(str(error)), FAILURE
        seconds = min(answer.chaining_result.minimum_ttl, LONGEST)
        if answer.rrset is None:
            return NoData(), seconds
        values = tuple(value_of(record) for record in answer.rrset)
        return DnsAnswer(canonical_text(answer.canonical_name), values, self._clock() + seconds * 1000), seconds

    def _resolver(self) -> dns.resolver.Resolver:
        """Return a resolver with its settings; resolv.conf is read anew, as it changes while programs run."""
        resolver = dns.resolver.Resolver(configure=not self._servers)
        if self._servers:
            resolver.nameservers = [dns.nameserver.Do53Nameserver(*server) for server in self._servers]
        resolver.timeout = self._one_try
        resolver.use_edns(0, 0, UDP_SIZE)
        return resolver


class Limited:
    """A ``Resolver`` for one task: all its questions together have so many seconds; what is kept costs none."""

    def __init__(self, resolver: CachingResolver, seconds: float = CHECK) -> None:
        self._resolver = resolver
        self._until = time.monotonic() + seconds

    def query(self, name: str, kind: DnsType) -> DnsResult:
        """Return what the DNS has, or that the time is over; never raises."""
        left = self._until - time.monotonic()
        if left <= 0:
            return DnsFailure("the time for this email is over")
        return self._resolver.query(name, kind, left)


def canonical_text(name: dns.name.Name) -> str:
    """Return a name without its final dot, in lower case."""
    return name.to_text(omit_final_dot=True).lower()


def value_of(record: dns.rdata.Rdata) -> str:
    """Return a record as ``DnsAnswer`` has it."""
    if isinstance(record, dns.rdtypes.ANY.TXT.TXT):
        return b"".join(record.strings).decode("utf-8", "replace")
    words = record.to_text().lower().split(" ")
    return " ".join(word if word == "." else word.removesuffix(".") for word in words)


class _Kept:
    """What was asked before; when there is too much of it, what was not used for longest goes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: OrderedDict[Key, tuple[DnsResult, int]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key, now: int) -> DnsResult | None:
        with self._lock:
            found = self._found.get(key)
            if found is None or found[1] <= now:
                self._found.pop(key, None)
                return None
            self._found.move_to_end(key)
            return found[0]

    def put(self, key: Key, result: DnsResult, until: int) -> None:
        with self._lock:
            self._found[key] = (result, until)
            self._found.move_to_end(key)
            while len(self._found) > self._most:
                self._found.popitem(last=False)
