"""What this server is called, as the programs see it that ask once at set-up."""

from __future__ import annotations

import socket

from weftmail.cli.mailboxes import SETTINGS, run


def own_hostname() -> str:
    """Return this server's own name as Postfix has it, else as the machine has it."""
    name = ""
    # Without its settings postconf sleeps a second before it complains.
    if SETTINGS.exists():
        name = run(["postconf", "-hx", "myhostname"])
    return (name or socket.getfqdn()).lower()
