"""A PostgreSQL of the tests' own: Debian's package, a cluster in a folder that goes away, a Unix socket and no port."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.e2e.machine import missing

USER = "postgres"


def programs() -> Path:
    """Return the folder of the newest PostgreSQL server that is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else missing("no PostgreSQL server: sudo apt-get install postgresql")


@contextmanager
def cluster() -> Iterator[str]:
    """Start a server; yield the folder of its socket.  It never syncs: what it holds is thrown away."""
    folder = programs()
    with tempfile.TemporaryDirectory(prefix="wm-pg-", dir="/tmp") as home:
        who: dict[str, Any] = {}
        if os.geteuid() == 0:
            # initdb and postgres refuse to run as root.
            account = pwd.getpwnam(USER)
            os.chown(home, account.pw_uid, account.pw_gid)
            who = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        data = f"{home}/data"
        run = {"check": True, "capture_output": True, "timeout": 120, "cwd": home, **who}
        subprocess.run(
            [folder / "initdb", "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"], **run
        )
        server = subprocess.Popen(
            [
                folder / "postgres", "-D", data, "-k", home, "-c", "listen_addresses=", "-c", "fsync=off",
                "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "shared_buffers=16MB",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=home,
            **who,
        )  # fmt: skip
        try:
            _wait(server, [folder / "pg_isready", "-q", "-h", home])
            yield home
        finally:
            # SIGINT ends it at once, SIGTERM waits for whoever is connected.
            server.send_signal(signal.SIGINT)
            server.wait(60)


def _wait(server: subprocess.Popen[bytes], ready: list[str | Path]) -> None:
    """Wait until the server takes connections."""
    for _ in range(1200):
        assert server.poll() is None, f"PostgreSQL ended with status {server.returncode}"
        if subprocess.run(ready, check=False).returncode == 0:
            return
        time.sleep(0.05)
    raise AssertionError("PostgreSQL did not start within a minute")
