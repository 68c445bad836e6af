"""Two hundred clients that say nothing, half a word, or a letter a second: mail and pages go on, and little is held.

Both doors are the installed programs, with the limits that they have in use.
"""

from __future__ import annotations

import os
import socket
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from tests.e2e.conftest import make_state
from tests.e2e.mortal import Mortal
from tests.e2e.postfix import children, free_port, until
from tests.e2e.sink import Sink
from weftmail.core.limits import HTTP_HEAD

CLIENTS = 200
MEMORY = 32
"""So many MB more a program may hold while they are there."""
PROCESSOR = 0.2
"""So much of one processor they may cost while nothing comes from most of them."""
SECONDS = 5
SAID = {"idle": b"", "half": b"GET / HT", "lmtp-half": b"LHLO cl"}

Connect = Callable[[], socket.socket]


@pytest.fixture(scope="module")
def installation(workspace: Path, _sink: Sink) -> Iterator[Mortal]:
    one = Mortal(make_state(workspace), _sink.port)
    yield one
    one.stop()


def held(pid: int) -> int:
    """Return the memory that a program and its children hold, in KB."""
    lines = [
        line for one in (pid, *children(pid)) for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
    ]
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def worked(pid: int) -> float:
    """Return the seconds of processor time that a program used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def connections(pid: int) -> int:
    """Return how many files and connections a program has open."""
    return len(os.listdir(f"/proc/{pid}/fd"))


@contextmanager
def clients(connect: Connect, half: bytes) -> Iterator[list[socket.socket]]:
    """Hold as many connections: a third says nothing, a third half a word, and a third is to drip."""
    with ExitStack() as stack:
        found = [stack.enter_context(connect()) for _ in range(CLIENTS)]
        for one in found[CLIENTS // 3 : 2 * CLIENTS // 3]:
            one.sendall(half)
        yield found


def drip(found: list[socket.socket], letter: bytes) -> None:
    """Let the last third say one more letter each."""
    for one in found[2 * CLIENTS // 3 :]:
        with suppress(OSError):
            one.send(letter)


def ended(one: socket.socket) -> bool:
    """Say whether the other side has closed it; what it said before is passed over."""
    one.settimeout(0.01)
    try:
        while one.recv(4096):
            pass
    except TimeoutError:
        return False
    except OSError:
        return True
    return True


def cost(pid: int, found: list[socket.socket], letter: bytes) -> float:
    """Return the processor that they cost each second."""
    began, used = time.monotonic(), worked(pid)
    while time.monotonic() < began + SECONDS:
        drip(found, letter)
        time.sleep(1)
    return (worked(pid) - used) / (time.monotonic() - began)


def test_the_listener_takes_mail_while_two_hundred_clients_dawdle(installation: Mortal) -> None:
    def connect() -> socket.socket:
        one = socket.socket(socket.AF_UNIX)
        one.connect(str(installation.socket))
        return one

    with installation.listening() as listener:
        assert installation.hand_over(installation.subject("before")) == 0
        installation.ledger.wait_settled(installation.notified, installation.log)
        before = held(listener.pid)
        with clients(connect, SAID["lmtp-half"]) as found:
            used = cost(listener.pid, found, b"N")
            assert connections(listener.pid) >= CLIENTS, "all of them are held at once"
            more = (held(listener.pid) - before) / 1024
            began = time.monotonic()
            for number in range(5):
                assert installation.hand_over(installation.subject(f"beside them {number}")) == 0
            took = (time.monotonic() - began) / 5
            installation.assert_filed_once()
            there = sum(not ended(one) for one in found)
        print(
            f"\nLMTP: {CLIENTS} clients: {more:.1f} MB, {used:.3f} of a processor; a mail in {took:.2f} s; {there} left"
        )
        assert more < MEMORY and used < PROCESSOR
        # Silence is a mail server's right, for five minutes: nobody was cut off for it.
        assert there == CLIENTS
        assert installation.greets()


def test_the_site_answers_while_two_hundred_clients_dawdle_and_cuts_them_off(installation: Mortal) -> None:
    port = free_port()
    site = installation.start(installation.programs / "mail-admin", "serve", "--site", f"127.0.0.1:{port}")

    def connect() -> socket.socket:
        return socket.create_connection(("127.0.0.1", port), 5)

    def answers() -> float:
        began = time.monotonic()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in", timeout=20) as answer:
            assert answer.status == 200 and answer.read()
        return time.monotonic() - began

    def up() -> bool:
        with suppress(OSError):
            return answers() > 0
        return False

    until(up, "the site answers", installation.log)
    before = held(site.pid)
    with clients(connect, SAID["half"]) as found:
        used = cost(site.pid, found, b"G")
        assert connections(site.pid) >= CLIENTS, "all of them are held at once"
        more = (held(site.pid) - before) / 1024
        took = max(answers() for _ in range(5))
        until(lambda: all(ended(one) for one in found), "all of them are cut off", installation.log, HTTP_HEAD * 6)
    print(f"\nHTTP: {CLIENTS} clients: {more:.1f} MB, {used:.3f} of a processor; a page in {took:.2f} s; all cut off")
    assert more < MEMORY and used < PROCESSOR
    installation.end(site)
