"""What the programs hold while nothing happens: python -m bench idle, as root; needs no Postfix.

Site, listener and sender are started by their own commands, as the three units start them, over a store of one company;
each with the programs that it starts itself. After a while of nothing the kernel says what they hold (proc(5),
smaps_rollup): PSS counts a page that several share once, divided among them, so that its sum is what they take of the
machine; RSS counts it for each of them.
"""

from __future__ import annotations

import argparse
import http.client
import os
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.e2e import machine
from tests.e2e.conftest import make_state
from tests.e2e.installation import LiveInstallation
from tests.e2e.postfix import free_port

GOAL = 200.0
"""Megabytes of all programs together, each page once."""
SECONDS = 30
MEGA = 1_000_000


@dataclass(frozen=True, slots=True)
class Held:
    """What one process holds, in bytes."""

    program: str
    pss: int
    rss: int

    @property
    def line(self) -> str:
        """The line of the table."""
        return f"{self.program:44} {self.pss / MEGA:8.1f} {self.rss / MEGA:8.1f}"


def main(words: list[str]) -> int:
    """Start them, wait and print; return 1 where the goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench idle", description="Memory while nothing happens.")
    parser.add_argument("--seconds", type=int, default=SECONDS, help=f"how long nothing happens; {SECONDS} by default")
    options = parser.parse_args(words)
    machine.prepare()
    with tempfile.TemporaryDirectory(prefix="weftmail-idle-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        installation = LiveInstallation(make_state(Path(folder)), free_port())
        try:
            found = _idle(installation, options.seconds)
        finally:
            for program in list(installation.running):
                installation.end(program)
    held = sum(one.pss for one in found) / MEGA
    print(f"{'program':44} {'PSS MB':>8} {'RSS MB':>8}")
    for one in found:
        print(one.line)
    print(Held("all together", sum(one.pss for one in found), sum(one.rss for one in found)).line)
    met = held < GOAL
    print(f"goal: under {GOAL:.0f} MB of PSS   {'yes' if met else 'NO'}")
    return 0 if met else 1


def _idle(installation: LiveInstallation, seconds: int) -> list[Held]:
    """Start the three and let them be; return what each of them and of their children holds."""
    port = free_port()
    with installation.config.open("a", encoding="utf-8") as settings:
        settings.write(f'site = "127.0.0.1:{port}"\n')
    programs = {
        "mail-ingest --listen": installation.listener(),
        "mail-send": installation.sender(),
        "mail-admin serve": installation.start(installation.programs / "mail-admin", "serve"),
    }
    # A site that has shown a page has imported what it needs: what it holds after a day of work.
    _wait_for(port)
    time.sleep(seconds)
    return [one for name, program in programs.items() for one in _with_children(name, program)]


def _wait_for(port: int) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/sign-in")
            assert connection.getresponse().status == 200
            return
        except OSError:
            assert time.monotonic() < until, "the site did not start"
            time.sleep(0.2)


def _with_children(name: str, program: subprocess.Popen[bytes]) -> list[Held]:
    assert program.poll() is None, f"{name} has ended"
    parents = _parents()
    family, more = [program.pid], [program.pid]
    while more:
        more = [pid for pid, parent in parents.items() if parent in more]
        family += more
    return [held(pid, name if pid == program.pid else f"  its {_command(pid)}") for pid in family]


def held(pid: int, name: str) -> Held:
    """Return what a process holds, as the kernel counts it."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    found: Mapping[str, int] = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines}
    return Held(name, found["Pss"], found["Rss"])


def _parents() -> dict[int, int]:
    """Return the parent of each process."""
    found = {}
    for one in os.listdir("/proc"):
        if one.isdigit():
            try:
                found[int(one)] = int(Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    return found


def _command(pid: int) -> str:
    words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    return " ".join(Path(word).name for word in words if word)[:38]
