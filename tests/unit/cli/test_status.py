"""Is mail flowing, asked in the shell: the exit status says it to monitoring, and this server is looked at."""

from __future__ import annotations

import fcntl
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.unit.shell import Shell
from tests.unit.world import World
from weftmail.cli.alive import saying_so
from weftmail.cli.this_server import ThisServer


@contextmanager
def listener(path: Path, greeting: bytes = b"220 ready\r\n") -> Iterator[None]:
    """Take connections as the listener does, and greet them."""
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        stop = threading.Event()

        def serve() -> None:
            listening.settimeout(0.1)
            while not stop.is_set():
                try:
                    one, _ = listening.accept()
                except TimeoutError:
                    continue
                with one:
                    one.sendall(greeting)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()


def asked(shell: Shell, status: int, *words: str) -> Any:
    """Return what ``mail-admin status --json`` says, which has to end with this status."""
    got, out, _ = shell.call("status", "--json", *words)
    assert got == status
    return json.loads(out)


def test_a_log_that_cannot_be_read_is_said(shell: Shell, world: World) -> None:
    config = shell.context().config
    with listener(config.listener), (config.folder / "send.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "Mail log: followed" in shell.ok("status")
        Path(config.mail_log).unlink()
        assert asked(shell, 1)["look"] == ["mail log"]
        assert "adduser weftmail adm" in shell.call("status")[1]
        with shell.config.open("a") as settings:
            settings.write('smtp = "maildir:/nowhere"\n')
        assert "Mail log" not in shell.ok("status")


def test_the_exit_status_says_how_it_stands(shell: Shell, world: World) -> None:
    config = shell.context().config
    sender_lock = config.folder / "send.lock"
    broken = asked(shell, 2)
    assert broken["state"] == "broken" and {"listener", "sender"} <= set(broken["broken"])
    assert "Mail is not flowing" in shell.call("status")[1]
    with listener(config.listener), sender_lock.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert asked(shell, 0)["state"] == "good" and "Mail is flowing" in shell.ok("status")
        config.incoming.mkdir(exist_ok=True)
        (config.incoming / "one").touch()
        assert asked(shell, 1)["look"] == ["spool"]
    with listener(config.listener, b"421 later\r\n"):
        assert not ThisServer(config).listener_answers()
    alive = config.folder / "listener.alive"
    assert ThisServer(config).listener_since() is None and ThisServer(config).spooled_since() is not None
    saying_so(config, "listener", 1_700_000_000_000).run(1)
    assert abs((ThisServer(config).listener_since() or 0) - alive.stat().st_mtime * 1000) < 2
    assert "Listener: does not run, last seen" in shell.call("status")[1]
    with listener(config.listener):
        assert ThisServer(config).listener_since() == 1_700_000_000_000
        assert "Listener: runs, since 2023-11-14" in shell.call("status")[1]
        alive.write_text("odd")
        assert ThisServer(config).listener_since() is None
    assert not ThisServer(config).sender_runs() and ThisServer(config).spooled() == 1
    assert ThisServer(config).free_bytes() > 0


def test_it_adds_up(shell: Shell, world: World) -> None:
    world.deliver(world.mail(), "leads@acme.example")
    world.deliver(world.mail(), "nobody@elsewhere.example")
    status, said, _ = shell.call("status")
    assert status == 2
    assert "2 accepted = 1 filed + 0 reports of mail servers + 0 handed over before + 0 held + 1 no match" in said
    assert "1 waiting" in said and "acme.example: open, DNS not asked yet" in said
    assert asked(shell, 2, "--company", "Acme")["came"]["accepted"] == 1
