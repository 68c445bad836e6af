"""What ``make run`` starts: a whole installation on this machine, with a company and a customer who writes.

The state is under ``var/`` of the folder where it runs.  The first run makes it, by the commands that an operator
would type; later ones only start what is there.  Mail goes in through the program that a mail server would call, and
what leaves goes into a Maildir that the site shows.
"""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import FrameType

from weftmail.cli import admin, config, demo_postfix, demo_stage, runtime
from weftmail.cli.children import Children
from weftmail.cli.commands.serve import DEMO_SHELL
from weftmail.cli.config import Config
from weftmail.cli.context import Context
from weftmail.cli.demo_catcher import CatcherServer
from weftmail.cli.demo_doors import answers, listening, serves
from weftmail.cli.demo_mails import of_now
from weftmail.cli.demo_postfix import DemoPostfix
from weftmail.cli.demo_words import WORDS
from weftmail.core.composing.dkim import verify
from weftmail.core.failure import PermFail, TempFail, UsageError
from weftmail.core.wording.command import Command
from weftmail.store.store import Store
from weftmail.transport.maildir import Maildir

HOME = Path(__file__).resolve().parents[2]
"""Where the programs and the sample mails are."""
PORT = 8470
PORTS = 100
"""The site takes the first free port of so many."""
HOST = "mx1.acme.example"
ANNA, BJORN = "anna@acme.example", "bjorn@acme.example"
ALIASES = (
    ("leads", "lead", ANNA, "everyone"),
    ("support", "ticket", ANNA, "everyone"),
    ("orders", "order", ANNA, "everyone"),
    ("invoices", "invoice", ANNA, "everyone"),
    ("expenses", "expense", BJORN, "internal"),
)
"""Local part, what it opens, its owner, and who may write to it."""
ACTOR = "Demo"
"""Who the history names for what the demo sets up: a visitor knows no user of the shell."""
IN_ANOTHER = "in a second terminal, in this folder; the same mail twice is one message"
TO, FROM = "leads@acme.example", "karin@customer.example"


class Demo:
    """One run."""

    def __init__(self, here: Path, mta: str = "") -> None:
        self.var = here / "var"
        self.mta = mta
        self.postfix: DemoPostfix | None = None
        self.settings = self.var / "weftmail.toml"
        self._full = False
        self.environ = {**os.environ, "WEFTMAIL_CONFIG": str(self.settings)}
        self.children = Children(self.var / "log", self.environ)
        self.door: socket.socket | None = None

    @property
    def config(self) -> Config:
        """The settings as they are in the file now."""
        return config.load(self.environ)

    @property
    def catcher(self) -> Maildir:
        """Where the mail goes that would have left."""
        return Maildir(str(self.var / "caught"))

    def command(self, *words: str, given: str = "") -> str:
        """Run ``mail-admin`` with these words and with ``given`` on its input; return what it prints."""
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            status = admin.run(list(words), self.environ, Context(self.environ, stdin=io.StringIO(given), actor=ACTOR))
        if status:
            raise UsageError(f"{' '.join(('mail-admin', *words[:2]))} ended with {status}: {out.getvalue().strip()}")
        return out.getvalue().strip()

    def _port(self) -> int:
        """Return the port that the settings name for the site, if they are there."""
        with contextlib.suppress(UsageError):
            host, _, port = self.config.site.rpartition(":") if self.settings.exists() else ("", "", "")
            if host and port.isdecimal() and 0 < int(port) < 65536:
                return int(port)
        return PORT

    def make(self) -> bool:
        """Make settings, store and keys where they are missing; say whether the store is new.

        The site's port is ours from here on: no other program can take it before the site runs.
        """
        first = self._port()
        self.door = listening(first, PORTS)
        port = self.door.getsockname()[1]
        if port != first:
            print(f"  Port {first} is taken; the site is at {port}.")
        state = self.var / "state"
        new = not (state / "weftmail.db").exists()
        wanted = Config(
            state=str(state), hostname=HOST, authserv_id=HOST, smtp=f"maildir:{self.var / 'caught'}", demo=True
        )
        if self.settings.exists():
            wanted = replace(self.config, smtp=wanted.smtp, mail_log=wanted.mail_log)
        if self.mta:
            wanted = self._behind_postfix(wanted)
        replaced = self.settings.with_name(".weftmail.toml.new")
        replaced.write_text(config.dump(replace(wanted, site=f"127.0.0.1:{port}")), encoding="utf-8")
        replaced.rename(self.settings)
        for part in demo_stage.PLACES:
            demo_stage.place(wanted, part).unlink(missing_ok=True)
        self.command(
            "init", "--company", "Acme", "--domain", "acme.example", "--dedicated", "--name", "Anna", "--address", ANNA,
            # Whoever runs the demo owns it; only where that is root does the flag mean anything.
            "--user", "root",
        )  # fmt: skip
        # There is no DNS in which anybody could look; the catcher checks with the keys themselves.
        self.command("dkim", "sign-now", "acme.example")
        if self.postfix is not None:
            self.postfix.write(self.config)
        return new

    def _behind_postfix(self, wanted: Config) -> Config:
        """Choose the ports of a private Postfix; return the settings by which all that leaves goes there."""
        with listening(demo_postfix.PORT, demo_postfix.PORTS) as door:
            port = door.getsockname()[1]
        place = self.var / "postfix"
        self.postfix = DemoPostfix(place, HOST, port, CatcherServer(self.catcher).port, (ANNA, BJORN))
        return replace(wanted, smtp=f"127.0.0.1:{port}", mail_log=str(self.postfix.log))

    def people(self, store: Store) -> None:
        """Make users, passwords and aliases where they are missing."""
        if store.users.by_address(BJORN) is None:
            self.command("user", "add", BJORN, "--name", "Björn", "--role", "agent", "--prefers", "inbox")
        login = self.var / "demo-login"
        if not login.exists():
            lines = []
            for address in (ANNA, BJORN):
                password = four_words()
                self.command("user", "password", address, given=f"{password}\n")
                lines.append(f"{address}  {password}\n")
            handle = os.open(login, os.O_WRONLY | os.O_CREAT, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.writelines(lines)
        for local, record_type, owner, accepts in ALIASES:
            if store.aliases.by_address(f"{local}@acme.example") is None:
                self.command(
                    "alias", "add", f"{local}@acme.example", "--opens", record_type, "--owner", owner,
                    "--accepts", accepts, "--answer-as", f"Acme {local.capitalize()} <{local}@acme.example>",
                )  # fmt: skip

    def start(self) -> None:
        """Start listener, sender and site, and wait until each is there."""
        place = os.path.relpath(self.config.listener)
        programs = Path(sys.executable).parent
        self._listen()
        # mail-ingest says, because of it, where each mail went; the first one came before anybody looked.
        (Path(self.config.state) / "demo-run").touch()
        self.children.start("sender", [programs / "mail-send"])
        door = self.door or listening(PORT, PORTS)
        host, port = door.getsockname()
        self.children.start("site", [programs / "mail-admin", "serve"], door)
        # Only the site holds it now: it is closed with the site.
        door.close()
        self.children.wait_until(lambda: answers(place), "starting the listener")
        self.children.wait_until(lambda: serves(host, port), "starting the site")
        if self.postfix is not None:
            self.children.start("Postfix", self.postfix.command())
            self.children.wait_until(self.postfix.answers, "starting Postfix")

    def _listen(self) -> None:
        place = os.path.relpath(self.config.listener)
        self.children.start("listener", [HOME / "bin" / "mail-ingest", "--listen", f"unix:{place}"])

    def obey(self) -> None:
        """Break or mend what the pages of the play ask for."""
        config = self.config
        if demo_stage.is_broken(config, "listener") == self.children.runs("listener"):
            self.children.end("listener") if self.children.runs("listener") else self._listen()
        full = demo_stage.is_broken(config, "disk")
        if self.children.runs("listener"):
            demo_stage.limit(self.children.pid("listener"), full=full)
        if full or self._full:
            demo_stage.limit_drains(config, full=full)
        self._full = full

    def customer_writes(self, store: Store) -> str:
        """Hand the first mail over as a mail server would, and return what became of it, with its times."""
        began, written = time.monotonic(), of_now((HOME / "samples" / "chairs.eml").read_bytes(), int(time.time()))
        status = 0
        if self.postfix is not None:
            self.postfix.takes(FROM, TO, written)
        else:
            status = subprocess.run(
                self.ingest(), input=written, env=self.environ, check=False, stderr=subprocess.DEVNULL
            ).returncode
        if status:
            raise UsageError(f"bin/mail-ingest ended with {status}; a mail server would try again; see {self.var}/log/")
        taken = time.monotonic() - began
        self.children.wait_until(lambda: store.records.by_label("LEAD-1") != [], "filing the mail")
        (row,) = store.listings.inbound(most=1)
        filed = ((row.settled_at or row.accepted_at) - row.accepted_at) / 1000
        names = {f"{key.selector}._domainkey.{key.domain}": key.record for key in store.domains.dkim_keys()}

        def anna_notified() -> bool:
            caught = [one for one in self.catcher.caught(10) if ANNA in one.recipients]
            signatures = verify(caught[0].data, names) if caught else []
            return len(signatures) == 2 and all(one.valid for one in signatures)

        self.children.wait_until(anna_notified, "notifying Anna, with two signatures that verify,")
        all_of_it = time.monotonic() - began
        self.command("follower", "add", "LEAD-1", BJORN)
        return (
            f"taken {taken:.2f} s · read {filed:.2f} · leads@ opens a lead: LEAD-1 · Anna notified, two signatures, "
            f"both verify · {all_of_it:.2f} s in all"
        )

    def ingest(self) -> list[str]:
        """The call by which a mail server hands a mail from Karin over."""
        program = os.path.relpath(HOME / "bin" / "mail-ingest")
        return [program, f"--state={os.path.relpath(self.config.state)}", f"--recipient={TO}", f"--sender={FROM}"]

    def next(self, store: Store) -> str:
        """A command that hands a mail in: a sample as long as it is new, and afterwards a mail that always is."""
        if self.postfix is not None:
            return self.postfix.next(FROM, TO)
        call = " ".join(self.ingest())
        if len(store.listings.inbound(most=2)) < 2:
            question = self.var / "question.eml"
            question.write_bytes(of_now((HOME / "samples" / question.name).read_bytes(), int(time.time())))
            return f"{call} < {os.path.relpath(question)}"
        mail = rf"From: {FROM}\nSubject: A question at %s\n\nHow much are ten chairs?\n"
        return f"printf '{mail}' \"$(date +%T)\" | {call}"

    def box(self, store: Store) -> str:
        """What to do next."""
        link = self.command("user", "sign-in-link", ANNA)
        login = (self.var / "demo-login").read_text(encoding="utf-8").splitlines()[0].split()
        return (
            f"\n  Open     {link}      signs in as Anna; once, within 10 minutes"
            f"\n  Sign in  {login[0]}  /  {login[1]}      (kept in var/demo-login)"
            f"\n  Next     {self.next(store)}"
            f"\n           {self.postfix.what() if self.postfix is not None else IN_ANOTHER}"
            f"\n  Shell    {DEMO_SHELL}mail-admin record show LEAD-1"
            "\n  No mail leaves this machine. Ctrl-C stops it; everything is in var/; a second run keeps it.\n"
        )


def four_words() -> str:
    """Return a password that can be read out."""
    return "-".join(secrets.choice(WORDS) for _ in range(4))


def step(number: int, what: str, began: float | None = None, *, said: str = "") -> None:
    """Print one line of progress, with its time where ``began`` is given."""
    shown = f"............ {time.monotonic() - began:2.0f} s" if began is not None else said
    print(f"  {number}/5  {what:<34} {shown}".rstrip(), flush=True)


@contextlib.contextmanager
def alone(var: Path) -> Iterator[None]:
    """Hold the folder for this run; raise UsageError where another one holds it."""
    var.mkdir(exist_ok=True)
    with open(var / ".lock", "w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(runs_already(var)) from None
        yield


def runs_already(var: Path) -> str:
    """Say that the demo of this folder runs, where its site is, and how to sign in there."""
    text = "the demo runs already, in another terminal; stop it there with Ctrl-C"
    with contextlib.suppress(UsageError):
        site = config.load({"WEFTMAIL_CONFIG": str(var / "weftmail.toml")}).site
        link = Command("mail-admin user sign-in-link {address}", address=ANNA)
        text += f"\n  Site     http://{site}\n  Link     {DEMO_SHELL}{link}"
    return text


def run(here: Path, mta: str = "") -> None:
    """Make what is missing, start everything, show what to do, and stay until asked to stop."""
    demo = Demo(here, mta)
    try:
        _run(demo)
    finally:
        # Whoever presses Ctrl-C twice is not to leave programs behind.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        demo.children.stop()


def _run(demo: Demo) -> None:
    step(1, "Python environment", _since(demo.var / ".began"))
    began = time.monotonic()
    new = demo.make()
    step(2, "store and keys under var/", began if new else None, said="as you left them")
    store = runtime.open_store(demo.config)
    try:
        demo.people(store)
        step(3, "demo company acme.example", said=f"{len(ALIASES)} aliases, 2 users")
        demo.start()
        step(4, "listener, sender, site" + (", Postfix" if demo.mta else ""), said="up")
        if not store.listings.inbound(most=1):
            step(5, f"a customer writes to {TO}")
            print(f"       {demo.customer_writes(store)}")
        else:
            (acme,) = [one for one in store.companies.all() if one.name == "Acme"]
            step(5, "your records", said=f"{store.records.count(acme.id)}, all there")
        print(demo.box(store), flush=True)
    finally:
        store.close()
    while True:
        demo.obey()
        demo.children.check()
        time.sleep(0.2)


def _since(mark: Path) -> float:
    """Return when ``make`` began on the clock of the steps, as its mark says; now, where there is none."""
    with contextlib.suppress(OSError):
        return time.monotonic() - max(0.0, time.time() - mark.stat().st_mtime)
    return time.monotonic()


def main() -> int:
    """Run the demo in this folder, ``postfix`` as the only word for a Postfix before it; return the exit status."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    here = Path.cwd()
    try:
        mta = mta_of(sys.argv[1:])
        with alone(here / "var"):
            run(here, mta)
    except KeyboardInterrupt:
        print("stopped; everything is in var/, and make run goes on from there")
        return 0
    except (UsageError, TempFail, PermFail) as error:
        print(f"weftmail: {error}", file=sys.stderr)
        return error.status if isinstance(error, UsageError) else 1
    return 0


def mta_of(words: list[str]) -> str:
    """Return the mail server that the demo shall stand behind, "" for none; raise UsageError where it cannot."""
    if not words:
        return ""
    if words != ["postfix"]:
        raise UsageError(f"MTA={' '.join(words)} cannot be run; say MTA=postfix, or leave it out", status=2)
    demo_postfix.check_possible()
    return words[0]


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
