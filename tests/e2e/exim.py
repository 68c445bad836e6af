"""An Exim of the test's own: Debian's packages, unpacked and not installed, since they exclude Postfix.

It runs in a mount namespace of its own, in which /etc, /usr/sbin, /var/lib, /var/log and /var/spool are laid over this
machine's: there, and there alone, it lies where Debian puts it, with Debian's own configuration and update-exim4.conf.

A client on 127.0.0.1 is this machine (relay_from_hosts), and speaks to the daemon. A stranger from the Internet speaks
to one more Exim, which root told the stranger's address (``-bs -oMa``), because Exim knows no XCLIENT.
"""

from __future__ import annotations

import os
import random
import re
import shlex
import shutil
import smtplib
import socket
import subprocess
import textwrap
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from weftmail.mta.exim.changes import wanted
from weftmail.mta.exim.layout import SETTINGS, Exim
from weftmail.mta.exim.settings import DATA_ACL, EximSettings, render
from weftmail.mta.map import MapDatabase

from . import machine
from .machine import MAILBOX_USER, account
from .nsd import SOA, Nsd
from .opendkim import AUTHSERV_ID, Records, Verifier
from .postfix import HOSTNAME, LOGIN, STRANGER, answers, free_port, until

Flavour = Literal["light", "heavy"]

LAID_OVER = ("etc", "usr/sbin", "var/lib", "var/log", "var/spool")
_SETTINGS = """\
dc_eximconfig_configtype='smarthost'
dc_other_hostnames='{destinations}'
dc_local_interfaces='127.0.0.1'
dc_readhost=''
dc_relay_domains=''
dc_minimaldns='false'
dc_relay_nets=''
dc_smarthost='127.0.0.1'
CFILEMODE='644'
dc_use_split_config='{split}'
dc_hide_mailname=''
dc_mailname_in_oh='true'
dc_localdelivery='maildir_home'
"""

# What an administrator of this machine has in exim4.conf.localmacros, or in conf.d/main.
_MACROS = """\
MAIN_HARDCODE_PRIMARY_HOSTNAME = {hostname}
MAIN_SMTPUTF8_ADVERTISE_HOSTS = *
MAIN_HOST_LOOKUP =
IGNORE_SMTP_LINE_LENGTH_LIMIT = 1
MESSAGE_SIZE_LIMIT = 70M
smtp_accept_max_nonmail = 1000
pid_file_path = /var/spool/exim4/exim.pid
daemon_smtp_ports = {smtp} : {submission}
rfc1413_query_timeout = 0s
smtp_accept_max = 0
smtp_accept_queue_per_connection = 0
"""

# The sink, a host that is this one, with a port of its own; before Debian's own router of the smarthost.  By Debian's
# transport for a smarthost it is a relay, by the other one the far server itself.
_ROUTER = """
sink_of_the_test:
  driver = manualroute
  domains = ! +local_domains
  transport = {transport}
  route_list = * 127.0.0.1::{sink} byname
  self = send
  no_more
"""
_FILTER = """
filter_of_the_test:
  driver = manualroute
  domains = customer.example
  condition = ${{if !def:h_X-Filtered:}}
  transport = remote_smtp
  route_list = * 127.0.0.1::{port} byname
  self = send
  no_more
"""
_AFTER = "#####################################################\n### router/200_exim4-config_primary\n"

_AUTHENTICATOR = """
plain_of_the_test:
  driver = plaintext
  public_name = PLAIN
  server_condition = ${{if and {{{{eq{{$auth2}}{{{user}}}}}{{eq{{$auth3}}{{{password}}}}}}}}}
  server_set_id = $auth2
  server_advertise_condition = true
"""


def unpacked(flavour: Flavour) -> Path:
    """Return the folder in which Debian's packages of Exim are unpacked; kept for later runs."""
    made = machine.HOME / f"exim-{flavour}"
    with machine.alone("exim"):
        if not (made / "ready").exists():
            machine.say(f"unpacking Debian's exim4-daemon-{flavour}; it is not installed")
            shutil.rmtree(made, ignore_errors=True)
            made.mkdir(parents=True)
            names = [f"exim4-daemon-{flavour}", "exim4-base", "exim4-config"]
            done = subprocess.run(
                ["apt-get", "-o", "APT::Sandbox::User=root", "download", *names],
                cwd=made, capture_output=True, text=True, check=False, timeout=300,
            )  # fmt: skip
            machine.require(done.returncode == 0, f"Debian's packages of Exim cannot be had: {done.stderr[-300:]}")
            for package in made.glob("*.deb"):
                subprocess.run(["dpkg", "-x", str(package), str(made / "root")], check=True)
            (made / "ready").touch()
    return made / "root"


def free_address() -> str:
    """Return an address of the loopback interface at which nobody answers for the DNS: it is asked at port 53 alone."""
    for last in random.sample(range(2, 255), 100):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            try:
                one.bind((f"127.0.53.{last}", 53))
            except OSError:
                continue
            return f"127.0.53.{last}"
    raise AssertionError("no address of the loopback interface is free for the DNS of the test")


class Resolver(Verifier):
    """What checks signatures here is Exim itself; ``kill`` takes the DNS away from it."""

    def __init__(self, folder: Path, address: str, records: Records) -> None:
        """``address`` is where it answers."""
        self._address = address
        super().__init__(folder, folder / "none.sock", records, AUTHSERV_ID)
        self._dns = folder / "nsd"
        self._dns.mkdir(exist_ok=True)
        self._nsd: Nsd | None = None

    def start(self) -> None:
        """Answer for every name that was published; all of them end in .example."""
        zone = SOA.format(minimum=1)
        for name, text in self.records.texts.items():
            parts = " ".join(f'"{part}"' for part in textwrap.wrap(text, 250, drop_whitespace=False))
            zone += f"{name}. 1 IN TXT {parts}\n"
        self._nsd = Nsd(self._dns, {"example": zone}, address=self._address, port=53)
        self._nsd.start()

    def revive(self) -> None:
        """Start it if it is dead."""
        if self._nsd is None:
            self.start()

    def publish(self, name: str, text: str) -> None:
        """Publish a TXT record."""
        self.records.publish(name, text)
        if self._nsd is not None:
            self.kill()
            self.start()

    def kill(self) -> None:
        """Answer no more."""
        if self._nsd is not None:
            self._nsd.stop()
            self._nsd = None


class PrivateExim:
    """One Exim; ``start`` before use, ``stop`` at the end.  It has the members of ``PrivatePostfix``."""

    def __init__(
        self,
        folder: Path,
        settings: EximSettings,
        sink_port: int,
        *,
        flavour: Flavour = "light",
        split: bool = True,
        installed: bool = True,
        relay: bool = True,
        with_mailboxes: Sequence[str] = ("acme.example",),
    ) -> None:
        """Lay out the configuration below ``folder``; ``installed`` puts weftmail in.

        ``split`` chooses one of Debian's two layouts; ``with_mailboxes`` are the domains in which Anna has a mailbox.
        All other mail goes to the sink, as to a ``relay`` or as to the far server.
        """
        self.folder, self.settings, self.split, self.relay = folder, settings, split, relay
        self.smtp_port, self.submission_port = free_port(), free_port()
        self._resolver = free_address()
        self.mail, self.root = folder / "mail", folder / "root"
        self.log_file = self.root / "var/log/exim4/mainlog"
        self._holder: subprocess.Popen[bytes] | None = None
        self._daemon: subprocess.Popen[bytes] | None = None
        shutil.copytree(unpacked(flavour), self.root, symlinks=True)
        (self.root / "usr/sbin/exim4").chmod(0o4755)
        for name in LAID_OVER:
            (self.root / name).mkdir(parents=True, exist_ok=True)
        self.etc = self.root / "etc/exim4"
        self._write_configuration(sink_port, with_mailboxes)
        self._make_folders()
        self.milter = Resolver(folder, self._resolver, Records(folder / "dns"))
        if installed:
            self.install()
        self._hold()

    def install(self) -> None:
        """Write what weftmail proposes into the files, before they are laid over this machine's."""
        files = [self.etc / SETTINGS, *self.etc.glob("exim4.conf.*")]
        current = Exim("split" if self.split else "unsplit", {one.name: one.read_text() for one in files})
        for name, text in wanted(self.settings, current).items():
            (self.etc / name).write_text(text)
        ours = self.root / self.settings.folder[1:]
        ours.mkdir(parents=True)
        (ours / DATA_ACL).write_text(render(self.settings)[DATA_ACL])
        self.copy_map()

    def _write_configuration(self, sink_port: int, with_mailboxes: Sequence[str]) -> None:
        destinations = ":".join((HOSTNAME, *with_mailboxes))
        words = {"split": str(self.split).lower(), "destinations": destinations}
        (self.etc / "update-exim4.conf.conf").write_text(_SETTINGS.format(**words))
        (self.root / "etc/mailname").write_text(f"{HOSTNAME}\n")
        (self.root / "etc/resolv.conf").write_text(f"nameserver {self._resolver}\noptions timeout:1 attempts:1\n")
        macros = _MACROS.format(hostname=HOSTNAME, smtp=self.smtp_port, submission=self.submission_port)
        transport = "remote_smtp_smarthost" if self.relay else "remote_smtp"
        router = _ROUTER.format(sink=sink_port, transport=transport)
        login = _AUTHENTICATOR.format(user=LOGIN[0], password=LOGIN[1])
        if self.split:
            (self.etc / "conf.d/main/000_localmacros").write_text(macros)
            (self.etc / "conf.d/router/180_test").write_text(router)
            (self.etc / "conf.d/auth/40_test").write_text(login)
        else:
            (self.etc / "exim4.conf.localmacros").write_text(macros)
            template = self.etc / "exim4.conf.template"
            text = template.read_text()
            assert _AFTER in text
            # The section of authenticators is the last one of Debian's template.
            template.write_text(text.replace(_AFTER, router + _AFTER) + login)
        # Here Anna has a home: Exim wants to go there before it delivers.
        lines = Path("/etc/passwd").read_text().splitlines(keepends=True)
        home = f":{self.mail / MAILBOX_USER}:"
        there = [one.replace(":/nonexistent:", home) if one.startswith(f"{MAILBOX_USER}:") else one for one in lines]
        (self.root / "etc/passwd").write_text("".join(there))

    def _make_folders(self) -> None:
        user = account(machine.EXIM_USER)
        for name in ("var/spool/exim4", "var/log/exim4", "var/lib/exim4"):
            path = self.root / name
            path.mkdir(parents=True, exist_ok=True)
            shutil.chown(path, user.uid, user.gid)
            path.chmod(0o755)
        home = self.mail / MAILBOX_USER
        home.mkdir(parents=True)
        shutil.chown(home, MAILBOX_USER)

    def _hold(self) -> None:
        """Make the namespace, and keep it for as long as a program in it sleeps."""
        layers = [
            f"mount -t overlay overlay -o lowerdir=/{name},upperdir={self.root / name},"
            f"workdir={self._work(name)} /{name}"
            for name in LAID_OVER
        ]
        script = " && ".join([*layers, "echo ready", "exec sleep 86400"])
        self._holder = subprocess.Popen(["unshare", "-m", "sh", "-c", script], stdout=subprocess.PIPE)
        assert self._holder.stdout is not None
        assert self._holder.stdout.readline() == b"ready\n", "this machine cannot lay one folder over another"

    def _work(self, name: str) -> Path:
        path = self.folder / "work" / name.replace("/", "-")
        path.mkdir(parents=True, exist_ok=True)
        return path

    def inside(self, *words: str | Path, **how: Any) -> subprocess.CompletedProcess[str]:
        """Run a program where this Exim lies; output is captured, the status not judged."""
        return subprocess.run(
            self._enter(*map(str, words)),
            **{"capture_output": True, "text": True, "check": False, "timeout": 120, **how},
        )

    def _enter(self, *words: str) -> list[str]:
        assert self._holder is not None
        return ["nsenter", f"--mount=/proc/{self._holder.pid}/ns/mnt", "--", *words]

    def run(self, *words: str | Path, **how: Any) -> str:
        """Run a program where this Exim lies; return what it printed; fail when it fails."""
        done = self.inside(*words, **how)
        assert done.returncode == 0, f"{shlex.join(map(str, words))}: {done.stdout}{done.stderr}"
        return done.stdout

    def start(self) -> None:
        """Start it, its DNS first, and wait until it answers."""
        self.milter.revive()
        self.run("update-exim4.conf")
        self._daemon = subprocess.Popen(
            self._enter("/usr/sbin/exim4", "-bdf", "-q1m"),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until(lambda: answers(self.smtp_port), "Exim answers", lambda: self.log()[-3000:])

    def halt(self) -> None:
        """End the daemon."""
        if self._daemon is not None:
            # It holds nothing that a stop would have to bring to an end: mail is in the queue.
            self._daemon.kill()
            self._daemon.wait(30)
            self._daemon = None

    def anew(self) -> None:
        """End it and start it again."""
        self.halt()
        self.start()

    def stop(self) -> None:
        """End it, its DNS, and its namespace."""
        self.milter.kill()
        self.halt()
        if self._holder is not None:
            self._holder.kill()
            self._holder.wait()
            assert self._holder.stdout is not None
            self._holder.stdout.close()
            self._holder = None

    def running(self) -> bool:
        """Say whether it runs."""
        return self._daemon is not None and self._daemon.poll() is None

    def careless(self) -> None:
        """Exim asks no filter: there is none that it could be careless about."""

    def careful(self) -> None:
        """See ``careless``."""

    def filter(self, port: int) -> str:
        """Have what leaves for customer.example filtered at this port; return from which address it is to come back."""
        router = _FILTER.format(port=port)
        if self.split:
            self.run("tee", "/etc/exim4/conf.d/router/170_filter", input=router)
        else:
            ours, template = "\nsink_of_the_test:\n", self.run("cat", "/etc/exim4/exim4.conf.template")
            self.run("tee", "/etc/exim4/exim4.conf.template", input=template.replace(ours, router + ours))
        self.anew()
        return "127.0.0.1"

    def workers(self) -> list[int]:
        """Return the processes of Exim's that take mail in and hand it over; the daemon is left out."""
        assert self._holder is not None and self._daemon is not None
        here, found = os.readlink(f"/proc/{self._holder.pid}/ns/mnt"), []
        for one in filter(str.isdecimal, os.listdir("/proc")):
            with suppress(OSError):
                if os.readlink(f"/proc/{one}/ns/mnt") == here and os.readlink(f"/proc/{one}/exe").endswith("/exim4"):
                    found.append(int(one))
        return [one for one in found if one != self._daemon.pid]

    def handed_over(self) -> set[str]:
        """Return the ids of what its log says that weftmail took."""
        return set(re.findall(r"(?m)^\S+ \S+ (\S+) [=-]> .* T=weftmail_", self.log()))

    def bounced(self) -> list[str]:
        """Return the lines of its log that say that a mail bounced; to postmaster it also says what it froze."""
        return [line for line in self.log().splitlines() if " ** " in line]

    def smtp(self, source: str = "127.0.0.2", timeout: float = 100) -> smtplib.SMTP:
        """Connect as a stranger (or, from 127.0.0.1, as a program of this machine), and say EHLO."""
        if source == "127.0.0.1":
            client = smtplib.SMTP("127.0.0.1", self.smtp_port, "client.example", timeout, (source, 0))
        else:
            client = _Stranger(self._enter("/usr/sbin/exim4", "-bs", "-oMa", STRANGER), "client.example", timeout)
        client.ehlo()
        return client

    def submission(self, login: tuple[str, str] = LOGIN) -> smtplib.SMTP:
        """Connect as Anna's mail program, and sign in."""
        client = _Stranger(self._enter("/usr/sbin/exim4", "-bs", "-oMa", STRANGER), "laptop.example", 100)
        client.login(*login)
        return client

    def deliver(self, sender: str, recipients: str | Sequence[str], raw: bytes, **how: Any) -> None:
        """Hand a mail in as a stranger would; raises what smtplib raises when it is refused."""
        with self.smtp(**how) as client:
            client.sendmail(sender, recipients, raw)

    def flush(self) -> None:
        """Try everything in the queue again, now."""
        # It goes through the queue one by one, and ends when it has.
        self.run("exim4", "-qff", timeout=900)

    def queue(self) -> list[str]:
        """Return the ids of what waits."""
        return re.findall(r"(?m)^\s*\d+[mhd]\s+\S+\s+(\S+)", self.run("exim4", "-bp"))

    def wait_empty(self, timeout: float = 60) -> None:
        """Wait until nothing waits in the queue."""
        until(lambda: not self.queue(), "the queue is empty", lambda: f"{self.queue()}\n{self.log()[-3000:]}", timeout)

    def clear_queue(self) -> None:
        """Throw away what waits."""
        if waiting := self.queue():
            self.run("exim4", "-Mrm", *waiting)

    def open_log(self) -> None:
        """Let everybody read the log; on Debian those of adm do."""
        self.run("chmod", "644", "/var/log/exim4/mainlog")

    def close_log(self) -> None:
        """Let nobody but the mail server read the log."""
        self.run("chmod", "600", "/var/log/exim4/mainlog")

    def turn_log_over(self) -> None:
        """Rename the log and make a new one, as logrotate does."""
        self.run("mv", "/var/log/exim4/mainlog", "/var/log/exim4/mainlog.1")
        self.run("install", "-m", "644", "-o", machine.EXIM_USER, "/dev/null", "/var/log/exim4/mainlog")

    def mark(self) -> int:
        """Return where the log ends now, for ``log`` and ``wait_log``."""
        return self.log_file.stat().st_size if self.log_file.exists() else 0

    def log(self, since: int = 0) -> str:
        """Return the log, from a mark on."""
        if not self.log_file.exists():
            return ""
        with self.log_file.open("rb") as file:
            file.seek(since)
            return file.read().decode("utf-8", "replace")

    def wait_log(self, pattern: str, since: int = 0, timeout: float = 60) -> re.Match[str]:
        """Wait for a line in the log, and return the match."""
        until(
            lambda: re.search(pattern, self.log(since)) is not None,
            f"{pattern!r} stands in the log",
            lambda: self.log(since)[-3000:],
            timeout,
        )
        found = re.search(pattern, self.log(since))
        assert found is not None
        return found

    def mailbox(self, user: str = MAILBOX_USER) -> list[bytes]:
        """Return the mails in a user's Maildir, oldest first."""
        folder = self.mail / user / "Maildir/new"
        if not folder.is_dir():
            return []
        files = sorted(folder.iterdir(), key=lambda file: file.stat().st_mtime_ns)
        return [file.read_bytes() for file in files]

    def wait_mailbox(self, count: int = 1, user: str = MAILBOX_USER, timeout: float = 60) -> list[bytes]:
        """Return the mails in a user's Maildir as soon as there are ``count``."""
        until(
            lambda: len(self.mailbox(user)) >= count,
            f"{count} mails are in {user}'s mailbox",
            lambda: self.log()[-3000:],
            timeout,
        )
        return self.mailbox(user)

    def clear_mailbox(self, user: str = MAILBOX_USER) -> None:
        """Throw away the mails in a user's Maildir."""
        for file in (self.mail / user / "Maildir/new").glob("*"):
            file.unlink()

    def copy_map(self) -> None:
        """Write the map in the forms that Exim reads."""
        file = MapDatabase(self.settings.map)
        file.copy()
        file.close()
        for name in (self.settings.recipients, self.settings.domains):
            shutil.chown(name, machine.USER, machine.MAP_GROUP)


class _Stranger(smtplib.SMTP):
    """A client of an Exim that it starts itself, and that was told another address for it."""

    def __init__(self, command: Sequence[str], name: str, timeout: float) -> None:
        self._command = command
        super().__init__("127.0.0.1", 25, name, timeout)

    def _get_socket(self, _host: str, _port: int, _timeout: float) -> Any:
        ours, theirs = socket.socketpair()
        with theirs:
            self._server = subprocess.Popen(self._command, stdin=theirs, stdout=theirs)
        return ours

    def close(self) -> None:
        """Hang up, and wait for the server's end."""
        super().close()
        self._server.wait(30)
