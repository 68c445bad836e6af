"""The resolver against a real authoritative server: every answer that the DNS has, and what is kept of it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from weftmail.core.ports import DnsAnswer, DnsFailure, NoData, NoSuchName
from weftmail.transport.dns import CachingResolver

from .nsd import SOA, Nsd

NOW = 1_800_000_000_000
KEY = "v=DKIM1; k=rsa; p=" + "MIIBIjANBgkqhkiG9w0BAQ" * 17
ZONE = (
    SOA.format(minimum=60)
    + f"""
@ 300 IN MX 10 MX1.acme.example.
@ 300 IN MX 20 mx2.elsewhere.example.
@ 300 IN TXT "v=spf1 ip4:203.0.113.7 " "-all"
in 120 IN CNAME mx1
mx1 600 IN A 203.0.113.7
mx1 600 IN AAAA 2001:DB8::7
nomail 300 IN MX 0 .
week 604800 IN A 203.0.113.8
never 0 IN A 203.0.113.9
away 300 IN CNAME host.other.example.
lost 300 IN CNAME gone
wm26a._domainkey 300 IN TXT "{KEY[:250]}" "{KEY[250:]}"
many 300 IN TXT """
    + " ".join(f'"{number:03} {"x" * 200}"' for number in range(20))
    + '\nxn--grn-ioa 300 IN TXT "latin \\246"\n'
)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now

    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.now += seconds * 1000


@pytest.fixture(scope="module")
def nsd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nsd]:
    """A DNS server with the zone acme.example, and with broken.example, for which it has no data."""
    server = Nsd(tmp_path_factory.mktemp("nsd"), {"acme.example": ZONE}, broken=("broken.example",))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def clock() -> Clock:
    """The clock of the resolver."""
    return Clock()


@pytest.fixture
def resolver(nsd: Nsd, clock: Clock) -> CachingResolver:
    """A resolver that asks this server alone."""
    return CachingResolver(clock, [("127.0.0.1", nsd.port)])


@pytest.fixture
def silent() -> Iterator[tuple[str, int]]:
    """A server that takes every question and answers none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        yield deaf.getsockname()


class Relay:
    """A server in front of nsd that counts the questions, and can be told to drop them."""

    def __init__(self, port: int) -> None:
        self.asked = 0
        self.answers = True
        self._port = port
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address: tuple[str, int] = self._socket.getsockname()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while True:
            question, whose = self._socket.recvfrom(4096)
            if not question:
                return
            self.asked += 1
            if self.answers:
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as upstream:
                    upstream.sendto(question, ("127.0.0.1", self._port))
                    self._socket.sendto(upstream.recv(4096), whose)

    def close(self) -> None:
        """Stop; an empty datagram says so."""
        self._socket.sendto(b"", self.address)
        self._thread.join(5)
        self._socket.close()


@pytest.fixture
def relay(nsd: Nsd) -> Iterator[Relay]:
    """A relay to the server."""
    made = Relay(nsd.port)
    yield made
    made.close()


def test_records_as_a_zone_file_shows_them(resolver: CachingResolver) -> None:
    mx = resolver.query("acme.example", "MX")
    assert mx == DnsAnswer("acme.example", ("10 mx1.acme.example", "20 mx2.elsewhere.example"), NOW + 300_000)
    assert resolver.query("mx1.acme.example.", "A") == DnsAnswer("mx1.acme.example", ("203.0.113.7",), NOW + 600_000)
    aaaa = resolver.query("MX1.ACME.example", "AAAA")
    assert aaaa == DnsAnswer("mx1.acme.example", ("2001:db8::7",), NOW + 600_000)
    assert resolver.query("nomail.acme.example", "MX") == DnsAnswer("nomail.acme.example", ("0 .",), NOW + 300_000)


def test_the_pieces_of_a_text_are_joined(resolver: CachingResolver) -> None:
    spf = resolver.query("acme.example", "TXT")
    assert isinstance(spf, DnsAnswer) and spf.values == ("v=spf1 ip4:203.0.113.7 -all",)
    key = resolver.query("wm26a._domainkey.acme.example", "TXT")
    assert isinstance(key, DnsAnswer) and key.values == (KEY,)


def test_an_answer_too_long_for_a_datagram_comes_by_tcp(resolver: CachingResolver) -> None:
    many = resolver.query("many.acme.example", "TXT")
    assert isinstance(many, DnsAnswer) and len(many.values[0]) == 20 * 204


def test_letters_outside_ascii_in_a_name_and_in_a_text(resolver: CachingResolver) -> None:
    found = resolver.query("grün.acme.example", "TXT")
    assert found == DnsAnswer("xn--grn-ioa.acme.example", ("latin \ufffd",), NOW + 300_000)


def test_an_alias_leads_to_the_name_that_has_the_records(resolver: CachingResolver) -> None:
    found = resolver.query("in.acme.example", "A")
    assert found == DnsAnswer("mx1.acme.example", ("203.0.113.7",), NOW + 120_000)
    assert resolver.query("lost.acme.example", "A") == NoSuchName()
    assert resolver.query("away.acme.example", "A") == NoData()


def test_a_name_that_is_not_there_and_one_without_such_a_record(resolver: CachingResolver) -> None:
    assert resolver.query("nobody.acme.example", "A") == NoSuchName()
    assert resolver.query("mx1.acme.example", "MX") == NoData()


@pytest.mark.parametrize(
    "name", ["a..example", "x" * 64 + ".example", "x." * 128 + "example", "\\300.example", "\ud800.se"]
)
def test_what_can_be_no_name_is_not_asked_for(silent: tuple[str, int], clock: Clock, name: str) -> None:
    assert CachingResolver(clock, [silent]).query(name, "A") == NoSuchName()


def test_a_server_that_fails_is_no_answer(resolver: CachingResolver) -> None:
    found = resolver.query("broken.example", "A")
    assert isinstance(found, DnsFailure) and "SERVFAIL" in found.text
    other = resolver.query("nobodys.example", "A")
    assert isinstance(other, DnsFailure) and "REFUSED" in other.text


def test_a_server_that_does_not_answer_costs_some_time_and_no_more(silent: tuple[str, int], clock: Clock) -> None:
    began = time.monotonic()
    found = CachingResolver(clock, [silent], one_try=0.2, patience=0.5).query("acme.example", "A")
    assert isinstance(found, DnsFailure) and "timed out" in found.text
    assert 0.4 < time.monotonic() - began < 2


def test_the_next_server_is_asked_when_the_first_is_silent(silent: tuple[str, int], nsd: Nsd, clock: Clock) -> None:
    both = CachingResolver(clock, [silent, ("127.0.0.1", nsd.port)], one_try=0.2)
    assert isinstance(both.query("acme.example", "MX"), DnsAnswer)


def test_an_answer_is_kept_until_its_time_is_over(relay: Relay, clock: Clock) -> None:
    resolver = CachingResolver(clock, [relay.address])
    first = resolver.query("mx1.acme.example", "A")
    clock.wait(599)
    assert resolver.query("MX1.acme.example.", "A") == first and relay.asked == 1
    clock.wait(1)
    again = resolver.query("mx1.acme.example", "A")
    assert relay.asked == 2 and again == DnsAnswer("mx1.acme.example", ("203.0.113.7",), clock.now + 600_000)


@pytest.mark.parametrize(
    ("name", "seconds"),
    [("week", 3600), ("never", 0), ("nobody", 60), ("away", 300)],
)
def test_what_is_kept_for_how_long(relay: Relay, clock: Clock, name: str, seconds: int) -> None:
    """An hour at most; that a name is not there, for as long as the SOA record of the zone says."""
    resolver = CachingResolver(clock, [relay.address])
    resolver.query(f"{name}.acme.example", "A")
    clock.wait(seconds - 1 if seconds else 0)
    resolver.query(f"{name}.acme.example", "A")
    assert relay.asked == (1 if seconds else 2)
    clock.wait(1)
    resolver.query(f"{name}.acme.example", "A")
    assert relay.asked == (2 if seconds else 3)


def test_a_failure_is_kept_for_some_seconds_so_that_an_outage_is_waited_for_once(relay: Relay, clock: Clock) -> None:
    resolver = CachingResolver(clock, [relay.address], one_try=0.2, patience=0.3)
    relay.answers = False
    assert isinstance(resolver.query("acme.example", "MX"), DnsFailure)
    asked, relay.answers = relay.asked, True
    clock.wait(4)
    assert isinstance(resolver.query("acme.example", "MX"), DnsFailure) and relay.asked == asked
    clock.wait(1)
    assert isinstance(resolver.query("acme.example", "MX"), DnsAnswer)


def test_what_was_not_used_for_longest_is_forgotten_first(relay: Relay, clock: Clock) -> None:
    resolver = CachingResolver(clock, [relay.address], most=2)
    for name in ("mx1", "ns1", "mx1", "week"):
        resolver.query(f"{name}.acme.example", "A")
    assert relay.asked == 3
    resolver.query("mx1.acme.example", "A")
    assert relay.asked == 3
    resolver.query("ns1.acme.example", "A")
    assert relay.asked == 4


def test_many_threads_may_ask_at_once(nsd: Nsd, clock: Clock) -> None:
    resolver = CachingResolver(clock, [("127.0.0.1", nsd.port)], most=3)
    names = ["mx1", "ns1", "week", "never", "in"] * 4
    wrong: list[object] = []

    def ask(name: str) -> None:
        found = resolver.query(f"{name}.acme.example", "A")
        if not isinstance(found, DnsAnswer):
            wrong.append(found)

    threads = [threading.Thread(target=ask, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert wrong == []
