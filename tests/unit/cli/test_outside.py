"""Whether this machine may speak to mail servers outside: open, closed, silent, or not needed; with real sockets."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.unit.shell import Shell
from tests.unit.zones import TableZones
from weftmail.cli.doctor.outside import MOST, Tried, said, tried

DOMAINS = ("one.example", "two.example", "three.example", "four.example")


def zones(*addresses: str) -> TableZones:
    """Each domain with a mail server at one of the addresses."""
    found = TableZones("example", {})
    for domain, address in zip(DOMAINS, addresses, strict=False):
        found.rows |= {
            (domain, "MX"): (f"20 late.{domain}", f"10 mx.{domain}"),
            (f"mx.{domain}", "A"): (address,),
            (f"late.{domain}", "A"): ("127.0.0.99",),
        }
    return found


@pytest.fixture
def silent() -> Iterator[int]:
    """A port whose queue is full: who knocks there hears nothing, as behind a provider that drops what goes to 25."""
    with ExitStack() as stack:
        there = stack.enter_context(socket.create_server(("127.0.0.2", 0), backlog=0))
        for _ in range(8):
            knocks = stack.enter_context(socket.socket())
            knocks.setblocking(False)
            knocks.connect_ex(there.getsockname())
        yield there.getsockname()[1]


@pytest.fixture
def open_() -> Iterator[int]:
    with socket.create_server(("127.0.0.3", 0)) as there:
        yield there.getsockname()[1]


def test_it_is_open_where_one_answers(open_: int) -> None:
    found = tried(zones("127.0.0.2", "127.0.0.3", "127.0.0.3"), DOMAINS, open_, 2)
    assert [one.host for one in found] == ["mx.one.example", "mx.two.example"] and found[1].why == ""
    assert said(found) == ("open: mx.two.example answers", [])


def test_it_is_blocked_where_nobody_answers(silent: int) -> None:
    found = tried(zones("127.0.0.2", "127.0.0.4"), DOMAINS, silent, 0.3)
    (finding,) = said(found)[1]
    assert (finding.level, finding.finding) == ("broken", "your provider blocks outgoing port 25")
    assert "mx.one.example: no answer within 0.3 s; mx.two.example: Connection refused" in finding.reason
    assert finding.next_step == "ask them to open it, or name a relay: mail-admin server add NAME --host HOST"


def test_one_server_alone_proves_little(silent: int) -> None:
    (finding,) = said(tried(zones("127.0.0.2"), DOMAINS, silent, 0.3))[1]
    assert (finding.level, finding.finding) == ("look", "mx.one.example is not reached at port 25")


def test_so_many_are_tried_each_once(open_: int) -> None:
    four = zones("127.0.0.5", "127.0.0.5", "127.0.0.5", "127.0.0.5")
    assert len(tried(four, DOMAINS, open_, 1)) == MOST
    four.rows[("two.example", "MX")] = ("10 mx.one.example",)
    assert [one.host for one in tried(four, DOMAINS[:2], open_, 1)] == ["mx.one.example"]


def test_a_domain_without_a_server_says_nothing() -> None:
    none = TableZones("example", {("one.example", "MX"): ("0 .",), ("two.example", "MX"): ("10 gone.example",)})
    assert tried(none, ["one.example", "two.example", "three.example"], 1, 0.1) == []
    assert said([]) == ("not tried: nobody of yours has a mailbox elsewhere that the DNS knows", [])


def test_the_reason_is_the_machine_s_own_word() -> None:
    assert said([Tried("mx.a.example", "No route to host"), Tried("mx.b.example", "x")])[1][0].reason == (
        "no mail leaves for others (mx.a.example: No route to host; mx.b.example: x)"
    )


@pytest.mark.parametrize(
    ("settings", "saw"),
    [('smtp = "maildir:caught"', "a demo: no mail server"), ("dns_looks = false", "not tried: dns_looks is off")],
)
def test_nobody_is_asked_where_that_makes_no_sense(shell: Shell, settings: str, saw: str) -> None:
    with shell.config.open("a") as config:
        config.write(f"{settings}\n")
    checks = {one["name"]: one for one in json.loads(shell.call("doctor", "--json")[1])}
    assert (checks["port 25"]["saw"], checks["port 25"]["findings"]) == (saw, [])
