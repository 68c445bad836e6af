"""What the commands of mail-admin work with: settings, store, keys and map, each opened when first asked for."""

from __future__ import annotations

import argparse
import os
import pwd
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TextIO
from zoneinfo import available_timezones

from weftmail.cli import listing as listings
from weftmail.cli import runtime
from weftmail.cli.config import Config, load, path_of_config
from weftmail.cli.hostname import own_hostname
from weftmail.cli.listing import Listing, Row
from weftmail.cli.mailboxes import where_mailbox
from weftmail.cli.map_files import LazyMap
from weftmail.cli.output import as_json
from weftmail.cli.terminal import printable
from weftmail.core.ports import Clock, Zones
from weftmail.core.tokens.reply_token import mask_addresses
from weftmail.core.wording.command import Command
from weftmail.flow.installation import Installation
from weftmail.flow.setup.act import Actor, Setup, bring_map_up
from weftmail.locale import NAMES
from weftmail.store.store import Store

PATIENCE = 10.0
"""How long, in seconds, a command waits for another program that settles."""


def ask_secret(prompt: str) -> str:
    """Ask at the terminal for what must not be shown there."""
    import getpass

    return getpass.getpass(prompt)


class Context:
    """One call of mail-admin."""

    def __init__(
        self,
        environ: Mapping[str, str],
        *,
        clock: Clock = runtime.now,
        where_mailbox: Callable[[str, str], str] = where_mailbox,
        own_hostname: Callable[[], str] = own_hostname,
        stdin: TextIO | None = None,
        ask_secret: Callable[[str], str] = ask_secret,
        patience: float = PATIENCE,
        zones: Zones | None = None,
        wait: Callable[[float], object] = time.sleep,
        actor: str = "",
    ) -> None:
        """``where_mailbox`` says where local part and domain have a mailbox on this machine, or "".

        ``zones`` asks the DNS, by default that of this machine; ``wait`` lets seconds pass.
        ``actor`` is who the log names, by default the user of this shell.
        """
        self.environ = environ
        self.clock = clock
        self.where_mailbox = where_mailbox
        self.own_hostname = own_hostname
        self.ask_secret = ask_secret
        self.patience = patience
        self.wait = wait
        self._zones = zones
        self.stdin = sys.stdin if stdin is None else stdin
        self._config: Config | None = None
        self._store: Store | None = None
        self._map = LazyMap(lambda: runtime.open_map(self.config))
        # Asked before root becomes the owner of the store.
        self._actor = Actor(actor or shell_user(environ))

    @property
    def config(self) -> Config:
        """The settings; raises UsageError where they cannot be read."""
        if self._config is None:
            self._config = load(self.environ)
        return self._config

    @property
    def config_path(self) -> str:
        """Where the settings are, or would be."""
        return str(path_of_config(self.environ))

    @property
    def config_there(self) -> bool:
        """Whether there are settings."""
        return self._config is not None or os.path.exists(self.config_path)

    def use(self, config: Config) -> None:
        """Go on with these settings: those that ``init`` has just written."""
        self._config = config

    @property
    def store(self) -> Store:
        """The store, opened as the owner of its folder."""
        if self._store is None:
            self.become_owner()
            self._store = runtime.open_store(self.config)
        return self._store

    def naming(self, command: Command, company_id: int | None) -> Command:
        """Return a command that takes --company as people paste it: it names theirs where there are several."""
        there = self.store.companies.all()
        name = next((one.name for one in there if one.id == company_id), None)
        return command.given(company=name) if len(there) > 1 else command

    def become_owner(self) -> None:
        """As root, become the owner of the state folder; anybody else stays who they are."""
        runtime.become_owner(self.config.folder)

    @property
    def installation(self) -> Installation:
        """Keys, names and clock, as every flow wants them."""
        return runtime.installation(self.config, self.store, self.clock)

    @property
    def setup(self) -> Setup:
        """What the acts of set-up work with; who acts is the user of this shell."""
        return Setup(self.store, self._actor, self.clock, self._map, self.where_mailbox, tuple(NAMES), knows_zone)

    @property
    def map_file(self) -> LazyMap:
        """The mail server's map."""
        return self._map

    @property
    def zones(self) -> Zones:
        """What asks the DNS, and the servers of a zone themselves."""
        if self._zones is None:
            self._zones = runtime.zones(self.clock)
        return self._zones

    def follow(self) -> None:
        """Bring the mail server's map up to the store; raises TempFail where that cannot be done now."""
        bring_map_up(self.store, self._map)

    def wake_sender(self) -> None:
        """Tell mail-send that copies wait; without the hint it sees them a little later."""
        from weftmail.transport.wake import SocketWaker

        SocketWaker(self.config.folder / "send.sock").wake()

    def say(self, *lines: str) -> None:
        """Print lines, with nothing in them that a terminal would obey."""
        for line in lines:
            print(printable(line))

    def write(self, pieces: Iterable[str]) -> None:
        """Print pieces of one text as they come."""
        for piece in pieces:
            sys.stdout.write(mask_addresses(piece))
        sys.stdout.write("\n")

    def write_bytes(self, pieces: Iterable[bytes]) -> None:
        """Print pieces of one file as they come, byte for byte."""
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()

    def answer(self, as_json_: bool, value: object, lines: Callable[[], Iterable[str]]) -> None:
        """Print the value as JSON, or else the lines for people."""
        if as_json_:
            print(as_json(value))
        else:
            self.say(*lines())

    def show(self, listing: Listing[Row], arguments: argparse.Namespace) -> None:
        """Print a list as its flags say; all of it is of one moment."""
        with self.store.snapshot():
            listings.show(lambda text: sys.stdout.write(mask_addresses(text)), listing, arguments)

    def close(self) -> None:
        """Close what was opened."""
        self._map.close()
        if self._store is not None:
            self._store.close()
            self._store = None


def knows_zone(name: str) -> bool:
    """Say whether this machine knows a time zone of this name."""
    return name in available_timezones()


def shell_user(environ: Mapping[str, str]) -> str:
    """Return the name of whoever typed the command: of the user behind sudo, where this is root's."""
    user = os.getuid()
    if user == 0 and environ.get("SUDO_USER"):
        return environ["SUDO_USER"]
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)


def joined(values: Sequence[str]) -> str:
    """Return the values as people list them, or "none"."""
    return ", ".join(values) or "none"
