"""An installation that lives: weftmail's own programs, run as user weftmail on a state folder of their own."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.e2e import machine
from tests.e2e.exim import PrivateExim
from tests.e2e.opendkim import AUTHSERV_ID, Verifier
from tests.e2e.postfix import HOSTNAME, PrivatePostfix, environment_variables, until

ANNA = "anna@acme.example"
Server = PrivatePostfix | PrivateExim
"""A mail server of the test's own: both have the same members."""


class LiveInstallation:
    """Acme, with acme.example as a domain with mailboxes, made by ``mail-admin init`` alone.

    Programs run as user weftmail, with what ``environment`` adds to theirs. ``stop`` ends what was started here and
    nothing else.
    """

    def __init__(self, state: Path, smtp_port: int, *, dedicated: bool = False) -> None:
        self.state = state
        self.config = state / "weftmail.toml"
        self.programs = machine.environment() / "bin"
        self.running: list[subprocess.Popen[bytes]] = []
        self.environment: dict[str, str] = {}
        self.init = self.admin(
            "init", "--company", "Acme", "--domain", "acme.example", "--dedicated" if dedicated else "--mailboxes",
            "--name", "Anna", "--address", ANNA, "--state", str(state), "--hostname", HOSTNAME,
            "--authserv-id", AUTHSERV_ID, "--smtp", f"127.0.0.1:{smtp_port}",
        )  # fmt: skip
        # What a test asks the DNS, it asks a server of its own.
        with self.config.open("a", encoding="utf-8") as settings:
            settings.write("dns_looks = false\n")

    # --- programs

    def run(self, *words: str | Path, stdin: bytes = b"", **how: Any) -> subprocess.CompletedProcess[bytes]:
        """Run a program as user weftmail; its output is captured, its status not judged."""
        return subprocess.run(
            [str(word) for word in words],
            **{"input": stdin, "capture_output": True, "timeout": 120, **self._how(), **how},
        )

    def start(self, *words: str | Path, log: str = "programs.log", **how: Any) -> subprocess.Popen[bytes]:
        """Start a program that stays, as user weftmail; what it says goes into a log beside the state folder."""
        with (self.state.parent / log).open("ab") as output:
            one = subprocess.Popen(
                [str(word) for word in words], **{"stdout": output, "stderr": output, **self._how(), **how}
            )
        self.running.append(one)
        return one

    def _how(self) -> dict[str, Any]:
        variables = {**environment_variables(self.config), **self.environment}
        return {"env": variables, "cwd": "/", **machine.account(machine.USER).as_user()}

    def admin(self, *words: str, stdin: bytes = b"") -> str:
        """Run mail-admin; return what it printed; fail when it fails."""
        done = self.run(self.programs / "mail-admin", *words, stdin=stdin)
        assert done.returncode == 0, f"mail-admin {' '.join(words)}: {done.returncode} {done.stderr.decode()}"
        return done.stdout.decode()

    def json(self, *words: str) -> Any:
        """Run mail-admin with --json; return what it said."""
        return json.loads(self.admin(*words, "--json"))

    def ingest(self, recipient: str, raw: bytes, sender: str = "", *more: str) -> int:
        """Hand a mail to the pipe program, as Postfix would; return its status."""
        words = [f"--state={self.state}", f"--recipient={recipient}", f"--sender={sender}", *more]
        return self.run(self.programs / "mail-ingest", *words, stdin=raw).returncode

    def listener(self, *words: str | Path) -> subprocess.Popen[bytes]:
        """Start the listener (under ``words``, such as strace), and wait until it answers."""
        one = self.start(*words, self.programs / "mail-ingest", "--listen", f"unix:{self.socket}")
        until(self._greets, "the listener greets", self.log)
        return one

    def _greets(self) -> bool:
        """Say whether somebody answers at the socket; a listener that died leaves its file behind."""
        with socket.socket(socket.AF_UNIX) as client:
            try:
                client.connect(str(self.socket))
                return client.recv(3) == b"220"
            except OSError:
                return False

    def sender(self, *words: str | Path) -> subprocess.Popen[bytes]:
        """Start the resident sender."""
        return self.start(*words, self.programs / "mail-send")

    def send(self) -> None:
        """Let the sender empty the outbox once."""
        done = self.run(self.programs / "mail-send", "--once")
        assert done.returncode == 0, done.stderr.decode()

    def drain(self) -> None:
        """File what waits."""
        done = self.run(self.programs / "mail-ingest", "--drain", f"--state={self.state}")
        assert done.returncode == 0, done.stderr.decode()

    def end(self, one: subprocess.Popen[bytes]) -> int:
        """Ask a program to stop, and wait for it."""
        one.terminate()
        status = one.wait(30)
        self.running.remove(one)
        return status

    def stop(self) -> None:
        """End everything that was started here."""
        for one in self.running:
            one.kill()
        for one in self.running:
            one.wait(30)
        self.running.clear()

    @property
    def socket(self) -> Path:
        """The listener's socket."""
        return self.state / "listener.sock"

    def log(self) -> str:
        """What the programs said."""
        path = self.state.parent / "programs.log"
        return path.read_text(errors="replace")[-4000:] if path.exists() else ""

    # --- what the store says

    def records(self) -> list[dict[str, Any]]:
        """Return all records."""
        found: list[dict[str, Any]] = self.json("record", "list")
        return found

    def record(self, label: str) -> dict[str, Any]:
        """Return one record with its thread."""
        found: dict[str, Any] = self.json("record", "show", label)
        return found

    def inbound(self) -> list[dict[str, Any]]:
        """Return the inbound log, newest first."""
        found: list[dict[str, Any]] = self.json("inbound", "list")
        return found

    def review(self) -> list[dict[str, Any]]:
        """Return what waits for a decision."""
        found: list[dict[str, Any]] = self.json("review", "list")
        return found

    def wait(self, look: Callable[[], Any], what: str, timeout: float = 60) -> Any:
        """Return what ``look`` finds as soon as that is something; fail when nothing comes."""
        end = time.monotonic() + timeout
        while not (found := look()):
            if time.monotonic() > end:
                raise AssertionError(f"not within {timeout} s: {what}\n{self.log()}\n{self.inbound()[:5]}")
            time.sleep(0.05)
        return found

    def wait_messages(self, label: str, count: int) -> list[dict[str, Any]]:
        """Return the messages of a record as soon as there are ``count``."""

        def look() -> list[dict[str, Any]] | None:
            if not any(one["number"] == label for one in self.records()):
                return None
            messages: list[dict[str, Any]] = self.record(label)["messages"]
            return messages if len(messages) >= count else None

        found: list[dict[str, Any]] = self.wait(look, f"{label} has {count} messages")
        assert len(found) == count, found
        return found

    def wait_review(self, count: int) -> list[dict[str, Any]]:
        """Return the trays as soon as ``count`` mails lie in them."""
        found: list[dict[str, Any]] = self.wait(
            lambda: rows if len(rows := self.review()) >= count else None, f"{count} mails in trays"
        )
        assert len(found) == count, found
        return found

    def publish_keys(self, milter: Verifier) -> None:
        """Put the installation's DKIM keys into the DNS of the test, which only OpenDKIM asks, and let them sign."""
        for key in self.json("dkim", "list"):
            milter.publish(f"{key['selector']}._domainkey.{key['domain']}", key["record"])
            self.admin("dkim", "sign-now", key["domain"])


def owned(path: Path) -> Path:
    """Give a file to user weftmail."""
    shutil.chown(path, machine.USER, machine.USER)
    return path


def live(server: Server, state: Path, milter: Verifier) -> LiveInstallation:
    """Return an installation behind this mail server, its keys in the DNS, with leads@ and support@ for Anna."""
    installation = LiveInstallation(state, server.smtp_port)
    installation.publish_keys(milter)
    installation.admin("alias", "add", "leads@acme.example", "--opens", "lead", "--owner", ANNA)
    installation.admin("alias", "add", "support@acme.example", "--opens", "ticket", "--owner", ANNA)
    return installation
