"""Our own check of who sent a mail: asked for outside every transaction, by threads, for it waits for the DNS.

``checked`` waits for it; ``Checks`` do it ahead of filing, beside each other.  Deciding gets the results as values.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from concurrent.futures import Executor, Future

from weftmail.core.address import domain_of
from weftmail.core.checking.check import check
from weftmail.core.envelope import Envelope
from weftmail.core.parsing.message import Message
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


def hop_of(installation: Installation, envelope: Envelope, message: Message) -> CountingHop | None:
    """Return where the mail came in from outside; None where no field of ours tells of it."""
    return hop.counting(message.received, envelope.queue_id, installation.policy(envelope.entrance))


def to_check(installation: Installation, envelope: Envelope, message: Message) -> CountingHop | None:
    """Return the hop by which a mail came that we check ourselves; None for any other mail."""
    if not installation.policy(envelope.entrance).own_check:
        return None
    return hop_of(installation, envelope, message)


def checked(installation: Installation, envelope: Envelope, message: Message) -> Results:
    """Check a mail ourselves and wait for the results; none where that is not ours to do.  Asks the DNS."""
    found = to_check(installation, envelope, message)
    if found is None:
        return ()
    return check(message, envelope, found, installation.resolver(), installation.clock())


class Checks:
    """The mails of one settler that are being checked, each by the number of its row."""

    def __init__(
        self, installation: Installation, executor: Executor | None = None, done: Callable[[], None] = lambda: None
    ) -> None:
        """``executor`` runs the checks, None for here and at once; ``done`` is called, in any thread, after each."""
        self._installation = installation
        self._executor = executor
        self._done = done
        self._running: dict[int, Future[Results]] = {}

    @property
    def busy(self) -> bool:
        """Whether something is being checked."""
        return any(not one.done() for one in self._running.values())

    def count(self) -> int:
        """Return how many mails are being checked, or are checked and not filed."""
        return len(self._running)

    def results(self, row: Accepted, message: Message) -> Results | str | None:
        """Return what was found of a mail; None while it is being checked, which begins when it is first asked for.

        A text is the traceback of our own failing.
        """
        running = self._running.get(row.id)
        if running is None:
            if to_check(self._installation, row.envelope, message) is None:
                return ()
            running = self._running[row.id] = self._begin(row.envelope, message)
        if not running.done():
            return None
        error = running.exception()
        return running.result() if error is None else "".join(traceback.format_exception(error))

    def _begin(self, envelope: Envelope, message: Message) -> Future[Results]:
        if self._executor is None:
            future: Future[Results] = Future()
            try:
                future.set_result(checked(self._installation, envelope, message))
            except Exception as error:
                # As the executor's thread would: whoever asks for the result sees it.
                future.set_exception(error)
            return future
        future = self._executor.submit(checked, self._installation, envelope, message)
        future.add_done_callback(lambda _: self._done())
        return future

    def keep(self, rows: set[int]) -> None:
        """Let go of what was found of all mails but these."""
        for one in self._running.keys() - rows:
            del self._running[one]

    def stop(self) -> None:
        """Let go of all; what has begun ends by itself within seconds."""
        for one in self._running.values():
            one.cancel()
        self._running.clear()


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
