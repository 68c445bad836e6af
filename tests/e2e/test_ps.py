"""What everybody on the machine may read of our programs' command lines holds no password, key or one-time link."""

from __future__ import annotations

import re
import threading
from contextlib import suppress
from pathlib import Path

from tests.e2e import machine, strace
from tests.e2e.conftest import make_state
from tests.e2e.installation import ANNA
from tests.e2e.mortal import Mortal, mail
from tests.e2e.sink import Sink


class Watch(threading.Thread):
    """Reads, over and over, what everybody on the machine may read of the command lines of user weftmail."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._user = machine.account(machine.USER).uid
        self._end = threading.Event()
        self.seen: set[str] = set()

    def run(self) -> None:
        while not self._end.wait(0.005):
            for process in Path("/proc").glob("[0-9]*"):
                with suppress(OSError):
                    if process.stat().st_uid == self._user:
                        self.seen.add((process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))

    def stop(self) -> None:
        """Look no more."""
        self._end.set()
        self.join()


def test_ps_shows_no_secret(workspace: Path, _sink: Sink) -> None:
    installation = Mortal(make_state(workspace), _sink.port)
    password = "correct horse battery staple"
    trace = workspace / "ps"
    trace.mkdir()
    trace.chmod(0o1777)
    admin = installation.programs / "mail-admin"
    commands: list[tuple[tuple[str | Path, ...], bytes]] = [
        ((admin, "user", "password", ANNA), f"{password}\n".encode()),
        ((admin, "user", "sign-in-link", ANNA), b""),
        ((admin, "dkim", "list"), b""),
        (installation.pipe_words(), mail(installation.subject("seen by ps"))),
        ((admin, "alias", "list"), b""),
        (installation.drain_words(), b""),
    ]
    watch = Watch()
    watch.start()
    said = installation.init.encode()
    with installation.listening():
        sender = installation.sender()
        site = installation.start(admin, "serve", "--site", "127.0.0.1:0")
        for number, (words, given) in enumerate(commands):
            # What is too short-lived to be seen is written down by strace.
            how = ["-f", "-s", "100000", *strace.recording(trace / f"calls{number}", "execve")]
            done = installation.run(*strace.under(how), *words, stdin=given)
            assert done.returncode == 0, done.stderr
            said += done.stdout
        installation.assert_filed_once()
        installation.end(sender)
        installation.end(site)
    watch.stop()
    shown = "\n".join([*watch.seen, *(file.read_text() for file in trace.iterdir())])
    for word in ("--listen", "mail-send", "serve", "password", "--recipient"):
        assert word in shown
    secrets = {password, *re.findall(r"/enter/(\S+)", said.decode())}
    assert len(secrets) == 3
    for file in (installation.state / "keys" / "tokens", *(installation.state / "keys" / "dkim").rglob("*")):
        if file.is_file():
            secrets.update(re.findall(r"[A-Za-z0-9+/=_-]{20,}", file.read_text()))
    assert len(secrets) > 5
    assert not [secret for secret in secrets if secret in shown]
