"""A kill storm: our programs and the mail server's own processes are killed while mail comes in and goes out.

They hang, too, and are started anew; so is the mail server; the disk is full, the store locked, and the clock jumps.
One text for Postfix and for Exim, and for both of Exim's ways.  In the end a ledger is read: what the mail server's log
says it handed over, and what is here.  ``WEFTMAIL_STORM`` says how many mails there are.
"""

from __future__ import annotations

import json
import os
import random
import signal
import smtplib
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.installation import ANNA, Server
from tests.e2e.mortal import KARIN, LEADS, Mortal, mail
from tests.e2e.postfix import children, until
from tests.e2e.sink import Sink
from tests.e2e.troubles import HOUR, JumpingClock, SmallDisk, hung, locked
from tests.unit.parsing.shapes import SHAPES

SERVERS: dict[str, dict[str, object]] = {
    "postfix": {"milter": False},
    "exim": {"flavour": "light"},
    "exim-pipe": {"flavour": "light", "split": False, "mode": "pipe"},
}
MAILS = int(os.environ.get("WEFTMAIL_STORM", "120"))
MANY = MAILS > 1000
CLIENTS, REST = (4, 0.0) if MANY else (1, 0.25)
"""So many clients hand mails in, each with a rest of so many seconds between two."""
PATIENCE = 120 + MAILS // 5
"""Seconds until all that was put off is filed."""
MORE, BATCH = 300, 10
"""Further mails at most, until all were killed often enough; so many at once."""
HEAVY = 6
"""So many of the mails are hostile beside these."""
PAUSE = 0.25
"""Seconds between two deaths."""
EACH = 3
"""How often everything is killed at least; a reader is there only while mail is read, or shortly before."""
TROUBLES = ("hang", "restart", "server anew", "disk full", "store locked", "clock")
BETWEEN = 4
"""One in so many strikes is trouble of another kind than a death."""
LONG = 35
"""Longer than the pipe program waits for an answer, in seconds."""
ROOM = 256 * 1024 * 1024 + MAILS * 100_000
"""What the disk of the state folder holds while it is not full."""


class Client(threading.Thread):
    """Hands mails to the mail server, each as often as it takes to hear that it was taken: some of them twice, then."""

    def __init__(self, server: Server, mails: list[bytes]) -> None:
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
            time.sleep(REST)


class Storm:
    """Kills one process after the other, and starts what a supervisor would start again."""

    def __init__(
        self, installation: Mortal, server: Server, kinds: tuple[str, ...], disk: SmallDisk, clock: JumpingClock
    ) -> None:
        self._installation, self._server, self._kinds = installation, server, kinds
        self._disk, self._clock = disk, clock
        self._chance = random.Random(7)
        self.listener, self.sender = installation.listen(), installation.sender()
        self.deaths: Counter[str] = Counter()
        self.troubles: Counter[str] = Counter()
        self._strikes = 0

    def enough(self) -> bool:
        """Say whether each kind was killed as often as it is to be, and each other trouble was there."""
        return all(self.deaths[one] >= EACH for one in self._kinds) and all(self.troubles[one] for one in TROUBLES)

    def strike(self) -> None:
        """Kill one process, chosen by chance, or make another trouble; then bring back what has ended."""
        self._strikes += 1
        if self._strikes % BETWEEN:
            self._kill()
        else:
            # What was there least comes first.
            name = min(TROUBLES, key=lambda one: (self.troubles[one], self._chance.random()))
            self._trouble(name)
            self.troubles[name] += 1
        self.mend()

    def _kill(self) -> None:
        there = {name: pids for name in self._kinds if (pids := self._targets(name))}
        # What was not killed often enough comes first: a reader is there only while mail comes in.
        name = self._chance.choice([one for one in there if self.deaths[one] < EACH] or [*there] or self._kinds)
        with suppress(ProcessLookupError, IndexError):
            os.kill(self._chance.choice(there.get(name, [])), signal.SIGKILL)
            self.deaths[name] += 1

    def _trouble(self, name: str) -> None:
        """Make one trouble, and end it; somebody may be killed in the midst of it."""
        if name == "clock":
            self._clock.jump(self._chance.choice((-2 * HOUR, -HOUR // 2, 0, HOUR // 2, 2 * HOUR)))
        elif name == "server anew":
            self._server.anew()
        elif name == "restart":
            one = self._chance.choice((self.listener, self.sender))
            one.terminate()
            one.wait(60)
        else:
            with self._while(name):
                time.sleep(self._chance.uniform(0.5, 3))
                if self._chance.random() < 0.5:
                    self._kill()

    def _while(self, name: str) -> AbstractContextManager[None]:
        if name == "disk full":
            return self._disk.full()
        if name == "store locked":
            return locked(self._installation.state / "weftmail.db")
        return hung(self._chance.choice((self.listener, self.sender)).pid)

    def hang_long(self) -> None:
        """Let the listener hang for longer than anybody waits."""
        with hung(self.listener.pid):
            time.sleep(LONG)

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

    def _targets(self, name: str) -> list[int]:
        if name == "listener":
            return [self.listener.pid]
        if name == "reader":
            return children(self.listener.pid)
        if name == "sender":
            return [self.sender.pid]
        return piped(self._installation.state) if name == "program" else self._server.workers()


def piped(state: Path) -> list[int]:
    """Return the pipe programs that hand a mail over now, and the shells in front of them."""
    found = []
    for one in filter(str.isdecimal, os.listdir("/proc")):
        with suppress(OSError):
            words = Path(f"/proc/{one}/cmdline").read_bytes()
            if b"--environment" in words and str(state).encode() in words:
                found.append(int(one))
    return found


@pytest.fixture
def disk(workspace: Path) -> Iterator[SmallDisk]:
    """A disk of its own for the state folder."""
    one = SmallDisk(workspace, ROOM)
    yield one
    one.unmount()


@pytest.mark.timeout(900 + 2 * MAILS)
@pytest.mark.parametrize("kind", SERVERS)
def test_nothing_is_lost_doubled_or_bounced(
    kind: str,
    disk: SmallDisk,
    _sink: Sink,
    sink: Sink,
    make_postfix: Callable[..., Server],
    make_exim: Callable[..., Server],
) -> None:
    installation = Mortal(disk.state, _sink.port)
    clock = JumpingClock(disk.state.parent)
    installation.environment = clock.environment()
    server = (make_postfix if kind == "postfix" else make_exim)(installation.state, **SERVERS[kind])
    follow(installation, server)
    subjects = [installation.subject(f"storm {number}") for number in range(MAILS)]
    heavy = [b"X-Number: %d\n" % number + shape(60_000) for number, shape in enumerate([*SHAPES.values()][:HEAVY])]
    mails = [mail(one) for one in subjects]
    for number, raw in enumerate(heavy):
        mails.insert(number * (MAILS // HEAVY), raw)
    clients = [Client(server, mails[number::CLIENTS]) for number in range(CLIENTS)]
    kinds = ("listener", "reader", "sender", "server", *(("program",) if kind == "exim-pipe" else ()))
    try:
        storm = Storm(installation, server, kinds, disk, clock)
        listened_to(installation, server)
        for one in clients:
            one.start()
        time.sleep(PAUSE)
        storm.hang_long()
        while any(one.is_alive() for one in clients) or not storm.enough():
            if not any(one.is_alive() for one in clients):
                # Readers and pipe programs are there while mail comes in, and only then can they be killed.
                assert len(subjects) < MAILS + MORE, f"{dict(storm.deaths)}, {dict(storm.troubles)}"
                fresh = [installation.subject(f"storm {len(subjects) + number}") for number in range(BATCH)]
                subjects += fresh
                clients.append(Client(server, [mail(one) for one in fresh]))
                clients[-1].start()
            storm.strike()
            time.sleep(PAUSE)
        storm.mend()
        # What waits until an hour that the clock showed once is due when it shows that hour again.
        clock.jump(clock.furthest + HOUR)
        if not server.running():
            server.start()
        emptied(installation, server)
        installation.ledger.wait_settled(subjects, installation.log, PATIENCE)
        until(lambda: all_left(installation, storm), "all copies have left", lambda: waiting(installation), PATIENCE)
        again = sum(one.again for one in clients)
        print(
            f"\n{kind}: {len(subjects) + HEAVY} mails; killed: {dict(storm.deaths)}; troubles: {dict(storm.troubles)}; "
            f"handed over again: {again}"
        )
        check(installation, server, sink, subjects, storm.deaths)
        read_the_ledger(installation, server, len(subjects) + HEAVY, storm.deaths)
    finally:
        installation.stop()
        server.stop()


def follow(installation: Mortal, server: Server) -> None:
    """Let the sender follow the mail server's log, from its beginning."""
    server.open_log()
    with installation.config.open("a") as settings:
        settings.write(f'mail_log = "{server.log_file}"\n')


def listened_to(installation: Mortal, server: Server) -> None:
    """Wait until the sender has read a line of the log: it begins at the end of a log that it never read."""

    def heard() -> bool:
        with server.smtp() as client:
            client.mail(KARIN)
            client.rcpt("nobody@elsewhere.example")
        return (installation.state / "mail-log.place").exists()

    until(heard, "the sender reads the log", installation.log)


def emptied(installation: Mortal, server: Server) -> None:
    """Let the mail server try again what waits, until nothing does."""
    end = time.monotonic() + PATIENCE
    while server.queue():
        assert time.monotonic() < end, f"{server.queue()}\n{server.log()[-3000:]}\n{installation.log()}"
        server.flush()
        time.sleep(1)


def all_left(installation: Mortal, storm: Storm) -> bool:
    """Say whether all copies have left; what has ended is started again, as a supervisor does all the time."""
    storm.mend()
    return installation.ledger.rows("select distinct state from outbox") == [("sent",)]


def waiting(installation: Mortal) -> str:
    """Return what is known of the copies that have not left, for whoever reads that they did not."""
    of = "state, audience, count(*), min(next_at), max(next_at), max(leased_until_at), max(leased_by), max(error)"
    found = installation.ledger.rows(f"select {of} from outbox where state <> 'sent' group by state, audience")
    return f"now {int(time.time() * 1000)}; {found}\n{installation.log()}"


def check(installation: Mortal, server: Server, sink: Sink, subjects: list[str], deaths: Counter[str]) -> None:
    """Fail where anything was lost, doubled or bounced."""
    ledger = installation.ledger
    ledger.assert_whole()
    found = dict(ledger.rows("select title, count(*) from record where title like 'storm %' group by title"))
    assert found == dict.fromkeys(subjects, 1)
    found = dict(ledger.rows("select subject, count(*) from message where subject like 'storm %' group by subject"))
    assert found == dict.fromkeys(subjects, 1)
    assert set(ledger.states()) <= {"filed", "duplicate"}, ledger.states()
    assert len(ledger.rows("select id from inbound where state = 'filed'")) == len(subjects) + HEAVY
    there = sink.to(ANNA)
    copies = Counter(str(one.message["Subject"]) for one in there)
    assert all(copies[one] for one in subjects), "each notification has left"
    ids: dict[str, set[str]] = {}
    for copy in there:
        ids.setdefault(str(copy.message["Subject"]), set()).add(str(copy.message["Message-ID"]))
    assert all(len(ids[one]) == 1 for one in subjects)
    assert sum(copies[one] - 1 for one in subjects) <= deaths["sender"], "a copy leaves twice at most for each death"
    assert sink.to(KARIN) == [] and server.bounced() == []


def read_the_ledger(installation: Mortal, server: Server, mails: int, deaths: Counter[str]) -> None:
    """Fail where something of what the server says it handed over is not here, or here without its saying so."""
    handed = server.handed_over()
    # What another process took, and was killed before it could say so, comes once more and is known.
    here = {one for (one,) in installation.ledger.rows("select distinct queue_id from inbound")}
    assert handed <= here, handed - here
    # A process of the server that dies between the delivery and its line leaves it to the journal of the message, by
    # Exim's -J file, from which the next one takes that it is done, and says no more.
    assert len(handed) >= mails - deaths["server"] - deaths["program"]

    last: list[str] = []

    def compared() -> dict[str, Any] | None:
        shown = installation.run(installation.programs / "mail-admin", "status", "--json")
        found: dict[str, Any] = json.loads(shown.stdout)
        counts = found["handed"]
        last.append(f"{counts}, missing {found['missing']}")
        return counts if not found["missing"] and counts["handed"] == counts["here"] >= len(handed) else None

    until(
        lambda: compared() is not None,
        f"the sender's count agrees with the log of the server: {len(handed)}",
        lambda: f"{last[-1]}\n{installation.log()}",
        PATIENCE,
    )
    counts = compared()
    rows = installation.ledger.states()
    print(f"ledger: {len(handed)} ids handed over by the log, {len(here)} here; counted by mail-send: {counts}; {rows}")
