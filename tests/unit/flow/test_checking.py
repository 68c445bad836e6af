"""Our own check on the way of a mail: outside transactions, beside other mail, and what waits for a key."""

from __future__ import annotations

from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from threading import Event

import pytest

from tests.unit.checking.signing import Dns, rsa_key, signed
from tests.unit.flow.test_intake import Bell, Folder
from tests.unit.world import HOST, World
from weftmail.core.envelope import Envelope
from weftmail.core.ports import DnsType
from weftmail.core.routing.policy import Policy
from weftmail.core.wording.sentences import say
from weftmail.flow.checking import ASK_FOR, NOTHING, Checks, checked
from weftmail.flow.explain import explain
from weftmail.flow.installation import NoDns
from weftmail.flow.intake import Intake, drain
from weftmail.flow.reading import Here, read
from weftmail.flow.review import release
from weftmail.flow.settle import Settler

RECEIVED = (
    f"Received: from mail.acme.example (mail.acme.example [203.0.113.9])\r\n\tby {HOST} (Postfix) with ESMTPS id Q1\r\n"
    "\tfor <leads@acme.example>; Tue, 24 Nov 2026 10:00:00 +0000 (UTC)\r\n"
).encode()
RECORDS: dict = {
    "s1._domainkey.acme.example": rsa_key()[1],
    "acme.example": "v=spf1 ip4:203.0.113.9 -all",
    "_dmarc.acme.example": "v=DMARC1; p=reject",
}


def by(author: str, to: str = "leads@acme.example") -> bytes:
    raw = (
        f"From: <{author}>\r\nTo: {to}\r\nSubject: Quote\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\n"
        f"Message-ID: <{author}>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nCould you do 40 chairs?\r\n"
    ).encode()
    return RECEIVED + signed(raw, "acme.example", canonicalize=(b"relaxed", b"relaxed"))


class Mutable:
    """A DNS whose records a test changes."""

    def __init__(self) -> None:
        self.records = dict(RECORDS)
        self.gate = Event()
        self.gate.set()

    def query(self, name: str, kind: DnsType):
        self.gate.wait(10)
        return Dns(self.records).query(name, kind)


@pytest.fixture
def dns(world: World) -> Mutable:
    found = Mutable()
    policy = Policy(None, frozenset({HOST}), (), True)
    world.installation = replace(
        world.installation, policies=dict.fromkeys(("pipe", "lmtp", "spool"), policy), resolver=lambda: found
    )
    return found


def test_what_we_found_counts_like_a_milters_report(world: World, dns: Mutable) -> None:
    row = world.deliver(by("anna@acme.example"), "leads@acme.example", sender="anna@acme.example")
    assert (row.state, row.record) == ("filed", "LEAD-1")
    assert [(one.method, one.result) for one in row.results] == [("spf", "pass"), ("dkim", "pass"), ("dmarc", "pass")]
    (message,) = (one for one in world.thread("LEAD-1") if one.inbound_id == row.id)
    assert message.verified and message.author_user_id == world.anna
    stranger = world.deliver(by("eva@acme.example"), "leads@acme.example", sender="eva@acme.example")
    assert stranger.record == "LEAD-2" and world.thread("LEAD-2")[0].verified


def test_without_a_hop_from_outside_nothing_is_asked(world: World, dns: Mutable) -> None:
    dns.query = None  # type: ignore[method-assign,assignment]
    row = world.deliver(by("anna@acme.example").replace(b"203.0.113.9", b"127.0.0.1"), "leads@acme.example")
    assert row.results == () and '"checker": ""' in row.proof
    assert (
        checked(world.installation, Envelope("leads@acme.example", entrance="nowhere"), read(by("a@b.example")))
        == NOTHING
    )


def test_a_dead_dns_leaves_an_outsiders_mail_unchecked_and_holds_nothing_up(world: World, dns: Mutable) -> None:
    dns.records = dict.fromkeys(RECORDS)
    row = world.deliver(by("eva@acme.example"), "leads@acme.example", sender="eva@acme.example")
    assert row.state == "filed" and not world.thread("LEAD-1")[0].verified
    assert {one.result for one in row.results} == {"temperror"}


class TestAKeyThatCannotBeHad:
    def test_a_colleagues_mail_waits_and_others_go_on(self, world: World, dns: Mutable) -> None:
        dns.records["s1._domainkey.acme.example"] = None
        (row,) = world.accept(by("anna@acme.example"), "leads@acme.example", sender="anna@acme.example")
        world.settle()
        waiting = world.row(row)
        assert (waiting.state, waiting.asks) == ("accepted", 1)
        assert waiting.why is not None and "acme.example signs" in say(waiting.why)
        assert world.deliver(by("eva@acme.example"), "leads@acme.example").state == "filed"
        world.settle()
        assert world.row(row).asks == 1
        dns.records = RECORDS
        world.clock.now += 15_000
        world.settle()
        assert (world.row(row).state, world.row(row).why) == ("filed", None)

    def test_after_a_quarter_of_an_hour_it_is_held_and_was_asked_for_again_and_again(
        self, world: World, dns: Mutable
    ) -> None:
        dns.records["s1._domainkey.acme.example"] = None
        world.alias("internal", "lead", accepts="internal")
        raw = by("anna@acme.example", "internal@acme.example")
        (row,) = world.accept(raw, "internal@acme.example", sender="anna@acme.example")
        began = world.clock.now
        while world.row(row).state == "accepted":
            world.settle()
            world.clock.now += 1000
        assert world.row(row).state == "held"
        assert ASK_FOR <= world.clock.now - began < ASK_FOR + 5000
        assert world.row(row).asks == 7

    def test_a_drain_stays_until_then(self, world: World, dns: Mutable) -> None:
        dns.records["s1._domainkey.acme.example"] = None
        (row,) = world.accept(by("anna@acme.example"), "leads@acme.example", sender="anna@acme.example")
        slept = []

        def sleep(seconds: float) -> None:
            slept.append(seconds)
            world.clock.now += int(seconds * 1000)
            if len(slept) == 20:
                dns.records = RECORDS

        intake = Intake(world.store, world.installation, world.lock, Folder(), Bell(), Here())
        assert drain(intake, sleep) == 1
        assert world.row(row).state == "filed" and len(slept) == 45


class Later(Executor):
    """Runs nothing until it is told to."""

    def __init__(self) -> None:
        self.waiting: list = []

    def submit(self, fn, /, *args, **kwargs):  # type: ignore[no-untyped-def]
        future: Future = Future()
        self.waiting.append((future, fn, args))
        return future

    def run(self) -> None:
        for future, fn, args in self.waiting:
            if future.set_running_or_notify_cancel():
                future.set_result(fn(*args))
        self.waiting.clear()


def settler(world: World, executor: Executor, done=lambda: None) -> Settler:  # type: ignore[no-untyped-def]
    checks = Checks(world.installation, executor, done)
    return Settler(world.store, world.installation, world.lock, Here(), checks=checks)


def test_a_mail_that_is_being_checked_is_overtaken_and_then_filed(world: World, dns: Mutable) -> None:
    executor, rung = Later(), []
    settling = settler(world, executor, lambda: rung.append(1))
    (first,) = world.accept(by("eva@acme.example"), "leads@acme.example")
    (second,) = world.accept(by("eva@acme.example").replace(b"203.0.113.9", b"127.0.0.1"), "leads@acme.example")
    done = settling.settle()
    assert done.settled == 1 and done.reading and settling.reading
    assert (world.row(first).state, world.row(second).state) == ("accepted", "filed")
    assert settling.settle().settled == 0
    executor.run()
    assert rung == [1] and not settling.reading
    assert settling.settle().settled == 1
    assert world.row(first).state == "filed"
    (third,) = world.accept(by("eva@acme.example"), "leads@acme.example")
    settling.settle()
    settling.stop()
    executor.run()
    assert world.row(third).state == "accepted"


def test_threads_check_beside_each_other(world: World, dns: Mutable) -> None:
    dns.gate.clear()
    with ThreadPoolExecutor(4) as executor:
        done = Event()
        settling = settler(world, executor, done.set)
        rows = [world.accept(by(f"eva{n}@acme.example"), "leads@acme.example")[0] for n in range(3)]
        assert settling.settle().settled == 0
        dns.gate.set()
        while settling.reading:
            done.wait(1)
        assert settling.settle().settled == 3
    assert {world.row(row).state for row in rows} == {"filed"}


@pytest.mark.parametrize("threads", [False, True])
def test_a_fault_of_our_own_in_a_check_puts_that_mail_aside(world: World, dns: Mutable, threads: bool) -> None:
    dns.query = lambda name, kind: 1 / 0  # type: ignore[method-assign]
    with ThreadPoolExecutor(1) as executor:
        checks = Checks(world.installation, executor if threads else None)
        settling = Settler(world.store, world.installation, world.lock, Here(), checks=checks)
        (row,) = world.accept(by("eva@acme.example"), "leads@acme.example")
        while world.row(row).state == "accepted":
            settling.settle()
    assert world.row(row).state == "error" and "ZeroDivisionError" in world.row(row).error


def test_who_releases_a_mail_sees_what_was_found_when_it_came(world: World, dns: Mutable) -> None:
    world.alias("internal", "lead", accepts="internal")
    row = world.deliver(by("eva@acme.example", "internal@acme.example"), "internal@acme.example")
    assert row.state == "held"
    dns.records = {}
    assert release(world.store, world.installation, row.id).record == "LEAD-1"
    assert world.thread("LEAD-1")[0].verified


def test_explain_checks_as_filing_does(world: World, dns: Mutable) -> None:
    envelope = Envelope("leads@acme.example", "eva@acme.example", entrance="lmtp")
    answer = explain(world.store, world.installation, envelope, by("eva@acme.example"))
    found = answer["authentication"]
    assert isinstance(found, dict) and found["verified"] and found["source"] == "own check"
    assert found["checked"][1] == "SPF: acme.example lets 203.0.113.9 send for it."


def test_an_installation_without_a_resolver_knows_nothing(world: World) -> None:
    assert NoDns().query("a.example", "TXT").text
