"""Which programs do what is due and follow the map, each without the others; and how each of them ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.unit.shell import Shell
from weftmail.transport.settle_lock import FileSettleLock

MINUTE = 60_000
PROGRAMS = {
    "mail-send": ["weftmail.cli.send"],
    "listener": ["weftmail.cli.ingest", "--listen", "unix:listener.sock"],
    "site": ["weftmail.cli.admin", "serve", "--site", "127.0.0.1:0"],
}


class Started:
    """A program that runs in the folder of the installation."""

    def __init__(self, folder: Path, words: list[str]) -> None:
        self._log = folder / "log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *words],
                cwd=folder,
                env=os.environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )

    def until(self, happened: Callable[[], bool]) -> None:
        """Wait until it has happened; fail with what the program said where it ends before, or takes too long."""
        end = time.monotonic() + 60
        while not happened():
            assert self._process.poll() is None and time.monotonic() < end, self._log.read_text()
            time.sleep(0.02)

    def end(self) -> tuple[int, str]:
        """Ask it to end; return its status, and what it said."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(120), self._log.read_text()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture
def start(shell: Shell) -> Iterator[Callable[..., Started]]:
    (shell.folder / "incoming").mkdir(exist_ok=True)
    started: list[Started] = []

    def begin(*words: str) -> Started:
        started.append(Started(shell.folder, list(words)))
        return started[-1]

    yield begin
    for one in started:
        one.kill()


def expired(shell: Shell) -> bool:
    """Say whether the session that the test began is gone."""
    return shell.world.store.connection.execute("select count(*) from session").fetchone()[0] == 0


@pytest.mark.parametrize("program", PROGRAMS)
def test_each_does_what_is_due_follows_the_map_and_ends_in_order(
    shell: Shell, start: Callable[..., Started], program: str
) -> None:
    shell.world.store.sessions.add("old", shell.world.anna, "csrf", 1, 2)
    running = start(*PROGRAMS[program])
    running.until(lambda: expired(shell))
    running.until(lambda: "support@acme.example" in shell.mapped())
    # An edit by a program that could not reach the map.
    shell.world.alias("orders", "order")
    running.until(lambda: "orders@acme.example" in shell.mapped())
    status, said = running.end()
    assert status == 0 and "Traceback" not in said, said


def test_mail_send_once_does_what_is_due_and_ends(shell: Shell, start: Callable[..., Started]) -> None:
    shell.world.store.sessions.add("old", shell.world.anna, "csrf", 1, 2)
    shell.world.store.due.put("of tomorrow", "x", 1, 1)
    once = subprocess.run(
        [sys.executable, "-m", "weftmail.cli.send", "--once"], cwd=shell.folder, capture_output=True, check=False
    )
    assert once.returncode == 0, once.stderr
    assert expired(shell) and "leads@acme.example" in shell.mapped()
    # Poison is put off, and does not keep it from ending.
    assert b"knows no kind of tomorrow" in once.stderr


def test_a_drain_ends_in_order_too(shell: Shell, start: Callable[..., Started]) -> None:
    for number in range(300):
        shell.world.accept(shell.world.mail(subject=f"Number {number}"), "leads@acme.example")
    draining = start("weftmail.cli.ingest", "--drain", f"--state={shell.folder}")
    draining.until(lambda: shell.world.store.inbound.waiting_count() < 300)
    status, said = draining.end()
    assert status == 0 and "Traceback" not in said, said
    states = {one.state for one in shell.world.store.listings.inbound(most=300)}
    assert states <= {"filed", "accepted"}
    lock = FileSettleLock(shell.folder / "settle.lock")
    assert lock.acquire() and lock.unfinished() == [], "no row is suspected of having killed it"
    lock.close()
