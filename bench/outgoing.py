"""What leaves, in two figures: python -m bench outgoing, as root.

A message to 12 people, from Send to the moment at which Postfix has taken all of its copies, undo time apart. And the
memory of the sender while 20,000 copies of 10 KB leave, each signed twice: looked at on the way, since what grows with
the count would grow on. Those copies go to smtp-sink of Postfix, which drops them.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median, quantiles

from bench.idle import Held, held
from bench.process import cpu
from bench.yard import Yard
from tests.e2e import machine
from tests.e2e.conftest import make_state
from tests.e2e.installation import LiveInstallation
from tests.e2e.postfix import free_port, until

GOAL = 500.0
"""Milliseconds, for 19 of 20 messages to 12 people."""
GROWTH = 1.1
"""The last look may hold so much as the first."""
LOOKS = (1000, 5000, 10_000, 20_000)
SENT = "select count(*) from outbox where state = 'sent'"
COUNT = "import sqlite3, sys; print(sqlite3.connect(sys.argv[1], timeout=60).execute(sys.argv[2]).fetchone()[0])"
SCRIPT = Path(__file__).parent / "programs" / "outgoing.py"
PATIENCE = 3600
"""Seconds after which a run is given up."""


def main(words: list[str]) -> int:
    """Measure both and print; return 1 where a goal was missed."""
    parser = argparse.ArgumentParser(prog="python -m bench outgoing", description="What leaves: time and memory.")
    parser.add_argument("--messages", type=int, default=200, help="messages to 12 people; 200 by default")
    parser.add_argument("--copies", type=int, default=LOOKS[-1], help=f"copies that leave; {LOOKS[-1]} by default")
    options = parser.parse_args(words)
    machine.prepare()
    print(f"load before  {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors", flush=True)
    met = [_twelve(options.messages)] if options.messages else []
    met += [_flat(options.copies)] if options.copies else []
    return 0 if all(met) else 1


def _twelve(count: int) -> bool:
    with Yard(machine.environment() / "bin") as yard:
        yard.postfix(None)
        installation = yard.installation
        sender = installation.sender()
        time.sleep(2)
        before = cpu(sender.pid)
        done = installation.run(
            yard.programs / "python", yard.tools / SCRIPT.name, "twelve", str(count), timeout=PATIENCE
        )
        computed = (cpu(sender.pid) - before) * 1000 / count
        installation.end(sender)
    assert done.returncode == 0, done.stderr.decode()
    # The first one brings the imports of the sender.
    times = [float(line) for line in done.stdout.split()][1:]
    late = quantiles(times, n=20)[-1]
    met = late < GOAL
    spread = f"p50 {median(times):.0f} ms, p95 {late:.0f} ms, most {max(times):.0f} ms"
    figures = f"{spread}, of {len(times)}; the sender computes {computed:.0f} ms"
    said = "yes" if met else "NO"
    print(f"a message to 12 people, Send to all handed over: {figures}; goal p95 {GOAL:.0f}   {said}", flush=True)
    return met


def _flat(count: int) -> bool:
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="weftmail-outgoing-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        installation = LiveInstallation(make_state(Path(folder)), port)
        sink = installation.start("/usr/sbin/smtp-sink", "-c", f"127.0.0.1:{port}", "100", log="sink.log")
        try:
            installation.admin("dkim", "sign-now", "acme.example")
            script = Path(folder) / SCRIPT.name
            script.write_bytes(SCRIPT.read_bytes())
            script.chmod(0o644)
            python = installation.programs / "python"
            done = installation.run(python, script, "fill", str(count), timeout=PATIENCE)
            assert done.returncode == 0, done.stderr.decode()
            found = _looks(installation, [*(one for one in LOOKS if one < count), count])
        finally:
            installation.stop()
        assert sink.returncode is not None
    first, last = found[0], found[-1]
    met = last.pss <= first.pss * GROWTH
    times = last.pss / first.pss
    print(f"the sender holds {times:.2f} times what it held at first; goal {GROWTH}   {'yes' if met else 'NO'}")
    return met


def _looks(installation: LiveInstallation, marks: Sequence[int]) -> list[Held]:
    """Let everything leave; return what the sender held once so many copies had left."""
    sender = installation.sender()
    began = time.monotonic()
    print(f"{'copies sent':44} {'PSS MB':>8} {'RSS MB':>8}")
    found = []
    for mark in marks:
        until(lambda mark=mark: _sent(installation) >= mark, "copies leave", installation.log, PATIENCE)  # type: ignore[misc]
        found.append(held(sender.pid, f"{mark}, after {time.monotonic() - began:.0f} s"))
        print(found[-1].line, flush=True)
    installation.end(sender)
    return found


def _sent(installation: LiveInstallation) -> int:
    time.sleep(0.2)
    done: subprocess.CompletedProcess[bytes] = installation.run(
        "/usr/bin/python3", "-I", "-c", COUNT, installation.state / "weftmail.db", SENT
    )
    return int(done.stdout or 0)
