"""Where the benchmarks run: an installation, its programs from a wheel, and one private Postfix for each program.

The Postfixes are alike down to the last setting of their delivery: the floors are called with weftmail's own line of
master.cf, and only the program that it names is another one.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from bench.mails import RECIPIENT, mail, sender
from tests.e2e import machine
from tests.e2e.conftest import make_state
from tests.e2e.installation import ANNA, LiveInstallation
from tests.e2e.postfix import HOSTNAME, PrivatePostfix, free_port
from weftmail.mta.postfix.changes import Settings

PROGRAMS = Path(__file__).parent / "programs"
SESSIONS = 4
"""Over so many connections mails come in."""
STRANGER = "127.0.0.2"
PATIENCE = 120
"""Seconds after which a run is given up."""

# Whatever leaves is dropped by Postfix itself, so that no next hop takes part of the machine.
_MAIN = {"default_transport": "discard:", "local_transport": "discard:"}
_TABLE = "create table mail (id integer primary key, sender text, subject text, message_id text, raw blob)"


class Yard:
    """An installation with leads@ for Anna, its folder, and its Postfixes; as a context manager it leaves nothing."""

    def __init__(self, programs: Path) -> None:
        """``programs`` is the bin folder of the environment that is measured."""
        self.folder = Path(tempfile.mkdtemp(prefix="weftmail-bench-", dir="/var/tmp"))
        self.folder.chmod(0o755)
        self.state = make_state(self.folder)
        self.programs = programs
        self.tools = self.folder / "programs"
        shutil.copytree(PROGRAMS, self.tools, ignore=shutil.ignore_patterns("__pycache__"))
        self.kept = self.tools / "kept"
        self._postfixes: list[PrivatePostfix] = []
        self._runs = 0
        self.in_database = 0
        """So many mails lie in the database of the floor."""
        self.smtp_port = 0
        self._installation: LiveInstallation | None = None

    def __enter__(self) -> Yard:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._installation is not None:
            self._installation.stop()
        for one in self._postfixes:
            one.stop()
        if error is None or isinstance(error, KeyboardInterrupt):
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            machine.say(f"logs and queues are kept in {self.folder}")

    @property
    def installation(self) -> LiveInstallation:
        """The installation; made at the first look, which must come after the first Postfix."""
        if self._installation is None:
            self._installation = LiveInstallation(self.state, self.smtp_port)
            self._installation.admin("dkim", "sign-now", "acme.example")
            self._installation.admin("alias", "add", RECIPIENT, "--opens", "lead", "--owner", ANNA)
            # Each mail of a run is told by email, however many come from one sender.
            self._installation.admin("exemption", "add", "@customer.example")
        return self._installation

    def postfix(self, program: Path | None) -> PrivatePostfix:
        """Start a Postfix that hands mail to ``program`` by a pipe, or to the listener by LMTP where it is None."""
        folder = Path(tempfile.mkdtemp(prefix="postfix-", dir=self.folder))
        folder.chmod(0o755)
        settings = Settings(
            str(self.state),
            HOSTNAME,
            "lmtp" if program is None else "pipe",
            str(folder / "weftmail"),
            str(program or "/bin/false"),
        )
        one = PrivatePostfix(folder, settings, free_port(), milter=False, installed=True, **_MAIN)
        self._postfixes.append(one)
        one.start()
        self.smtp_port = self.smtp_port or one.smtp_port
        return one

    def floor(self, name: str) -> Path:
        """Return the program of a floor, with the folder that it writes to."""
        if not self.kept.exists():
            self.kept.mkdir(mode=0o700)
            with sqlite3.connect(self.kept / "mail.db") as store:
                store.execute("pragma journal_mode = wal")
                store.execute(_TABLE)
            store.close()
            for path in (self.kept, *self.kept.iterdir()):
                shutil.chown(path, machine.USER, machine.USER)
        return self.tools / name

    def mails(self, count: int) -> Path:
        """Return a folder with so many mails that no other run has had."""
        self._runs += 1
        folder = self.folder / f"mails-{self._runs}"
        folder.mkdir()
        for number in range(count):
            (folder / f"{sender(number)},{number}").write_bytes(mail(number, f"run{self._runs}"))
        return folder

    def watch(self, *words: str | Path) -> Watch:
        """Start to watch, as user weftmail."""
        return Watch([str(self.tools / "watch.py"), *map(str, words)])

    def rows(self, query: str, *goals: int) -> Watch:
        """Watch rows of the store until there are so many more than now."""
        before = self.count(query)
        return self.watch("rows", self.state / "weftmail.db", query, *(str(before + goal) for goal in goals))

    def count(self, query: str) -> int:
        """Return one number from the store."""
        code = "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchone()[0])"
        done = self.installation.run("/usr/bin/python3", "-I", "-c", code, self.state / "weftmail.db", query)
        assert done.returncode == 0, done.stderr.decode()
        return int(done.stdout)

    def numbers(self, query: str) -> list[int]:
        """Return the numbers in the first column of what a query of the store finds."""
        code = "import sqlite3, sys; print(*[row[0] for row in sqlite3.connect(sys.argv[1]).execute(sys.argv[2])])"
        done = self.installation.run("/usr/bin/python3", "-I", "-c", code, self.state / "weftmail.db", query)
        assert done.returncode == 0, done.stderr.decode()
        return [int(word) for word in done.stdout.split()]

    def check(self) -> None:
        """Fail where a mail did not become a record with one copy in the outbox: then no figure means anything."""
        assert not (review := self.installation.review()), (
            f"{len(review)} mails are in the review queue: {review[0]['reason']}"
        )
        records, copies = self.count("select count(*) from record"), self.count("select count(*) from outbox")
        assert records == copies, f"{records} records, {copies} copies"

    def inject(self, port: int, mails: Path) -> float:
        """Hand all mails of a folder to the Postfix at ``port``; return the time of the first command."""
        with subprocess.Popen(
            [
                *("/usr/bin/python3", "-I", str(self.tools / "inject.py")),
                *("127.0.0.1", str(port), STRANGER, str(SESSIONS), RECIPIENT, str(mails)),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as driver:
            assert driver.stdin is not None
            assert driver.stdout is not None
            assert driver.stdout.readline() == "ready\n", "the driver of the benchmark could not connect"
            driver.stdin.write("go\n")
            driver.stdin.close()
            times = driver.stdout.readline().split()
        assert driver.returncode == 0, "a mail was refused"
        shutil.rmtree(mails)
        return float(times[0])

    def times(self, watch: Watch) -> list[float]:
        """Wait for what is watched; where it does not come about, say what is in the review queue."""
        try:
            return watch.times()
        except AssertionError:
            self.check()
            raise

    def listener(self) -> subprocess.Popen[bytes]:
        """Start the listener, with the lock in its hands before anything is measured."""
        one = self.installation.listener()
        time.sleep(1.5)
        return one

    def clear_kept(self) -> None:
        """Throw away the files of the floor."""
        for file in self.kept.iterdir():
            if not file.name.startswith("mail.db"):
                file.unlink()


class Watch:
    """A process that says when a goal was reached."""

    def __init__(self, words: Sequence[str]) -> None:
        self._process = subprocess.Popen(
            ["/usr/bin/python3", "-I", *words],
            stdout=subprocess.PIPE,
            text=True,
            cwd="/",
            env={"PATH": os.environ["PATH"]},
            **machine.account(machine.USER).as_user(),
        )
        assert self._line() == "looking", "the watcher of the benchmark did not start"

    def _line(self) -> str:
        assert self._process.stdout is not None
        return str(self._process.stdout.readline()).strip()

    def times(self) -> list[float]:
        """Wait for all goals; return the time of each."""
        try:
            text, _ = self._process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise AssertionError(f"the run did not come to its end within {PATIENCE} s") from None
        return [float(line) for line in text.split()]
