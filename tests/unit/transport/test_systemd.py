"""What a service manager hears, and the sockets that it hands over."""

from __future__ import annotations

import asyncio
import os
import socket
from pathlib import Path

import pytest

from weftmail.core.failure import UsageError
from weftmail.transport.lmtp.listener import Listener
from weftmail.transport.lmtp.service import LmtpService
from weftmail.transport.systemd import ServiceManager, handed_over


class Manager:
    """The end of a service manager."""

    def __init__(self, name: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(name)
        self.socket.setblocking(False)

    def heard(self) -> list[str]:
        """Return what came since."""
        found = []
        while True:
            try:
                found.append(self.socket.recv(200).decode())
            except BlockingIOError:
                return found


@pytest.mark.parametrize("abstract", [False, True])
def test_a_program_says_where_it_stands(tmp_path: Path, abstract: bool) -> None:
    path = f"@weftmail-test-{os.getpid()}" if abstract else str(tmp_path / "notify")
    manager = Manager(path.replace("@", "\0"))
    seconds = [0.0]
    one = ServiceManager({"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "30000000"}, lambda: seconds[0])
    assert one.watches and one.each == 10
    one.ready()
    for seconds[0] in (0, 3, 9.9, 10, 12, 40):
        one.beat()
    one.stopping()
    assert manager.heard() == ["READY=1", *["WATCHDOG=1"] * 3, "STOPPING=1"]
    manager.socket.close()
    # A manager that is gone ends no program.
    one.ready()


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"WATCHDOG_USEC": "1000000"},
        {"NOTIFY_SOCKET": "/none/there"},
        {"NOTIFY_SOCKET": "/none/there", "WATCHDOG_USEC": "0"},
        {"NOTIFY_SOCKET": "/none/there", "WATCHDOG_USEC": "soon"},
        {"NOTIFY_SOCKET": "/none/there", "WATCHDOG_USEC": "1000000", "WATCHDOG_PID": "1"},
    ],
)
def test_without_a_manager_or_its_watch_nothing_is_said(environ: dict[str, str]) -> None:
    one = ServiceManager(environ)
    one.ready()
    one.beat()
    one.stopping()
    assert not one.watches


def test_the_sockets_handed_over_are_those_of_this_process(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind(str(tmp_path / "sock"))
        opened.listen()
        opened.set_inheritable(True)
        mine = {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1"}
        assert handed_over({**mine, "LISTEN_PID": "1"}) == [] == handed_over({**mine, "LISTEN_FDS": "x"})
        first = os.dup(opened.fileno())
        (found,) = handed_over(mine, first)
        assert found.getsockname() == str(tmp_path / "sock") and not found.get_inheritable()
        found.close()


def test_a_listener_without_a_socket_from_the_manager_says_so() -> None:
    async def start() -> None:
        listener = Listener(LmtpService(None, folder="/none"), peers=frozenset())  # type: ignore[arg-type]
        await listener.start("systemd")

    with pytest.raises(UsageError, match="handed over no Unix socket"):
        asyncio.run(start())
