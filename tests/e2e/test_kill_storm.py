"""A kill storm: listener, readers, sender and Postfix's own processes are killed while mail comes in and goes out."""

from __future__ import annotations

import os
import random
import signal
import smtplib
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests.e2e.conftest import make_state
from tests.e2e.installation import ANNA
from tests.e2e.mortal import KARIN, LEADS, Mortal, mail
from tests.e2e.postfix import PrivatePostfix, until
from tests.e2e.sink import Sink
from tests.unit.parsing.shapes import SHAPES

MAILS = 120
HEAVY = 6
"""So many of the mails are hostile beside these."""
PAUSE = 0.25
"""Seconds between two deaths."""
KINDS, EACH = ("listener", "reader", "sender", "postfix"), 3
"""What is killed, and how often at least; a reader is there only while mail is read, or shortly before."""


def children(pid: int) -> list[int]:
    """Return the processes that this one started."""
    found = []
    for one in filter(str.isdecimal, os.listdir("/proc")):
        with suppress(OSError):
            stat = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            if int(stat[1]) == pid and stat[0] != "Z":
                found.append(int(one))
    return found


class Client(threading.Thread):
    """Hands mails to Postfix, each as often as it takes to hear that it was taken: some of them twice, then."""

    def __init__(self, server: PrivatePostfix, mails: list[bytes]) -> None:
        super().__init__(daemon=True)
        self._server, self._mails = server, mails
        self.again = 0

    def run(self) -> None:
        for raw in self._mails:
            while True:
                try:
                    self._server.deliver(KARIN, LEADS, raw, timeout=10)
                    break
                except (OSError, smtplib.SMTPException):
                    self.again += 1
                    time.sleep(0.1)
            time.sleep(0.25)


class Storm:
    """Kills one process after the other, and starts what a supervisor would start again."""

    def __init__(self, installation: Mortal, server: PrivatePostfix) -> None:
        self._installation, self._server = installation, server
        self._chance = random.Random(7)
        self.listener, self.sender = installation.listen(), installation.sender()
        self.deaths: Counter[str] = Counter()

    def strike(self) -> None:
        """Kill one process, chosen by chance, and bring back what has ended."""
        name, found = self._chance.choice([*self._targets().items()])
        if found:
            with suppress(ProcessLookupError):
                os.kill(self._chance.choice(found), signal.SIGKILL)
                self.deaths[name] += 1
        self.mend()

    def mend(self) -> None:
        """Start again what has ended."""
        if self._ended(self.listener):
            self.listener = self._installation.listen()
        if self._ended(self.sender):
            self.sender = self._installation.sender()

    def _ended(self, one: subprocess.Popen[bytes]) -> bool:
        with suppress(subprocess.TimeoutExpired):
            # A process that was just killed needs a moment to be gone.
            one.wait(0.05)
            self._installation.running.remove(one)
            return True
        return False

    def _targets(self) -> dict[str, list[int]]:
        master = int((self._server.queue_folder / "pid" / "master.pid").read_text())
        return {
            "listener": [self.listener.pid],
            "reader": children(self.listener.pid),
            "sender": [self.sender.pid],
            "postfix": children(master),
        }


def test_nothing_is_lost_doubled_or_bounced(
    workspace: Path, _sink: Sink, sink: Sink, make_postfix: Callable[..., PrivatePostfix]
) -> None:
    installation = Mortal(make_state(workspace), _sink.port)
    server = make_postfix(installation.state, milter=False)
    subjects = [installation.subject(f"storm {number}") for number in range(MAILS)]
    heavy = [b"X-Number: %d\n" % number + shape(60_000) for number, shape in enumerate([*SHAPES.values()][:HEAVY])]
    mails = [mail(one) for one in subjects]
    for number, raw in enumerate(heavy):
        mails.insert(number * (MAILS // HEAVY), raw)
    client = Client(server, mails)
    try:
        storm = Storm(installation, server)
        client.start()
        while client.is_alive() or min(storm.deaths[one] for one in KINDS) < EACH:
            storm.strike()
            time.sleep(PAUSE)
        storm.mend()
        if not server.running():
            server.start()
        server.flush()
        server.wait_empty(120)
        installation.ledger.wait_settled(subjects, installation.log, 120)
        until(lambda: states(installation) == {"sent"}, "all copies have left", installation.log, 120)
        print(f"\nkilled: {dict(storm.deaths)}; handed over again: {client.again}")
        check(installation, server, sink, subjects, storm.deaths)
    finally:
        installation.stop()


def states(installation: Mortal) -> set[str]:
    """Return the states of all copies."""
    return {state for (state,) in installation.ledger.rows("select distinct state from outbox")}


def check(installation: Mortal, server: PrivatePostfix, sink: Sink, subjects: list[str], deaths: Counter[str]) -> None:
    """Fail where anything was lost, doubled or bounced."""
    ledger = installation.ledger
    ledger.assert_whole()
    found = dict(ledger.rows("select title, count(*) from record where title like 'storm %' group by title"))
    assert found == dict.fromkeys(subjects, 1)
    found = dict(ledger.rows("select subject, count(*) from message where subject like 'storm %' group by subject"))
    assert found == dict.fromkeys(subjects, 1)
    assert set(ledger.states()) <= {"filed", "duplicate"}, ledger.states()
    assert len(ledger.rows("select id from inbound where state = 'filed'")) == MAILS + HEAVY
    copies = Counter(subject for one in sink.to(ANNA) for subject in [str(one.message["Subject"])])
    assert all(copies[one] for one in subjects), "each notification has left"
    ids = {
        one: {str(copy.message["Message-ID"]) for copy in sink.to(ANNA) if copy.message["Subject"] == one}
        for one in subjects
    }
    assert all(len(one) == 1 for one in ids.values())
    assert sum(copies[one] - 1 for one in subjects) <= deaths["sender"], "a copy leaves twice at most for each death"
    assert sink.to(KARIN) == [] and "status=bounced" not in server.log()
    assert min(deaths[one] for one in KINDS) >= EACH, deaths
