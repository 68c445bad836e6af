"""Replay: a mail that waits for review, or was discarded, is routed once more from the beginning."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from weftmail.core.ports import Readers, SettleLock, Waker
from weftmail.flow.installation import Installation
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.settle import Settler
from weftmail.flow.setup import named
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.flow.unread import is_unread, try_again
from weftmail.store.inbound import InboundRow


@dataclass(frozen=True, slots=True)
class Settling:
    """What settles the mail: this program, where the ``lock`` is free, or the one that ``settler`` wakes.

    ``pause`` waits a moment, ``patience`` is how long the other program may take, in milliseconds.
    """

    installation: Installation
    lock: SettleLock
    settler: Waker
    pause: Callable[[], None]
    patience: int
    readers: Readers


def replay(setup: Setup, settling: Settling, inbound_id: int) -> InboundRow | Refusal:
    """Route the mail once more; return its row, which is ``accepted`` where it still waits for another program.

    One that was filed although it could not be read is read again instead, and its message filled in place.
    """
    if _filled(setup, settling, inbound_id):
        return _row(setup, inbound_id)
    answer = replay_later(setup, inbound_id)
    if isinstance(answer, Refusal):
        return answer
    _settle(setup, settling, inbound_id)
    return _row(setup, inbound_id)


def _filled(setup: Setup, settling: Settling, inbound_id: int) -> bool:
    row = setup.store.inbound.get(inbound_id)
    if row is None or row.state != "filed" or row.message_id is None or row.company_id is None:
        return False
    if not is_unread(setup.store, row.company_id, row.message_id):
        return False
    return try_again(setup.store, settling.installation, row.company_id, row.message_id)


@act
def replay_later(setup: Setup, inbound_id: int) -> Done:
    """Let whoever settles route the mail once more, as soon as it comes to it."""
    row = _row(setup, inbound_id)
    if not setup.store.inbound.again(inbound_id):
        raise RefusedAct("id", "not_for_replay", id=inbound_id, state=row.state)
    was: Fields = {"id": row.id, "state": row.state}
    return Done("inbound.replay", row.company_id, named.mail(row), was, {**was, "state": "accepted"})


@dataclass(frozen=True, slots=True)
class ReplayedErrors(Done):
    """Mails under Error that are read once more: their numbers."""

    mails: tuple[int, ...] = ()


@act
def replay_errors(setup: Setup, company_id: int | None, *, nobodys: bool = False) -> ReplayedErrors:
    """Let all that our code failed on be routed once more, after a repair.

    Of one company, with what is ``nobodys`` too where the actor looks after all, or that alone without a company.
    """
    ids = setup.store.inbound.errors(company_id)
    ids += setup.store.inbound.errors(None) if nobodys and company_id is not None else []
    for one in ids:
        setup.store.inbound.again(one)
    now: Fields = {"mails": ids} if ids else {}
    return ReplayedErrors("inbound.replay_all", company_id, f"{len(ids)} mails", {}, now, tuple(ids))


def _row(setup: Setup, inbound_id: int) -> InboundRow:
    row = setup.store.inbound.get(inbound_id)
    if row is None:
        raise RefusedAct("id", "no_such_inbound", id=inbound_id)
    return row


def settle_all(setup: Setup, settling: Settling, ids: Sequence[int], progress: Callable[[int], None]) -> int:
    """Settle mails that wait, as ``replay`` does with one; return how many of them are left.

    ``progress`` is told now and then how many are left.
    """

    def waits() -> bool:
        left = setup.store.inbound.being_read(ids)
        progress(left)
        return left > 0

    _settle_while(setup, settling, waits)
    return setup.store.inbound.being_read(ids)


def _settle(setup: Setup, settling: Settling, inbound_id: int) -> None:
    """Settle what waits, if nobody else does; otherwise wait for whoever does to reach this row."""
    _settle_while(setup, settling, lambda: setup.store.inbound.state(inbound_id) == "accepted")


def _settle_while(setup: Setup, settling: Settling, waits: Callable[[], bool]) -> None:
    settling.settler.wake()
    until = setup.clock() + settling.patience

    while waits() and setup.clock() < until:
        if not settling.lock.acquire():
            settling.pause()
            continue
        try:
            settler = Settler(setup.store, settling.installation, settling.lock, settling.readers)
            while waits():
                if settler.settle().reading:
                    settler.wait(0.2)
        finally:
            settling.readers.close()
            settling.lock.release()
