"""Our own check of who sent a mail: asked for outside every transaction, by threads, for it waits for the DNS.

``checked`` waits for it; ``Checks`` do it ahead of filing, beside each other.  Deciding gets the results as values.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from functools import partial

from weftmail.core.address import domain_of
from weftmail.core.checking.check import check
from weftmail.core.envelope import Envelope
from weftmail.core.parsing.message import Message
from weftmail.core.ports import Raw, Scanned
from weftmail.core.routing import hop
from weftmail.core.routing.authentication import only_address
from weftmail.core.routing.hop import CountingHop
from weftmail.core.routing.result import CheckResult
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.installation import Installation
from weftmail.store.inbound import Accepted
from weftmail.store.store import Store

Results = tuple[CheckResult, ...]

ASK_FOR = 15 * 60 * 1000
"""For so long after it came a colleague's mail waits for a key that cannot be had; in milliseconds."""
FIRST_PAUSE = 15 * 1000
LONGEST_PAUSE = 4 * 60 * 1000
SCAN_PAUSE = 60 * 1000
"""A virus scanner that does not answer is asked again after so long; in milliseconds."""
SCAN_SIZE = 25 * 1024 * 1024
"""A larger mail is not scanned: clamd takes no more, unless it is told to."""
SCANS_SIZE = 64 * 1024 * 1024
"""Bytes of mails that are being scanned at once."""


def hop_of(installation: Installation, envelope: Envelope, message: Message) -> CountingHop | None:
    """Return where the mail came in from outside; None where no field of ours tells of it."""
    return hop.counting(message.received, envelope.queue_id, installation.policy(envelope.entrance))


def to_check(installation: Installation, envelope: Envelope, message: Message) -> CountingHop | None:
    """Return the hop by which a mail came that we check ourselves; None for any other mail."""
    if not installation.policy(envelope.entrance).own_check:
        return None
    return hop_of(installation, envelope, message)


@dataclass(frozen=True, slots=True)
class Checked:
    """What was asked of others about a mail: who sent it, and whether the virus scanner finds something in it."""

    results: Results = ()
    scanned: Scanned | None = None


NOTHING = Checked()


def checked(installation: Installation, envelope: Envelope, message: Message, raw: Raw | None = None) -> Checked:
    """Ask the DNS and the virus scanner about a mail, and wait; only what is ours to ask."""
    found, results = to_check(installation, envelope, message), Results()
    if found is not None:
        results = check(message, envelope, found, installation.resolver(), installation.clock())
    scanner = installation.scanner
    return Checked(results, None if scanner is None or raw is None else scanner.scan(raw))


class Checks:
    """The mails of one settler that are being checked, each by the number of its row."""

    def __init__(
        self,
        installation: Installation,
        executor: Executor | None = None,
        done: Callable[[], None] = lambda: None,
        most: int = SCANS_SIZE,
    ) -> None:
        """``executor`` runs the checks, None for here and at once; ``done`` is called, in any thread, after each.

        ``most`` bytes are scanned at once, or one mail.
        """
        self._most = most
        self._installation = installation
        self._executor = executor
        self._done = done
        self._running: dict[int, Future[Checked]] = {}
        self._held: dict[int, int] = {}
        """The bytes of mails that lie here to be scanned."""

    @property
    def busy(self) -> bool:
        """Whether something is being checked."""
        return any(not one.done() for one in self._running.values())

    def count(self) -> int:
        """Return how many mails are being checked, or are checked and not filed."""
        return len(self._running)

    def checked(self, row: Accepted, message: Message, raw: Callable[[], bytes]) -> Checked | str | None:
        """Return what was found of a mail; None while it is being checked, which begins when it is first asked for.

        A text is the traceback of our own failing.  ``raw`` reads the mail, where it has to be scanned.
        """
        running = self._running.get(row.id)
        if running is None:
            scans = self._installation.scanner is not None
            if not scans and to_check(self._installation, row.envelope, message) is None:
                return NOTHING
            if scans and self._held and sum(self._held.values()) + row.size > self._most:
                return None
            running = self._running[row.id] = self._begin(row, message, raw if scans else None)
        if not running.done():
            return None
        self._held.pop(row.id, None)
        error = running.exception()
        return running.result() if error is None else "".join(traceback.format_exception(error))

    def _begin(self, row: Accepted, message: Message, raw: Callable[[], bytes] | None) -> Future[Checked]:
        data = b""
        if raw is not None and row.size <= SCAN_SIZE:
            data, self._held[row.id] = raw(), row.size
        # Its bytes are read here, as the store belongs to this thread.
        asked = partial(self._check, row.envelope, message, data if raw is not None else None, row.size > SCAN_SIZE)
        if self._executor is None:
            future: Future[Checked] = Future()
            try:
                future.set_result(asked())
            except Exception as error:
                # As the executor's thread would: whoever asks for the result sees it.
                future.set_exception(error)
            return future
        future = self._executor.submit(asked)
        future.add_done_callback(lambda _: self._done())
        return future

    def _check(self, envelope: Envelope, message: Message, data: bytes | None, too_large: bool) -> Checked:
        found = checked(self._installation, envelope, message, None if too_large else data)
        return replace(found, scanned=Scanned("too large")) if data is not None and too_large else found

    def keep(self, rows: set[int]) -> None:
        """Let go of what was found of all mails but these."""
        for one in self._running.keys() - rows:
            del self._running[one]
            self._held.pop(one, None)

    def stop(self) -> None:
        """Let go of all; what has begun ends by itself within seconds."""
        for one in self._running.values():
            one.cancel()
        self._running.clear()
        self._held.clear()


def waits(store: Store, installation: Installation, row: Accepted, message: Message, found: Checked) -> Wait | None:
    """Return until when a mail has to wait, and why; None where it can be judged now."""
    now = installation.clock()
    if found.scanned is not None and found.scanned.verdict == "dead" and installation.scan_waits:
        return Wait(now + SCAN_PAUSE, Phrase("waits.scanner", {"error": found.scanned.text}))
    at = next_ask(row, now) if found.results else None
    why = missing_key(store, message, found.results) if at is not None else None
    return None if why is None or at is None else Wait(at, why)


@dataclass(frozen=True, slots=True)
class Wait:
    """Until when a mail waits, and why."""

    until: int
    why: Phrase


def missing_key(store: Store, message: Message, results: Results) -> Phrase | None:
    """Return why a colleague's mail cannot be judged now: the key of their own domain cannot be had; else None."""
    address = only_address(message.from_)
    domain = domain_of(address)
    own = [one for one in results if one.method == "dkim" and domain and one.domain == domain]
    if not any(one.result == "temperror" for one in own) or any(one.result == "pass" for one in own):
        return None
    user = store.users.by_address(address)
    return None if user is None or not user.active else Phrase("waits.key", {"domain": domain})


def next_ask(row: Accepted, now: int) -> int | None:
    """Return when to ask for the key again; None once the mail has waited long enough."""
    last = row.accepted_at + ASK_FOR
    if now >= last:
        return None
    pause: int = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(row.asks, 10))
    return min(last, now + pause)
