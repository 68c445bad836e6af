"""Out: copies that are due are claimed under a lease, handed over by their channel, and each settled at once.

A copy is settled right after its hand-over and before the next one begins: where the sender dies in between, that one
hand-over is the only one that may be repeated, and it bears the same Message-ID.  While the mail server writes it down
the next copy is composed.  The disk is waited for once a round: a power failure may repeat the hand-overs of the last
one.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import zip_longest
from typing import assert_never

from weftmail.core.failure import TempFail
from weftmail.core.limits import QUEUE_LIFETIME, SMTP_TIMEOUT
from weftmail.core.ports import Deferred, Outcome, Refused, Sent
from weftmail.core.reports import dsn, reason
from weftmail.core.wording.phrase import Phrase
from weftmail.core.wording.sentences import say
from weftmail.flow import traced
from weftmail.flow.bounces import refused
from weftmail.flow.channels.channel import Channel, Meanwhile
from weftmail.flow.due.kinds.retry import Retry
from weftmail.flow.events import event
from weftmail.flow.installation import Installation
from weftmail.flow.mail_log import queue_id
from weftmail.flow.notices import notify_of_failure
from weftmail.flow.suppression import suppressed
from weftmail.store.errors import temporary
from weftmail.store.message import ThreadMessage
from weftmail.store.outbox import Claimed
from weftmail.store.store import Store

log = logging.getLogger("weftmail.deliver")

AT_ONCE = 20
"""Copies claimed at a time."""
RECIPIENTS = 50
"""Addresses of one hand-over; more of them are handed over in turns."""
_TOO_MANY = re.compile(r"45[12]\b.*(?:4\.5\.3\b|too many recipients)", re.IGNORECASE | re.DOTALL)
"""What a server says that takes fewer recipients at once than it was named."""
LEASE = SMTP_TIMEOUT * (RECIPIENTS + 4) * 1000
"""How long a claim lasts, in milliseconds: longer than one hand-over whose every answer comes at the last moment."""
FIRST_PAUSE = 60_000
LONGEST_PAUSE = 4 * 3600_000
GIVE_UP = QUEUE_LIFETIME
"""After this long without success a copy has failed; in milliseconds."""
CLOCKS_APART = 60_000
"""How far two clocks are apart at most that are both right; in milliseconds."""


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did, in addresses."""

    sent: int = 0
    deferred: int = 0
    refused: int = 0

    def plus(self, outcomes: Mapping[str, Outcome]) -> Round:
        """Return the sum with these outcomes."""
        kinds = [type(one) for one in outcomes.values()]
        return Round(
            self.sent + kinds.count(Sent),
            self.deferred + kinds.count(Deferred),
            self.refused + kinds.count(Refused),
        )

    @property
    def worked(self) -> bool:
        """Whether anything was tried."""
        return self.sent + self.deferred + self.refused > 0


class OutboxSender:
    """Empties the outbox; one for each store that is not shared between machines."""

    def __init__(
        self,
        store: Store,
        installation: Installation,
        channels: Mapping[str, Channel],
        holder: str,
        jitter: Callable[[], float],
        meanwhile: Meanwhile | None = None,
    ) -> None:
        """``channels`` by name; ``holder`` names this sender in its leases; ``jitter`` returns numbers from 0 to 1.

        ``meanwhile`` is what the ways out do while a mail server writes a mail down.
        """
        self._store = store
        self._installation = installation
        self._channels = channels
        self._holder = holder
        self._jitter = jitter
        self._meanwhile = meanwhile or Meanwhile()
        self._latest: int | None = None
        """When the last round was; None before the first."""

    def round(self, stopping: Callable[[], bool] = lambda: False) -> Round:
        """Hand over what is due now, up to a claim's worth; return what came of it.

        Raises TempFail where the store failed; what was handed over before that is settled.
        """
        try:
            with self._store.one_sync():
                return self._round(stopping)
        except Exception as error:
            # Sorted into what passes and what does not; either is raised.
            if temporary(error):
                raise TempFail(f"sending has to wait: {error}") from error
            raise

    def _round(self, stopping: Callable[[], bool]) -> Round:
        now = self._installation.clock()
        if self._latest is None or now < self._latest:
            # Else a copy that was put off while the clock was a year ahead would wait for a year.
            found = self._store.outbox.clock_back(now, now + CLOCKS_APART)
            if found:
                log.warning("the clock was set back; %d copies that it had put off are tried now", found)
        self._latest = now
        claimed = self._store.outbox.claim(self._holder, now, now + LEASE, AT_ONCE)
        done = Round()
        for one, following in zip_longest(claimed, claimed[1:]):
            # The lease must outlast this hand-over, too; a copy that has waited too long is left to the next claim.
            if stopping() or self._installation.clock() > now + LEASE // 2:
                self._store.outbox.release(one.id, self._holder, self._installation.clock())
            else:
                self._meanwhile.give(self._preparing(following))
                done = done.plus(self._hand_over(one))
        self._meanwhile.give(None)
        return done

    def _preparing(self, claimed: Claimed | None) -> Callable[[], None] | None:
        """Return what there is to do for the copy whose turn comes next."""
        channel = self._channels.get(claimed.channel) if claimed is not None else None
        return partial(channel.prepare, claimed) if claimed is not None and channel is not None else None

    def _hand_over(self, claimed: Claimed) -> Mapping[str, Outcome]:
        addresses = self._addresses(claimed)
        if not addresses:
            self._store.outbox.settle(claimed.id, self._holder, "sent", "", 0, self._installation.clock())
            return {}
        held = suppressed(self._store, claimed.company_id, addresses) if claimed.contact_id is not None else {}
        channel = self._channels.get(claimed.channel)
        if held:
            outcomes: Mapping[str, Outcome] = {one: _kept_back(one, why) for one, why in held.items()}
        elif channel is None:
            # Copies of a channel that is not set up here wait for the program that has it.
            nobody = Deferred(f"{claimed.channel} is not set up here")
            outcomes = dict.fromkeys(addresses, nobody)
        else:
            outcomes = channel.send(claimed, addresses)
        self._settle(claimed, addresses, outcomes)
        return outcomes

    def _addresses(self, claimed: Claimed) -> list[str]:
        """Whom the copy still has to reach; an email of notices has one address, its user's first."""
        if claimed.address:
            return [claimed.address]
        if claimed.user_id is not None:
            return self._store.users.addresses(claimed.user_id)[:1]
        return [one.address for one in self._store.outbox.recipients(claimed.company_id, claimed.id)[:RECIPIENTS]]

    def _settle(self, claimed: Claimed, addresses: Sequence[str], outcomes: Mapping[str, Outcome]) -> None:
        now = self._installation.clock()
        late = now - claimed.created_at > GIVE_UP
        states: list[str] = []
        with self._store.transaction():
            for address, outcome in outcomes.items():
                state, reason = _state(outcome, late)
                states.append(state)
                self._store.outbox.settle_delivery(claimed.company_id, claimed.id, address, state, reason, now)
            self._count(claimed, outcomes, now)
            failed = [
                (address, outcome)
                for address, outcome in outcomes.items()
                if isinstance(outcome, Refused) or (late and isinstance(outcome, Deferred))
            ]
            if failed:
                self._learn(claimed, failed, now)
                self._notify_of_failure(claimed, failed, now)
            done = len(failed) + sum(isinstance(one, Sent) for one in outcomes.values())
            again = self._is_left(claimed, len(addresses), done)
            until = max((one.until for one in outcomes.values() if isinstance(one, Deferred)), default=0)
            error = next((one.text for one in outcomes.values() if not isinstance(one, Sent)), "")
            who_gets = any(isinstance(one, Sent) for one in outcomes.values())
            if again and who_gets and (not error or _full(outcomes.values())):
                self._store.outbox.settle(claimed.id, self._holder, "waiting", "", now, now)
            elif again:
                self._delay(claimed, error, now, until)
            else:
                state = "sent" if who_gets or not failed else "failed"
                self._store.outbox.settle(claimed.id, self._holder, state, error, now, now)
        self._trace(claimed, outcomes, states)

    def _trace(self, claimed: Claimed, outcomes: Mapping[str, Outcome], states: Sequence[str]) -> None:
        """Say in the log what came of a copy, by the queue id of the email that it passes on and by its own."""
        if traced.on():
            came_as = self._store.inbound.queue_id_of(claimed.company_id, claimed.message_id)
            left_as = (queue_id(one.text) for one in outcomes.values() if isinstance(one, Sent))
            traced.handed_over(claimed.id, claimed.message_id, came_as, left_as, states)

    def _count(self, claimed: Claimed, outcomes: Mapping[str, Outcome], now: int) -> None:
        """Count an email that left by what DMARC makes of it."""
        sent = (one.sent_as for one in outcomes.values() if isinstance(one, Sent))
        sent_as = next(sent, None)
        if sent_as is not None:
            self._store.alignments.count(claimed.company_id, sent_as, now)

    def _is_left(self, claimed: Claimed, asked: int, done: int) -> bool:
        """Say whether the copy has somebody left to reach, where ``done`` of the ``asked`` addresses are settled."""
        if claimed.user_id is not None or claimed.address:
            return done == 0
        if done == asked < RECIPIENTS:
            return False
        return bool(self._store.outbox.recipients(claimed.company_id, claimed.id))

    def _delay(self, claimed: Claimed, error: str, now: int, until: int) -> None:
        """Try it again later: ``until`` says when as much may go there as waits, 0 where nobody knows."""
        again_at = until or now + self._pause(claimed.attempts)
        if self._store.outbox.settle(claimed.id, self._holder, "delayed", error, again_at, now):
            self._store.due.put(Retry.name, str(claimed.id), again_at, now, claimed.company_id)

    def _pause(self, attempts: int) -> int:
        """How long to wait after that many attempts, in milliseconds: doubling, with a fifth of jitter either way."""
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(20, attempts - 1))
        return int(pause * (0.8 + 0.4 * self._jitter()))

    def _leave_in_inbox(
        self, claimed: Claimed, message: ThreadMessage, failed: Sequence[tuple[str, Deferred | Refused]], now: int
    ) -> None:
        """Tell the colleagues in the inbox whom the copy did not reach."""
        record = self._store.records.get(message.company_id, message.record_id)
        lost = {address for address, _ in failed}
        says = Phrase(
            "notice.not sent",
            {"record": record.label if record is not None else "", "subject": message.subject or "-"},
        )
        unreached = [
            one.user_id
            for one in self._store.messages.deliveries(claimed.company_id, claimed.message_id)
            if one.user_id is not None and one.channel == "email" and one.address in lost
        ]
        self._store.inbox.notify(message.company_id, unreached, says, now, record_id=message.record_id)

    def _learn(self, claimed: Claimed, failed: Sequence[tuple[str, Deferred | Refused]], now: int) -> None:
        """Remember addresses outside that the mail server says are nobody's; what else it says is about us."""
        message = self._store.messages.get(claimed.company_id, claimed.message_id) if claimed.contact_id else None
        for address, outcome in failed:
            if message is None or not isinstance(outcome, Refused) or outcome.says is not None:
                continue
            said = dsn.failure(address, reason.status_in(outcome.text), "failed", outcome.text, outcome.at)
            if said.reason == "no such user":
                refused(self._store, claimed.company_id, message.record_id, address, said, now)

    def _notify_of_failure(self, claimed: Claimed, failed: Sequence[tuple[str, Deferred | Refused]], now: int) -> None:
        """Write an event on the thread, and tell the author, or who stands in line."""
        message = self._store.messages.get(claimed.company_id, claimed.message_id)
        if message is None:
            return
        # Each attempt that fails is an event of its own.
        once, says = f"failure of {claimed.id} at {now}", _failure_says(failed)
        failure = event(message.company_id, message.record_id, message.subject, says, now, once)
        event_id = self._store.messages.add(replace(failure, answers_id=message.id), now)
        if claimed.audience == "colleagues":
            self._leave_in_inbox(claimed, message, failed, now)
        record = self._store.records.get(message.company_id, message.record_id)
        notify_of_failure(self._store, record, event_id, message.author_user_id, now, failure_of=message.id)
        log.warning("copy %d failed for %d of its addresses", claimed.id, len(failed))


def _kept_back(address: str, why: Phrase) -> Refused:
    """What comes of a copy whose address turned out to be wrong after it was written."""
    says = Phrase("suppressed", {"address": address, "why": why})
    return Refused(say(says), says)


def _failure_says(failed: Sequence[tuple[str, Deferred | Refused]]) -> Phrase:
    """What the event says: our own reason, which is the same for all of them, or each mail server's answer."""
    _, first = failed[0]
    if isinstance(first, Refused) and first.says is not None:
        return Phrase("event.failed", {"address": ", ".join(address for address, _ in failed), "answer": first.says})
    if len(failed) == 1:
        return Phrase("event.failed", {"address": failed[0][0], "answer": first.text})
    people = "\n".join(f"{address}: {outcome.text}" for address, outcome in failed)
    return Phrase("event.failed.people", {"people": people})


def _full(outcomes: Iterable[Outcome]) -> bool:
    """Say whether a server only takes no more recipients at once: the others come next (RFC 5321, 4.5.3.1.10)."""
    left = [one for one in outcomes if not isinstance(one, Sent)]
    return all(isinstance(one, Deferred) and _TOO_MANY.match(one.text) is not None for one in left)


def _state(outcome: Outcome, late: bool) -> tuple[str, str]:
    match outcome:
        case Sent():
            return "sent", outcome.text
        case Deferred():
            return ("failed" if late else "delayed"), outcome.text
        case Refused():
            # What the mail server answered; a reason of ours stands in the event.
            return "failed", outcome.text if outcome.says is None else ""
        case _:
            assert_never(outcome)
