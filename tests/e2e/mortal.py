"""An installation whose programs die: it remembers which mails it was given, and checks the store."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import smtplib
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.e2e import machine
from tests.e2e.installation import ANNA, LiveInstallation
from tests.e2e.ledger import Ledger
from tests.e2e.postfix import until

KARIN = "karin@customer.example"
LEADS = "leads@acme.example"
KILLED = -signal.SIGKILL


def mail(subject: str) -> bytes:
    """Return a customer's mail."""
    return (
        f"From: Karin Ek <{KARIN}>\nTo: {LEADS}\nSubject: {subject}\nDate: Tue, 24 Nov 2026 10:00:00 +0000\n"
        f"Message-ID: <{subject.replace(' ', '-')}@customer.example>\n\nHow much is it?\n.one dot\n"
    ).encode()


class Mortal(LiveInstallation):
    """An installation in which programs die; ``notified`` are the subjects of all mails that it was given."""

    def __init__(self, state: Path, smtp_port: int) -> None:
        super().__init__(state, smtp_port)
        self.admin("alias", "add", LEADS, "--opens", "lead", "--owner", ANNA)
        # So many mails of one sender within minutes look like a loop: each of them is to be told by email all the same.
        self.admin("exemption", "add", KARIN)
        self.ledger = Ledger(state)
        self.files = (state / "weftmail.db-wal", state / "settle.lock")
        self.notified: list[str] = []

    def subject(self, subject: str) -> str:
        """Remember a subject as one that has to be filed."""
        self.notified.append(subject)
        return subject

    def pipe_words(self) -> tuple[str | Path, ...]:
        """Return what starts the pipe program."""
        words = (f"--state={self.state}", f"--recipient={LEADS}", f"--sender={KARIN}", "--queue-id=4XYZ")
        return (self.programs / "mail-ingest", *words)

    def pipe(self, subject: str, raw: bytes = b"", front: Sequence[str] = ()) -> subprocess.CompletedProcess[bytes]:
        """Give a mail to the pipe program, with these words in front of it."""
        return self.run(*front, *self.pipe_words(), stdin=raw or mail(subject))

    def hand_over(self, subject: str, *front: str) -> int:
        """Give a mail to the pipe program, with these words in front of it; return its status."""
        return self.pipe(subject, front=front).returncode

    def start_listener(self, *front: str | Path) -> subprocess.Popen[bytes]:
        """Start the listener; it may fail."""
        return self.start(*(front or (self.programs / "mail-ingest", "--listen")), f"unix:{self.socket}")

    def listen(self, *front: str | Path) -> subprocess.Popen[bytes]:
        """Start the listener, and wait until it greets: a dead one has left its socket behind."""
        one = self.start_listener(*front)
        until(self.greets, "the listener greets", self.log)
        return one

    @contextmanager
    def listening(self) -> Iterator[subprocess.Popen[bytes]]:
        """Run the listener for the length of the block."""
        listener = self.listen()
        try:
            yield listener
        finally:
            self.end(listener)

    def supervise(self, one: subprocess.Popen[bytes]) -> subprocess.Popen[bytes]:
        """Start the listener again where it has ended, as a supervisor does; return the one that runs."""
        if one.poll() is None:
            return one
        self.running.remove(one)
        return self.listen()

    def greets(self) -> bool:
        """Say whether a listener answers."""
        with suppress(OSError, smtplib.SMTPException), smtplib.LMTP(str(self.socket)) as client:
            return client.noop()[0] == 250
        return False

    def died(self, one: subprocess.Popen[bytes]) -> None:
        """Wait until a program that was killed is gone."""
        assert one.wait(60) == KILLED, self.log()
        self.running.remove(one)

    def drain_words(self) -> tuple[str | Path, ...]:
        """Return what starts a drain."""
        return (self.programs / "mail-ingest", "--drain", f"--state={self.state}")

    @contextmanager
    def nobody_settles(self) -> Iterator[None]:
        """Hold the settle lock, so that the pipe program starts no drain."""
        path = self.state / "settle.lock"
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        shutil.chown(path, machine.USER, machine.USER)
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            os.close(lock)

    def somebody_settles(self) -> bool:
        """Say whether the settle lock is taken."""
        try:
            with (self.state / "settle.lock").open() as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False

    def whole_log(self) -> str:
        """Return all that the programs said."""
        path = self.state.parent / "programs.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def leftovers_have_aged(self) -> None:
        """Let unfinished files in the folder of the pipe program be an hour old."""
        for name in self.ledger.incoming():
            os.utime(self.state / "incoming" / name, (1e9, 1e9))

    def assert_filed_once(self) -> None:
        """Wait for the mails that were handed over, and fail unless each is filed once and whole."""
        self.ledger.wait_settled(self.notified, self.log)
        self.ledger.assert_filed_once(self.notified)
