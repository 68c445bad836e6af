"""The Postfix of ``make run MTA=postfix``: private, below var/postfix, on the loopback; the machine's own is untouched.

What comes in at its port goes the way that docs/postfix.md describes: by the map, and by LMTP to the listener.  What
leaves goes to the catcher of the demo, whatever its address, so that no mail leaves this machine.
"""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import smtplib
import subprocess
from collections.abc import Sequence
from pathlib import Path

from weftmail.cli.config import Config
from weftmail.core.failure import UsageError
from weftmail.core.wording.command import Command
from weftmail.mta.map import GROUP
from weftmail.mta.postfix import changes, writing
from weftmail.mta.postfix.settings import Settings

PORT = 2525
PORTS = 100
"""Postfix takes the first free port of so many."""
USER = "postfix"
LONGEST = 100
"""Bytes of the path of a socket; the system takes 107."""

_HOLDING = """trap 'kill -TERM "$held"' TERM; setsid "$@" & held=$!; wait "$held"; wait "$held" """
"""What a shell does to end with us, and Postfix's master with it: the master changes its user, and loses by that the
death signal of its parent.  It has to lead a process group, by which it ends its daemons."""

_MAIN = """\
# Written by make run MTA=postfix at each start; weftmail's part follows by postconf, as postfix install writes it.
compatibility_level = 3.6
config_directory = {conf}
queue_directory = {queue}
data_directory = {data}
maillog_file = {log}
maillog_file_prefixes = {folder}
myhostname = {hostname}
mydestination = $myhostname, localhost
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
biff = no
append_dot_mydomain = no
smtp_host_lookup = native
smtp_dns_support_level = disabled
smtpd_peername_lookup = no
# All that leaves, to whomever it goes, is caught.
relayhost = [127.0.0.1]:{catcher}
default_transport = smtp:[127.0.0.1]:{catcher}
relay_transport = smtp:[127.0.0.1]:{catcher}
local_transport = smtp:[127.0.0.1]:{catcher}
local_recipient_maps =
# Whose mailboxes the demo shows: their domain is weftmail's, they are not.
relay_recipient_maps = texthash:{conf}/mailboxes
# The listener of a demo is stopped and started: what was put off comes soon.
minimal_backoff_time = 5s
maximal_backoff_time = 30s
queue_run_delay = 5s
"""

_MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


class DemoPostfix:
    """One private Postfix below ``folder``, which takes mail at ``port`` and hands what leaves to ``catcher``.

    ``mailboxes`` are addresses of people in domains that are weftmail's.
    """

    def __init__(self, folder: Path, hostname: str, port: int, catcher: int, mailboxes: Sequence[str]) -> None:
        self.folder = folder.absolute()
        self.port = port
        self.log = self.folder / "mail.log"
        self._conf, self._queue = self.folder / "conf", self.folder / "queue"
        self._hostname, self._catcher, self._mailboxes = hostname, catcher, mailboxes

    def write(self, config: Config) -> None:
        """Write its settings, with weftmail's part, and let it reach the map and the listener's socket.

        Raises UsageError for a path that it could not use, and where this Postfix reads no SQLite.
        """
        settings = Settings(config.state, self._hostname, folder=str(self._conf / "weftmail"))
        if len(settings.socket) > LONGEST:
            raise UsageError(f"{settings.socket} is too long for a socket; clone weftmail into a folder higher up")
        for folder in (self.folder, self._conf, self._queue, self.folder / "data"):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o755)
        shutil.chown(self.folder / "data", USER)
        _may_pass(self.folder)
        main = _MAIN.format(
            conf=self._conf, queue=self._queue, data=self.folder / "data", log=self.log, folder=self.folder,
            hostname=self._hostname, catcher=self._catcher,
        )  # fmt: skip
        (self._conf / "mailboxes").write_text("".join(f"{one} there\n" for one in self._mailboxes), encoding="ascii")
        (self._conf / "main.cf").write_text(main, encoding="ascii")
        (self._conf / "master.cf").write_text(_MASTER.format(port=self.port), encoding="ascii")
        if "sqlite" not in _run("postconf", "-c", str(self._conf), "-m").split():
            raise UsageError("this Postfix cannot read SQLite; let it: apt install postfix-sqlite")
        # What an earlier run wrote is written anew: nothing of it is to be taken back.
        shutil.rmtree(self._conf / "weftmail", ignore_errors=True)
        current = changes.read(str(self._conf))
        wanted = [one for one in changes.show(settings, current) if one.sign in "+~"]
        writing.write(settings, current, wanted, "demo")
        _share(config)

    def command(self) -> list[str]:
        """Return what runs it in the foreground; raise UsageError where it finds its settings wrong."""
        _run("postfix", "-c", str(self._conf), "check")
        daemons = _run("postconf", "-c", str(self._conf), "-hx", "daemon_directory").strip()
        return ["/bin/sh", "-c", _HOLDING, "sh", f"{daemons}/master", "-c", str(self._conf), "-d"]

    def answers(self) -> bool:
        """Say whether it greets."""
        try:
            with smtplib.SMTP("127.0.0.1", self.port, timeout=5) as client:
                return client.noop()[0] == 250
        except (OSError, smtplib.SMTPException):
            return False

    def takes(self, sender: str, recipient: str, data: bytes) -> None:
        """Hand a mail in; raises UsageError where it is not taken."""
        try:
            with smtplib.SMTP("127.0.0.1", self.port, timeout=30) as client:
                client.sendmail(sender, [recipient], data)
        except (OSError, smtplib.SMTPException) as error:
            raise UsageError(f"Postfix did not take the email: {error}; see {self.log}") from None

    def next(self, sender: str, recipient: str) -> str:
        """Return a command that hands a mail in, by SMTP as any mail program does."""
        text = f"From: {sender}\\nSubject: A question at %s\\n\\nHow much are ten chairs?\\n"
        send = "import smtplib, sys; smtplib.SMTP(sys.argv[1], sys.argv[2]).sendmail(*sys.argv[3:5], sys.stdin.read())"
        return f"printf '{text}' \"$(date +%T)\" | python3 -c '{send}' 127.0.0.1 {self.port} {sender} {recipient}"

    def what(self) -> str:
        """Say where it takes mail, and where its settings are."""
        return f"in a second terminal; Postfix takes mail at 127.0.0.1:{self.port}, by the settings in var/postfix/conf"


def check_possible() -> None:
    """Raise UsageError, with the line to type, where this machine or this user can run no private Postfix."""
    if os.geteuid() != 0:
        raise UsageError("MTA=postfix starts a Postfix of its own, and Postfix needs root: sudo make run MTA=postfix")
    for program in ("postfix", "postconf"):
        if shutil.which(program) is None:
            raise UsageError("there is no Postfix on this machine; install it: apt install postfix postfix-sqlite")


def _may_pass(folder: Path) -> None:
    """Raise UsageError where the user of Postfix cannot get to the folder."""
    user = pwd.getpwnam(USER)
    groups = set(os.getgrouplist(USER, user.pw_gid))
    for one in folder.parents:
        found = one.stat()
        bit = 0o100 if found.st_uid == user.pw_uid else 0o010 if found.st_gid in groups else 0o001
        if not found.st_mode & bit:
            raise UsageError(
                f"user {USER} may not pass through {one}; clone weftmail where everybody may, as into /srv/weftmail"
            )


def _share(config: Config) -> None:
    """Let Postfix into the state folder, to the socket and the map, and to nothing else below it."""
    user = pwd.getpwnam(USER)
    try:
        if grp.getgrnam(GROUP).gr_gid not in os.getgrouplist(USER, user.pw_gid):
            step = Command("adduser {user} {group}", user=USER, group=GROUP)
            raise UsageError(f"user {USER} is not in the group {GROUP}: {step}")
    except KeyError:
        # Without such a group the socket gets the group of its folder.
        pass
    os.chown(config.folder, -1, user.pw_gid)
    config.folder.chmod(0o2750)
    for path in (config.map.parent, *config.map.parent.iterdir()):
        os.chown(path, -1, user.pw_gid)


def _run(*words: str) -> str:
    try:
        done = subprocess.run(words, capture_output=True, text=True, errors="replace", check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError(f"{words[0]} cannot be run: {error}") from None
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise UsageError(f"{' '.join(words)} ended with {done.returncode}: {last}")
    return done.stdout
