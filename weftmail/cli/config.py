"""The settings: one TOML file, named by WEFTMAIL_CONFIG, by default /etc/weftmail/weftmail.toml.

Every key has a default, so that an empty file is a valid one; a key that nobody knows is an error, with the ones that
there are.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, cast

from weftmail.core.failure import UsageError
from weftmail.core.wording.command import Command

_URL = re.compile(r"https?://[^/\s?#@\"'<>\\^`{|}]+(/[^\s?#\"'<>\\^`{|}]*)?")
_WORDS = ("hostname", "authserv_id", "site", "site_url", "metrics", "mail_owner")
"""Settings that are one word; some go into headers, mails and the mail server's own settings."""

_SPAM_FIELDS = frozenset(
    f"{name} {place}" for name in ("x-spam-flag", "x-spam-status", "x-spamd-result") for place in ("above", "below")
)
AUTHENTICATION = ("auto", "own", "milter", "none")

LARGEST_FILES = 45
"""Megabytes; coded they are as much as the listener takes."""
DEFAULT = "/etc/weftmail/weftmail.toml"
DEMO = "var/weftmail.toml"
"""Where the settings of a demo are, in its clone."""


@dataclass(frozen=True, slots=True)
class Config:
    """What can be set.  Paths are absolute, or relative to the folder of the file."""

    state: str = "/var/lib/weftmail"
    """The folder of the store, the keys, the sockets and the mail server's map."""
    hostname: str = ""
    """The name that our mail server gives itself after "by" in Received; empty: this machine's own name."""
    authserv_id: str = ""
    """The authserv-id of our own milter; empty: no Authentication-Results are believed."""
    authentication: str = "auto"
    """Who checks SPF, DKIM and DMARC: ``own``, ``milter``, ``none``; ``auto``: the milter if it is named, else own."""
    relays: str = ""
    """Addresses and networks of our own relays and backup mail servers, with commas between."""
    spam_field: str = ""
    """The field that our own spam filter writes, and where, as ``X-Spam-Flag above``; empty: none counts."""
    complaint_providers: str = ""
    """Domains of mail providers whose signed complaints count, with commas between."""
    clamd: str = ""
    """Where the virus scanner clamd listens: unix:PATH or HOST:PORT; empty: nobody scans."""
    clamd_dead: str = "wait"
    """What becomes of mail while clamd does not answer: ``wait``, or ``pass``."""
    smtp: str = "127.0.0.1:25"
    """Where mail-send hands mail over: HOST:PORT, or maildir:PATH for the demo's catcher."""
    mail_log: str = "/var/log/mail.log"
    """The mail server's log, by which mail that left is followed; empty: none."""
    site: str = "127.0.0.1:8470"
    """Where the site listens: HOST:PORT, or unix:PATH."""
    site_url: str = ""
    """The address of the site in links; empty: made of ``site``."""
    proxies: str = ""
    """Addresses and networks of the proxies before the site, with commas between: they say who their clients are."""
    metrics: str = ""
    """Where the site answers Prometheus: HOST:PORT on this machine itself; empty: nowhere."""
    mail_owner: str = "postfix"
    """The user as which the mail server's LMTP client connects."""
    dns_looks: bool = True
    """The site asks each day what the DNS has of each domain; false: only who asks for it does."""
    backups: str = "/var/backups/weftmail"
    """The folder of the backups."""
    backup_key: str = ""
    """The public key of age, or of SSH, by which backups are encrypted; empty: they are not."""
    files_size: int = 7
    """Megabytes that the files of one message may have together: in the browser, by the command, in what leaves."""
    demo: bool = False
    """The pages say that no mail leaves this machine, and show the catcher."""

    @property
    def most_files(self) -> int:
        """How many bytes the files of one message may have together."""
        return self.files_size * 1024 * 1024

    @property
    def folder(self) -> Path:
        """The state folder."""
        return Path(self.state)

    @property
    def store(self) -> Path:
        """The file of the store."""
        return self.folder / "weftmail.db"

    @property
    def keyring(self) -> Path:
        """The keys of reply tokens and locators; 0600, outside the store."""
        return self.folder / "keys" / "tokens"

    @property
    def dkim(self) -> Path:
        """The folder of the private signing keys."""
        return self.folder / "keys" / "dkim"

    @property
    def servers(self) -> Path:
        """The folder of passwords and certificates for other mail servers; 0600."""
        return self.folder / "keys" / "servers"

    @property
    def map(self) -> Path:
        """The mail server's map."""
        return self.folder / "map" / "map.db"

    @property
    def incoming(self) -> Path:
        """Where the pipe program leaves mail when no listener runs."""
        return self.folder / "incoming"

    @property
    def listener(self) -> Path:
        """The listener's socket."""
        return self.folder / "listener.sock"

    @property
    def settle_lock(self) -> Path:
        """Held by whoever settles."""
        return self.folder / "settle.lock"

    @property
    def own_check(self) -> bool:
        """Whether we check by ourselves who sent a mail."""
        return self.authentication == "own" or (self.authentication == "auto" and not self.authserv_id)

    @property
    def url(self) -> str:
        """The address of the site, without a slash at its end."""
        return (self.site_url or f"http://{self.site}").rstrip("/")


def keys(environ: Mapping[str, str]) -> dict[str, bool]:
    """Return each key of the settings, and whether the file names it; raises as ``load`` does."""
    load(environ)
    given = tomllib.loads(path_of_config(environ).read_text(encoding="utf-8"))
    return {field.name: field.name in given for field in fields(Config)}


def path_of_config(environ: Mapping[str, str]) -> Path:
    """Return where the settings are."""
    return Path(environ.get("WEFTMAIL_CONFIG") or DEFAULT)


def load(environ: Mapping[str, str], *, clone: Path = Path(sys.prefix).parent) -> Config:
    """Read the settings; raise UsageError, with the next step, for what cannot be read or is not known.

    Where there are none, those of a demo in the ``clone`` that the program runs from are named.
    """
    path = path_of_config(environ)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        demo = clone / DEMO
        other = f"take the demo's: WEFTMAIL_CONFIG={demo}" if demo.is_file() else "name another by WEFTMAIL_CONFIG"
        raise UsageError(f"there is no {path}; make it: {Command('mail-admin init')}, or {other}") from None
    except (OSError, UnicodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(f"{path} cannot be read: {why}") from None
    for one in problems(text, path):
        raise UsageError(f"{path}, line {one.line}: {one.what}" if one.line else f"{path} {one.what}")
    return _checked(tomllib.loads(text), path)


@dataclass(frozen=True, slots=True)
class ConfigProblem:
    """What is wrong in the file: in which line, 0 where none can be named, and what, with what to write instead."""

    line: int
    what: str


def problems(text: str, path: Path) -> list[ConfigProblem]:
    """Return all that is wrong in the settings, in the order of the file; of a file that is no TOML the first fault."""
    try:
        left = dict(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        return [ConfigProblem(0, f"is not TOML: {error}")]
    found = []
    while True:
        try:
            _checked(left, path)
        except UsageError as error:
            # Each of these begins with the name of its setting.
            name = str(error).split(maxsplit=1)[0]
            found.append(ConfigProblem(_line_of(text, name), str(error)))
            if left.pop(name, None) is not None:
                continue
        return sorted(found, key=lambda one: one.line)


def _line_of(text: str, name: str) -> int:
    begins = re.compile(rf"\s*[\"']?{re.escape(name)}[\"']?\s*[=.]|\s*\[+\s*[\"']?{re.escape(name)}\b")
    return next((number for number, line in enumerate(text.splitlines(), start=1) if begins.match(line)), 0)


def _checked(values: Mapping[str, object], path: Path) -> Config:
    known = {field.name: type(field.default) for field in fields(Config)}
    for name, value in values.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            meant = f"did you mean {near[0]}? There are" if near else "there are"
            raise UsageError(f"{name} is no setting; {meant} {', '.join(sorted(known))}")
        if type(value) is not known[name]:
            kind = {bool: "true or false", int: "a whole number"}.get(known[name], "a text in quotes")
            raise UsageError(f"{name} has to be {kind}")
    config = Config(**cast(dict[str, Any], dict(values)))
    check_places(config)
    state = os.path.abspath(path.parent / config.state)
    return Config(**{**{field.name: getattr(config, field.name) for field in fields(Config)}, "state": state})


def check_places(config: Config, where: str = "", status: int = 1) -> None:
    """Raise UsageError, its text after ``where``, for a place of the settings that is none."""
    _check_lines(config, where, status)
    kind, colon, path = config.smtp.partition(":")
    to_folder = kind == "maildir" and colon
    if to_folder and not path:
        raise UsageError(f"{where}smtp = {config.smtp!r} names no folder; say maildir:PATH", status)
    if not to_folder and host_and_port(config.smtp) is None:
        raise UsageError(
            f"{where}smtp = {config.smtp!r} is neither HOST:PORT, as 127.0.0.1:25, nor maildir:PATH", status
        )
    _check_site(config, where, status)
    if config.metrics and not _on_loopback(config.metrics):
        raise UsageError(
            f"{where}metrics = {config.metrics!r} is not HOST:PORT on this machine itself, as 127.0.0.1:9470", status
        )
    for name, text in (("proxies", config.proxies), ("relays", config.relays)):
        try:
            networks(text)
        except ValueError as error:
            raise UsageError(
                f"{where}{name} = {text!r}: {error}; say 127.0.0.1, ::1 or a network as 10.0.0.0/8", status
            ) from None
    if not 1 <= config.files_size <= LARGEST_FILES:
        raise UsageError(
            f"{where}files_size = {config.files_size} is not from 1 to {LARGEST_FILES}, in MB of files together", status
        )
    if config.authentication not in AUTHENTICATION:
        known = ", ".join(AUTHENTICATION)
        raise UsageError(f"{where}authentication = {config.authentication!r} is none of {known}", status)
    _check_filters(config, where, status)
    if config.authentication == "milter" and not config.authserv_id:
        raise UsageError(f"{where}authentication = 'milter' needs the milter's name: set authserv_id", status)


def _check_site(config: Config, where: str, status: int) -> None:
    by_socket = config.site.startswith("unix:/")
    if not by_socket and host_and_port(config.site) is None:
        raise UsageError(
            f"{where}site = {config.site!r} is neither HOST:PORT, as 127.0.0.1:8470, nor unix:/PATH", status
        )
    if config.site_url and not _URL.fullmatch(config.site_url):
        raise UsageError(
            f"{where}site_url = {config.site_url!r} is no address that begins with http:// or https://", status
        )
    if by_socket and not config.site_url:
        raise UsageError(f"{where}site is a Unix socket, so links need the address of its proxy: set site_url", status)


def _check_filters(config: Config, where: str, status: int) -> None:
    if config.spam_field and config.spam_field.lower() not in _SPAM_FIELDS:
        raise UsageError(
            f"{where}spam_field = {config.spam_field!r} is none; mail-admin spam probe DOMAIN says what it is", status
        )
    if config.clamd and not config.clamd.startswith("unix:/") and host_and_port(config.clamd) is None:
        raise UsageError(f"{where}clamd = {config.clamd!r} is neither unix:/PATH nor HOST:PORT", status)
    if config.clamd_dead not in ("wait", "pass"):
        raise UsageError(f"{where}clamd_dead = {config.clamd_dead!r} is neither wait nor pass", status)


def _check_lines(config: Config, where: str, status: int) -> None:
    """Refuse what could begin a new line, or look like something else, in a mail, a header or on a page."""
    for field in fields(Config):
        value = getattr(config, field.name)
        if isinstance(value, str) and not value.isprintable():
            raise UsageError(f"{where}{field.name} = {value!r} holds a line break or another control character", status)
        if field.name in _WORDS and " " in value:
            raise UsageError(f"{where}{field.name} = {value!r} holds a blank", status)


def networks(text: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    """Return the addresses and networks that a text names, with commas between; raise ValueError for anything else."""
    return tuple(ipaddress.ip_network(one.strip(), strict=False) for one in text.split(",") if one.strip())


def host_and_port(place: str) -> tuple[str, int] | None:
    """Part ``HOST:PORT``, an IPv6 address in brackets or without; None where it is not that."""
    host, _, port = place.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not (port.isascii() and port.isdigit() and int(port) < 2**16):
        return None
    return host, int(port)


def _on_loopback(place: str) -> bool:
    found = host_and_port(place)
    try:
        return found is not None and ipaddress.ip_address(found[0]).is_loopback
    except ValueError:
        return False


def dump(config: Config) -> str:
    """Return the settings as TOML, those that differ from their defaults."""
    lines = ["# weftmail: see docs/settings.md for every key."]
    for field in fields(Config):
        value = getattr(config, field.name)
        if value != field.default or field.name == "state":
            lines.append(f"{field.name} = {as_toml(value)}")
    return "\n".join(lines) + "\n"


def as_toml(value: str | bool | int) -> str:
    """Return a value as the file says it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
