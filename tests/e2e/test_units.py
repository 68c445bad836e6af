"""The units of systemd: judged by systemd itself, and the programs under a service manager's protocol."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from weftmail.cli.units import UNITS

from .conftest import make_state
from .installation import LiveInstallation
from .machine import ROOT
from .postfix import until

SERVICES = [name for name in UNITS if name.endswith(".service")]


@pytest.fixture(scope="module")
def live(workspace: Path) -> Iterator[LiveInstallation]:
    one = LiveInstallation(make_state(workspace), 25)
    yield one
    one.stop()


@pytest.fixture(scope="module")
def units(live: LiveInstallation) -> Path:
    """The folder with the units, as mail-admin writes them."""
    folder = live.state.parent / "units"
    folder.mkdir()
    environment = {"PATH": os.environ["PATH"], "WEFTMAIL_CONFIG": str(live.config)}
    done = subprocess.run(
        [str(live.programs / "mail-admin"), "service", "install", "--no-start", "--folder", str(folder)],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(" written") == len(UNITS) and "systemctl enable --now" in done.stdout
    return folder


def test_systemd_takes_the_units(units: Path) -> None:
    done = subprocess.run(
        [
            "systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *(str(units / name) for name in UNITS),
            str(ROOT / "packaging/proxy/weftmail-site.socket"),
        ],
        capture_output=True, text=True, check=False, env={**os.environ, "SYSTEMD_UNIT_PATH": f"{units}:"},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", SERVICES)
def test_systemd_counts_little_that_a_service_may_do(units: Path, name: str) -> None:
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", str(units / name)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert found is not None, done.stderr
    print(found[0])
    assert float(found[1]) < 2.0, done.stdout


def test_what_stands_there_is_not_written_again(live: LiveInstallation, units: Path) -> None:
    assert live.json("service", "install", "--no-start", "--folder", str(units))["written"] == []
    shown = live.json("service", "show", "--folder", str(units))
    assert {Path(path).name for path in shown} == set(UNITS)
    assert all(Path(path).read_text() == text for path, text in shown.items())


class Manager:
    """The little of a service manager that the programs see: a socket to tell, and one that stays open."""

    def __init__(self, live: LiveInstallation) -> None:
        self.live = live
        self.path = live.state.parent / "notify"
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(str(self.path))
        self.path.chmod(0o777)
        self.notify.settimeout(30)
        self.listening = socket.socket(socket.AF_UNIX)
        self.listening.bind(str(live.socket))
        live.socket.chmod(0o666)
        self.listening.listen(64)

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Start a program as systemd does: told of the sockets by its environment, under its own process number."""
        fd = self.listening.fileno()
        script = f'exec 3<&{fd}; export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@"'
        environment = {
            "PATH": os.environ["PATH"],
            "WEFTMAIL_CONFIG": str(self.live.config),
            "NOTIFY_SOCKET": str(self.path),
            "WATCHDOG_USEC": "600000",
        }
        return self.live.start(
            "bash",
            "-c",
            script,
            "bash",
            *(str(self.live.programs / words[0]), *words[1:]),
            env=environment,
            pass_fds=[fd],
        )

    def hears(self, text: str) -> None:
        """Wait until the program says this."""
        end = time.monotonic() + 30
        while self.notify.recv(100).decode() != text:
            assert time.monotonic() < end, text

    def greeted(self) -> bytes:
        """Connect as the mail server does, and return what the listener says first, however long that takes."""
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(30)
            client.connect(str(self.live.socket))
            return client.recv(3)


@pytest.fixture
def manager(live: LiveInstallation) -> Iterator[Manager]:
    one = Manager(live)
    yield one
    one.notify.close()
    one.listening.close()
    for path in (one.path, live.socket):
        path.unlink()


def test_the_mail_server_waits_while_the_listener_is_killed_and_started_again(manager: Manager) -> None:
    first = manager.start("mail-ingest", "--listen", "systemd")
    manager.hears("READY=1")
    assert manager.greeted() == b"220"
    manager.hears("WATCHDOG=1")
    first.send_signal(signal.SIGKILL)
    first.wait(30)
    client = socket.socket(socket.AF_UNIX)
    client.connect(str(manager.live.socket))
    second = manager.start("mail-ingest", "--listen", "systemd")
    client.settimeout(30)
    assert client.recv(3) == b"220"
    client.close()
    assert manager.live.end(second) == 0
    manager.hears("STOPPING=1")
    manager.live.running.remove(first)
    # It is systemd's: a listener that ends does not take it away.
    assert manager.live.socket.exists()


@pytest.mark.parametrize(
    "words", [("mail-send",), ("mail-admin", "serve", "--site", "127.0.0.1:0")], ids=lambda one: one[0]
)
def test_the_other_programs_say_that_they_are_ready_and_alive(manager: Manager, words: tuple[str, ...]) -> None:
    one = manager.start(*words)
    manager.hears("READY=1")
    for _ in range(3):
        manager.hears("WATCHDOG=1")
    assert manager.live.end(one) == 0
    manager.hears("STOPPING=1")


def test_the_site_takes_a_socket_that_the_service_manager_opened(manager: Manager) -> None:
    one = manager.start("mail-admin", "serve")
    manager.hears("READY=1")
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(30)
        client.connect(str(manager.live.socket))
        client.sendall(b"GET /sign-in HTTP/1.1\r\nHost: acme.example\r\nConnection: close\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 200 ")
    assert manager.live.end(one) == 0


def test_a_listener_that_is_stopped_is_no_longer_heard(manager: Manager) -> None:
    one = manager.start("mail-ingest", "--listen", "systemd")
    manager.hears("WATCHDOG=1")
    one.send_signal(signal.SIGSTOP)
    manager.notify.settimeout(1.5)
    with pytest.raises(TimeoutError):
        while True:
            manager.notify.recv(100)
    one.send_signal(signal.SIGCONT)
    manager.notify.settimeout(30)
    manager.hears("WATCHDOG=1")
    until(lambda: manager.greeted() == b"220", "it greets again")
    manager.live.end(one)
