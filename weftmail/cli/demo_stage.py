"""The play of the demo: what the customer writes, handed in by ``bin/mail-ingest``, and parts that are broken.

What is put off is handed in again each second, as a mail server would.  A part is broken by a file in the folder of
the demo, which ``make run`` obeys.
"""

from __future__ import annotations

import contextlib
import resource
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from weftmail.admin.stage import PARTS, Cue, Part, PutOff
from weftmail.cli.config import Config
from weftmail.cli.demo_mails import Mail, mail_of
from weftmail.transport.spool import Spool

HOME = Path(__file__).resolve().parents[2]
FULL = 4096
"""A program whose disk is full may write so many bytes into a file; no store is that small."""
PAUSE = 1.0
"""An email that was put off is tried again after so many seconds."""
PLACES: Final = PARTS


def place(config: Config, part: Part) -> Path:
    """Return the file that breaks a part while it is there."""
    return Path(config.state).parent / f"broken-{part}"


def is_broken(config: Config, part: Part) -> bool:
    """Say whether a part is to be broken."""
    return place(config, part).exists()


def limit(process: int, *, full: bool) -> None:
    """Let a process of ours write nothing more into its files, as on a full disk, or as much as it may."""
    _, most = resource.prlimit(process, resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (FULL if full else most, most))


def limit_drains(config: Config, *, full: bool) -> None:
    """Let each drain of this demo write nothing more, or as much as it may, whoever has started it."""
    ours = f"--state={config.state}".encode()
    for words in Path("/proc").glob("[0-9]*/cmdline"):
        # One that ends meanwhile needs no limit.
        with contextlib.suppress(OSError):
            said = words.read_bytes().split(b"\0")
            if b"--drain" in said and ours in said:
                limit(int(words.parent.name), full=full)


@dataclass(frozen=True, slots=True)
class Attempt:
    """How ``mail-ingest`` ended: its status, and what it said."""

    status: int
    said: str


def handed_in(config: Config, mail: Mail) -> Attempt:
    """Hand a mail in as a mail server's pipe does."""
    full = is_broken(config, "disk")
    words = [
        str(HOME / "bin" / "mail-ingest"), f"--state={config.state}", f"--recipient={mail.recipient}",
        f"--sender={mail.sender}", "--client-address=192.0.2.25",
    ]  # fmt: skip
    most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    done = subprocess.run(
        words,
        input=mail.data,
        capture_output=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (FULL if full else most, most)),
    )
    return Attempt(done.returncode, done.stdout.decode("utf-8", "replace").strip())


@dataclass(slots=True)
class _Pending:
    mail: Mail
    tries: int
    said: str


class DemoStage:
    """Fulfils ``admin.stage.Stage``."""

    def __init__(self, config: Config, hand_in: Callable[[Config, Mail], Attempt] = handed_in, pause: float = PAUSE):
        """``hand_in`` gives a mail to the installation; what it puts off is tried again after ``pause`` seconds."""
        self._config = config
        self._hand_in = hand_in
        self._pause = pause
        self._lock = threading.Lock()
        self._put_off: list[_Pending] = []
        self._safe = 0
        self._number = 0
        self._postman: threading.Thread | None = None

    def play(self, cue: Cue) -> None:
        """Hand in the email of a cue."""
        with self._lock:
            self._number += 1
            number = self._number
        one = _Pending(mail_of(cue, number, int(time.time())), 0, "")
        if not self._tried(one):
            with self._lock:
                self._put_off.append(one)
                if self._postman is None:
                    self._postman = threading.Thread(target=self._again, name="postman", daemon=True)
                    self._postman.start()

    def _tried(self, one: _Pending) -> bool:
        attempt = self._hand_in(self._config, one.mail)
        with self._lock:
            one.tries, one.said = one.tries + 1, attempt.said
            self._safe += attempt.status == 0
        return attempt.status == 0

    def _again(self) -> None:
        """Try what was put off until all of it is safe, oldest first."""
        while True:
            time.sleep(self._pause)
            for one in list(self._put_off):
                if not self._tried(one):
                    break
                with self._lock:
                    self._put_off.remove(one)
            with self._lock:
                if not self._put_off:
                    self._postman = None
                    return

    def safe(self) -> int:
        """Return how many emails of cues are safe."""
        return self._safe

    def waiting(self) -> Sequence[PutOff]:
        """Return those that were put off."""
        with self._lock:
            return [PutOff(one.mail.subject, one.tries, one.said) for one in self._put_off]

    def spooled(self) -> int:
        """Return how many emails lie in the spool."""
        return sum(1 for _ in Spool(self._config.incoming).waiting())

    def broken(self) -> frozenset[Part]:
        """Return what is broken now."""
        return frozenset(part for part in PARTS if is_broken(self._config, part))

    def set_broken(self, part: Part, *, broken: bool) -> None:
        """Break a part, or mend it."""
        if broken:
            place(self._config, part).touch()
        else:
            place(self._config, part).unlink(missing_ok=True)
