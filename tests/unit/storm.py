"""A storm: much mail, some of it hostile, while somebody kills the readers; what came of it, and how long it took."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from statistics import quantiles

from tests.unit.parsing.shapes import SHAPES
from tests.unit.world import World
from weftmail.core.envelope import Envelope
from weftmail.core.ports import Raw
from weftmail.flow.intake import Intake
from weftmail.store.store import Store
from weftmail.transport.readers.pool import ReaderPool

LEADS = "leads@acme.example"


@dataclass(frozen=True, slots=True)
class Weather:
    """How much comes, how fast, and how often a reader dies."""

    mails: int
    hostile: int
    sizes: tuple[int, int]
    """The smallest and the largest hostile mail, in bytes."""
    rate: float
    """Mails a second."""
    deaths: float
    """Seconds between two deaths of a reader."""
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What came of a storm."""

    states: Counter[str]
    """Of all mails, where they went."""
    opened: Counter[str]
    """Of each subject of the healthy mails, how many records it opened."""
    waited: list[int]
    """Of the healthy mails, the milliseconds from being accepted to being filed."""
    killed: int
    """Readers that were killed."""
    unread: int
    """Mails that were filed without all of their words."""
    seconds: float

    def p(self, percent: int) -> float:
        """Return so many per cent of the healthy mails' waiting, in seconds."""
        return quantiles(self.waited, n=100, method="inclusive")[percent - 1] / 1000


class Nothing:
    """The folder of the pipe program, with nothing in it."""

    def waiting(self) -> Iterator[str]:
        return iter(())

    def open(self, name: str) -> tuple[Envelope, Raw] | None:
        return None

    def remove(self, *names: str) -> None:
        pass


class Nobody:
    """A sender that does not run."""

    def wake(self) -> None:
        pass


def _now() -> int:
    return time.time_ns() // 1_000_000


def _mails(world: World, weather: Weather) -> Iterator[tuple[bool, bytes]]:
    """Yield the mails, each with whether it is hostile, the hostile ones spread among the others."""
    chance = random.Random(weather.seed)
    hostile = set(chance.sample(range(weather.mails), weather.hostile))
    shapes = list(SHAPES.values())
    for number in range(weather.mails):
        if number not in hostile:
            yield False, world.mail(f"P{number} <p{number % 500}@customer.example>", subject=f"Number {number}")
            continue
        size = chance.randint(*weather.sizes)
        yield True, shapes[number % len(shapes)](size).replace(b"<a@x>", b"<%d@x>" % number, 1)


def storm(world: World, weather: Weather) -> Aftermath:
    """Let it come over an installation, and wait until all of it is settled."""
    installation = replace(world.installation, clock=_now)
    pool = ReaderPool()
    intake = Intake(world.store, installation, world.lock, Nothing(), Nobody(), pool)
    assert intake.take_lock()
    chance = random.Random(weather.seed)
    coming = enumerate(_mails(world, weather))
    healthy: list[int] = []
    accepted: list[int] = []
    began = kill_at = time.monotonic()
    came, killed, over = 0, 0, False
    while not over or world.store.inbound.waiting_count():
        if not over and time.monotonic() >= began + came / weather.rate:
            number, (is_hostile, raw) = next(coming)
            with world.store.transaction():
                (row,) = world.store.inbound.accept(
                    [Envelope(LEADS, "k@customer.example", entrance="lmtp")], raw, _now()
                )
            accepted.append(row)
            if not is_hostile:
                healthy.append(row)
            came, over = number + 1, number + 1 == weather.mails
        intake.settle()
        if time.monotonic() >= kill_at + weather.deaths and (at_work := pool.at_work):
            kill_at = time.monotonic()
            with suppress(ProcessLookupError):
                os.kill(chance.choice(at_work), signal.SIGKILL)
                killed += 1
        late = not over and time.monotonic() >= began + came / weather.rate
        intake.wait(0.0 if late else 0.005)
    seconds = time.monotonic() - began
    intake.give_lock()
    return _aftermath(world.store, accepted, set(healthy), killed, seconds)


def _aftermath(store: Store, accepted: list[int], healthy: set[int], killed: int, seconds: float) -> Aftermath:
    rows = [row for one in accepted if (row := store.inbound.get(one)) is not None]
    titles = [one.title for one in store.records.all(most=2 * len(accepted))]
    return Aftermath(
        Counter(one.state for one in rows),
        Counter(one for one in titles if one.startswith("Number ")),
        [(one.settled_at or 0) - one.accepted_at for one in rows if one.id in healthy],
        killed,
        store.listings.unread_left(None),
        seconds,
    )
