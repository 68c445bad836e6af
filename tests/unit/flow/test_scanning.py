"""Spam and viruses on the way of a mail: by our own filter's field, and by a scanner."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.flow.test_checking import Later, settler
from tests.unit.world import HOST, World
from weftmail.core.ports import Raw, Scanned
from weftmail.core.routing.policy import Policy
from weftmail.core.wording.sentences import say
from weftmail.flow import checking
from weftmail.flow.checking import Checks
from weftmail.flow.reading import Here
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.review import discard, plan, release
from weftmail.flow.settle import Settler

FLAG = "X-Spam-Flag: YES\n"


class Eicar:
    """A scanner that finds one word."""

    def __init__(self) -> None:
        self.says: Scanned | None = None
        self.seen = 0

    def scan(self, raw: Raw) -> Scanned:
        self.seen += 1
        assert isinstance(raw, bytes)
        return self.says or Scanned("infected" if b"EICAR" in raw else "clean", "Eicar" if b"EICAR" in raw else "")


@pytest.fixture
def scanner(world: World) -> Eicar:
    found = Eicar()
    world.installation = replace(world.installation, scanner=found)
    return found


def marking(world: World, place: str = "above") -> None:
    policy = Policy(HOST, frozenset({HOST}), spam=f"X-Spam-Flag {place}")
    world.installation = replace(world.installation, policies=dict.fromkeys(("pipe", "lmtp", "spool"), policy))


def test_our_filters_mark_holds_and_a_strangers_does_not(world: World) -> None:
    marking(world)
    plain = world.mail().decode()
    assert world.deliver((FLAG + plain).encode(), "leads@acme.example").state == "held"
    head, received, rest = plain.partition("Received:")
    end = rest.index("\nFrom:") + 1
    below = head + received + rest[:end] + FLAG + rest[end:]
    assert world.deliver(below.encode(), "leads@acme.example").state == "filed"
    assert world.deliver((FLAG + FLAG + plain).encode(), "support@acme.example").state == "filed"


def test_the_alias_drops_it(world: World) -> None:
    marking(world)
    world.alias("open", "lead", spam="drop")
    row = world.deliver((FLAG + world.mail(to="open@acme.example").decode()).encode(), "open@acme.example")
    assert row.state == "discarded" and row.why is not None and "X-Spam-Flag" in say(row.why)


def test_an_infected_mail_is_held_said_and_never_released(world: World, scanner: Eicar) -> None:
    clean = world.deliver(world.mail(), "leads@acme.example")
    assert clean.state == "filed" and clean.scanned == Scanned("clean")
    row = world.deliver(world.mail(text="EICAR\n"), "leads@acme.example")
    assert row.state == "held" and row.scanned == Scanned("infected", "Eicar")
    assert row.why is not None and "never delivered" in say(row.why)
    for act in (release, plan):
        with pytest.raises(RefusedAct, match="review_infected"):
            act(world.store, world.installation, row.id)
    discard(world.store, world.installation, row.id)
    assert world.row(row.id).state == "discarded"


def test_while_the_scanner_is_dead_mail_waits(world: World, scanner: Eicar) -> None:
    scanner.says = Scanned("dead", "Connection refused")
    (row,) = world.accept(world.mail(), "leads@acme.example")
    world.settle()
    waiting = world.row(row)
    assert (waiting.state, waiting.asks) == ("accepted", 1)
    assert waiting.why is not None and "Connection refused" in say(waiting.why)
    world.settle()
    assert scanner.seen == 1
    scanner.says = None
    world.clock.now += checking.SCAN_PAUSE
    world.settle()
    assert world.row(row).state == "filed"


def test_or_goes_through_where_the_settings_say_so(world: World, scanner: Eicar) -> None:
    world.installation = replace(world.installation, scan_waits=False)
    scanner.says = Scanned("dead", "Connection refused")
    row = world.deliver(world.mail(), "leads@acme.example")
    assert row.state == "filed" and row.scanned == scanner.says


def test_what_is_too_large_is_held_or_goes_through(world: World, scanner: Eicar) -> None:
    large = [("large.bin", bytes(checking.SCAN_SIZE))]
    held = world.deliver(world.mail(files=large), "leads@acme.example")
    assert held.state == "held" and held.scanned == Scanned("too large") and scanner.seen == 0
    assert release(world.store, world.installation, held.id).record == "LEAD-1"
    world.installation = replace(world.installation, scan_waits=False)
    assert world.deliver(world.mail(files=large, subject="Another"), "leads@acme.example").state == "filed"


def test_so_many_bytes_are_scanned_at_once(world: World, scanner: Eicar) -> None:
    executor = Later()
    checks = Checks(world.installation, executor, most=1)
    settling = Settler(world.store, world.installation, world.lock, Here(), checks=checks)
    rows = [world.accept(world.mail(subject=f"Quote {n}"), "leads@acme.example")[0] for n in range(3)]
    settling.settle()
    assert len(executor.waiting) == 1
    while any(world.row(row).state == "accepted" for row in rows):
        executor.run()
        settling.settle()
    assert scanner.seen == 3


def test_an_installation_that_is_stopped_lets_go(world: World, scanner: Eicar) -> None:
    executor = Later()
    settling = settler(world, executor)
    (row,) = world.accept(world.mail(), "leads@acme.example")
    settling.settle()
    settling.stop()
    executor.run()
    assert world.row(row).state == "accepted" and scanner.seen == 0
