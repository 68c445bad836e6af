"""A Postfix of the test's own: configuration, queue, data, log and ports are private, smtpd and trivial-rewrite are
chrooted as on Debian, and weftmail's settings are put in from what ``weftmail.mta.postfix`` proposes.

A client on 127.0.0.1 is this machine (mynetworks); one on 127.0.0.2 is a stranger from the Internet.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import smtplib
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from weftmail.mta.map import GROUP
from weftmail.mta.postfix import changes as mta

from .machine import MAILBOX_USER, account
from .opendkim import Records, Verifier

STRANGER = "203.0.113.2"
"""Where a stranger comes from, for Postfix."""
HOSTNAME = "mx1.acme.example"
LOGIN = ("anna@acme.example", "correct-horse")

_CHROOT_FILES = ("localtime", "services", "resolv.conf", "hosts", "host.conf", "nsswitch.conf")

_MAIN = """\
compatibility_level = 3.6
config_directory = {conf}
queue_directory = {queue}
data_directory = {data}
maillog_file = {log}
maillog_file_prefixes = {folder}
myhostname = {hostname}
myorigin = $myhostname
mydestination = {destinations}
mynetworks = 127.0.0.1/32
smtpd_authorized_xclient_hosts = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
mail_spool_directory = {mail}/
biff = no
relayhost = [127.0.0.1]:{sink}
smtp_host_lookup = native
smtp_dns_support_level = disabled
smtpd_peername_lookup = no
local_header_rewrite_clients =
append_dot_mydomain = no
message_size_limit = 70000000
mailbox_size_limit = 0
virtual_mailbox_limit = 0
smtpd_forbid_bare_newline_exclusions =
smtpd_error_sleep_time = 0
smtpd_soft_error_limit = 100000
smtpd_hard_error_limit = 100000
smtpd_client_connection_count_limit = 0
in_flow_delay = 0
smtpd_sasl_security_options = noanonymous
smtpd_recipient_restrictions =
"""

_MILTER = """\
smtpd_milters = unix:milter/opendkim.sock
milter_default_action = tempfail
"""

# As Debian's own, with the ports of the test.
_MASTER = """\
127.0.0.1:{smtp} inet n - y - - smtpd
127.0.0.1:{submission} inet n - y - - smtpd
  -o syslog_name=postfix/submission
  -o smtpd_sasl_auth_enable=yes
  -o mynetworks=
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
pickup unix n - y 60 1 pickup
cleanup unix n - y - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - y 1000? 1 tlsmgr
rewrite unix - - y - - trivial-rewrite
bounce unix - - y - 0 bounce
defer unix - - y - 0 bounce
trace unix - - y - 0 bounce
verify unix - - y - 1 verify
flush unix n - y 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - y - - smtp
relay unix - - y - - smtp
showq unix n - y - - showq
error unix - - y - - error
retry unix - - y - - error
discard unix - - y - - discard
local unix - n n - - local
virtual unix - n n - - virtual
lmtp unix - - y - - lmtp
anvil unix - - y - 1 anvil
scache unix - - y - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


class PrivatePostfix:
    """One Postfix; ``start`` before use, ``stop`` at the end.

    ``smtp_port`` takes mail from anybody, ``submission_port`` from Anna with her password (``LOGIN``).
    """

    def __init__(
        self,
        folder: Path,
        settings: mta.Settings,
        sink_port: int,
        *,
        with_mailboxes: Sequence[str] = ("acme.example",),
        milter: bool = True,
        installed: bool = True,
        **main: str,
    ) -> None:
        """Write the configuration below ``folder``.

        ``mailboxes`` are the domains in which Anna and root have mailboxes (the host's own name always is one); all
        other mail goes to the sink. ``installed`` puts weftmail in. ``main`` holds more settings of main.cf.
        """
        self.folder, self.settings = folder, settings
        self.conf, self.queue_folder, self.data = folder / "conf", folder / "queue", folder / "data"
        self.mail, self.log_file = folder / "mail", folder / "mail.log"
        self.milter_socket = self.queue_folder / "milter" / "opendkim.sock"
        self._filtered = milter
        self.smtp_port, self.submission_port = free_port(), free_port()
        self._make_folders()
        text = _MAIN.format(
            conf=self.conf,
            queue=self.queue_folder,
            data=self.data,
            log=self.log_file,
            folder=folder,
            hostname=settings.hostname,
            destinations=", ".join(("$myhostname", "localhost", *with_mailboxes)),
            mail=self.mail,
            sink=sink_port,
        )
        # Once each: so many warnings of entries that stand twice block the log before anybody reads it.
        kept = [line for line in text.splitlines() if line.partition(" = ")[0].removesuffix(" =") not in main]
        text = "\n".join([*kept, *(f"{name} = {value}" for name, value in main.items())]) + "\n"
        text += _MILTER if milter else ""
        (self.conf / "main.cf").write_text(text)
        (self.conf / "master.cf").write_text(_MASTER.format(smtp=self.smtp_port, submission=self.submission_port))
        self.milter = Verifier(folder, self.milter_socket, Records(folder / "dns"))
        self._fill_chroot()
        self._sasl_password()
        if installed:
            self.install()

    def _make_folders(self) -> None:
        for path in (self.conf, self.queue_folder, self.data, self.mail, self.milter_socket.parent):
            path.mkdir(parents=True, exist_ok=True)
            path.chmod(0o755)
        shutil.chown(self.data, "postfix")
        # Each user's Maildir is made by local(8) with that user's rights.
        self.mail.chmod(0o1777)

    def _fill_chroot(self) -> None:
        """Put into the queue folder what Debian's configure-instance puts there."""
        (self.queue_folder / "etc").mkdir(exist_ok=True)
        for name in _CHROOT_FILES:
            if Path("/etc", name).is_file():
                shutil.copy(Path("/etc", name), self.queue_folder / "etc" / name)
        for pattern in ("libgcc_s*.so*", "libnss_*.so*", "libresolv*.so*"):
            for library in Path("/lib").glob(f"*-linux-gnu/{pattern}"):
                target = self.queue_folder / str(library)[1:]
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(library, target)

    def _sasl_password(self) -> None:
        """Give Anna a password, at the usual place seen from the chroot: smtpd looks there when somebody signs in."""
        user, _, realm = LOGIN[0].partition("@")
        base = self.queue_folder / "etc" / "sasldb2"
        subprocess.run(
            ["saslpasswd2", "-f", str(base), "-c", "-p", "-u", realm, user], input=LOGIN[1].encode(), check=True
        )
        shutil.chown(base, "postfix")

    def install(self) -> None:
        """Write the files that Postfix reads by name, and take over every change that weftmail proposes."""
        files = Path(self.settings.folder)
        files.mkdir(parents=True, exist_ok=True)
        for name, text in mta.render(self.settings).items():
            (files / name).write_text(text)
        changes = mta.show(self.settings, mta.read(str(self.conf)))
        assert not [change for change in changes if change.sign == "!"], changes
        wanted = [change for change in changes if change.sign in "+~"]
        self._postconf("-e", *(f"{one.name} = {one.value}" for one in wanted if one.file == "main.cf"))
        for change in wanted:
            if change.file == "master.cf":
                self._postconf("-M", f"weftmail/unix={change.value}")

    def set(self, **main: str) -> None:
        """Change settings of main.cf, and reload where it runs."""
        self._postconf("-e", *(f"{name} = {value}" for name, value in main.items()))
        if self.running():
            self._command("reload")

    def careless(self) -> None:
        """Let mail through where the filter is dead, as nobody should."""
        self.set(milter_default_action="accept")

    def careful(self) -> None:
        """Let mail wait where the filter is dead."""
        self.set(milter_default_action="tempfail")

    def start(self) -> None:
        """Start it, its milter first, and wait until it answers."""
        if self._filtered:
            self.milter.revive()
        self._command("start")
        until(lambda: answers(self.smtp_port), "Postfix answers", lambda: self.log()[-3000:])

    def stop(self) -> None:
        """End it and its milter."""
        self.milter.kill()
        self.halt()

    def halt(self) -> None:
        """End all its programs, if it runs."""
        if self.running():
            self._command("abort")
            until(lambda: not self.running(), "Postfix has ended", self.log)

    def anew(self) -> None:
        """End all its programs and start them again: each then opens its maps for the first time."""
        self.halt()
        self._command("start")
        until(lambda: answers(self.smtp_port), "Postfix answers", lambda: self.log()[-3000:])

    def running(self) -> bool:
        """Say whether it runs."""
        done = subprocess.run(["postfix", "-c", str(self.conf), "status"], capture_output=True, check=False)
        return done.returncode == 0

    def filter(self, port: int) -> str:
        """Have what this machine sends filtered at this port; return from which address it is to come back."""
        self.set(
            mynetworks="127.0.0.1/32, 127.0.0.3/32",
            smtpd_client_restrictions=f"check_client_access inline:{{{{127.0.0.1 = FILTER smtp:[127.0.0.1]:{port}}}}}",
        )
        # A client that stays connected is asked nothing anew.
        self.anew()
        return "127.0.0.3"

    def workers(self) -> list[int]:
        """Return the programs that do its work; the one that starts them again is left out."""
        return children(int((self.queue_folder / "pid" / "master.pid").read_text()))

    def handed_over(self) -> set[str]:
        """Return the queue ids of what its log says that weftmail took."""
        ours = rf" (\w+): to=<[^>]*>, .*relay=(?:weftmail|[^,]*\[{re.escape(self.settings.socket)}\]), .*status=sent"
        return set(re.findall(ours, self.log()))

    def bounced(self) -> list[str]:
        """Return the lines of its log that say that a mail bounced."""
        return [line for line in self.log().splitlines() if "status=bounced" in line]

    def smtp(self, source: str = "127.0.0.2", timeout: float = 100) -> smtplib.SMTP:
        """Connect as a stranger (or, from 127.0.0.1, as a program of this machine), and say EHLO."""
        client = smtplib.SMTP("127.0.0.1", self.smtp_port, "client.example", timeout, (source, 0))
        if source != "127.0.0.1":
            # Loopback is this machine; what Postfix writes and reports is as if the stranger were outside.
            client.ehlo()
            client.docmd("XCLIENT", f"ADDR={STRANGER}")
        client.ehlo()
        return client

    def submission(self, login: tuple[str, str] = LOGIN) -> smtplib.SMTP:
        """Connect as Anna's mail program, and sign in."""
        client = smtplib.SMTP("127.0.0.1", self.submission_port, "laptop.example", 100, ("127.0.0.2", 0))
        client.login(*login)
        return client

    def deliver(self, sender: str, recipients: str | Sequence[str], raw: bytes, **how: Any) -> None:
        """Hand a mail in as a stranger would; raises what smtplib raises when it is refused."""
        with self.smtp(**how) as client:
            client.sendmail(sender, recipients, raw)

    def flush(self) -> None:
        """Try everything in the queue again, now."""
        subprocess.run(["postqueue", "-c", str(self.conf), "-f"], check=True)

    def queue(self) -> list[dict[str, Any]]:
        """Return what waits, as ``postqueue -j`` tells it."""
        done = subprocess.run(["postqueue", "-c", str(self.conf), "-j"], capture_output=True, text=True, check=True)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def wait_empty(self, timeout: float = 60) -> None:
        """Wait until nothing waits in the queue."""
        until(lambda: not self.queue(), "the queue is empty", lambda: f"{self.queue()}\n{self.log()[-3000:]}", timeout)

    def clear_queue(self) -> None:
        """Throw away what waits."""
        subprocess.run(["postsuper", "-c", str(self.conf), "-d", "ALL"], capture_output=True, check=True)

    def open_log(self) -> None:
        """Let everybody read the log; on Debian those of adm do."""
        self.log_file.chmod(0o644)

    def close_log(self) -> None:
        """Let nobody but the mail server read the log."""
        self.log_file.chmod(0o600)

    def turn_log_over(self) -> None:
        """Rename the log and make a new one, while nobody has it open."""
        self.stop()
        self.log_file.rename(self.log_file.with_name("mail.log.1"))
        self.start()
        self.open_log()

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
        folder = self.mail / user / "new"
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
        for file in (self.mail / user / "new").glob("*"):
            file.unlink()

    def _postconf(self, *words: str) -> None:
        if len(words) > 1:
            subprocess.run(["postconf", "-c", str(self.conf), *words], check=True)

    def _command(self, verb: Literal["start", "abort", "reload"]) -> None:
        done = subprocess.run(
            ["postfix", "-c", str(self.conf), verb], capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, f"postfix {verb}: {done.stdout}{done.stderr}{self.log()[-2000:]}"


def state_folder(path: Path) -> Path:
    """Make a state folder as ``mail-admin init`` leaves it: weftmail's, and the mail server may enter it."""
    user = account("weftmail")
    path.mkdir(parents=True)
    shutil.chown(path, user.name, GROUP)
    path.chmod(0o750)
    for name in ("incoming",):
        (path / name).mkdir()
        shutil.chown(path / name, user.name, user.name)
        (path / name).chmod(0o700)
    return path


def children(pid: int) -> list[int]:
    """Return the processes that this one started."""
    found = []
    for one in filter(str.isdecimal, os.listdir("/proc")):
        with suppress(OSError):
            stat = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            if int(stat[1]) == pid and stat[0] != "Z":
                found.append(int(one))
    return found


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


PATIENCE = 60.0
"""Seconds to wait for what comes about at once, unless everything else on this machine is busy."""


def until(true: Callable[[], bool], what: str, why: Callable[[], str] = str, timeout: float = PATIENCE) -> None:
    """Wait until something is so; fail with ``why`` when it does not come about."""
    end = time.monotonic() + timeout
    while not true():
        if time.monotonic() > end:
            raise AssertionError(f"not within {timeout} s: {what}\n{why()}")
        time.sleep(0.03)


def answers(port: int) -> bool:
    """Say whether a mail server greets at a port."""
    try:
        with socket.create_connection(("127.0.0.1", port), 5) as one:
            return one.recv(3) == b"220"
    except OSError:
        return False


def environment_variables(config: Path) -> dict[str, str]:
    """Return the environment in which weftmail's programs are called by tests."""
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "WEFTMAIL_CONFIG": str(config)}
