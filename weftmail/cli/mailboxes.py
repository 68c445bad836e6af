"""Which names have a mailbox on this machine already: an alias of that name would take somebody's mail away.

Asked for domains *beside* mailboxes alone.  Users of the system and /etc/aliases are read (aliases(5)); what Postfix
knows beyond that, its tables of virtual mailboxes and aliases, it is asked by its own postmap(1).
"""

from __future__ import annotations

import pwd
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

ALIASES = Path("/etc/aliases")
SETTINGS = Path("/etc/postfix/main.cf")

_TABLES = ("virtual_mailbox_maps", "virtual_alias_maps")
_NAME = re.compile(r'^"?([^\s:#"]+)"?\s*:')


def where_mailbox(local: str, domain: str, aliases: Path = ALIASES, settings: Path = SETTINGS) -> str:
    """Return where this machine has the name: a few words; "" where it has not, as far as can be seen."""
    try:
        pwd.getpwnam(local)
        return "a user of this machine"
    except KeyError:
        pass
    if local.lower() in _names(aliases):
        return f"a line of {aliases}"
    # Without its settings postconf sleeps a second before it complains.
    return next(_asked(f"{local}@{domain}"), "") if settings.exists() else ""


def _names(aliases: Path) -> set[str]:
    try:
        text = aliases.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return set()
    return {found[1].lower() for line in text.splitlines() if (found := _NAME.match(line))}


def _asked(address: str) -> Iterator[str]:
    """Ask each of Postfix's own tables; ours are left out, and what cannot be asked knows nothing."""
    for line in run(["postconf", "-x", *_TABLES]).splitlines():
        setting, _, tables = line.partition(" = ")
        for table in re.split(r"[,\s]+", tables):
            if ":" in table and "weftmail" not in table and run(["postmap", "-q", address, table]):
                yield f"{setting} of Postfix"


def run(words: list[str]) -> str:
    """Return what a program prints; "" where it is missing, fails or takes too long."""
    try:
        done = subprocess.run(words, capture_output=True, text=True, errors="replace", check=False, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
