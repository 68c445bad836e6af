"""What this server is called."""

from __future__ import annotations

import socket
from pathlib import Path

from weftmail.cli.config import Config
from weftmail.cli.mailboxes import SETTINGS, run

EXIM = Path("/etc/exim4")
SENDMAIL = Path("/usr/sbin/sendmail")


def exim_here(exim: Path = EXIM, postfix: Path = SETTINGS, sendmail: Path = SENDMAIL) -> bool:
    """Say whether the mail server of this machine is Exim: it has settings here, and Postfix has none.

    Of a package that was removed and not purged the settings stay: where both have some, it is the one whose
    sendmail(8) this machine has, which two of Debian's packages never bring at once.
    """
    return exim.is_dir() and (not postfix.exists() or sendmail.resolve().name.startswith("exim"))


def own_hostname() -> str:
    """Return this server's own name as Postfix or Exim has it, else as the machine has it."""
    name = ""
    # Without its settings postconf sleeps a second before it complains.
    if exim_here():
        name = run(["exim4", "-bP", "primary_hostname"]).partition("=")[2].strip()
    elif SETTINGS.exists():
        name = run(["postconf", "-hx", "myhostname"])
    return (name or socket.getfqdn()).lower()


def hostname(config: Config) -> str:
    """Return the name under which our mail server writes its Received: the set one, else this machine's own."""
    return (config.hostname or socket.gethostname()).lower()
