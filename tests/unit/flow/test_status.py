"""How it stands: the sum, what waits, what is broken, of one company or of all."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from tests.unit.world import ERIK, World
from weftmail.core.wording.phrase import Phrase
from weftmail.core.wording.sentences import say
from weftmail.core.wording.status import STATUS
from weftmail.flow.status import DAY, LATE, LEAST_DISK, Status, status


@dataclass
class FakeMachine:
    """A machine on which all is well, unless told otherwise."""

    listener: bool = True
    sender: bool = True
    spool: int = 0
    disk: int = 10 * LEAST_DISK
    largest: int | None = None
    mail_log: bool | None = True

    def listener_answers(self) -> bool:
        return self.listener

    def listener_since(self) -> int | None:
        return 1_800_000_000_000

    def sender_since(self) -> int | None:
        return None

    def spooled_since(self) -> int | None:
        return 1_800_000_000_000 if self.spool else None

    def sender_runs(self) -> bool:
        return self.sender

    def spooled(self) -> int:
        return self.spool

    def mail_log_readable(self) -> bool | None:
        return self.mail_log

    def free_bytes(self) -> int:
        return self.disk

    def largest_mail(self) -> int | None:
        return self.largest


def look(world: World, company: int | None = None, **machine: object) -> Status:
    """Return how it stands, a moment after the last thing."""
    return status(world.store, world.clock(), company, FakeMachine(**machine))  # type: ignore[arg-type]


def test_the_sum_of_a_day_comes_out(world: World) -> None:
    assert look(world).came.accepted == 0
    first_look = look(world)
    assert first_look.since == first_look.looked_at - DAY
    world.deliver(world.mail(), "leads@acme.example")
    first = world.thread("LEAD-1")[0].rfc_message_id
    world.deliver(world.mail(ERIK, references=[first]), "leads@acme.example")
    world.deliver(world.mail(ERIK, subject="Where?"), "x@elsewhere.example")
    world.accept(world.mail(subject="Unread"), "leads@acme.example")
    everywhere = look(world)
    came = everywhere.came
    assert (came.accepted, came.filed, came.held, came.unmatched, came.unfiled) == (4, 1, 1, 1, 1)
    assert came.comes_out and everywhere.review == {"held": 1, "unmatched": 1, "error": 0}
    assert everywhere.review_since is not None and everywhere.waiting_since is not None
    acme = look(world, world.acme)
    assert (acme.came.accepted, acme.came.filed, acme.came.held) == (2, 1, 1)
    assert acme.review["held"] == 1 and acme.review_since is not None
    other = world.store.companies.add("Other", 1)
    assert look(world, other).came.accepted == 0 and look(world, other).waiting_since is None
    world.clock.now += DAY + LATE
    later = look(world, world.acme)
    assert later.came.accepted == 0 and later.review["held"] == 1 and later.left["waiting"] == 0


def test_what_left_is_counted_by_state(world: World) -> None:
    world.deliver(world.mail(), "leads@acme.example")
    now = world.clock()
    (copy,) = world.store.outbox.claim("sender", now, now + 1, 10)
    world.store.outbox.settle(copy.id, "sender", "failed", "550 no", 0, now)
    found = look(world, world.acme)
    assert found.left["failed"] == 1 and found.to_look_at == ["failed"] and found.tone == "look"
    assert look(world).left == found.left


@pytest.mark.parametrize(
    ("machine", "broken"),
    [
        ({}, []),
        ({"listener": False}, ["listener"]),
        ({"sender": False}, ["sender"]),
        ({"disk": LEAST_DISK - 1}, ["disk"]),
    ],
)
def test_what_does_not_run_is_broken(world: World, machine: dict[str, object], broken: list[str]) -> None:
    found = look(world, **machine)
    assert (found.broken, found.tone) == (broken, "broken" if broken else "good")


def test_without_a_machine_nothing_is_said_of_it(world: World) -> None:
    found = status(world.store, world.clock(), world.acme)
    assert found.machine is None and found.tone == "good"


def test_a_sum_that_does_not_come_out_is_broken(world: World) -> None:
    found = look(world)
    assert replace(found, came=replace(found.came, accepted=1)).broken == ["sum"]


def test_what_waits_too_long_is_worth_a_look_unless_sending_is_paused(world: World) -> None:
    world.deliver(world.mail(), "leads@acme.example")
    assert look(world).to_look_at == []
    world.clock.now += LATE + 1
    assert look(world).to_look_at == ["late"]
    world.store.settings.put("sending_paused", "1")
    assert look(world).to_look_at == ["paused"]
    assert look(world, spool=2).to_look_at == ["paused", "spool"]


def test_an_error_and_a_wrong_dns_are_worth_a_look(world: World) -> None:
    world.accept(world.mail(), "leads@acme.example")
    world.store.connection.execute("update inbound set state = 'error'")
    found = look(world)
    assert found.to_look_at == ["error"] and found.came.errors == 1
    dns = replace(found, domains=[replace(found.domains[0], dns="broken")])
    assert dns.to_look_at == ["error", "dns"]


def test_domains_are_those_in_use(world: World) -> None:
    other = world.store.companies.add("Other", 1)
    world.store.domains.add("other.example", other, True, 1)
    world.store.connection.execute("update domain set state = 'removed' where name = 'other.example'")
    world.store.domains.add("shared.example", None, False, 1)
    assert [one.name for one in look(world, other).domains] == ["shared.example"]
    assert [one.name for one in look(world).domains] == ["acme.example", "shared.example"]


def test_everything_that_can_be_said_has_its_sentence(world: World) -> None:
    names = [
        "sum",
        "listener",
        "sender",
        "disk",
        "paused",
        "late",
        "failed",
        "error",
        "spool",
        "mail log",
        "dns",
        "missing",
    ]
    assert {*STATUS} == {f"status.{name}" for name in (*names, "good", "look", "broken")}
    assert all(say(Phrase(code)) != code for code in STATUS)
