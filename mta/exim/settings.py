"""What weftmail wants of Exim: the templates, filled in for one machine.

Each template is one file of Debian's split configuration, or the file of an ACL.  They are the only place where a
setting and the reason for it stand; ``reasons`` reads them back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from weftmail.core.failure import UsageError
from weftmail.core.limits import LMTP_DATA_DONE, TRANSPORT
from weftmail.mta.map import path_in
from weftmail.mta.map_copy import DOMAINS, RECIPIENTS

__all__ = ["DATA_ACL", "FRAGMENTS", "TRANSPORT_PREFIX", "EximSettings", "reasons", "render"]

FRAGMENTS = {
    "main/000_weftmail": "main",
    "router/050_weftmail": "router",
    "transport/30_weftmail": "transport",
}
"""The files of the split configuration that are ours, each with its template: before all of Debian's own."""
DATA_ACL = "data_acl"
TRANSPORT_PREFIX = "weftmail_"
"""What the names of our transports begin with."""

_FOLDER = Path(__file__).with_name("templates")
_PLAIN_PATH = re.compile(r"/[A-Za-z0-9._/-]+")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class EximSettings:
    """What differs from machine to machine."""

    state: str
    """The state folder, which holds the map, the listener's socket and ``incoming/``."""
    authserv_id: str
    """The name under which this server reports what it checked (RFC 8601)."""
    mode: Literal["pipe", "lmtp"] = "lmtp"
    """A program per mail, or straight to the listener."""
    folder: str = "/etc/weftmail/exim"
    """Where the files that Exim reads by name are put, and the restore point."""
    program: str = "/usr/bin/mail-ingest"
    """The pipe program."""
    user: str = "weftmail"
    """Whom the pipe program runs as."""
    exim_user: str = "Debian-exim"
    """Exim's own user."""

    def __post_init__(self) -> None:
        """Raise UsageError for what could mean something else in Exim's configuration."""
        for what, text in (("state folder", self.state), ("folder", self.folder), ("program", self.program)):
            if not _PLAIN_PATH.fullmatch(text):
                raise UsageError(
                    f"the {what} {text!r} cannot be used: name a whole path of letters, digits, '.', '_', '-', '/'"
                )
        for what, text in (("user", self.user), ("user", self.exim_user), ("authserv-id", self.authserv_id)):
            if not _PLAIN_NAME.fullmatch(text):
                raise UsageError(f"the {what} {text!r} cannot be used: letters, digits, '.', '_' and '-' can")
        if self.mode not in ("pipe", "lmtp"):
            raise UsageError(f"{self.mode!r} is no way to hand over mail: choose pipe or lmtp")

    @property
    def map(self) -> str:
        """The mail server's map, of which Exim reads copies."""
        return str(path_in(self.state))

    @property
    def domains(self) -> str:
        """The file of the domains of which all mail is ours."""
        return str(Path(self.map).with_name(DOMAINS))

    @property
    def recipients(self) -> str:
        """The file of our addresses."""
        return str(Path(self.map).with_name(RECIPIENTS))

    @property
    def socket(self) -> str:
        """The listener's socket."""
        return f"{self.state}/listener.sock"


def render(settings: EximSettings) -> dict[str, str]:
    """Return the text of each file by its name: those of ``FRAGMENTS``, and ``DATA_ACL``."""
    names = {**FRAGMENTS, "transport/30_weftmail": f"transport-{settings.mode}", DATA_ACL: DATA_ACL}
    return {name: _fill(_template(template), settings) for name, template in names.items()}


def reasons(text: str) -> list[tuple[str, str]]:
    """Return what a file of ours adds, each with its reason: the first comment line above it.

    What is added is named as Exim names it: a router or transport, or the first words of a statement.
    """
    found = []
    for block in text.split("\n\n")[1:]:
        comments = [line for line in block.splitlines() if line.startswith("#")]
        lines = [line.strip() for line in block.splitlines() if line.strip() and not line.startswith("#")]
        if comments and lines:
            found.append((_named(lines), comments[0].lstrip("# ")))
    return found


def _named(lines: list[str]) -> str:
    if re.fullmatch(r"[a-z_]+:", lines[0]):
        return lines[0].rstrip(":")
    if lines[0].startswith(".ifdef"):
        return lines[0].split()[1]
    return next(line for line in lines if "=" in line).split("=", 1)[0].strip()


def _template(name: str) -> str:
    return (_FOLDER / name).read_text("utf-8")


def _fill(text: str, settings: EximSettings) -> str:
    words = {
        "@STATE@": settings.state,
        "@DOMAINS@": settings.domains,
        "@RECIPIENTS@": settings.recipients,
        "@FOLDER@": settings.folder,
        "@SOCKET@": settings.socket,
        "@PROGRAM@": settings.program,
        "@USER@": settings.user,
        "@EXIM_USER@": settings.exim_user,
        "@MODE@": settings.mode,
        "@AUTHSERV_ID@": settings.authserv_id,
        "@TRANSPORT@": f"{TRANSPORT}s",
        "@LMTP_DATA_DONE@": f"{LMTP_DATA_DONE}s",
    }
    return re.sub("@[A-Z_]+@", lambda match: words.get(match[0], match[0]), text)
