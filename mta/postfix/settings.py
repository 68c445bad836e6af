"""What weftmail wants of Postfix: the templates in ``postfix/``, filled in for one machine.

The templates are the only place where a setting and the reason for it stand.  ``render`` gives the files; ``wanted``
and ``wanted_service`` read the same texts back as values, so what ``show`` proposes is what the files say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from weftmail.core.failure import UsageError
from weftmail.core.limits import LMTP_DATA_DONE, TRANSPORT
from weftmail.mta.map import path_in
from weftmail.mta.postfix.postconf import Service

__all__ = ["MAPS", "SERVICE", "Setting", "Settings", "render", "wanted", "wanted_service"]

MAPS = ("recipients.cf", "domains.cf", "transport.cf", "aliases.cf", "logins.cf")
"""The files that Postfix reads by name; the others are written into main.cf and master.cf."""

SERVICE = "weftmail"
"""The name of our entry in master.cf, and of our transport."""

_FOLDER = Path(__file__).with_name("templates")
# These texts end up in SQL, in main.cf and in a command line; nothing that is special in any of them may stand there.
_PLAIN_PATH = re.compile(r"/[A-Za-z0-9._/-]+")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Settings:
    """What differs from machine to machine."""

    state: str
    """The state folder, which holds the map, the listener's socket and ``incoming/``."""
    hostname: str
    """This server's own name."""
    mode: Literal["pipe", "lmtp"] = "lmtp"
    """A program per mail, or straight to the listener."""
    folder: str = "/etc/weftmail/postfix"
    """Where the files that Postfix reads by name are put."""
    program: str = "/usr/bin/mail-ingest"
    """The pipe program."""
    user: str = "weftmail"
    """Whom the pipe program runs as."""

    def __post_init__(self) -> None:
        """Raise UsageError for what could mean something else in SQL, in main.cf or in a command line."""
        for what, text in (("state folder", self.state), ("folder", self.folder), ("program", self.program)):
            if not _PLAIN_PATH.fullmatch(text):
                raise UsageError(
                    f"the {what} {text!r} cannot be used: name a whole path of letters, digits, '.', '_', '-', '/'"
                )
        for what, text in (("user", self.user), ("host name", self.hostname)):
            if not _PLAIN_NAME.fullmatch(text):
                raise UsageError(f"the {what} {text!r} cannot be used: letters, digits, '.', '_' and '-' can")
        if self.mode not in ("pipe", "lmtp"):
            raise UsageError(f"{self.mode!r} is no way to hand over mail: choose pipe or lmtp")

    @property
    def socket(self) -> str:
        """The listener's socket."""
        return f"{self.state}/listener.sock"

    @property
    def map(self) -> str:
        """The mail server's map."""
        return str(path_in(self.state))

    @property
    def nexthop(self) -> str:
        """The transport, as a transport table names it."""
        return f"{SERVICE}:unix:{self.socket}" if self.mode == "lmtp" else f"{SERVICE}:"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of main.cf that we want, with the reason in a few words."""

    name: str
    value: str
    reason: str


def render(settings: Settings) -> dict[str, str]:
    """Return the text of every file by its name, filled in."""
    return {file.name: _fill(file.read_text("utf-8"), settings) for file in sorted(_FOLDER.glob("*.cf"))}


def wanted(settings: Settings, *, local: bool = True, virtual: bool = False) -> list[Setting]:
    """Return the settings of main.cf that we want, in the order in which a person should read them.

    ``local`` and ``virtual`` say beside which kinds of mailboxes our addresses may stand.
    """
    parts = ["main-dedicated.cf", "main.cf", f"main-{settings.mode}.cf"]
    parts[1:1] = [name for name, on in (("main-local.cf", local), ("main-virtual.cf", virtual)) if on]
    files = render(settings)
    return [setting for part in parts for setting in _settings(files[part])]


def wanted_service(settings: Settings) -> Service:
    """Return the entry of master.cf that we want."""
    text = render(settings)[f"master-{settings.mode}.cf"]
    return Service.parse("\n".join(line for line in text.splitlines() if not line.startswith("#")))


def _fill(text: str, settings: Settings) -> str:
    words = {
        "@STATE@": settings.state,
        "@MAP@": settings.map,
        "@FOLDER@": settings.folder,
        "@NEXTHOP@": settings.nexthop,
        "@PROGRAM@": settings.program,
        "@USER@": settings.user,
        "@TRANSPORT@": f"{TRANSPORT}s",
        "@LMTP_DATA_DONE@": f"{LMTP_DATA_DONE}s",
    }
    return re.sub("@[A-Z_]+@", lambda match: words[match[0]], text)


def _settings(text: str) -> Iterator[Setting]:
    """Read a fragment of main.cf: the first comment line above a setting is its reason."""
    for block in text.split("\n\n"):
        lines = block.strip().splitlines()
        for line in lines:
            if not line.startswith("#"):
                name, _, value = line.partition(" = ")
                yield Setting(name, value, lines[0].lstrip("# "))
