"""A listener killed -9 under busy readers: they end with it, and its successor settles at once.

The successor of this test looks for the lock once a day: that it settles shows that it waits in the kernel, which gives
it the lock when its holder dies.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.unit.parsing.shapes import page, times
from tests.unit.shell import Shell
from weftmail.core.envelope import Envelope

LISTEN = """
import os, sys
from weftmail.cli import config
from weftmail.cli.listener import listen
sys.exit(listen(config.load(os.environ), sys.argv[1], look=int(sys.argv[2])))
"""
SECOND, NEVER = 1000, 24 * 3600_000


def children(pid: int) -> list[int]:
    """Return the readers of a listener."""
    found = []
    for one in os.listdir("/proc"):
        if one.isdecimal():
            try:
                stat = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(stat[1]) == pid and stat[0] != "Z":
                found.append(int(one))
    return found


def listener(shell: Shell, name: str, look: int) -> subprocess.Popen[bytes]:
    """Start a listener that looks at folder and lock so often, in milliseconds."""
    command = [sys.executable, "-c", LISTEN, f"unix:{shell.folder}/{name}", str(look)]
    return subprocess.Popen(command, env=dict(os.environ))


def waits_for_a_lock(pid: int) -> bool:
    """Say whether a thread of the process waits in the kernel for a lock."""
    waiting = [line.split() for line in Path("/proc/locks").read_text().splitlines() if "-> FLOCK" in line]
    return str(pid) in {one[5] for one in waiting}


def until(done: object, seconds: float) -> None:
    """Wait until something is so."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if done():  # type: ignore[operator]
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen")


def _is_reader(pid: int) -> bool:
    """Say whether a process is a reader already."""
    try:
        return b"weftmail.reader" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False


def _open_at(pid: int, descriptor: str) -> list[str]:
    """Return what the descriptor of a process leads to; nothing where it was closed meanwhile."""
    try:
        return [os.readlink(f"/proc/{pid}/fd/{descriptor}")]
    except FileNotFoundError:
        return []


@pytest.mark.timeout(600)
def test_readers_end_with_a_killed_listener_and_its_successor_settles(shell: Shell) -> None:
    store = shell.world.store
    (shell.folder / "incoming").mkdir(exist_ok=True)
    heavy = page(times("<p><b>a</b></p>", 1_500_000))
    first = listener(shell, "one.sock", SECOND)
    try:
        envelope = Envelope("leads@acme.example", "k@customer.example", entrance="lmtp")
        with store.transaction():
            store.inbound.accept([envelope], heavy, shell.world.clock())
        # Before its exec a new process has what its parent has open.
        until(lambda: (there := children(first.pid)) and all(_is_reader(pid) for pid in there), 60)
        readers = children(first.pid)
        locked = [name for pid in readers for one in os.listdir(f"/proc/{pid}/fd") for name in _open_at(pid, one)]
        assert not any("settle.lock" in one or "weftmail.db" in one or "socket" in one for one in locked)
        successor = listener(shell, "two.sock", NEVER)
    except BaseException:
        first.kill()
        raise
    try:
        until(lambda: (shell.folder / "two.sock").exists(), 60)
        until(lambda: waits_for_a_lock(successor.pid), 60)
        with store.transaction():
            (row,) = store.inbound.accept([envelope], shell.world.mail(), shell.world.clock())
        os.kill(first.pid, signal.SIGKILL)
        died = time.monotonic()
        first.wait()
        until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in readers), 60)
        until(lambda: store.inbound.state(row) == "filed", 60)
        print(f"\nthe successor had filed a mail {time.monotonic() - died:.2f} s after the death")
        until(lambda: store.inbound.waiting_count() == 0, 100)
    finally:
        successor.terminate()
        successor.wait(120)
