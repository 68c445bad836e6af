"""What this server is called."""

from __future__ import annotations

import socket

from weftmail.cli.config import Config
from weftmail.cli.mailboxes import SETTINGS, run


def own_hostname() -> str:
    """Return this server's own name as Postfix has it, else as the machine has it."""
    name = ""
    # Without its settings postconf sleeps a second before it complains.
    if SETTINGS.exists():
        name = run(["postconf", "-hx", "myhostname"])
    return (name or socket.getfqdn()).lower()


def hostname(config: Config) -> str:
    """Return the name under which our mail server writes its Received: the set one, else this machine's own."""
    return (config.hostname or socket.gethostname()).lower()
