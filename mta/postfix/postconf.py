"""A Postfix as its own ``postconf`` describes it: read, never written (postconf(1), master(5)).

``read`` runs the program; everything else here is a value, so that whoever judges a configuration can be handed
one that was made by hand.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from weftmail.core.failure import UsageError

__all__ = ["DEFAULT_FOLDER", "Postfix", "Service", "has_table", "message_size_limit", "read", "seconds", "tokens"]

DEFAULT_FOLDER = "/etc/postfix"

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_REFERENCE = re.compile(r"\$\{?\(?([a-z0-9_]+)\)?\}?")


@dataclass(frozen=True, slots=True)
class Service:
    """One entry of master.cf; the columns as they stand, ``-`` where the default counts."""

    name: str
    kind: str
    private: str
    unprivileged: str
    chroot: str
    wakeup: str
    limit: str
    command: str
    arguments: tuple[str, ...] = ()

    @classmethod
    def parse(cls, line: str) -> Service:
        """Read an entry that stands on one line or on several; raise UsageError for anything else."""
        words = line.split()
        if len(words) < 8:
            raise UsageError(f"{line.strip()!r} is not an entry of master.cf: it wants eight columns")
        name, kind, private, unprivileged, chroot, wakeup, limit, command, *rest = words
        return cls(name, kind, private, unprivileged, chroot, wakeup, limit, command, tuple(rest))

    @property
    def options(self) -> dict[str, str]:
        """The settings that ``-o`` gives to this service alone."""
        found: dict[str, str] = {}
        for flag, text in zip(self.arguments, self.arguments[1:], strict=False):
            if flag == "-o" and "=" in text:
                name, _, value = text.partition("=")
                found[name] = value
        return found

    @property
    def words(self) -> tuple[str, ...]:
        """The whole entry, word by word: two that are equal here are the same to Postfix."""
        columns = (self.private, self.unprivileged, self.chroot, self.wakeup, self.limit)
        return (self.name, self.kind, *columns, self.command, *self.arguments)

    def __str__(self) -> str:
        return " ".join(self.words)


@dataclass(frozen=True, slots=True)
class Postfix:
    """The settings of one Postfix.

    ``main`` holds what main.cf sets, ``defaults`` what holds where it is silent (names that this Postfix does not
    know stand in neither).
    """

    main: Mapping[str, str]
    defaults: Mapping[str, str]
    services: Sequence[Service] = ()
    version: str = ""
    folder: str = DEFAULT_FOLDER
    extra: Mapping[str, str] = field(default_factory=dict)

    def knows(self, name: str) -> bool:
        """Say whether this Postfix has such a setting."""
        return name in self.defaults

    def sets(self, name: str) -> bool:
        """Say whether main.cf itself has this setting."""
        return name in self.main

    def value(self, name: str) -> str:
        """Return what holds for this setting; "" for one that nobody knows."""
        if name in self.main:
            return self.main[name]
        return self.extra.get(name, self.defaults.get(name, ""))

    def resolved(self, name: str) -> str:
        """Return the value with the settings that it names by ``$`` put in."""
        return self._expand(self.value(name), 8)

    def _expand(self, text: str, depth: int) -> str:
        if depth == 0 or "$" not in text or "{{" in text:
            return text
        return _REFERENCE.sub(lambda match: self._expand(self.value(match[1]), depth - 1), text)

    def seconds(self, name: str) -> int | None:
        """Return a time limit in seconds; None where there is none or it cannot be read."""
        return seconds(self.resolved(name))

    def number(self, name: str) -> int:
        """Return a size or count; 0, which Postfix takes for "no limit", where it cannot be read."""
        value = self.resolved(name)
        return int(value) if value.isdigit() else 0

    def service(self, name: str, kind: str = "unix") -> Service | None:
        """Return the entry of master.cf of that name."""
        return next((one for one in self.services if (one.name, one.kind) == (name, kind)), None)

    def chrooted(self, service: Service) -> bool:
        """Say whether the service runs in the chroot; the default was "yes" before compatibility level 1."""
        if service.chroot != "-":
            return service.chroot == "y"
        level = re.match(r"\d+", self.value("compatibility_level") or "0")
        return level is None or int(level[0]) < 1


def seconds(text: str) -> int | None:
    """Read a time as Postfix writes it: ``300``, ``300s``, ``5m``; None for anything else."""
    match = re.fullmatch(r"(\d+)\s*([smhdw]?)", text.strip())
    return int(match[1]) * _UNITS[match[2]] if match else None


def tokens(value: str) -> list[str]:
    """Return the words of a list, which commas or blanks part."""
    return [word for word in re.split(r"[,\s]+", value) if word]


def message_size_limit(folder: str = DEFAULT_FOLDER) -> int | None:
    """Return how many bytes a mail may have that this Postfix takes; None where there is none, or no limit."""
    try:
        text = _postconf(folder, "-h", "message_size_limit").strip()
    except UsageError:
        return None
    return int(text) if text.isdecimal() and int(text) else None


def has_table(folder: str, kind: str) -> bool:
    """Say whether this Postfix can read tables of a kind, such as ``sqlite``; raises UsageError."""
    return kind in _postconf(folder, "-m").split()


def read(folder: str = DEFAULT_FOLDER) -> Postfix:
    """Ask ``postconf`` about the configuration in ``folder``.

    Raises UsageError where there is no Postfix or no configuration.
    """
    main = _pairs(_postconf(folder, "-n"))
    defaults = _pairs(_postconf(folder, "-d"))
    services = [Service.parse(line) for line in _postconf(folder, "-M").splitlines() if line.strip()]
    # The defaults of these two depend on the compatibility level, which only Postfix itself works out.
    extra = _pairs(_postconf(folder, "-x", "relay_domains", "smtpd_relay_restrictions", "smtputf8_enable"))
    return Postfix(main, defaults, services, defaults.get("mail_version", ""), folder, extra)


def _postconf(folder: str, *words: str) -> str:
    try:
        done = subprocess.run(
            ["postconf", "-c", folder, *words], capture_output=True, text=True, check=False, timeout=30
        )
    except FileNotFoundError:
        raise UsageError("there is no Postfix here: the program postconf is missing") from None
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise UsageError(f"postconf cannot read {folder}: {said[-1] if said else 'it gave no reason'}")
    return done.stdout


def _pairs(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if equals:
            found[name.strip()] = value.strip()
    return found
